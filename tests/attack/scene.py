"""A real installation with known people in it: served as in production, answered over HTTP, watched from outside.

The truth that only this test knows: who used which code when, and which ballot is whose.
"""

from __future__ import annotations

import hashlib
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

from survey.cli.client import Client, Slip
from survey.cli.listening import is_ready
from survey.cli.people import invent_answers
from survey.crypto.sealing import ENC_LEN, receipt
from survey.crypto.tokens import parse_authorization
from survey.domain.invitations import code_mac
from survey.domain.turnout import turnout
from survey.services import open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.world import World

PEOPLE = 72
BURST = 12


@dataclass(frozen=True)
class Person:
    """What identifies this person's two rows, byte for byte, wherever they turn up; and when they came to be."""

    code: Mapping[str, bytes]
    ballot: Mapping[str, bytes]
    words: Mapping[str, str]  # what must appear in no text: code, token, receipt
    used_at: float
    cast_at: float


@dataclass
class Outside:
    """What somebody sees who asks for the public pages, and for the office's turnout, after every arrival."""

    seen: dict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    steps: list[int] = field(default_factory=list)

    def note(self, path: str, response: urllib3.BaseHTTPResponse) -> None:
        headers = sorted((name, value) for name, value in response.headers.items() if name.lower() != "date")
        self.seen[path].add(hashlib.sha256(repr(headers).encode() + response.data).digest())


class Watched(Client):
    """A phone whose requests the test remembers; the server notices no difference."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, secrets.token_bytes, **options)
        self.asked: dict[str, tuple[float, bytes, Mapping[str, str]]] = {}

    def _ask(self, step: str, method: str, slip: Slip, path: str, **request: Any) -> urllib3.BaseHTTPResponse:
        response = super()._ask(step, method, slip, path, **request)
        self.asked[step] = (time.time(), request.get("body") or b"", request.get("headers") or {})
        return response


class Scene:
    """An open round on its server. folder: everything lies in it (PostgreSQL's data directory apart)."""

    def __init__(self, folder: Path, database_url: str | None, people: int) -> None:
        self.folder = folder
        self.instance = folder / "instance"
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.settings = Settings.create(self.instance, database_url=database_url)
        engine = open_database(self.settings.database_url)
        migrate(engine)
        engine.dispose()
        self.services = open_services(self.settings)
        # More codes than people, in several units, as in every real round.
        units = [{"name": f"单位{number}", "entitled": people // 3 + 4} for number in range(1, 4)]
        self.world = World(self.services, spec={
            "name": "2026年第一轮巡察", "custodians": ["巡察办", "纪委", "组织部"],
            "teams": [{"name": "第一巡察组", "units": units}],
        }).open()  # fmt: skip
        self.slips = [Slip.of_url(slip.url(self.settings.public_url)) for slip in self.world.slips]
        self.people: list[Person] = []
        self.outside = Outside()
        self.address = ""

    @property
    def evaluation_id(self) -> str:
        return self.world.first.id

    def act(self, count: int, *, burst: int = 1) -> None:
        """The next `count` people answer, `burst` at a time (1: one after another, the attacker's easy case)."""
        secret = self.services.keys.code_secret(self.evaluation_id)
        slips = self.slips[len(self.people) : len(self.people) + count]
        with ThreadPoolExecutor(burst) as pool:
            for first in range(0, count, burst):
                self.people += pool.map(lambda slip: self._answer(slip, secret), slips[first : first + burst])
                self._look_from_outside()

    def _answer(self, slip: Slip, secret: bytes) -> Person:
        phone = Watched(self.address)
        generator = secrets.SystemRandom()
        questionnaire = self.world.round.questionnaire
        phone.answer(slip, lambda _: invent_answers(questionnaire, 0.2, generator))
        used_at, request, _ = phone.asked["token-request"]
        cast_at, sealed, headers = phone.asked["ballot"]
        token = parse_authorization(headers["Authorization"]).encode()
        enc, ct = sealed[:ENC_LEN], sealed[ENC_LEN:]
        own = receipt(enc, ct)
        printed = next(printed for printed in self.world.slips if str(printed.code) == slip.code)
        return Person(
            code={
                "code": code_mac(printed.code, secret),
                "request": hashlib.sha256(request).digest(),
            },
            ballot={
                "key": hashlib.sha256(token).digest(),
                "token": token[-48:],
                "receipt": own,
                "enc": enc[1:33],
                # Long values are cut into pieces: one of these lies whole in some page.
                "body": ct[40:72],
                "body's middle": ct[len(ct) // 2 :][:32],
                "body's end": ct[-32:],
            },
            words={
                "code": slip.code,
                "bare code": printed.code.text,
                "token": headers["Authorization"].split('"')[1],
                "receipt": own.hex(),
            },
            used_at=used_at,
            cast_at=cast_at,
        )

    def _look_from_outside(self) -> None:
        with urllib3.PoolManager(retries=False) as pool:
            for path in ("", "/manifest", f"/receipts/{'0' * 64}", "/audit.zip"):
                path = f"/e/{self.evaluation_id}{path}"
                self.outside.note(path, pool.request("GET", self.address + path))
            self.outside.note("/", pool.request("GET", self.address + "/"))
        counts = turnout(self.world.round, self.services.registry, self.services.box)["evaluations"][0]
        self.outside.steps += [counts["used"], counts["ballots"]]

    def close(self) -> None:
        """As the office does, by the one function for it; nothing else tidies up."""
        self.world.close()

    def open_answers(self) -> None:
        folder = self.folder / "custodians"
        folder.mkdir()
        self.world.count(self.world.partials(folder))


@contextmanager
def scene(
    folder: Path,
    database_url: str | None,
    port: int,
    people: int = PEOPLE,
    *,
    options: tuple[str, ...] = (),
    command: tuple[str, ...] = ("-m", "survey.cli"),
) -> Iterator[Scene]:
    """The scene with its server running: two workers, as `survey serve` starts them; ended by its own pid."""
    made = Scene(folder, database_url, people)
    try:
        with served(made, port, options, command):
            yield made
    finally:
        made.services.close()


@contextmanager
def served(
    made: Scene, port: int, options: tuple[str, ...] = (), command: tuple[str, ...] = ("-m", "survey.cli")
) -> Iterator[None]:
    """options: of `survey serve`; command: what Python runs (another program that ends in `survey serve`)."""
    arguments = ["--instance", str(made.instance), "serve", "--port", str(port), "--workers", "2", *options]
    made.address = f"http://127.0.0.1:{port}"
    with (made.logs / "stdout").open("ab") as out, (made.logs / "stderr").open("ab") as err:
        child = subprocess.Popen(
            [sys.executable, *command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
    try:
        wait_for(lambda: is_ready(made.address), child)
        yield
    finally:
        child.terminate()
        child.wait(timeout=30)


def wait_for(condition: Callable[[], bool], child: subprocess.Popen[bytes] | None = None, within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not condition():
        if child is not None and child.poll() is not None:
            raise RuntimeError(f"The server ended by itself (exit {child.returncode}).")
        if time.monotonic() > deadline:
            raise RuntimeError("What was waited for did not happen.")
        time.sleep(0.02)

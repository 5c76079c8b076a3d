"""With every log at its most talkative level, a respondent leaves no word of theirs anywhere, and no time.

The real server on both databases; people come from an address and with a program of their own, some do everything
wrong, and one meets a failure of ours. PostgreSQL is told to log every statement with its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from survey.crypto.wire import b64url_encode
from tests.attack.__main__ import free_port
from tests.attack.scene import Scene, Watched, scene
from tests.databases import KINDS, Cluster

ADDRESS = "127.0.0.77"
AGENT = "MicroMessenger-of-somebody-special"
TALKATIVE = ("-m", "tests.attack.talkative")
LOUD = ("log_statement = 'all'", "log_min_duration_statement = 0", "log_duration = on", "log_parameter_max_length = -1",
        "log_parameter_max_length_on_error = -1", "log_error_verbosity = 'verbose'")  # fmt: skip


# A second worker may still be starting when the first one answers.
OF_A_LATE_WORKER = re.compile(
    r" alembic\.| asyncio DEBUG Using selector| asyncio WARNING Executing .*_spawn_rsgi_worker"
    r"|^\[INFO\] (Started|Spawning)|^Ready: "
)


@dataclass
class Said:
    """What was written while people came. words: what must be nowhere."""

    output: str
    database: str
    files: bytes
    words: dict[str, str]


class Phone(Watched):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._pool.connection_pool_kw["source_address"] = (ADDRESS, 0)
        ask = self._pool.request
        agent = {"User-Agent": AGENT, "Cookie": f"campus={AGENT}", "X-Forwarded-For": ADDRESS}
        self._pool.request = lambda method, url, **options: ask(  # type: ignore[method-assign]  # adds what phones send
            method, url, **{**options, "headers": {**(options.get("headers") or {}), **agent}}
        )

    def get(self, path: str, **headers: str) -> int:
        return self._pool.request("GET", self.url + path, headers=headers).status

    def post(self, path: str, body: bytes, **headers: str) -> int:
        return self._pool.request("POST", self.url + path, body=body, headers=headers).status


@pytest.fixture(scope="module", params=KINDS)
def said(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch_module: pytest.MonkeyPatch
) -> Iterator[Said]:
    folder = tmp_path_factory.mktemp("talkative")
    monkeypatch_module.setattr("tests.attack.scene.Watched", Phone)
    if request.param == "sqlite":
        yield _listen(folder, None, None)
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    with cluster.database() as name:
        with cluster.connect() as admin:
            for setting in LOUD:
                admin.execute(f"ALTER DATABASE {name} SET {setting}")
        yield _listen(folder, cluster.url(name), cluster.folder / "log")


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def _listen(folder: Path, database_url: str | None, database_log: Path | None) -> Said:
    with scene(folder, database_url, free_port(), 12, command=TALKATIVE) as made:
        output = _lengths(made.logs.iterdir())
        database = _lengths([database_log] if database_log else [])
        made.act(6, burst=3)
        wrong = _do_everything_wrong(made)
        logged = _new(database)
        wrong |= _fetch_broken_packages(made)
        printed = _new(output)
        files = b"".join(
            file.read_bytes()
            for file in made.folder.rglob("*")
            if file.is_file() and not file.name.startswith("survey.db")
        )
    words = {
        f"{what} of person {number}": word
        for number, person in enumerate(made.people)
        for what, word in person.words.items()
    }
    return Said(printed, logged, files, words | wrong | {"address": ADDRESS, "agent": AGENT})


def _do_everything_wrong(made: Scene) -> dict[str, str]:
    """Returns the words that these requests held."""
    phone, person, unused = Phone(made.address), made.people[0], made.slips[-1]
    here = f"/e/{made.evaluation_id}"
    token = person.words["token"]
    bearer = {"Authorization": f"Bearer {unused.code}", "Content-Type": "application/private-token-request"}
    cast = {"Authorization": f'PrivateToken token="{token}"', "Content-Type": "application/octet-stream"}
    length = made.world.manifest(made.world.first).plaintext_length + 81
    forged = b64url_encode(b"forged-token" * 29 + b"forged")
    statuses = [
        phone.get(f"{here}?c={unused.code}"),  # the code where it does not belong
        phone.get(f"/e/{unused.code}"),
        phone.get(f"/nowhere/{unused.code}"),
        phone.get(f"{here}/receipts/{person.words['receipt']}"),
        phone.get(f"{here}/receipts/{person.words['receipt']}x"),
        phone.post(f"{here}/token-request", b"short", **bearer),
        phone.post(f"{here}/token-request", b"\0" * 259, **bearer),
        phone.post(f"{here}/token-request", b"\0" * 259, **{**bearer, "Authorization": "Bearer WRONG-WORD"}),
        phone.post(f"{here}/ballots", b"short", **cast),
        phone.post(f"{here}/ballots", b"other-body" * (length // 10) + b"x" * (length % 10), **cast),
        phone.post(f"{here}/ballots", b"x", **{**cast, "Authorization": f'PrivateToken token="{forged}"'}),
    ]
    assert statuses == [200, 404, 404, 200, 422, 422, 422, 422, 422, 409, 401]
    (made.instance / "fail").touch()
    assert phone.post(f"{here}/ballots", b"z" * length, **cast) == 500
    (made.instance / "fail").unlink()
    return {"unused code": unused.code, "its bare form": unused.code.replace("-", ""), "typed": "WRONG-WORD",
            "forged": forged[:40], "hex": b"forged-token".hex()}  # fmt: skip


def _fetch_broken_packages(made: Scene) -> dict[str, str]:
    """After closing; once it breaks before anything is sent, and once in the middle."""
    made.close()
    phone, package = Phone(made.address), f"/e/{made.evaluation_id}/audit.zip"
    assert phone.get(package) == 200
    for how, status in (("early", 500), ("late", 200)):
        (made.instance / "fail").write_text(how)
        assert phone.get(package) == status
    (made.instance / "fail").unlink()
    return {"message": "words-of-a-failure"}


def _new(files: dict[Path, int]) -> str:
    """What has been written since the files had these lengths."""
    return "".join(file.read_bytes()[length:].decode() for file, length in files.items())


def _lengths(files: Iterable[Path]) -> dict[Path, int]:
    return {file: file.stat().st_size for file in files}


def test_no_word_of_anybody_is_in_any_log_or_file(said: Said) -> None:
    everything = said.output + said.database
    assert [what for what, word in said.words.items() if word in everything or word.encode() in said.files] == []


def test_the_server_writes_nothing_while_people_come_but_that_something_failed(said: Said) -> None:
    """So there is no time of anybody either."""
    lines = [line for line in said.output.splitlines() if line and not OF_A_LATE_WORKER.search(line)]
    failed = [re.fullmatch(r"([a-z ]+): RuntimeError at talkative\.py:\d+", line) for line in lines]
    assert [match and match[1] for match in failed] == ["respondent plane", "answer", "long answer"]


def test_the_database_logs_no_statement_about_people(said: Said) -> None:
    """New connections may say that they are made, before they are told to be silent."""
    assert not re.search(r"invitations|ballots|boxes|INSERT|UPDATE", said.database)


def test_the_server_was_really_talkative(said: Said) -> None:
    """Otherwise the tests above would hold of anything: at start, before anybody came, it said a lot."""
    for name in (b"sqlalchemy.pool", b"asyncio", b"werkzeug"):
        assert name + b" DEBUG is heard" in said.files
    assert b"[INFO] Started worker-1" in said.files

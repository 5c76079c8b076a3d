"""A small round with people in it, for tests: rounds brought to any state, phones that really blind and seal."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from survey import templates_folder
from survey.crypto.sealing import ballot_info, pad, seal
from survey.crypto.threshold import Share
from survey.crypto.tokens import PendingToken, Token, begin_token
from survey.crypto.wire import b64url_encode
from survey.domain import lifecycle
from survey.domain.ceremony.all_here import make_opening_key
from survey.domain.custody.boxes import BoxesFile, boxes_chunks
from survey.domain.custody.shares import PartialFile, ShareFile, encode_share, write_partial
from survey.domain.drafts.spec import parse_spec
from survey.domain.installation import Installation
from survey.domain.invitations import Code
from survey.domain.manifest import Manifest, get_manifest
from survey.domain.results.answers import encode_answers
from survey.domain.rounds import Evaluation, Round, State
from survey.domain.slips import PrintedCode, print_codes
from survey.respondent import make_blueprint
from survey.respondent.desk import Desk
from tests.fakes import Services

SPEC: dict[str, Any] = {
    "name": "2026年第一轮巡察",
    "custodians": ["巡察办", "纪委", "组织部"],
    "teams": [
        {
            "name": "第一巡察组",
            "leader": "组长甲",
            "units": [{"name": "文学院", "entitled": 12}, {"name": "后勤处", "entitled": 3}],
        },
        {"name": "第二巡察组", "units": [{"name": "图书馆", "entitled": 8}]},
    ],
}
SCRIPTS = {"/assets/answer.js": "00" * 32}


@dataclass
class World:
    """One round on one set of stores. Slips are kept as the office would hold them: on paper, here in memory."""

    services: Any = field(default_factory=Services)
    spec: dict[str, Any] = field(default_factory=lambda: SPEC)
    round: Round = field(init=False)
    shares: tuple[Share, ...] = field(init=False)
    slips: list[PrintedCode] = field(init=False, default_factory=list)
    installation: Installation = field(default_factory=Installation)

    def __post_init__(self) -> None:
        self.round = parse_spec(self.spec, "spec.yaml", secrets.token_bytes)
        self.services.registry.add_round(self.round)

    def make_key(self) -> World:
        self.round, self.shares = make_opening_key(
            self.round, registry=self.services.registry, randomness=secrets.token_bytes
        )
        return self

    def freeze(self) -> World:
        self.make_key()
        self.round = lifecycle.freeze(
            self.round,
            registry=self.services.registry,
            keys=self.services.keys,
            host="survey.example",
            scripts=SCRIPTS,
        )
        return self

    def print(self) -> World:
        self.freeze()
        return self.print_again()

    def print_again(self) -> World:
        self.round, self.slips = print_codes(
            self.round, registry=self.services.registry, keys=self.services.keys, randomness=secrets.token_bytes
        )
        return self

    def open(self) -> World:
        self.print()
        self.round = lifecycle.open_round(self.round, registry=self.services.registry, box=self.services.box)
        return self

    def close(self) -> World:
        self.round = lifecycle.close_round(
            self.round, registry=self.services.registry, box=self.services.box, keys=self.services.keys
        )
        return self

    def partials(self, folder: Path, indices: tuple[int, ...] = (1, 2)) -> list[PartialFile]:
        """Each custodian works on the boxes file alone, as on an own machine."""
        boxes = folder / "boxes"
        boxes.write_bytes(b"".join(boxes_chunks(self.round, self.services.box)))
        made = []
        for index in indices:
            custodian = self.round.custodians[index - 1]
            share = folder / f"{index}.share"
            share.write_bytes(encode_share(self.round.id, custodian.name, self.shares[index - 1]))
            part = folder / f"{index}.part"
            with part.open("wb") as out:
                write_partial(ShareFile.read(share), BoxesFile.read(boxes), out, secrets.token_bytes)
            made.append(PartialFile.read(part))
        return made

    def count(self, partials: list[PartialFile]) -> bytes:
        self.round, record = lifecycle.count_round(
            self.round,
            partials,
            registry=self.services.registry,
            box=self.services.box,
            randomness=secrets.token_bytes,
        )
        return record

    def approve(self) -> None:
        """Only the state: nobody wrote remarks that would have to be reviewed."""
        self.round = self.round.moved_to(State.REPORTED)
        self.services.registry.save_round(self.round, expected=State.OPENED)

    @property
    def first(self) -> Evaluation:
        return self.round.evaluations[0]

    def slips_of(self, evaluation: Evaluation) -> list[PrintedCode]:
        return [slip for slip in self.slips if slip.evaluation_id == evaluation.id]

    def manifest(self, evaluation: Evaluation) -> Manifest:
        return get_manifest(self.services.registry, evaluation.id)

    def app(self) -> Flask:
        """Only the respondent interface, guards on."""
        app = Flask("survey", static_folder=None)
        desk = Desk(self.services.registry, self.services.box, self.services.keys, self.services.clock)
        app.register_blueprint(make_blueprint(desk, templates_folder() / "respondent", self.installation))
        app.extensions["counts"] = desk.counts
        return app


@dataclass
class Phone:
    """A respondent: holds a code, draws a token, seals answers. Uses the published manifest only."""

    client: FlaskClient
    evaluation_id: str
    code: Code
    manifest: Manifest
    pending: PendingToken = field(init=False)

    def __post_init__(self) -> None:
        self.pending = begin_token(self.manifest.challenge, self.manifest.token_key, secrets.token_bytes)

    def request_token(self, *, body: bytes | None = None, code: str | None = None, **kwargs: Any) -> Any:
        return self.client.post(
            f"/e/{self.evaluation_id}/token-request",
            data=self.pending.request if body is None else body,
            headers={"Authorization": f"Bearer {code if code is not None else self.code}"},
            content_type=kwargs.pop("content_type", "application/private-token-request"),
            **kwargs,
        )

    def draw_token(self) -> Token:
        answer = self.request_token()
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return self.pending.finish(answer.data)

    def seal(self, token: Token, answers: dict[str, str], texts: dict[str, str] | None = None) -> bytes:
        plaintext = pad(encode_answers(answers, texts or {}), self.manifest.plaintext_length)
        return seal(self.manifest.opening_key, ballot_info(self.manifest.digest, token.encode()), plaintext)

    def cast(self, token: Token | bytes, sealed: bytes, **kwargs: Any) -> Any:
        encoded = token if isinstance(token, bytes) else token.encode()
        return self.client.post(
            f"/e/{self.evaluation_id}/ballots",
            data=sealed,
            headers={"Authorization": f'PrivateToken token="{b64url_encode(encoded)}"'},
            content_type=kwargs.pop("content_type", "application/octet-stream"),
            **kwargs,
        )

    def answer(self, answers: dict[str, str], texts: dict[str, str] | None = None) -> str:
        """The whole journey; returns the receipt in hexadecimal."""
        token = self.draw_token()
        cast = self.cast(token, self.seal(token, answers, texts))
        assert cast.status_code == 201, cast.get_data(as_text=True)
        receipt: str = cast.get_json()["receipt"]
        return receipt


def phones(world: World, evaluation: Evaluation, client: FlaskClient) -> list[Phone]:
    """A phone for every slip of the evaluation."""
    manifest = world.manifest(evaluation)
    return [Phone(client, evaluation.id, slip.code, manifest) for slip in world.slips_of(evaluation)]


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()

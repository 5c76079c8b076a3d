"""Custodians around a notice board, for tests. Nothing but bytes passes between them and the board."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from survey.crypto.dkg_messages import Share
from survey.domain.ceremony import office as ceremony_office
from survey.domain.ceremony.agreed import DONE
from survey.domain.ceremony.board import Board, read_board
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.key_holder import Draft, KeyHolder
from survey.domain.ceremony.messages import Message
from survey.domain.drafts.spec import parse_spec
from survey.domain.rounds import Custodian, Round
from tests.fakes import Services
from tests.world import SPEC

NAMES = ("巡察办", "纪委", "组织部", "工会", "审计处", "监督室", "教代会")


@dataclass
class Seat:
    """One custodian at an own machine. Only the draft's bytes are kept between steps: every step is a resumption."""

    invitation: Invitation
    draft: bytes

    @classmethod
    def of(cls, invitation: Invitation) -> Seat:
        draft = Draft.new(invitation.agreed.digest, invitation.index, secrets.token_bytes)
        return cls(invitation, draft.encode())

    def holder(self) -> KeyHolder:
        return KeyHolder(Draft.parse(self.draft), secrets.token_bytes)

    def next_message(self, document: Any) -> Message | None:
        """What this custodian says to such a board; kept before it is said."""
        agreed, messages, _ = read_board(json.loads(json.dumps(document)))
        holder = self.holder()
        message = holder.next_message(Board.read(agreed, messages))
        self.draft = holder.draft.encode()
        return message

    def share(self, document: Any) -> Share:
        agreed, messages, _ = read_board(document)
        return self.holder().share(Board.read(agreed, messages))


@dataclass
class Table:
    """A draft round whose custodians have been invited."""

    custodians: int = 3
    threshold: int = 2
    services: Any = field(default_factory=Services)
    invitations: list[Invitation] = field(init=False)
    seats: list[Seat] = field(init=False)
    round_id: str = field(init=False)

    def __post_init__(self) -> None:
        names = list(NAMES[: self.custodians])
        round_ = parse_spec({**SPEC, "custodians": names, "threshold": self.threshold}, "spec", secrets.token_bytes)
        self.services.registry.add_round(round_)
        self.round_id = round_.id
        self.invitations = ceremony_office.invite(
            round_, board=self.services.board, randomness=secrets.token_bytes, url="https://survey.example"
        )
        self.seats = [Seat.of(invitation) for invitation in self.invitations]

    @property
    def round(self) -> Round:
        found: Round | None = self.services.registry.find_round(self.round_id)
        assert found is not None
        return found

    @property
    def standing(self) -> ceremony_office.Standing:
        return ceremony_office.standing(self.round, self.services.board)

    @property
    def document(self) -> Any:
        return self.standing.document

    @property
    def phase(self) -> str:
        return self.standing.board.phase

    def post(self, index: int, raw: bytes) -> ceremony_office.Standing:
        return ceremony_office.post(self.round, index, raw, board=self.services.board, registry=self.services.registry)

    def step(self, index: int) -> None:
        """One custodian reads the board and says what there is to say."""
        message = self.seats[index - 1].next_message(self.document)
        if message is not None:
            self.post(index, message.encode())

    def go_to(self, phase: str) -> Table:
        """Everybody honest, until `phase` is under way."""
        while self.phase != phase:
            before = self.phase
            for index in range(1, self.custodians + 1):
                self.step(index)
            assert self.phase != before, "the ceremony stands still"
        return self

    def finish(self) -> list[Share]:
        self.go_to(DONE)
        return [seat.share(self.document) for seat in self.seats]

    def rewritten(self, index: int, phase: str, content: dict[str, Any], *, of: int | None = None) -> bytes:
        """A message with another content, correctly signed: what a cheating custodian would send."""
        board = self.standing.board
        agreed = board.agreed
        secret = self.seats[index - 1].holder()._signing_secret(agreed)
        return Message.write(agreed, of or index, phase, board.seen(phase), content, secret).encode()


def with_custodians(round_: Round, names: tuple[str, ...]) -> Round:
    return replace(round_, custodians=tuple(Custodian(index, name) for index, name in enumerate(names, 1)))

"""A custodian's signed statement after the count: which list was opened, with which part, and what came out.

Law: signed with the share itself, so the server cannot make one; checked by anybody under the verification key that
the key making proves. A custodian signs what the record of the opening says, for the part they gave, and nothing else.

Bytes, for other programs: canonical JSON (sorted keys, no spaces, UTF-8) of
    {schema: "survey-statement/1", round, index, name, boxes_digest, partial, record, proof}
with boxes_digest, partial (SHA-256 of the partial opening whose proof was checked) and record (name of the tally
record) in hexadecimal; proof in base64url: crypto.knowledge for the share under the statement
    "survey/opening-statement/v1" || 0x00 || canonical JSON of the document without proof
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey.crypto.dkg_messages import canonical_json
from survey.crypto.dleq import WrongProof
from survey.crypto.knowledge import prove_knowledge, verify_knowledge
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.custody.opening_record import SCHEMA as OPENING_SCHEMA
from survey.domain.ports import Randomness
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Round
from survey.errors import InvalidInput, NotYet

SCHEMA = "survey-statement/1"
STATEMENT_MAX = 4096  # bytes: names are limited by the round spec


@dataclass(frozen=True)
class Statement:
    """proof: 64 bytes; empty while it is not signed."""

    round_id: str
    index: int
    name: str
    boxes_digest: str
    partial: str
    record: str
    proof: bytes = b""

    @classmethod
    def of_opening(cls, raw: bytes, index: int) -> Statement:
        """What custodian `index` states about an opening, unsigned. raw: its record (schema "survey-opening/1").

        Raises InvalidInput when it is no such record, or this custodian gave no part.
        """
        try:
            read: Any = json.loads(raw)
            if read["schema"] != OPENING_SCHEMA:
                raise ValueError
            given = {one["index"]: one for one in read["opened_by"]}
            boxes_digest, record = str(read["boxes_digest"]), str(read["record"])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InvalidInput("This is not the record of an opening (`survey round record ROUND --json`).") from None
        if index not in given:
            raise InvalidInput(f"Custodian {index} gave no part at this opening; there is nothing to state.")
        mine = given[index]
        return cls(str(read["round"]), index, str(mine["name"]), boxes_digest, str(mine["partial"]), record)

    def signed(self, secret: bytes, randomness: Randomness) -> Statement:
        """secret: the share, 32 bytes."""
        return replace(self, proof=prove_knowledge(int.from_bytes(secret, "big"), self._statement, randomness))

    def check(self, verification_key: bytes) -> None:
        """Raises WrongProof, naming the custodian."""
        try:
            verify_knowledge(verification_key, self._statement, self.proof)
        except WrongProof:
            raise WrongProof(f"The statement in the name of {self.name} is not signed with their share.") from None

    def encode(self) -> bytes:
        return canonical_json({**self._facts, "proof": b64url_encode(self.proof)})

    @classmethod
    def parse(cls, raw: bytes) -> Statement:
        """Exactly the bytes that encode() writes, else InvalidInput."""
        try:
            read: Any = json.loads(raw) if len(raw) <= STATEMENT_MAX else None
            statement = cls(
                read["round"],
                read["index"],
                read["name"],
                read["boxes_digest"],
                read["partial"],
                read["record"],
                b64url_decode(read["proof"]),
            )
            is_whole = type(statement.index) is int and statement.encode() == raw
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            is_whole = False
        if not is_whole:
            raise InvalidInput("This is not a statement of a custodian.")
        return statement

    @property
    def _facts(self) -> Mapping[str, Any]:
        return {
            "schema": SCHEMA,
            "round": self.round_id,
            "index": self.index,
            "name": self.name,
            "boxes_digest": self.boxes_digest,
            "partial": self.partial,
            "record": self.record,
        }

    @property
    def _statement(self) -> bytes:
        return b"survey/opening-statement/v1\x00" + canonical_json(self._facts)


def take_statement(round_: Round, raw: bytes, *, board: NoticeBoard, registry: Registry) -> Statement:
    """Check a statement that came in, and keep it. The first of a custodian stays; another that checks changes nothing.

    Raises NotYet before the count, InvalidInput when it says something else than the record, WrongProof.
    """
    opening = board.find_opening_record(round_.id)
    if opening is None:
        raise NotYet(f"Round {round_.id} has not been counted; there is nothing to state yet.")
    statement = Statement.parse(raw)
    if replace(statement, proof=b"") != Statement.of_opening(opening, statement.index):
        raise InvalidInput(f"The statement of {statement.name} is about another opening than that of this round.")
    statement.check(round_.custodians[statement.index - 1].verification_key or b"")
    registry.save_statement(round_.id, statement.index, raw)
    return statement


def who_signed(round_: Round, opening: bytes, registry: Registry) -> tuple[list[str], list[str]]:
    """(names that have signed, names that gave a part and have not signed yet), in the order of the list."""
    signed = registry.statements(round_.id)
    given = json.loads(opening)["opened_by"]
    return (
        [one["name"] for one in given if one["index"] in signed],
        [one["name"] for one in given if one["index"] not in signed],
    )

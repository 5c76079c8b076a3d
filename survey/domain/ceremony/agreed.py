"""What every custodian was told before a key ceremony began, and its six phases.

Each phase begins when everybody has finished the one before:
    join     the key with which a custodian signs everything that follows
    commit   the digest of what will be revealed
    reveal   the coefficients, with a proof of knowledge
    deal     one sealed sub-share for each custodian
    verify   complaints about wrong sub-shares; almost always none
    confirm  proof that the finished share is held; then the round has its opening key

Bytes, for other programs (canonical JSON: sorted keys, no spaces, UTF-8; bytes in base64url):
    agreed  = SHA-256("survey/ceremony/agreed/v1" || 0x00 || canonical JSON of round, name, custodians, threshold, and
              "replaces" where a lost custodian is replaced)
    subject = SHA-256("survey/ceremony/attempt/v1" || 0x00 || agreed || I2OSP(attempt, 4))
The key making itself: crypto.dkg, with the round's id as its context.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from survey.crypto import dkg_messages as dkg
from survey.crypto.dkg_messages import canonical_json
from survey.crypto.replacement import Replacement
from survey.crypto.sealing import ENC_LEN
from survey.crypto.wire import b64url_encode
from survey.domain.ceremony.contents import decoded
from survey.domain.ports.notice_board import Attempt
from survey.domain.rounds import Round

PHASES = ("join", "commit", "reveal", "deal", "verify", "confirm")
DONE = "done"


@dataclass(frozen=True)
class Agreed:
    """What every custodian was told before anything began, and the number of the attempt (1, 2 ...)."""

    round_id: str
    round_name: str
    custodians: tuple[str, ...]
    threshold: int
    attempt: int = 1
    replacement: Replacement | None = None  # set where a lost custodian is replaced and the key stays

    @classmethod
    def of_round(cls, round_: Round, attempt: int = 1) -> Agreed:
        names = tuple(custodian.name for custodian in round_.custodians)
        return cls(round_.id, round_.name, names, round_.threshold, attempt)

    @classmethod
    def of_attempt(cls, round_: Round, attempt: Attempt) -> Agreed:
        if attempt.replaces is None:
            return cls.of_round(round_, attempt.number)
        facts = json.loads(attempt.replaces)
        replacement = read_replacement({**facts, "round": round_.id, "threshold": round_.threshold})
        names = tuple(facts["custodians"])
        return cls(round_.id, round_.name, names, round_.threshold, attempt.number, replacement)

    @cached_property
    def digest(self) -> bytes:
        """The same for every attempt; stands in the invitation (32 bytes)."""
        facts = {
            "round": self.round_id,
            "name": self.round_name,
            "custodians": list(self.custodians),
            "threshold": self.threshold,
        }
        if self.replacement is not None:
            facts["replaces"] = encode_replacement(self.replacement)
        return hashlib.sha256(b"survey/ceremony/agreed/v1\x00" + canonical_json(facts)).digest()

    @cached_property
    def subject(self) -> bytes:
        """What every message of this attempt names (32 bytes)."""
        attempt = self.attempt.to_bytes(4, "big")
        return hashlib.sha256(b"survey/ceremony/attempt/v1\x00" + self.digest + attempt).digest()

    @cached_property
    def key_making(self) -> dkg.Ceremony:
        context = self.round_id.encode("ascii")
        if self.replacement is not None:
            context = self.replacement.ceremony_context
        return dkg.Ceremony(self.custodians, self.threshold, context)

    @property
    def indices(self) -> range:
        return range(1, len(self.custodians) + 1)

    def named(self, index: int) -> str:
        return f"Custodian {index} ({self.custodians[index - 1]})"


def encode_replacement(replacement: Replacement) -> dict[str, Any]:
    return {
        "index": replacement.index,
        "public_key": b64url_encode(replacement.public_key),
        "verification_keys": [b64url_encode(key) for key in replacement.verification_keys],
    }


def read_replacement(document: Mapping[str, Any]) -> Replacement | None:
    """What stands under "replaces" in a board or an invitation, if anything does; raises KeyError, InvalidInput ..."""
    read = document.get("replaces")
    if read is None:
        return None
    keys = tuple(decoded(key, ENC_LEN) for key in read["verification_keys"])
    public_key = decoded(read["public_key"], ENC_LEN)
    return Replacement(read["index"], document["threshold"], document["round"].encode("ascii"), public_key, keys)

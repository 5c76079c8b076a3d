"""The manifest: the frozen public facts of one evaluation (2-protocol, section 2.2).

Law: the bytes are written once, when the round is frozen; from then on everybody hashes these bytes and nobody
serialises again. Its digest is in every token challenge, on every slip and in every sealed answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from survey.crypto.tokens import TokenChallenge
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ports.registry import Registry
from survey.domain.rounds import Evaluation, Round
from survey.errors import NotFound

SCHEMA = "survey-manifest/1"
FINGERPRINT_LEN = 16  # bytes of the digest printed on a slip
SUITE = {"kem": "DHKEM(P-256, HKDF-SHA256)", "kdf": "HKDF-SHA256", "aead": "AES-128-GCM"}


@dataclass(frozen=True)
class Manifest:
    """The exact bytes, and what the server itself reads from them."""

    raw: bytes

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the bytes (32 bytes)."""
        return hashlib.sha256(self.raw).digest()

    @property
    def fingerprint(self) -> str:
        """First 16 bytes of the digest, base64url without padding (22 characters), as on the slip."""
        return b64url_encode(self.digest[:FINGERPRINT_LEN]).rstrip("=")

    @cached_property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.raw)
        return facts

    @cached_property
    def challenge(self) -> TokenChallenge:
        """The token challenge (RFC 9577, section 2.1); its redemption context is the manifest digest."""
        return TokenChallenge(str(self.facts["issuer_name"]), self.digest, str(self.facts["origin_info"]))

    @cached_property
    def token_key(self) -> bytes:
        """SPKI of the evaluation's token key (342 bytes)."""
        return b64url_decode(str(self.facts["token_key"]))

    @cached_property
    def opening_key(self) -> bytes:
        """The round's public opening key (65 bytes)."""
        return b64url_decode(str(self.facts["opening_key"]["public_key"]))

    @property
    def plaintext_length(self) -> int:
        return int(self.facts["plaintext_length"])

    @property
    def has_kiosk(self) -> bool:
        """Whether a shared tablet may be used; said before anybody answers, like every frozen fact."""
        return bool(self.facts.get("kiosk", False))

    @cached_property
    def _times(self) -> tuple[datetime | None, datetime | None]:
        opens_at, closes_at = (self.facts[name] for name in ("opens_at", "closes_at"))
        return (
            datetime.fromisoformat(opens_at) if opens_at else None,
            datetime.fromisoformat(closes_at) if closes_at else None,
        )

    def is_within_times(self, now: datetime) -> bool:
        """Inside the announced opens_at..closes_at; where the office set none, True."""
        opens_at, closes_at = self._times
        return (opens_at is None or now >= opens_at) and (closes_at is None or now < closes_at)


def get_manifest(registry: Registry, evaluation_id: str) -> Manifest:
    """Raises NotFound while the evaluation is not frozen."""
    raw = registry.find_manifest(evaluation_id)
    if raw is None:
        raise NotFound("There is no such evaluation.")
    return Manifest(raw)


def get_manifests(registry: Registry, round_: Round) -> dict[str, Manifest]:
    """Evaluation id -> manifest, asked at once. Raises NotFound while the round is not frozen."""
    found = registry.find_manifests([evaluation.id for evaluation in round_.evaluations])
    if len(found) < len(round_.evaluations):
        raise NotFound(f"Round {round_.id} is not frozen.")
    return {evaluation.id: Manifest(found[evaluation.id]) for evaluation in round_.evaluations}


def build_manifest(
    round_: Round, evaluation: Evaluation, *, token_key: bytes, host: str, scripts: Mapping[str, str]
) -> Manifest:
    """Write the manifest of one evaluation.

    token_key: SPKI (342 bytes); host: issuer name and origin; scripts: path -> SHA-256 (hex) of every script the
    page loads. Raises WrongState when the opening key is not made yet.
    """
    facts = {
        "schema": SCHEMA,
        "evaluation": evaluation.id,
        "round": round_.name,
        "team": evaluation.team,
        "questionnaire": round_.questionnaire.document,
        "token_key": b64url_encode(token_key),
        "opening_key": {
            **SUITE,
            "public_key": b64url_encode(round_.get_opening_key().public_key),
            "threshold": round_.threshold,
            "custodians": custodians_of(round_),
        },
        "plaintext_length": round_.questionnaire.plaintext_length,
        "opens_at": _iso(round_.opens_at),
        "closes_at": _iso(round_.closes_at),
        "entitled": evaluation.entitled,
        "printed": evaluation.printed(round_.spare_percent),
        "minimum_group": round_.minimum_group,
        "texts_minimum": round_.texts_minimum,
        "kiosk": round_.kiosk,
        "issuer_name": host,
        "origin_info": host,
        "scripts": dict(sorted(scripts.items())),
    }
    if round_.rehearsal is not None:
        facts["rehearsal"] = True  # for programs; people read it in every name
    return Manifest(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def custodians_of(round_: Round) -> list[dict[str, Any]]:
    """As every public file names them."""
    return [
        {
            "index": custodian.index,
            "name": custodian.name,
            "verification_key": b64url_encode(custodian.verification_key or b""),
        }
        for custodian in round_.custodians
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

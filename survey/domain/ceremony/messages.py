"""Signed messages of a key ceremony.

Law: every message is signed by its custodian and names the digest of the whole phase before it (`seen`). So a board
that shows two custodians two different things is found out one phase later, before anything of use was said, and a
board cannot write a message.

Bytes, for other programs (canonical JSON: sorted keys, no spaces, UTF-8; bytes in base64url):
    body    = canonical JSON of {ceremony: subject, index, phase, seen, content}
    message = canonical JSON of {body, signature}; signature over "survey/ceremony/message/v1" || 0x00 || body
    seen of phase k + 1 = SHA-256("survey/ceremony/seen/v1" || 0x00 || subject || SHA-256(body) of each index in order);
    seen of "join" is that of an empty phase.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey.crypto.dkg_messages import canonical_json
from survey.crypto.signing import sign
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.domain.ceremony.agreed import PHASES, Agreed
from survey.errors import InvalidInput

MESSAGE_MAX = 256 * 1024  # bytes; 255 sub-shares or complaints fit


@dataclass(frozen=True)
class Message:
    """One signed message. body: the exact bytes that are signed; the other fields are read from it."""

    ceremony: bytes
    index: int
    phase: str
    seen: bytes
    content: Mapping[str, Any]
    body: bytes
    signature: bytes

    @classmethod
    def write(
        cls, agreed: Agreed, index: int, phase: str, seen: bytes, content: Mapping[str, Any], signing_secret: bytes
    ) -> Message:
        document = {
            "ceremony": b64url_encode(agreed.subject),
            "index": index,
            "phase": phase,
            "seen": b64url_encode(seen),
            "content": content,
        }
        body = canonical_json(document)
        return cls(agreed.subject, index, phase, seen, content, body, sign(signing_secret, signed_bytes(body)))

    @classmethod
    def parse(cls, raw: bytes) -> Message:
        """Exactly the bytes that encode() writes, else InvalidInput."""
        if len(raw) > MESSAGE_MAX:
            raise InvalidInput(f"A message of a key ceremony has at most {MESSAGE_MAX} bytes.")
        try:
            outer = json.loads(raw)
            body = b64url_decode(outer["body"])
            read = json.loads(body)
            message = cls(
                b64url_decode(read["ceremony"]),
                read["index"],
                read["phase"],
                b64url_decode(read["seen"]),
                read["content"],
                body,
                b64url_decode(outer["signature"]),
            )
            is_canonical = message.encode() == raw and canonical_json(read) == body and len(read) == 5
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise InvalidInput("This is not a message of a key ceremony.") from None
        is_well_formed = type(message.index) is int and message.phase in PHASES and isinstance(message.content, dict)
        if not is_canonical or not is_well_formed:
            raise InvalidInput("This message of a key ceremony is not in its canonical form.")
        return message

    def encode(self) -> bytes:
        return canonical_json({"body": b64url_encode(self.body), "signature": b64url_encode(self.signature)})


def signed_bytes(body: bytes) -> bytes:
    return b"survey/ceremony/message/v1\x00" + body

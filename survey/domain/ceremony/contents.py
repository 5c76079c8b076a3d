"""What a message of each phase says: one function per phase in each direction.

Law: a field is exactly as long as it must be, or the message is refused; what the fields mean is crypto.dkg's matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from survey.crypto import dkg_messages as dkg
from survey.crypto.sealing import ENC_LEN, TAG_LEN
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.errors import InvalidInput

_SEALED_LEN = ENC_LEN + 32 + TAG_LEN

Content = Mapping[str, Any]

FIELDS: Mapping[str, set[str]] = {
    "join": {"identity"},
    "commit": {"digest"},
    "reveal": {"coefficients", "proof", "sealing_key", "nonce"},
    "deal": {"sub_shares"},
    "verify": {"complaints"},
    "confirm": {"proof"},
}


def join_content(identity: bytes) -> dict[str, Any]:
    return {"identity": b64url_encode(identity)}


def commit_content(commit: dkg.Commit) -> dict[str, Any]:
    return {"digest": b64url_encode(commit.digest)}


def reveal_content(reveal: dkg.Reveal) -> dict[str, Any]:
    return {
        "coefficients": [b64url_encode(point) for point in reveal.coefficients],
        "proof": b64url_encode(reveal.proof),
        "sealing_key": b64url_encode(reveal.sealing_key),
        "nonce": b64url_encode(reveal.nonce),
    }


def deal_content(sub_shares: Sequence[dkg.SubShare]) -> dict[str, Any]:
    return {"sub_shares": [b64url_encode(sub_share.sealed) for sub_share in sub_shares]}


def verify_content(complaints: Sequence[dkg.Complaint]) -> dict[str, Any]:
    return {
        "complaints": [
            {"accused": one.accused, "dh": b64url_encode(one.dh), "proof": b64url_encode(one.proof)}
            for one in complaints
        ]
    }


def confirm_content(confirmation: dkg.Confirmation) -> dict[str, Any]:
    return {"proof": b64url_encode(confirmation.proof)}


def read_commit(index: int, content: Content) -> dkg.Commit:
    return dkg.Commit(index, bytes_of(content, "digest", 32))


def read_reveal(index: int, content: Content) -> dkg.Reveal:
    return dkg.Reveal(
        index,
        tuple(_list(content, "coefficients", lambda text: decoded(text, ENC_LEN))),
        bytes_of(content, "proof", 64),
        bytes_of(content, "sealing_key", ENC_LEN),
        bytes_of(content, "nonce", dkg.NONCE_LEN),
    )


def read_dealt(index: int, content: Content) -> list[dkg.SubShare]:
    sealed = _list(content, "sub_shares", lambda text: decoded(text, _SEALED_LEN))
    return [dkg.SubShare(index, receiver, one) for receiver, one in enumerate(sealed, 1)]


def read_complaints(index: int, content: Content) -> list[dkg.Complaint]:
    def read(one: Any) -> dkg.Complaint:
        if not isinstance(one, dict) or set(one) != {"accused", "dh", "proof"} or type(one["accused"]) is not int:
            raise InvalidInput("A complaint says accused, dh and proof.")
        return dkg.Complaint(index, one["accused"], b64url_decode(one["dh"]), b64url_decode(one["proof"]))

    return _list(content, "complaints", read)


def read_confirmation(index: int, content: Content) -> dkg.Confirmation:
    return dkg.Confirmation(index, bytes_of(content, "proof", 64))


def _list(content: Content, name: str, read: Any) -> list[Any]:
    value = content.get(name)
    if not isinstance(value, list) or len(value) > dkg.MAKERS_LIMIT:
        raise InvalidInput(f"The field {name} is no list of at most {dkg.MAKERS_LIMIT} entries.")
    try:
        return [read(entry) for entry in value]
    except (TypeError, AttributeError):
        raise InvalidInput(f"The field {name} holds something that does not belong there.") from None


def bytes_of(content: Content, name: str, length: int) -> bytes:
    """A field of the content, exactly `length` bytes; raises InvalidInput."""
    value = content.get(name)
    if not isinstance(value, str):
        raise InvalidInput(f"The field {name} is missing.")
    return decoded(value, length)


def decoded(text: str, length: int) -> bytes:
    """base64url of exactly `length` bytes; raises InvalidInput."""
    data = b64url_decode(text)
    if len(data) != length:
        raise InvalidInput(f"Exactly {length} bytes are expected here; {len(data)} came.")
    return data

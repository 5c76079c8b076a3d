"""Exact-length reading and strict base64url.

Law: one value has one encoding; whatever is short, long or not canonical is refused, so that two programs never
disagree about what a message says. Sources: RFC 4648 section 5 (base64url), RFC 8446 section 3 (struct notation).
"""

from __future__ import annotations

import base64
import re

from survey.errors import InvalidInput

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}\Z", re.ASCII)


def b64url_encode(data: bytes) -> str:
    """base64url with padding (RFC 4648, section 5): Privacy Pass clients refuse it without."""
    return base64.urlsafe_b64encode(data).decode("ascii")


def b64url_decode(text: str) -> bytes:
    """The bytes of base64url text, fully padded or not padded at all.

    Raises InvalidInput for any other alphabet, wrong padding, or spare bits that are not zero: otherwise several
    texts would stand for one token.
    """
    if not _BASE64URL.match(text):
        raise InvalidInput("This is not base64url (RFC 4648, section 5).")
    bare = text.rstrip("=")
    padding = "=" * (-len(bare) % 4)
    if len(bare) % 4 == 1 or text[len(bare) :] not in ("", padding):
        raise InvalidInput("The base64url text is cut or wrongly padded.")
    data = base64.urlsafe_b64decode(bare + padding)
    if base64.urlsafe_b64encode(data).decode("ascii") != bare + padding:
        raise InvalidInput("The base64url text is not canonical: its spare bits are not zero.")
    return data


class Reader:
    """Reads fixed fields from the front of a message; finish() refuses what is left over."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> bytes:
        """The next `length` bytes; raises InvalidInput when there are fewer."""
        end = self._at + length
        if end > len(self._data):
            raise InvalidInput(f"The message is cut: {len(self._data)} bytes, at least {end} expected.")
        field = self._data[self._at : end]
        self._at = end
        return field

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def finish(self) -> None:
        """Raises InvalidInput when bytes are left over."""
        if self._at != len(self._data):
            raise InvalidInput(f"The message is {len(self._data)} bytes long; exactly {self._at} expected.")

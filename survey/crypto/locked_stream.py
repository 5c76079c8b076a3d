"""A long secret, locked piece by piece: neither writing nor reading needs it in memory at once.

    piece i = AES-256-GCM(key, nonce = i (11 bytes, big-endian) || last (1 byte), 64 KiB or what is left)

Law: the key is random and serves one stream, so that no nonce comes twice; "last" is 1 for the last piece only, so that
a stream cut between two pieces is refused, and the number keeps every piece in its place.
Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance"
(CRYPTO 2015), the construction STREAM.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey.errors import InvalidInput

PIECE = 1 << 16  # bytes of plaintext
TAG_LEN = 16
NONCE_LEN = 12


def lock_pieces(chunks: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """The locked pieces of what the chunks hold together."""
    cipher, number, waiting = AESGCM(key), 0, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > PIECE:  # more must follow: the last piece is told apart
            yield cipher.encrypt(_nonce(number, is_last=False), bytes(waiting[:PIECE]), None)
            del waiting[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, is_last=True), bytes(waiting), None)


def unlock_pieces(locked: BinaryIO, start: int, key: bytes) -> io.BufferedReader:
    """What was locked, to be read and sought in as a file; closing it closes `locked`. start: where the pieces begin.

    Reading raises InvalidInput when it comes to a piece that was changed, moved or cut.
    """
    return io.BufferedReader(_Unlocking(locked, start, key), PIECE)


class _Unlocking(io.RawIOBase):
    def __init__(self, locked: BinaryIO, start: int, key: bytes) -> None:
        self._locked = locked
        self._start = start
        self._cipher = AESGCM(key)
        sealed = locked.seek(0, os.SEEK_END) - start
        self._pieces = max(1, -(-sealed // (PIECE + TAG_LEN)))
        self._length = sealed - self._pieces * TAG_LEN
        self._place = 0
        self._number, self._piece = -1, b""  # the piece that was unlocked last

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._length}[whence]
        return self._place

    def readinto(self, buffer: Any) -> int:
        number, start = divmod(self._place, PIECE)
        if number >= self._pieces:
            return 0
        if number != self._number:
            self._piece, self._number = self._unlock(number), number
        into = memoryview(buffer).cast("B")
        read = self._piece[start : start + len(into)]
        into[: len(read)] = read
        self._place += len(read)
        return len(read)

    def close(self) -> None:
        self._locked.close()
        super().close()

    def _unlock(self, number: int) -> bytes:
        self._locked.seek(self._start + number * (PIECE + TAG_LEN))
        sealed = self._locked.read(PIECE + TAG_LEN)
        try:
            return self._cipher.decrypt(_nonce(number, is_last=number == self._pieces - 1), sealed, None)
        except (InvalidTag, ValueError):
            raise InvalidInput("It was changed since it was locked, or is cut.") from None


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(NONCE_LEN - 1, "big") + bytes([is_last])

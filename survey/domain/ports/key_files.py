"""The server's secrets, and the lock they are kept under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BufferedReader
from typing import BinaryIO, Protocol


class Vault(Protocol):
    """Locks secrets before they are written down; see crypto.at_rest."""

    def lock(self, secret: bytes, name: str) -> bytes: ...

    def unlock(self, locked: bytes, name: str) -> bytes:
        """Raises InvalidInput."""

    def lock_stream(self, chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
        """For what is too long for memory."""

    def unlock_stream(self, locked: BinaryIO, name: str) -> BufferedReader:
        """Raises InvalidInput, here or while it is read."""


class KeyFiles(Protocol):
    """Secrets on disk: a token key and a code secret for each evaluation until it closes, and one for share tests."""

    def save_token_key(self, evaluation_id: str, der: bytes) -> None: ...

    def token_key(self, evaluation_id: str) -> bytes:
        """PKCS#8 DER; raises NotFound, also once it is destroyed."""

    def make_code_secret(self, evaluation_id: str) -> bytes:
        """What this evaluation's codes are hashed under (32 bytes): drawn when it is first asked for, then the same."""

    def code_secret(self, evaluation_id: str) -> bytes:
        """Raises NotFound when none was made, also once it is destroyed."""

    def destroy_keys(self, evaluation_id: str) -> None:
        """At the end of a round: nothing can be signed, and no slip be found in the store any more. May be repeated."""

    def share_test_secret(self) -> bytes:
        """32 bytes; made at init."""

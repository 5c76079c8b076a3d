"""The key that signs staff sessions: locked at rest, renewed with the server key and whenever a round is destroyed.

Law: a fresh key is in force at once, in every serving process: every session ends, and what was copied of an instance
before makes no session after. The file is looked at before each request of staff, and read only when it is another one.
It is read when it is first asked for: commands that no session concerns need no server key.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from survey import server_key
from survey.errors import InvalidInput, SettingsError

if TYPE_CHECKING:
    from survey.crypto.at_rest import Vault

FILE = "session.secret"
KEY_LEN = 32


class SessionKey:
    """instance: the folder; vault: what locks the file. Whatever reads it raises SettingsError where it cannot be. For
    threads.
    """

    def __init__(self, instance: Path, vault: Vault) -> None:
        self._file = instance / FILE
        self._vault = vault
        self._lock = threading.Lock()
        server_key.require_private(self._file)
        self._seen: tuple[int, int] | None = None
        self._key = b""

    def current(self) -> bytes:
        """32 bytes."""
        with self._lock:
            mark = self._mark()
            if mark != self._seen:
                self._seen, self._key = mark, self._read()
            return self._key

    def renew(self) -> None:
        """A fresh key in its place: every session ends, and whoever is signed in signs in again."""
        make(self._file.parent, self._vault)

    def _mark(self) -> tuple[int, int]:
        """Another for every file that was ever in this place."""
        try:
            found = self._file.stat()
        except OSError as error:
            raise SettingsError(f"{self._file} cannot be read: {error.strerror}.") from None
        return found.st_ino, found.st_mtime_ns

    def _read(self) -> bytes:
        try:
            key = self._vault.unlock(self._file.read_bytes(), FILE)
        except OSError as error:
            raise SettingsError(f"{self._file} cannot be read: {error.strerror}.") from None
        except InvalidInput as error:
            raise SettingsError(f"{self._file} cannot be unlocked. {error}") from None
        if len(key) != KEY_LEN:
            raise SettingsError(f"{self._file} must hold exactly {KEY_LEN} bytes.")
        return key


def make(instance: Path, vault: Vault) -> None:
    """A fresh key in its file, whether there was one or not."""
    server_key.replace_private(instance / FILE, vault.lock(secrets.token_bytes(KEY_LEN), FILE))

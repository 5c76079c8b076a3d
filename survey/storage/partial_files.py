"""domain.ports.PartialStore: partial openings as files of the instance, from their arrival until the count.

Law: locked under the data key, 0600 in a folder 0700; never in the database, its journal or a backup (backups.py
carries keys and settings only). Destroying overwrites before removing. On a solid-state disk, or a file system that
keeps copies, overwritten blocks may survive below the file system: they are locked, and without the sealed bodies they
open nothing; docs/ceremony.md says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Literal

from survey.domain.ports.key_files import Vault
from survey.domain.ports.partial_files import Readable
from survey.errors import NotFound, StoreUnavailable, WrongState

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class LockedFile:
    """domain.ports.Readable: unlocked while it is read, in constant memory."""

    path: Path
    vault: Vault = field(repr=False)
    name: str  # what it is bound to

    def __str__(self) -> str:
        return str(self.path)

    def open(self, mode: Literal["rb"], /) -> BufferedReader:
        """Raises InvalidInput when it was changed, or moved here from another round."""
        stream = self.path.open(mode)
        if stream.peek(1)[:1] == b"{":  # came before an update of this program; its proof is checked in any case
            return stream
        try:
            return self.vault.unlock_stream(stream, self.name)
        except BaseException:
            stream.close()
            raise


class PartialFiles:
    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def receive(self, round_id: str, chunks: Iterable[bytes]) -> LockedFile:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            folder = self._of(round_id)
            folder.mkdir(mode=0o700, exist_ok=True)
            file = self._locked(round_id, folder / f".incoming-{secrets.token_hex(8)}")
            with os.fdopen(os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                try:
                    for chunk in self._vault.lock_stream(chunks, file.name):
                        stream.write(chunk)
                    stream.flush()
                    os.fsync(stream.fileno())
                except BaseException:
                    file.path.unlink()
                    raise
        except OSError as error:
            raise StoreUnavailable(f"The partial opening was not stored ({error.strerror}).") from None
        return file

    def keep(self, file: Readable, round_id: str, index: int) -> None:
        path = _path(file)
        try:
            os.link(path, path.with_name(f"{index}.part"))  # never replaces one that is there
        except FileExistsError:
            raise WrongState(f"Custodian {index} has already given a partial opening.") from None
        path.unlink()

    def drop(self, file: Readable) -> None:
        _erase(_path(file))

    def files(self, round_id: str) -> dict[int, Readable]:
        return {int(path.stem): self._locked(round_id, path) for path in sorted(self._of(round_id).glob("*.part"))}

    def destroy(self, round_id: str) -> list[tuple[int, str]]:
        destroyed = []
        for index, file in self.files(round_id).items():
            with file.open("rb") as stream:
                destroyed.append((index, hashlib.file_digest(stream, "sha256").hexdigest()))
        folder = self._of(round_id)
        if folder.exists():
            for path in folder.iterdir():
                _erase(path)
            folder.rmdir()
        return destroyed

    def _locked(self, round_id: str, path: Path) -> LockedFile:
        return LockedFile(path, self._vault, f"partial opening of {round_id}")

    def _of(self, round_id: str) -> Path:
        if _ID.fullmatch(round_id) is None:
            raise NotFound("There is no such round.")
        return self._folder / round_id


def _path(file: Readable) -> Path:
    return Path(str(file))


def _erase(file: Path) -> None:
    """Zeros over the whole length, on disk, then the name."""
    with file.open("r+b") as stream:
        left = file.stat().st_size
        while left > 0:
            left -= stream.write(bytes(min(left, _BLOCK)))
        stream.flush()
        os.fsync(stream.fileno())
    file.unlink()

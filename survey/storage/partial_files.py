"""domain.ports.PartialStore: partial openings as files of the instance, from their arrival until the count.

Law: 0600 in a folder 0700; never in the database, its journal or a backup (backups.py carries keys and settings only).
Destroying overwrites before removing. On a solid-state disk, or a file system that keeps copies, overwritten blocks
may survive below the file system (accepted 2026-11: without the sealed bodies they open nothing, and an encrypted
disk is what helps there); docs/ceremony.md says so.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from survey.errors import NotFound, StoreUnavailable, WrongState

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BLOCK = 1 << 20


class PartialFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def receive(self, round_id: str, chunks: Iterable[bytes]) -> Path:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            folder = self._of(round_id)
            folder.mkdir(mode=0o700, exist_ok=True)
            file = folder / f".incoming-{secrets.token_hex(8)}"
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                try:
                    for chunk in chunks:
                        stream.write(chunk)
                    stream.flush()
                    os.fsync(stream.fileno())
                except BaseException:
                    file.unlink()
                    raise
        except OSError as error:
            raise StoreUnavailable(f"The partial opening was not stored ({error.strerror}).") from None
        return file

    def keep(self, file: Path, round_id: str, index: int) -> None:
        try:
            os.link(file, file.with_name(f"{index}.part"))  # never replaces one that is there
        except FileExistsError:
            raise WrongState(f"Custodian {index} has already given a partial opening.") from None
        file.unlink()

    def drop(self, file: Path) -> None:
        _erase(file)

    def files(self, round_id: str) -> dict[int, Path]:
        return {int(file.stem): file for file in sorted(self._of(round_id).glob("*.part"))}

    def destroy(self, round_id: str) -> list[tuple[int, str]]:
        destroyed = []
        for index, file in self.files(round_id).items():
            with file.open("rb") as stream:
                destroyed.append((index, hashlib.file_digest(stream, "sha256").hexdigest()))
        folder = self._of(round_id)
        if folder.exists():
            for file in folder.iterdir():
                _erase(file)
            folder.rmdir()
        return destroyed

    def _of(self, round_id: str) -> Path:
        if _ID.fullmatch(round_id) is None:
            raise NotFound("There is no such round.")
        return self._folder / round_id


def _erase(file: Path) -> None:
    """Zeros over the whole length, on disk, then the name."""
    with file.open("r+b") as stream:
        left = file.stat().st_size
        while left > 0:
            left -= stream.write(bytes(min(left, _BLOCK)))
        stream.flush()
        os.fsync(stream.fileno())
    file.unlink()

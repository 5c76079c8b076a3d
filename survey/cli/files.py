"""Files that are written whole or not at all, and readable by their owner only.

Law: nothing that exists is overwritten, and a file under its final name is never half-written.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from survey.errors import InvalidInput

SECRET = 0o600
_NAME_MAX = 200  # bytes; 255 is the limit of common file systems, and an ending is added


class FileExists(InvalidInput):
    """Refused so that nothing is overwritten."""

    kind = "file-exists"


def require_new(path: Path) -> None:
    """Raises FileExists when something is there already."""
    if path.exists() or path.is_symlink():
        raise FileExists(f"{path} already exists; choose another name or move it away.")


@contextlib.contextmanager
def new_file(path: Path, mode: int = SECRET) -> Iterator[BinaryIO]:
    """A stream whose bytes appear under `path` when the block ends well, synced to disk; raises FileExists."""
    require_new(path)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        # A hard link never replaces what another process has put there meanwhile; a rename would.
        try:
            os.link(temporary, path)
        except FileExistsError:
            require_new(path)
            raise
        except OSError:  # a file system without hard links (exFAT on a memory stick)
            require_new(path)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A private folder to fill; it gets its name `path` when the block ends well and vanishes otherwise.

    An existing empty folder may be filled. Raises FileExists.
    """
    if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
        path.rmdir()
    require_new(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:40]}.", dir=path.parent))  # 0700
    try:
        yield temporary
        for file in temporary.iterdir():
            _sync(file)
        temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read."""
    with new_file(path) as stream:
        stream.write(content)


def safe_name(name: str, what: str) -> str:
    """The name, if it may be a file name everywhere (Chinese is fine); raises InvalidInput otherwise."""
    forbidden = set('/\\:*?"<>|')
    if (
        not name.isprintable()
        or forbidden & set(name)
        or name != name.strip(" .")
        or not 0 < len(name.encode("utf-8")) <= _NAME_MAX
    ):
        raise InvalidInput(f'{what} {name!r} cannot name a file; expected a name without / \\ : * ? " < > |.')
    return name


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

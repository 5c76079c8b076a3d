"""domain.ports.KeyFiles: one token key per evaluation and the instance secret, each a file of its own.

They are files, not rows, so that a copy of the database alone can neither make tokens nor test guessed codes.

What lies in the files is locked (domain.ports.Vault): a copy of the disk or of a backup holds none of them, as long as
the server key lies elsewhere. When a round closes its token keys are destroyed: nothing can be signed any more.

Law: files 0600 in a folder 0700; looser permissions are refused, not repaired: somebody may have read them already.
A file appears whole or not at all and is never overwritten.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from survey.domain.ports import Vault
from survey.errors import InvalidInput, NotFound, SettingsError, StoreUnavailable, WrongState

SECRET_FILE = "instance.secret"  # noqa: S105 -- a file's name
SECRET_LEN = 32

_NO_TIME = getattr(os, "O_NOATIME", 0)  # Linux
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FileKeys:
    """The folder is made, with a fresh instance secret in it, when it does not exist yet.

    An existing folder without its secret is refused: a new secret would make every printed code unknown.
    Raises SettingsError.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        self._secret: bytes | None = None  # asked for on every token request
        if not folder.exists():
            self._make()
        self._check(folder, 0o700)
        for file in sorted(folder.iterdir()):
            self._check(file, 0o600)
        if not (folder / SECRET_FILE).exists():
            raise SettingsError(f"{folder} has no {SECRET_FILE}. Restore it from the backup; without it no code works.")

    def save_token_key(self, evaluation_id: str, der: bytes) -> None:
        """Raises WrongState when another key is there, StoreUnavailable when it could not be written."""
        file = self._file(evaluation_id)
        try:
            self._write_new(file, self._vault.lock(der, file.name))
        except FileExistsError:
            if self._unlock(file) != der:
                raise WrongState(f"There already is a token key of {evaluation_id}.") from None
        except OSError as error:
            raise StoreUnavailable(f"The token key of {evaluation_id} was not written: {error.strerror}.") from None

    def token_key(self, evaluation_id: str) -> bytes:
        try:
            return self._unlock(self._file(evaluation_id))
        except FileNotFoundError:
            raise NotFound(f"There is no token key of {evaluation_id}.") from None

    def destroy_token_key(self, evaluation_id: str) -> None:
        """Overwritten, then removed; what flash memory or a journalling file system keeps of it is locked. Repeatable.

        Raises StoreUnavailable when it could not be done.
        """
        file = self._file(evaluation_id)
        try:
            with file.open("r+b", buffering=0) as stream:
                stream.write(bytes(file.stat().st_size))
                os.fsync(stream.fileno())
            file.unlink()
            _sync_folder(self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreUnavailable(f"The token key of {evaluation_id} was not destroyed: {error.strerror}.") from None

    def instance_secret(self) -> bytes:
        if self._secret is None:
            secret = self._unlock(self._folder / SECRET_FILE)
            if len(secret) != SECRET_LEN:
                raise SettingsError(f"{self._folder / SECRET_FILE} must hold exactly {SECRET_LEN} bytes.")
            self._secret = secret
        return self._secret

    def _make(self) -> None:
        """Folder and secret appear together, or two processes would each make their own."""
        aside = self._folder.with_name(f".{self._folder.name}-{secrets.token_hex(8)}")
        aside.mkdir(mode=0o700, parents=True)
        _write(aside / SECRET_FILE, self._vault.lock(secrets.token_bytes(SECRET_LEN), SECRET_FILE))
        _sync_folder(aside)
        try:
            aside.rename(self._folder)  # fails when another process has put its own (not empty) folder there
        except OSError:
            (aside / SECRET_FILE).unlink()
            aside.rmdir()
            if not self._folder.exists():
                raise SettingsError(f"The folder {self._folder} could not be made.") from None
        _sync_folder(self._folder.parent)

    def _write_new(self, file: Path, content: bytes) -> None:
        aside = self._folder / f".{file.name}-{secrets.token_hex(8)}"
        try:
            _write(aside, content)
            os.link(aside, file)  # unlike rename, never replaces a key that is there
            _sync_folder(self._folder)
        finally:
            with suppress(FileNotFoundError):
                aside.unlink()

    def _unlock(self, file: Path) -> bytes:
        try:
            return self._vault.unlock(_read(file), file.name)
        except InvalidInput as error:
            raise SettingsError(f"{file} cannot be unlocked. {error}") from None

    def _file(self, evaluation_id: str) -> Path:
        if _ID.fullmatch(evaluation_id) is None:
            raise NotFound("There is no such evaluation.")
        return self._folder / f"{evaluation_id}.der"

    @staticmethod
    def _check(path: Path, allowed: int) -> None:
        with suppress(FileNotFoundError):  # another process may have finished with its temporary file
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & ~allowed:
                raise SettingsError(f"{path} has mode {mode:04o}; expected {allowed:04o} or stricter. See who read it.")


def _read(file: Path) -> bytes:
    """Without leaving a time of access: that of a token key would be that of a token request."""
    try:
        number = os.open(file, os.O_RDONLY | _NO_TIME)
    except PermissionError:  # the owner's privilege only
        return file.read_bytes()
    with os.fdopen(number, "rb") as stream:
        return stream.read()


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

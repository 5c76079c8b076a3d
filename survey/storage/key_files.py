"""domain.ports.KeyFiles: per evaluation a token key and a code secret, and one secret for share tests, each a file.

They are files, not rows, so that a copy of the database alone can neither make tokens nor test guessed codes.

What lies in the files is locked (domain.ports.Vault): a copy of the disk or of a backup holds none of them, as long as
the server key lies elsewhere. When a round closes, its token keys and code secrets are destroyed: nothing can be signed
any more, and whoever finds a slip cannot look for it in the store.

Law: files 0600 in a folder 0700; looser permissions are refused, not repaired: somebody may have read them already.
A file appears whole or not at all and is never overwritten.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from survey.domain.ports.key_files import Vault
from survey.errors import InvalidInput, NotFound, SettingsError, StoreUnavailable, WrongState

SECRET_FILE = "share-tests.secret"  # noqa: S105 -- a file's name
OLDER_FILE = "instance.secret"  # codes of all rounds were hashed under it once; see bring_up
SECRET_LEN = 32

_NO_TIME = getattr(os, "O_NOATIME", 0)  # Linux
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FileKeys:
    """The folder is made, with a fresh secret for share tests in it, when it does not exist yet.

    An existing folder without it is refused: then the token keys may be missing as well. Raises SettingsError.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        if not folder.exists():
            self._make()
        self._check(folder, 0o700)
        for file in sorted(folder.iterdir()):
            self._check(file, 0o600)
        if (folder / OLDER_FILE).exists():
            raise SettingsError(f"{folder} is of an older version of this program; run `survey migrate`.")
        if not (folder / SECRET_FILE).exists():
            raise SettingsError(f"{folder} has no {SECRET_FILE}. Restore the folder from the backup.")

    def save_token_key(self, evaluation_id: str, der: bytes) -> None:
        """Raises WrongState when another key is there, StoreUnavailable when it could not be written."""
        if self._save(self._token_file(evaluation_id), der) != der:
            raise WrongState(f"There already is a token key of {evaluation_id}.")

    def token_key(self, evaluation_id: str) -> bytes:
        try:
            return self._unlock(self._token_file(evaluation_id))
        except FileNotFoundError:
            raise NotFound(f"There is no token key of {evaluation_id}.") from None

    def make_code_secret(self, evaluation_id: str) -> bytes:
        """Raises StoreUnavailable when it could not be written."""
        self._save(self._code_file(evaluation_id), secrets.token_bytes(SECRET_LEN))
        return self.code_secret(evaluation_id)

    def code_secret(self, evaluation_id: str) -> bytes:
        try:
            return self._secret(self._code_file(evaluation_id))
        except FileNotFoundError:
            raise NotFound(f"There is no code secret of {evaluation_id}.") from None

    def destroy_keys(self, evaluation_id: str) -> None:
        """Raises StoreUnavailable when it could not be done."""
        try:
            for file in (self._token_file(evaluation_id), self._code_file(evaluation_id)):
                _destroy(file)
        except OSError as error:
            raise StoreUnavailable(f"The keys of {evaluation_id} were not destroyed: {error.strerror}.") from None

    def share_test_secret(self) -> bytes:
        return self._secret(self._folder / SECRET_FILE)

    @classmethod
    def bring_up(cls, folder: Path, vault: Vault, evaluation_ids: Iterable[str]) -> None:
        """A folder of an older version: the codes of these evaluations keep the one secret they were hashed under.

        Each gets a copy, which its own closing destroys; the common one is destroyed now, so that no slip of a round
        that is over can be looked for. May be broken off and repeated; does nothing to a folder of this version.
        """
        older = folder / OLDER_FILE
        if not older.exists():
            return
        moved = folder / SECRET_FILE
        if not moved.exists():
            _write_new(moved, vault.lock(secrets.token_bytes(SECRET_LEN), moved.name))
        common = vault.unlock(_read(older), older.name)
        for evaluation_id in evaluation_ids:
            file = folder / f"{evaluation_id}.codes"
            with suppress(FileExistsError):  # this was broken off once
                _write_new(file, vault.lock(common, file.name))
        _destroy(older)

    def _save(self, file: Path, secret: bytes) -> bytes:
        """What the file holds from now on: what was there, else the secret."""
        try:
            _write_new(file, self._vault.lock(secret, file.name))
        except FileExistsError:
            return self._unlock(file)
        except OSError as error:
            raise StoreUnavailable(f"{file.name} was not written: {error.strerror}.") from None
        return secret

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

    def _secret(self, file: Path) -> bytes:
        secret = self._unlock(file)
        if len(secret) != SECRET_LEN:
            raise SettingsError(f"{file} must hold exactly {SECRET_LEN} bytes.")
        return secret

    def _unlock(self, file: Path) -> bytes:
        try:
            return self._vault.unlock(_read(file), file.name)
        except InvalidInput as error:
            raise SettingsError(f"{file} cannot be unlocked. {error}") from None

    def _token_file(self, evaluation_id: str) -> Path:
        return self._folder / f"{_checked(evaluation_id)}.der"

    def _code_file(self, evaluation_id: str) -> Path:
        return self._folder / f"{_checked(evaluation_id)}.codes"

    @staticmethod
    def _check(path: Path, allowed: int) -> None:
        with suppress(FileNotFoundError):  # another process may have finished with its temporary file
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & ~allowed:
                raise SettingsError(f"{path} has mode {mode:04o}; expected {allowed:04o} or stricter. See who read it.")


def _checked(evaluation_id: str) -> str:
    if _ID.fullmatch(evaluation_id) is None:
        raise NotFound("There is no such evaluation.")
    return evaluation_id


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


def _write_new(file: Path, content: bytes) -> None:
    """Whole or not at all. Raises FileExistsError."""
    aside = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        _write(aside, content)
        os.link(aside, file)  # unlike rename, never replaces a key that is there
        _sync_folder(file.parent)
    finally:
        with suppress(FileNotFoundError):
            aside.unlink()


def _destroy(file: Path) -> None:
    """Overwritten, then removed; what flash memory or a journalling file system keeps of it is locked. Repeatable."""
    with suppress(FileNotFoundError):
        with file.open("r+b", buffering=0) as stream:
            stream.write(bytes(file.stat().st_size))
            os.fsync(stream.fileno())
        file.unlink()
        _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

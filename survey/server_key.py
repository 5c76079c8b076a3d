"""The server's key: without it, nothing secret in an instance folder or a backup can be read.

Two steps. The *server key* (32 bytes) lies in a file of its own, or comes from the environment, and locks one file,
data-key.secret; the *data key* in there locks token keys, instance secret and session secret. So a new server key
touches one small file, and the server key can lie on another disk, on a memory stick or in the service manager.

Where it is looked for: SURVEY_KEY (base64url), else SURVEY_KEY_FILE, else "key_file" in settings.json, else
instance/server.key. It is never part of a backup. Where it is away, an AwayVault stands for the vault: a closed round
is counted, reported and checked without any secret of the server.

Law: a file that others may read is refused, not repaired: somebody may have read it already.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from survey.crypto.at_rest import HEAD, KEY_LEN, Vault
from survey.crypto.wire import b64url_decode, b64url_encode
from survey.errors import InvalidInput, KeyAway, SettingsError

KEY_FILE = "server.key"
DATA_KEY_FILE = "data-key.secret"
_NAME = "data key"


class AwayVault(Vault):
    """In the place of the vault while the server key is away: whatever would lock or unlock raises KeyAway."""

    def __init__(self, reason: str) -> None:
        super().__init__(secrets.token_bytes(KEY_LEN), secrets.token_bytes)  # a key that nothing is ever locked under
        self._reason = reason

    def lock(self, secret: bytes, name: str) -> bytes:
        raise KeyAway(self._reason)

    def unlock(self, locked: bytes, name: str) -> bytes:
        raise KeyAway(self._reason)

    def keyed_hash(self, purpose: str, text: str) -> bytes:
        raise KeyAway(self._reason)


def find_server_key(instance: Path, stored: str | None, environ: Mapping[str, str]) -> bytes:
    """32 bytes. stored: "key_file" of the settings. Raises SettingsError, never with the key in it; KeyAway where there
    is none at all.
    """
    text = environ.get("SURVEY_KEY")
    if text:
        return _decode(text, "SURVEY_KEY")
    file = key_file(instance, stored, environ)
    require_private(file)
    try:
        return _decode(file.read_text("ascii").strip(), str(file))
    except FileNotFoundError:
        raise KeyAway(
            f"The server key {file} is not there. Put its disk in, or name it with SURVEY_KEY_FILE or SURVEY_KEY."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The server key {file} cannot be read.") from None


def key_file(instance: Path, stored: str | None, environ: Mapping[str, str]) -> Path:
    """Where the server key lies, when it does not come from SURVEY_KEY."""
    return Path(environ.get("SURVEY_KEY_FILE") or stored or instance / KEY_FILE)


def open_vault(instance: Path, server_key: bytes) -> Vault:
    """The vault under the data key. Raises SettingsError."""
    file = instance / DATA_KEY_FILE
    require_private(file)
    try:
        wrapped = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from None
    server = Vault(server_key, secrets.token_bytes)
    # Two while a new server key is being put in place, so that a crash leaves one that fits whichever key is there.
    for locked in _split(wrapped):
        with suppress(InvalidInput):
            return Vault(server.unlock(locked, _NAME), secrets.token_bytes)
    raise SettingsError(f"The server key does not open {file}: it is another instance's, or an older one.")


def find_vault(instance: Path, stored: str | None, environ: Mapping[str, str]) -> Vault:
    """The vault, or an AwayVault where there is no key. A key that is there and does not fit raises SettingsError."""
    try:
        return open_vault(instance, find_server_key(instance, stored, environ))
    except KeyAway as away:
        return AwayVault(str(away))


def make_vault(instance: Path, file: Path | None) -> Vault:
    """A fresh data key under a fresh server key, which is written to `file` (None: it comes from SURVEY_KEY)."""
    server_key, data_key = secrets.token_bytes(KEY_LEN), secrets.token_bytes(KEY_LEN)
    if file is None:
        server_key = _decode(os.environ["SURVEY_KEY"], "SURVEY_KEY")
    else:
        write_key(file, server_key)
    write_private(instance / DATA_KEY_FILE, Vault(server_key, secrets.token_bytes).lock(data_key, _NAME))
    return Vault(data_key, secrets.token_bytes)


def rotate(instance: Path, old: bytes, to: Path, settle: Callable[[], None] = lambda: None) -> None:
    """A fresh server key in `to`, which may be the present file; settle(): says where it is from now on.

    A crash at any moment leaves a key that fits.
    """
    server, fresh = Vault(old, secrets.token_bytes), secrets.token_bytes(KEY_LEN)
    file = instance / DATA_KEY_FILE
    opened = None
    for locked in _split(file.read_bytes()):
        with suppress(InvalidInput):
            opened = server.unlock(locked, _NAME)
    if opened is None:
        raise SettingsError(f"The server key does not open {file}: it is another instance's, or an older one.")
    under_old, under_new = (Vault(key, secrets.token_bytes).lock(opened, _NAME) for key in (old, fresh))
    replace_private(file, under_old + under_new)
    replace_private(to, b64url_encode(fresh).encode("ascii") + b"\n")
    settle()  # until here the old key fits as well
    replace_private(file, under_new)


def write_key(file: Path, key: bytes) -> None:
    """Raises SettingsError when something is there."""
    try:
        write_private(file, b64url_encode(key).encode("ascii") + b"\n")
    except FileExistsError:
        raise SettingsError(f"{file} is there already; a key is never overwritten.") from None


def write_private(file: Path, content: bytes) -> None:
    """A new file for its owner only, on disk when this returns."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def require_private(file: Path) -> None:
    """Raises SettingsError when others than the owner may read the file; a missing file is no matter of this check."""
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            raise SettingsError(f"{file} has mode {mode:04o}; expected 0600 or stricter. See who read it.")


def replace_private(file: Path, content: bytes) -> None:
    """In the place of what was there, whole or not at all; for its owner only, on disk when this returns."""
    aside = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        write_private(aside, content)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _split(wrapped: bytes) -> list[bytes]:
    return [HEAD + part for part in wrapped.split(HEAD) if part]


def _decode(text: str, where: str) -> bytes:
    try:
        key = b64url_decode(text)
    except InvalidInput:
        key = b""
    if len(key) != KEY_LEN:
        raise SettingsError(f"{where} must hold {KEY_LEN} random bytes in base64url, as `survey key new` prints them.")
    return key

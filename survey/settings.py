"""Settings of one installation: read once at start from the instance folder and SURVEY_* variables.

Law: a missing or bad value fails here, naming it, and not on the first request.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from survey.errors import SettingsError

if TYPE_CHECKING:
    from survey.crypto.at_rest import Vault
    from survey.session_key import SessionKey

DEFAULT_PUBLIC_URL = "http://localhost:8000"


@dataclass(frozen=True)
class Settings:
    """instance: the folder; database_url: an SQLAlchemy URL; public_url: scheme and host printed on slips, no
    trailing slash; session_key: signs staff sessions (phones have none); vault: what locks every secret of the
    instance (server_key.py); needs_second_factor: whether staff who see anything must have one."""

    instance: Path
    database_url: str = field(repr=False)  # a password may be in it
    public_url: str
    session_key: SessionKey = field(repr=False)
    vault: Vault = field(repr=False)
    needs_second_factor: bool = True

    @property
    def host(self) -> str:
        """Host and port of the public URL: issuer name and origin of the token challenge (RFC 9577)."""
        return urlsplit(self.public_url).netloc

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def keys_folder(self) -> Path:
        return self.instance / "keys"

    @classmethod
    def load(cls, instance: Path, environ: Mapping[str, str] = os.environ, *, needs_key: bool = True) -> Settings:
        """Read instance/settings.json; SURVEY_DATABASE_URL and SURVEY_PUBLIC_URL win over it.

        needs_key: False for what may have no use of a secret. Where the server key is away, whatever uses one then
        raises KeyAway; a key that is there must fit all the same.
        """
        from survey.server_key import find_server_key, find_vault, open_vault
        from survey.session_key import SessionKey
        from survey.settings_file import SETTINGS_FILE, database_url, read_settings

        file = instance / SETTINGS_FILE
        stored = read_settings(instance)
        if needs_key:
            vault = open_vault(instance, find_server_key(instance, stored.get("key_file"), environ))
        else:
            vault = find_vault(instance, stored.get("key_file"), environ)
        settings = cls(
            instance=instance,
            database_url=_text(environ.get("SURVEY_DATABASE_URL") or database_url(stored, vault), file, "database_url"),
            public_url=check_public_url(
                _text(environ.get("SURVEY_PUBLIC_URL") or stored.get("public_url"), file, "public_url")
            ),
            session_key=SessionKey(instance, vault),
            vault=vault,
            needs_second_factor=_truth(stored.get("needs_second_factor", True), file, "needs_second_factor"),
        )
        if needs_key:
            settings.session_key.current()
        return settings

    @classmethod
    def create(
        cls,
        instance: Path,
        database_url: str | None = None,
        public_url: str = DEFAULT_PUBLIC_URL,
        key_file: Path | None = None,
        needs_second_factor: bool = True,
    ) -> Settings:
        """Write the settings of a new instance; raise SettingsError where one already is.

        key_file: where the server key shall lie, when not in the instance folder and not in SURVEY_KEY.
        """
        from survey import session_key
        from survey.server_key import DATA_KEY_FILE, KEY_FILE, make_vault
        from survey.settings_file import SETTINGS_FILE, write_settings

        file = instance / SETTINGS_FILE
        if file.exists():
            raise SettingsError(f"{instance} already is an instance; choose another folder.")
        public_url = check_public_url(public_url)
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Others on the machine may list what stands in the repository, but not what an instance holds.
        instance.chmod(0o700)
        key_file = key_file or (Path(os.environ["SURVEY_KEY_FILE"]) if os.environ.get("SURVEY_KEY_FILE") else None)
        for name in (session_key.FILE, DATA_KEY_FILE):  # left by an init that broke off: they lock nothing yet
            (instance / name).unlink(missing_ok=True)
        vault = make_vault(instance, None if os.environ.get("SURVEY_KEY") else key_file or instance / KEY_FILE)
        session_key.make(instance, vault)
        url = database_url or f"sqlite:///{(instance / 'survey.db').resolve()}"
        document: dict[str, object] = {"database_url": url, "public_url": public_url}
        document["needs_second_factor"] = needs_second_factor
        if key_file is not None:
            document["key_file"] = str(key_file.resolve())
        write_settings(instance, document, vault)
        return cls.load(instance)


def check_public_url(url: str) -> str:
    """Return the URL without trailing slash; raise SettingsError unless it is http(s)://host[:port]."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"public_url is {url!r}; expected https://HOST or http://HOST:PORT without a path.")
    return f"{parts.scheme}://{parts.netloc}"


def _text(value: object, file: Path, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{file}: {name} is missing or not a text.")
    return value


def _truth(value: object, file: Path, name: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{file}: {name} is neither true nor false.")
    return value

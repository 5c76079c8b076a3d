"""Settings of one installation: read once at start from the instance folder and SURVEY_* variables.

Law: a missing or bad value fails here, naming it, and not on the first request.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from survey.errors import SettingsError

SETTINGS_FILE = "settings.json"
SESSION_FILE = "session.secret"
SESSION_KEY_LEN = 32
DEFAULT_PUBLIC_URL = "http://localhost:8000"


@dataclass(frozen=True)
class Settings:
    """instance: the folder; database_url: an SQLAlchemy URL; public_url: scheme and host printed on slips, no
    trailing slash; session_secret: 32 bytes that sign staff sessions (phones have none)."""

    instance: Path
    database_url: str
    public_url: str
    session_secret: bytes

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
    def load(cls, instance: Path, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read instance/settings.json; SURVEY_DATABASE_URL and SURVEY_PUBLIC_URL win over it."""
        file = instance / SETTINGS_FILE
        try:
            stored = json.loads(file.read_text("utf-8"))
        except FileNotFoundError:
            raise SettingsError(
                f"{instance} is no instance (no {SETTINGS_FILE}); make one with `survey init`."
            ) from None
        except ValueError as error:
            raise SettingsError(f"{file} is not valid JSON: {error}.") from None
        if not isinstance(stored, dict):
            raise SettingsError(f"{file} must hold a JSON object.")
        return cls(
            instance=instance,
            database_url=_text(environ.get("SURVEY_DATABASE_URL") or stored.get("database_url"), file, "database_url"),
            public_url=check_public_url(
                _text(environ.get("SURVEY_PUBLIC_URL") or stored.get("public_url"), file, "public_url")
            ),
            session_secret=_secret(instance / SESSION_FILE),
        )

    @classmethod
    def create(cls, instance: Path, database_url: str | None = None, public_url: str = DEFAULT_PUBLIC_URL) -> Settings:
        """Write the settings of a new instance; raise SettingsError where one already is."""
        file = instance / SETTINGS_FILE
        if file.exists():
            raise SettingsError(f"{instance} already is an instance; choose another folder.")
        public_url = check_public_url(public_url)
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Others on the machine may list what stands in the repository, but not what an instance holds.
        instance.chmod(0o700)
        secret_file = instance / SESSION_FILE
        with os.fdopen(os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(secrets.token_bytes(SESSION_KEY_LEN))
        url = database_url or f"sqlite:///{(instance / 'survey.db').resolve()}"
        file.write_text(json.dumps({"database_url": url, "public_url": public_url}, indent=2) + "\n", "utf-8")
        file.chmod(0o600)  # a PostgreSQL URL may hold a password
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


def _secret(file: Path) -> bytes:
    try:
        secret = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from None
    if len(secret) != SESSION_KEY_LEN:
        raise SettingsError(f"{file} must hold exactly {SESSION_KEY_LEN} bytes.")
    return secret

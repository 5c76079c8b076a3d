"""settings.json: read, written whole, and a database password in it locked.

Law: settings.json goes into every backup as it is, so no password may stand readable in it. Whoever writes one by hand
finds it locked after the next command that writes the file or makes a backup; until then `survey serve` warns.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.crypto.wire import b64url_decode, b64url_encode
from survey.errors import InvalidInput, SettingsError
from survey.server_key import replace_private, require_private

if TYPE_CHECKING:
    from survey.crypto.at_rest import Vault

SETTINGS_FILE = "settings.json"
URL, LOCKED = "database_url", "database_password"
# The same parts as SQLAlchemy reads: a password may hold anything but "@".
_WITH_PASSWORD = re.compile(r"(?P<before>[\w+]+://[^:/@]*):(?P<password>[^@]*)(?P<after>@.*)", re.DOTALL)
_WITHOUT_PASSWORD = re.compile(r"(?P<before>[\w+]+://[^:/@]*)(?P<after>@.*)", re.DOTALL)


def read_settings(instance: Path) -> dict[str, Any]:
    """Raises SettingsError."""
    file = instance / SETTINGS_FILE
    require_private(file)  # a PostgreSQL URL may hold a password
    try:
        document = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{instance} is no instance (no {SETTINGS_FILE}); make one with `survey init`.") from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file} is not valid JSON: {error}.") from None
    if not isinstance(document, dict):
        raise SettingsError(f"{file} must hold a JSON object.")
    return document


def write_settings(instance: Path, document: dict[str, Any], vault: Vault) -> None:
    """Whole or not at all; a password in the address of the database is locked."""
    found = _WITH_PASSWORD.fullmatch(str(document.get(URL)))
    if found is not None:
        locked = vault.lock(found["password"].encode("utf-8"), LOCKED)
        document = {**document, URL: found["before"] + found["after"], LOCKED: b64url_encode(locked)}
    replace_private(instance / SETTINGS_FILE, (json.dumps(document, indent=2) + "\n").encode("utf-8"))


def lock_password(instance: Path, vault: Vault) -> None:
    """Locks a password that somebody wrote into settings.json; does nothing when there is none."""
    document = read_settings(instance)
    if has_readable_password(document):
        write_settings(instance, document, vault)


def has_readable_password(document: dict[str, Any]) -> bool:
    return _WITH_PASSWORD.fullmatch(str(document.get(URL))) is not None


def database_url(document: dict[str, Any], vault: Vault) -> object:
    """With its password, where one is locked beside it. Raises SettingsError."""
    url, locked = document.get(URL), document.get(LOCKED)
    found = _WITHOUT_PASSWORD.fullmatch(str(url))
    if locked is None or found is None:
        return url
    try:
        password = vault.unlock(b64url_decode(str(locked)), LOCKED).decode("utf-8")
    except InvalidInput as error:
        raise SettingsError(f"{SETTINGS_FILE}: {LOCKED} cannot be unlocked. {error}") from None
    return f"{found['before']}:{password}{found['after']}"

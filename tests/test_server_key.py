"""survey/server_key.py: a crash at any moment of putting a new key in place leaves a key that fits."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from survey import server_key
from survey.crypto.at_rest import STREAM_HEAD, STREAM_START, Vault
from survey.errors import KeyAway, SettingsError
from survey.settings import Settings


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_a_new_key_that_was_put_in_place_only_in_part_still_opens_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    settings = Settings.create(tmp_path / "instance")
    locked = settings.vault.lock(b"secret", "name")
    replace, done = server_key.replace_private, []

    def crashing(file: Path, content: bytes) -> None:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(file)
        replace(file, content)

    monkeypatch.setattr(server_key, "replace_private", crashing)
    old = server_key.find_server_key(settings.instance, None, {})
    if steps < 3:
        with pytest.raises(KeyboardInterrupt):
            server_key.rotate(settings.instance, old, settings.instance / "server.key")
    else:
        server_key.rotate(settings.instance, old, settings.instance / "server.key")
    assert Settings.load(settings.instance, {}).vault.unlock(locked, "name") == b"secret"


def test_the_key_of_another_instance_opens_nothing(tmp_path: Path) -> None:
    one, other = Settings.create(tmp_path / "one"), Settings.create(tmp_path / "other")
    (one.instance / "server.key").write_bytes((other.instance / "server.key").read_bytes())
    with pytest.raises(SettingsError, match="does not open"):
        Settings.load(one.instance, {})


@pytest.mark.parametrize(
    "use",
    [
        lambda vault: vault.lock(b"secret", "name"),
        lambda vault: vault.unlock(b"locked", "name"),
        lambda vault: vault.keyed_hash("purpose", "text"),
        lambda vault: list(vault.lock_stream([b"secret"], "name")),
        lambda vault: vault.unlock_stream(BytesIO(STREAM_HEAD + bytes(STREAM_START)), "name"),
    ],
    ids=["lock", "unlock", "keyed hash", "lock a stream", "unlock a stream"],
)
def test_while_the_server_key_is_away_nothing_is_locked_or_unlocked(
    tmp_path: Path, use: Callable[[Vault], object]
) -> None:
    settings = Settings.create(tmp_path / "instance")
    (settings.instance / "server.key").unlink()
    with pytest.raises(KeyAway, match="is not there"):
        use(Settings.load(settings.instance, {}, needs_key=False).vault)


def test_without_its_key_an_instance_is_not_opened_for_serving(tmp_path: Path) -> None:
    settings = Settings.create(tmp_path / "instance")
    (settings.instance / "server.key").unlink()
    with pytest.raises(KeyAway, match="Put its disk in, or name it with SURVEY_KEY_FILE or SURVEY_KEY"):
        Settings.load(settings.instance, {})


def test_settings_never_print_a_secret(tmp_path: Path) -> None:
    settings = Settings.create(tmp_path / "instance")
    assert "secret" not in repr(settings)
    assert "vault" not in repr(settings)

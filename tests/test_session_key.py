"""survey/session_key.py: renewed at once for every process, locked at rest, and named where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.errors import SettingsError
from survey.session_key import FILE, SessionKey
from survey.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.create(tmp_path / "instance")


def test_a_renewed_key_is_in_force_at_once_wherever_it_was_read_before(settings: Settings) -> None:
    other = SessionKey(settings.instance, settings.vault)
    before = other.current()
    settings.session_key.renew()
    assert settings.session_key.current() == other.current() != before


def test_the_key_stays_the_same_until_it_is_renewed(settings: Settings) -> None:
    assert settings.session_key.current() == settings.session_key.current()
    assert settings.session_key.current() == Settings.load(settings.instance, {}).session_key.current()


def test_the_file_holds_no_key_that_can_be_read(settings: Settings) -> None:
    assert settings.session_key.current() not in (settings.instance / FILE).read_bytes()


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"k" * 32, "cannot be unlocked"), (None, "cannot be read")], ids=["not locked", "gone"]
)
def test_a_key_that_cannot_be_read_is_named(settings: Settings, content: bytes | None, sentence: str) -> None:
    file = settings.instance / FILE
    file.unlink()
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    with pytest.raises(SettingsError, match=sentence):
        settings.session_key.current()
    with pytest.raises(SettingsError, match=sentence):
        Settings.load(settings.instance, {})


def test_a_key_of_another_length_is_refused(settings: Settings) -> None:
    (settings.instance / FILE).write_bytes(settings.vault.lock(b"short", FILE))
    with pytest.raises(SettingsError, match="exactly 32 bytes"):
        settings.session_key.current()

"""domain.ports.KeyFiles: whole or not at all, for the owner only, never overwritten."""

from __future__ import annotations

import errno
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from survey.crypto.at_rest import Vault
from survey.errors import NotFound, SettingsError, StoreUnavailable, WrongState
from survey.storage import key_files
from survey.storage.key_files import FileKeys

VAULT = Vault(bytes(32), secrets.token_bytes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> FileKeys:
    return FileKeys(folder, VAULT)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_token_key_comes_back(keys: FileKeys) -> None:
    keys.save_token_key("team-1", b"der bytes")
    assert keys.token_key("team-1") == b"der bytes"


def test_an_unknown_token_key_is_not_found(keys: FileKeys) -> None:
    with pytest.raises(NotFound, match="no token key of team-1"):
        keys.token_key("team-1")


def test_a_new_folder_gets_a_secret_for_share_tests_that_stays(keys: FileKeys, folder: Path) -> None:
    assert len(keys.share_test_secret()) == 32
    assert FileKeys(folder, VAULT).share_test_secret() == keys.share_test_secret()


def test_two_instances_have_different_secrets(tmp_path: Path) -> None:
    assert FileKeys(tmp_path / "a", VAULT).share_test_secret() != FileKeys(tmp_path / "b", VAULT).share_test_secret()


def test_ten_processes_that_start_at_once_agree_on_one_secret(folder: Path) -> None:
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: FileKeys(folder, VAULT).share_test_secret(), range(10)))
    assert len(set(found)) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["keys"]


def test_files_and_folder_are_for_the_owner_only(keys: FileKeys, folder: Path) -> None:
    keys.save_token_key("team-1", b"der")
    assert mode_of(folder) == 0o700
    assert {mode_of(path) for path in folder.iterdir()} == {0o600}


def test_nothing_else_is_left_in_the_folder(keys: FileKeys, folder: Path) -> None:
    keys.save_token_key("team-1", b"der")
    assert sorted(path.name for path in folder.iterdir()) == ["share-tests.secret", "team-1.der"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused_at_start(keys: FileKeys, folder: Path, mode: int) -> None:
    keys.save_token_key("team-1", b"der")
    (folder / "team-1.der").chmod(mode)
    with pytest.raises(SettingsError, match=f"team-1.der has mode 0{mode:o}; expected 0600"):
        FileKeys(folder, VAULT)


def test_a_folder_that_others_may_enter_is_refused_at_start(keys: FileKeys, folder: Path) -> None:
    folder.chmod(0o750)
    with pytest.raises(SettingsError, match="keys has mode 0750; expected 0700"):
        FileKeys(folder, VAULT)


def test_a_folder_without_its_secret_is_refused_at_start(keys: FileKeys, folder: Path) -> None:
    """The rest may be missing as well: every printed code would silently be unknown."""
    (folder / "share-tests.secret").unlink()
    with pytest.raises(SettingsError, match=r"has no share-tests\.secret"):
        FileKeys(folder, VAULT)


def test_a_secret_of_the_wrong_length_is_refused(keys: FileKeys, folder: Path) -> None:
    (folder / "share-tests.secret").write_bytes(VAULT.lock(b"short", "share-tests.secret"))
    with pytest.raises(SettingsError, match="exactly 32 bytes"):
        keys.share_test_secret()


def test_no_file_holds_a_secret_that_another_key_opens(keys: FileKeys, folder: Path) -> None:
    keys.save_token_key("team-1", b"der bytes")
    written = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"der bytes" not in written
    assert keys.share_test_secret() not in written
    other = FileKeys(folder, Vault(b"k" * 32, secrets.token_bytes))
    with pytest.raises(SettingsError, match=r"share-tests\.secret cannot be unlocked\. .* another key"):
        other.share_test_secret()


def test_a_key_put_in_the_place_of_another_does_not_open(keys: FileKeys, folder: Path) -> None:
    """Else whoever can write files could make people of one team answer with tokens of another."""
    keys.save_token_key("team-1", b"first")
    keys.save_token_key("team-2", b"second")
    (folder / "team-1.der").write_bytes((folder / "team-2.der").read_bytes())
    with pytest.raises(SettingsError, match=r"team-1\.der cannot be unlocked"):
        keys.token_key("team-1")


def test_a_key_that_was_never_locked_is_refused(keys: FileKeys, folder: Path) -> None:
    (folder / "team-1.der").write_bytes(b"plain")
    with pytest.raises(SettingsError, match=r"team-1\.der cannot be unlocked\. It is not locked"):
        keys.token_key("team-1")


def test_a_destroyed_token_key_is_gone_and_may_be_destroyed_again(keys: FileKeys, folder: Path) -> None:
    keys.save_token_key("team-1", b"der")
    keys.destroy_keys("team-1")
    keys.destroy_keys("team-1")
    with pytest.raises(NotFound, match="no token key of team-1"):
        keys.token_key("team-1")
    assert [path.name for path in folder.iterdir()] == ["share-tests.secret"]


def test_a_code_secret_is_drawn_once_and_is_gone_when_destroyed(keys: FileKeys, folder: Path) -> None:
    with pytest.raises(NotFound, match="no code secret of team-1"):
        keys.code_secret("team-1")
    drawn = keys.make_code_secret("team-1")
    assert keys.make_code_secret("team-1") == drawn == FileKeys(folder, VAULT).code_secret("team-1")
    assert keys.make_code_secret("team-2") != drawn
    keys.destroy_keys("team-1")
    with pytest.raises(NotFound, match="no code secret of team-1"):
        keys.code_secret("team-1")


def test_ten_processes_that_print_at_once_agree_on_one_code_secret(keys: FileKeys) -> None:
    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(keys.make_code_secret, ["team-1"] * 10))) == 1


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_a_folder_of_an_older_version_is_brought_up_even_after_being_broken_off(
    keys: FileKeys, folder: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    (folder / "share-tests.secret").unlink()
    (folder / "instance.secret").write_bytes(VAULT.lock(b"c" * 32, "instance.secret"))
    sync, done = key_files._sync_folder, []

    def crashing(path: Path) -> None:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(path)
        sync(path)

    monkeypatch.setattr(key_files, "_sync_folder", crashing)
    with suppress(KeyboardInterrupt):
        FileKeys.bring_up(folder, VAULT, ["team-1", "team-2"])
    monkeypatch.undo()
    FileKeys.bring_up(folder, VAULT, ["team-1", "team-2"])
    brought_up = FileKeys(folder, VAULT)
    assert brought_up.code_secret("team-1") == brought_up.code_secret("team-2") == b"c" * 32
    assert brought_up.share_test_secret() != b"c" * 32
    assert sorted(file.name for file in folder.iterdir()) == ["share-tests.secret", "team-1.codes", "team-2.codes"]


def test_a_folder_of_an_older_version_is_refused_until_it_is_brought_up(keys: FileKeys, folder: Path) -> None:
    (folder / "instance.secret").touch(0o600)
    with pytest.raises(SettingsError, match="run `survey migrate`"):
        FileKeys(folder, VAULT)


def test_a_token_key_is_overwritten_before_it_is_removed(keys: FileKeys, folder: Path) -> None:
    keys.save_token_key("team-1", b"der")
    os.link(folder / "team-1.der", folder.parent / "the-same-bytes-on-disk")
    keys.destroy_keys("team-1")
    assert set((folder.parent / "the-same-bytes-on-disk").read_bytes()) == {0}


def test_a_token_key_is_never_replaced(keys: FileKeys) -> None:
    keys.save_token_key("team-1", b"first")
    with pytest.raises(WrongState, match="already is a token key of team-1"):
        keys.save_token_key("team-1", b"second")
    assert keys.token_key("team-1") == b"first"


def test_the_same_token_key_may_be_saved_again(keys: FileKeys) -> None:
    keys.save_token_key("team-1", b"first")
    keys.save_token_key("team-1", b"first")
    assert keys.token_key("team-1") == b"first"


def test_a_key_that_cannot_be_written_whole_leaves_nothing(
    keys: FileKeys, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnavailable, match="No space left"):
        keys.save_token_key("team-1", b"der")
    assert [path.name for path in folder.iterdir()] == ["share-tests.secret"]


@pytest.mark.parametrize("evaluation_id", ["", "../team", "a/b", "a\0b", ".", "a" * 65])
def test_an_id_that_is_no_id_never_becomes_a_path(keys: FileKeys, evaluation_id: str) -> None:
    with pytest.raises(NotFound, match="no such evaluation"):
        keys.token_key(evaluation_id)


def test_reading_a_key_leaves_no_time_of_access(tmp_path: Path) -> None:
    """The first reading of a token key is the first token request of the day."""
    keys = FileKeys(tmp_path / "keys", VAULT)
    keys.save_token_key("team-1", b"der")
    for file in (tmp_path / "keys").iterdir():
        os.utime(file, (1_000_000_000, 1_000_000_000))
    keys.token_key("team-1")
    keys.share_test_secret()
    assert {file.stat().st_atime for file in (tmp_path / "keys").iterdir()} == {1_000_000_000}

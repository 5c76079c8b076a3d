"""Files appear whole or not at all, for their owner only, and never over something else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.cli.files import FileExists, new_file, new_folder, safe_name, write_secret
from survey.errors import InvalidInput


class Stop(Exception):
    """Something fails half-way."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_secret(tmp_path / "a", b"x")
    assert (mode(tmp_path / "a"), (tmp_path / "a").read_bytes()) == (0o600, b"x")


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(FileExists, match="already exists"):
        write_secret(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_file_that_came_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "a") as stream:
            stream.write(b"new")
            (tmp_path / "a").write_bytes(b"old")

    with pytest.raises(FileExists, match="already exists"):
        write()
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_dangling_link_counts_as_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExists, match="already exists"):
        write_secret(tmp_path / "a", b"new")


def test_a_file_half_written_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with new_file(tmp_path / "a") as stream:
            stream.write(b"half")
            raise Stop

    with pytest.raises(Stop):
        write()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_when_it_is_full(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "slips") as folder:
        (folder / "a").write_bytes(b"x")
        assert not (tmp_path / "deep" / "slips").exists()
    assert mode(tmp_path / "deep" / "slips") == 0o700
    assert [file.name for file in (tmp_path / "deep" / "slips").iterdir()] == ["a"]


def test_a_folder_half_filled_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with new_folder(tmp_path / "slips") as folder:
            (folder / "a").write_bytes(b"x")
            raise Stop

    with pytest.raises(Stop):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "slips").mkdir()
    with new_folder(tmp_path / "slips") as folder:
        (folder / "a").write_bytes(b"x")
    assert (tmp_path / "slips" / "a").exists()


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "slips").mkdir()
    (tmp_path / "slips" / "old").write_bytes(b"x")
    with pytest.raises(FileExists, match="already exists"), new_folder(tmp_path / "slips"):
        pass
    assert (tmp_path / "slips" / "old").exists()


@pytest.mark.parametrize("name", ["纪委", "organisation department", "A-1_b", "部门（二）"])
def test_ordinary_names_may_name_a_file(name: str) -> None:
    assert safe_name(name, "The custodian") == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "a\0b", "a\nb", ".hidden", "end.", " a", 'say "x"', "c:", "长" * 80]
)
def test_names_that_lead_elsewhere_or_fail_somewhere_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"The custodian .* cannot name a file"):
        safe_name(name, "The custodian")


@given(st.text(max_size=80))
def test_no_accepted_name_leaves_its_folder(name: str) -> None:
    try:
        accepted = safe_name(name, "The custodian")
    except InvalidInput:
        return
    path = Path("/folder") / f"{accepted}.share"
    assert path.parent == Path("/folder")
    assert path.name == f"{name}.share"

"""The library of questionnaires in both databases, and the dictionary that stands for it in other tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from survey.domain.forms.library import Content, Entry, IsKnown, Library, Overtaken, Version
from survey.errors import NotFound
from survey.storage.database import migrate, open_database
from survey.storage.questionnaires import SqlLibrary
from tests.databases import KINDS
from tests.fake_library import MemoryLibrary

ENTRY = Entry("first", "form-1", "问卷", False, (Version(1, "1.0.0", is_ready=False),))


@pytest.fixture(params=[*KINDS, "dictionary"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    if request.param == "dictionary":
        yield MemoryLibrary()
        return
    url = (
        f"sqlite:///{tmp_path / 'survey.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )
    engine = open_database(url)
    migrate(engine)
    yield SqlLibrary(engine)
    engine.dispose()


def test_an_entry_is_found_again_with_its_versions_and_their_contents(library: Library) -> None:
    library.add_entry(ENTRY, {"title": "问"})
    assert library.entries() == [ENTRY]
    assert library.find_entry("first") == ENTRY
    assert library.find_content("first", 1) == Content({"title": "问"}, 1, is_ready=False)
    assert library.find_entry("second") is None
    assert library.find_content("first", 2) is None
    with pytest.raises(IsKnown, match="has a form form-1 already"):
        library.add_entry(Entry("other", "form-1", "x", False, ()), {})


def test_who_saves_second_is_told_so_and_changes_nothing(library: Library) -> None:
    library.add_entry(ENTRY, {"n": 0})
    read_by_both = library.find_content("first", 1)
    assert read_by_both
    library.save_draft("first", 1, Content({"n": 1}, read_by_both.revision, False, {"n": 0}), "1.1")
    with pytest.raises(Overtaken):
        library.save_draft("first", 1, Content({"n": 2}, read_by_both.revision, False), "1.2")
    with pytest.raises(Overtaken):
        library.take_in("first", 1, read_by_both.revision)
    assert library.find_content("first", 1) == Content({"n": 1}, 2, False, {"n": 0})
    assert library.find_entry("first").versions == (Version(1, "1.1", False, 2),)  # type: ignore[union-attr]  # it is there


def test_what_is_ready_is_never_written_again(library: Library) -> None:
    library.add_entry(ENTRY, {"n": 0})
    library.take_in("first", 1, 1)
    for change in (
        lambda: library.save_draft("first", 1, Content({"n": 9}, 1, False), "2"),
        lambda: library.take_in("first", 1, 1),
        lambda: library.delete_draft("first", 1),
    ):
        with pytest.raises(Overtaken):
            change()
    assert library.find_content("first", 1) == Content({"n": 0}, 1, is_ready=True)


def test_versions_count_up_and_two_ready_ones_never_share_a_label(library: Library) -> None:
    library.add_entry(ENTRY, {"n": 0})
    library.take_in("first", 1, 1)
    assert library.add_version("first", "1.0.0", {"n": 1}) == 2
    with pytest.raises(Overtaken, match=r"Another version 1\.0\.0"):
        library.take_in("first", 2, 1)
    library.delete_draft("first", 2)
    assert library.add_version("first", "1.0.1", {"n": 2}) == 2


def test_the_last_draft_takes_its_entry_with_it(library: Library) -> None:
    library.add_entry(ENTRY, {})
    library.delete_draft("first", 1)
    assert library.entries() == []


def test_an_entry_is_renamed_and_archived(library: Library) -> None:
    library.add_entry(ENTRY, {})
    library.rename("first", "新名")
    library.archive("first", True)
    entry = library.find_entry("first")
    assert entry
    assert (entry.name, entry.is_archived) == ("新名", True)
    if isinstance(library, SqlLibrary):
        with pytest.raises(NotFound):
            library.rename("none", "x")

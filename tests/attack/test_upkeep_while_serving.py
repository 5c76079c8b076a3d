"""The server itself erases the order of arrival: at intervals, and when it ends."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from survey.errors import StoreUnavailable
from survey.keeper import LOCK_FILE, Keeper, _Lock
from survey.settings import Settings
from survey.storage.tidying import COARSE
from tests.attack.__main__ import free_port
from tests.attack.scene import Scene, scene, served, wait_for
from tests.attack.scoring import score
from tests.attack.thief_of_files import evidence_in_database, take_image, telling_index, telling_times

PEOPLE = 36
EVERY_SECOND = ("--upkeep", str(1 / 60))


def leaks(made: Scene, name: str) -> list[str]:
    image = take_image(made, name)
    used, cast = [person.used_at for person in made.people], [person.cast_at for person in made.people]
    found = [score(one, used, cast) for one in evidence_in_database(made.people, image / "instance" / "survey.db")]
    notes = telling_times(made.people, image) + telling_index(made.people, image / "instance" / "survey.db")
    return [line.source for line in found if not line.is_guess] + notes


def has_ended(store: Path) -> bool:
    """Whether an upkeep has ended since the last arrival.

    An empty journal alone does not say it: the journal is emptied before the file is written anew, too. The last step
    of all makes the files' times coarse, and whatever is written to the journal takes that away.
    """
    times = [store.with_name(store.name + ending).stat().st_mtime_ns for ending in ("-wal", "-shm", "")]
    return all(time % (COARSE * 10**9) == 0 for time in times)


def test_a_copy_taken_after_the_next_upkeep_shows_no_order(tmp_path: Path) -> None:
    with scene(tmp_path, None, free_port(), PEOPLE, options=EVERY_SECOND) as made:
        made.act(PEOPLE)
        wait_for(lambda: has_ended(made.instance / "survey.db"))
        assert leaks(made, "kept") == []
        assert made.services.box.count(made.evaluation_id) == PEOPLE


def test_a_copy_taken_when_the_server_has_ended_shows_no_order(tmp_path: Path) -> None:
    made = Scene(tmp_path, None, PEOPLE)
    with served(made, free_port()):
        made.act(PEOPLE)
        assert leaks(made, "serving") != []
    assert leaks(made, "ended") == []
    made.services.close()


def test_one_process_keeps_and_another_takes_over_when_it_ends(tmp_path: Path) -> None:
    first, second = _Lock(tmp_path / LOCK_FILE), _Lock(tmp_path / LOCK_FILE)
    assert first.is_mine()
    assert not second.is_mine()
    os.close(first._file)
    assert second.is_mine()
    os.close(second._file)


def test_an_upkeep_that_somebody_kept_from_finishing_is_done_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable("Somebody was reading.")

    monkeypatch.setattr("survey.storage.forgetting.forget_order", fail)
    keeper = Keeper(Settings.create(tmp_path / "instance"))
    assert not keeper._keep(None)
    assert capsys.readouterr().err == "Upkeep was not finished and is done again: Somebody was reading.\n"
    monkeypatch.setattr("survey.storage.forgetting.forget_order", lambda *_: {}["a value"])
    assert not keeper._keep(None)  # whatever fails, the thread goes on
    assert re.fullmatch(r"upkeep: KeyError at test_upkeep_while_serving\.py:\d+\n", capsys.readouterr().err)
    monkeypatch.setattr("survey.storage.forgetting.forget_order", lambda *_: {})
    assert keeper._keep(None)

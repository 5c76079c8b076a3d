"""What is remembered of requests: counts per ten minutes, told when the window is over."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from survey.keeper import Keeper
from survey.respondent.counts import WindowCounts
from survey.settings import Settings
from survey.window_log import FILE, WindowLog
from tests.fakes import MovableClock
from tests.world import World, phones

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_requests_and_refusals_are_counted_by_kind() -> None:
    clock = MovableClock(NINE)
    counts = WindowCounts(clock)
    for refusal in (None, None, "unknown-code", "not-found", "unknown-code"):
        counts.note(refusal)
    clock.move(minutes=10)
    assert counts.take_finished() == {NINE: {"requests": 5, "unknown-code": 2, "not-found": 1}}


def test_a_window_is_told_once_and_only_when_it_is_over() -> None:
    clock = MovableClock(NINE)
    counts = WindowCounts(clock)
    counts.note(None)
    clock.move(minutes=9, seconds=59)
    assert counts.take_finished() == {}
    clock.move(seconds=1)
    assert counts.take_finished() == {NINE: {"requests": 1}}
    assert counts.take_finished() == {}


def test_a_window_begins_at_a_round_ten_minutes_whenever_somebody_came() -> None:
    clock = MovableClock(NINE)
    counts = WindowCounts(clock)
    clock.move(minutes=17, seconds=23)
    counts.note(None)
    clock.move(hours=1)
    assert list(counts.take_finished()) == [datetime(2026, 3, 2, 9, 10, tzinfo=UTC)]


def test_a_whole_journey_and_its_mistakes_are_counted(open_world: World) -> None:
    app = open_world.app()
    client = app.test_client()
    person, wrong = phones(open_world, open_world.first, client)[:2]
    person.answer({})
    wrong.request_token(code="wrong")
    client.get("/nowhere")
    client.get("/nowhere", headers={"Accept": "text/html"})
    client.post("/", data=b"")
    open_world.services.clock.move(minutes=10)
    [counts] = app.extensions["counts"].take_finished().values()
    assert counts == {"requests": 6, "unknown-code": 1, "not-found": 2, "method-not-allowed": 1}


def test_the_log_adds_up_the_lines_of_several_processes(tmp_path: Path) -> None:
    first, second = WindowLog(tmp_path / "log"), WindowLog(tmp_path / "log")
    first.append({NINE: {"requests": 3, "unknown-code": 1}})
    second.append({NINE: {"requests": 4}, NINE.replace(minute=10): {"requests": 1}})
    assert first.read() == {NINE: {"requests": 7, "unknown-code": 1}, NINE.replace(minute=10): {"requests": 1}}
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_a_line_cut_off_by_a_full_disk_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("2026-03-02T09:00Z requests=3\n2026-03-02T09:10Z requ\n")
    assert WindowLog(tmp_path / "log").read() == {NINE: {"requests": 3}}


def test_no_log_is_an_empty_log(tmp_path: Path) -> None:
    assert WindowLog(tmp_path / "log").read() == {}


def test_the_keeper_writes_finished_windows_into_the_instance(tmp_path: Path) -> None:
    clock = MovableClock(NINE)
    counts = WindowCounts(clock)
    counts.note("not-found")
    settings = Settings.create(tmp_path / "instance")
    keeper = Keeper(settings, counts=counts)
    keeper.write_counts()
    assert not (settings.instance / FILE).exists()
    clock.move(minutes=10)
    keeper.write_counts()
    assert (settings.instance / FILE).read_text() == "2026-03-02T09:00Z requests=1 not-found=1\n"

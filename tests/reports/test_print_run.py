"""A print run: many units, in order, few in memory."""

from __future__ import annotations

import threading

import pytest

from survey.domain.rounds import Round
from survey.domain.slips import PrintedCode
from survey.errors import StoreUnavailable
from survey.reports.slips import run as print_run
from tests.bench.documents import print_run_of
from tests.reports.test_print import FONTS

URL = "https://survey.example"


def units_of(count: int) -> tuple[Round, list[list[PrintedCode]]]:
    return print_run_of(count, 1)


def test_units_come_in_the_order_asked_for_whichever_is_ready_first(monkeypatch: pytest.MonkeyPatch) -> None:
    round_, units = units_of(12)
    second_is_made = threading.Event()

    def made(of_unit: list[PrintedCode], *_more: object) -> bytes:
        if of_unit is units[0]:
            assert second_is_made.wait(30)
        second_is_made.set()
        return of_unit[0].unit.encode()

    monkeypatch.setattr(print_run, "AT_ONCE", 2)
    monkeypatch.setattr(print_run, "unit_pdf", made)
    pdfs = [pdf.decode() for _, pdf in print_run.unit_pdfs(units, round_, URL, FONTS)]
    assert pdfs == [of_unit[0].unit for of_unit in units]


def test_only_a_handful_is_made_before_somebody_takes_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    round_, units = units_of(40)
    made: list[str] = []
    monkeypatch.setattr(print_run, "AT_ONCE", 2)
    monkeypatch.setattr(print_run, "unit_pdf", lambda of_unit, *_more: made.append(of_unit[0].unit) or b"")
    pdfs = print_run.unit_pdfs(units, round_, URL, FONTS)
    next(pdfs)
    pdfs.close()  # waits for those in the making
    assert len(made) <= 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("slips")]


def test_a_unit_that_cannot_be_made_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    round_, units = units_of(5)

    def fails(*_arguments: object) -> bytes:
        raise StoreUnavailable("no paper")

    monkeypatch.setattr(print_run, "unit_pdf", fails)
    with pytest.raises(StoreUnavailable, match="no paper"):
        list(print_run.unit_pdfs(units, round_, URL, FONTS))


def test_units_made_at_once_are_byte_for_byte_those_made_alone() -> None:
    round_, units = print_run_of(4, 12)
    alone = [print_run.unit_pdf(of_unit, round_, URL, FONTS) for of_unit in units]
    assert [pdf for _, pdf in print_run.unit_pdfs(units, round_, URL, FONTS)] == alone

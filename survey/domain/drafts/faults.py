"""Everything that is wrong with a draft, at once and with its place, for whoever says it in words.

Law: domain.drafts.spec has the last word: what passes here passes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from survey.domain.drafts.draft import Draft, UnitRow
from survey.domain.drafts.spec import MAX_CUSTODIANS, MAX_ENTITLED, MAX_TEAMS, MAX_UNITS, NAME_MAX
from survey.domain.drafts.typed import is_name, moment_of, number_of, percent_of, text_of, truth_of
from survey.domain.local_time import BEIJING

MAX_ROWS = 2000  # units of a round
MIN_CUSTODIANS = 3  # t >= 2, and one more than t

Place = tuple[str | int, ...]  # ("name",), ("rows", 3, "entitled"): rows count from 1


class Expected(StrEnum):
    """What should have stood there."""

    NAME = "a name"
    NUMBER = "a whole number"
    CUSTODIANS = "several custodians"
    DIFFERENT = "a name that stands there once"
    ONE_TEAM = "one team of each name"
    TEAM = "a team above or here"
    SAME_LEADER = "the leader named before, or nothing"
    SOME_ROWS = "at least one unit"
    FEWER_ROWS = "fewer rows"
    MOMENT = "date and time"
    LATER = "a later time"
    YES_OR_NO = "yes or no"
    VALUE = "a plain value"  # spreadsheets: no formula, no error
    UNKNOWN = "a known field"
    COLUMNS = "the columns of the template"
    EMPTY = "nothing"


@dataclass(frozen=True)
class Fault:
    """place; what was expected, with its limits or words; what was found, shortened."""

    place: Place
    expected: Expected
    found: str = ""
    least: int = 0
    most: int = 0
    words: str = ""

    def __str__(self) -> str:
        expected = str(self.expected.value)
        if self.expected is Expected.NAME:
            expected = f"a name of 1 to {NAME_MAX} printable characters"
        elif self.expected in (Expected.NUMBER, Expected.CUSTODIANS):
            what = "a whole number from" if self.expected is Expected.NUMBER else "custodians, in number"
            expected = f"{what} {self.least} to {self.most}"
        elif self.words:
            expected += f" ({self.words})"
        return f"expected {expected}, found {self.found or 'nothing'}"


def faults_of(draft: Draft) -> list[Fault]:
    """Everything that is wrong, in the order in which it is read; empty: make_round() succeeds."""
    return [*_round_faults(draft), *_row_faults(draft.rows)]


def shown(value: object) -> str:
    """The value for a message, at most 40 characters; empty where there is nothing."""
    text = "" if value is None else str(value).strip()
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= 40 else text[:37] + "..."


def _round_faults(draft: Draft) -> Iterator[Fault]:
    if not is_name(draft.name):
        yield Fault(("name",), Expected.NAME, shown(draft.name))
    custodians = [text_of(name) for name in draft.custodians]
    if not MIN_CUSTODIANS <= len(custodians) <= MAX_CUSTODIANS:
        yield Fault(
            ("custodians",), Expected.CUSTODIANS, str(len(custodians)), least=MIN_CUSTODIANS, most=MAX_CUSTODIANS
        )
    for name in custodians:
        if not is_name(name):
            yield Fault(("custodians",), Expected.NAME, shown(name))
    for name in _twice(custodians):
        yield Fault(("custodians",), Expected.DIFFERENT, shown(name))
    yield from _number(draft.threshold, "threshold", 2, min(MAX_CUSTODIANS, max(2, len(custodians) - 1)))
    yield from _number(draft.minimum_group, "minimum_group", 3, 1000)
    group = number_of(draft.minimum_group)
    least = group if group is not None and 3 <= group <= 1000 else 3
    yield from _number(draft.texts_minimum, "texts_minimum", least, 1000)
    if (spare := percent_of(draft.spare_percent)) is None or not 0 <= spare <= 100:
        yield Fault(("spare_percent",), Expected.NUMBER, shown(draft.spare_percent), 0, 100)
    moments = {name: moment_of(getattr(draft, name)) for name in ("opens_at", "closes_at")}
    for name, moment in moments.items():
        if moment is False:
            yield Fault((name,), Expected.MOMENT, shown(getattr(draft, name)))
    opens, closes = moments["opens_at"], moments["closes_at"]
    if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
        # As people write it, whatever the form or cell held.
        yield Fault(("closes_at",), Expected.LATER, f"{closes.astimezone(BEIJING):%Y-%m-%d %H:%M}")
    if truth_of(draft.kiosk) is None:
        yield Fault(("kiosk",), Expected.YES_OR_NO, shown(draft.kiosk))


def _row_faults(rows: Sequence[UnitRow]) -> Iterator[Fault]:
    filled = [(number, row) for number, row in enumerate(rows, 1) if not row.is_empty]
    if not filled:
        yield Fault(("rows",), Expected.SOME_ROWS)
    if len(filled) > MAX_ROWS:
        yield Fault(("rows",), Expected.FEWER_ROWS, str(len(filled)), most=MAX_ROWS)
        return
    team: str | None = None
    leaders: dict[str, str] = {}
    sizes: dict[str, int] = {}
    seen: set[str] = set()
    for number, row in filled:
        if (named := text_of(row.team)) is not None:
            team = named
        if team is None:
            yield Fault(("rows", number, "team"), Expected.TEAM)
        elif not is_name(team) and named is not None:
            yield Fault(("rows", number, "team"), Expected.NAME, shown(team))
        if (leader := text_of(row.leader)) is not None:
            if not is_name(leader):
                yield Fault(("rows", number, "leader"), Expected.NAME, shown(leader))
            elif team is not None and leaders.setdefault(team, leader) != leader:
                yield Fault(("rows", number, "leader"), Expected.SAME_LEADER, shown(leader), words=leaders[team])
        unit = text_of(row.unit)
        if unit is None or not is_name(unit):
            yield Fault(("rows", number, "unit"), Expected.NAME, shown(unit))
        elif unit in seen:  # a unit belongs to one team in the round
            yield Fault(("rows", number, "unit"), Expected.DIFFERENT, shown(unit))
        else:
            seen.add(unit)
        if (entitled := number_of(row.entitled)) is None or not 1 <= entitled <= MAX_ENTITLED:
            yield Fault(("rows", number, "entitled"), Expected.NUMBER, shown(row.entitled), 1, MAX_ENTITLED)
        if team is not None:
            sizes[team] = sizes.get(team, 0) + 1
    if len(sizes) > MAX_TEAMS:
        yield Fault(("rows",), Expected.FEWER_ROWS, str(len(sizes)), most=MAX_TEAMS, words="teams")
    for name, size in sizes.items():
        if size > MAX_UNITS:
            yield Fault(("rows",), Expected.FEWER_ROWS, str(size), most=MAX_UNITS, words=name)


def _number(value: object, name: str, least: int, most: int) -> Iterator[Fault]:
    number = number_of(value)
    if number is None or not least <= number <= most:
        yield Fault((name,), Expected.NUMBER, shown(value), least, most)


def _twice(names: Iterable[str | None]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name is not None and name in seen:
            yield name
        elif name is not None:
            seen.add(name)

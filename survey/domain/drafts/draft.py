"""A round as an office types or imports it, and everything that is wrong with it at once.

Law: the same checks stand behind the form, the Excel import and the command line; nothing is made while one fault is
left. domain.spec has the last word: what passes here passes there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from survey.domain.ports import Randomness
from survey.domain.rounds import Evaluation, Round, Unit
from survey.domain.spec import MAX_CUSTODIANS, MAX_ENTITLED, MAX_TEAMS, MAX_UNITS, NAME_MAX, parse_spec

MAX_ROWS = 2000  # units of a round
MIN_CUSTODIANS = 3  # t >= 2, and one more than t

_TRUTHS = {"yes": True, "true": True, "是": True, "有": True, "no": False, "false": False, "否": False, "无": False}

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
    MOMENT = "a time with zone"
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


@dataclass(frozen=True)
class UnitRow:
    """One line of a table of units. team may be left out below its first line; values as typed."""

    team: object = None
    leader: object = None
    unit: object = None
    entitled: object = None

    @property
    def is_empty(self) -> bool:
        return all(value in (None, "") for value in (self.team, self.leader, self.unit, self.entitled))


@dataclass(frozen=True)
class Draft:
    """Plain values as typed; texts of numbers are read as numbers. None: the usual value."""

    name: object = None
    custodians: Sequence[object] = ()
    threshold: object = 2
    minimum_group: object = 5
    texts_minimum: object = 10
    spare_percent: object = 8
    opens_at: object = None
    closes_at: object = None
    kiosk: object = False
    rows: tuple[UnitRow, ...] = ()
    questionnaire: Mapping[str, Any] | None = field(default=None, repr=False)


def draft_of(round_: Round) -> Draft:
    """What could be typed to make this round; the names of teams stand in their first row only."""
    rows = tuple(
        UnitRow(
            evaluation.team if place == 0 else None,
            evaluation.leader if place == 0 else None,
            unit.name,
            unit.entitled,
        )
        for evaluation in round_.evaluations
        for place, unit in enumerate(evaluation.units)
    )
    return Draft(
        round_.name,
        tuple(custodian.name for custodian in round_.custodians),
        round_.threshold,
        round_.minimum_group,
        round_.texts_minimum,
        round_.spare_percent,
        round_.opens_at,
        round_.closes_at,
        round_.kiosk,
        rows,
        round_.questionnaire.document,
    )


def make_round(draft: Draft, randomness: Randomness) -> Round:
    """The round in state draft. Raises InvalidSpec where faults_of() is not empty."""
    return parse_spec(_document(draft), "round", randomness)


def change_round(round_: Round, draft: Draft, randomness: Randomness) -> Round:
    """The same round, still a draft, with what the draft says; teams and units that stay keep their ids."""
    made = make_round(draft, randomness)
    before = {evaluation.team: evaluation for evaluation in round_.evaluations}
    evaluations = tuple(_keeping_ids(evaluation, before.get(evaluation.team)) for evaluation in made.evaluations)
    custodians, key = made.custodians, None
    if round_.opening_key is not None:
        # The key belongs to these custodians; whoever changes them must not come here (see office).
        custodians, key = round_.custodians, round_.opening_key
    return replace(made, id=round_.id, evaluations=evaluations, custodians=custodians, opening_key=key)


def _keeping_ids(evaluation: Evaluation, before: Evaluation | None) -> Evaluation:
    if before is None:
        return evaluation
    ids = {unit.name: unit.id for unit in before.units}
    units = tuple(Unit(ids.get(unit.name, unit.id), unit.name, unit.entitled) for unit in evaluation.units)
    return replace(evaluation, id=before.id, units=units)


def faults_of(draft: Draft) -> list[Fault]:
    """Everything that is wrong, in the order in which it is read; empty: make_round() succeeds."""
    return [*_round_faults(draft), *_row_faults(draft.rows)]


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
    yield from _number(draft.spare_percent, "spare_percent", 0, 100)
    moments = {name: moment_of(getattr(draft, name)) for name in ("opens_at", "closes_at")}
    for name, moment in moments.items():
        if moment is False:
            yield Fault((name,), Expected.MOMENT, shown(getattr(draft, name)))
    opens, closes = moments["opens_at"], moments["closes_at"]
    if isinstance(opens, datetime) and isinstance(closes, datetime) and closes <= opens:
        yield Fault(("closes_at",), Expected.LATER, shown(draft.closes_at))
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


def _document(draft: Draft) -> dict[str, Any]:
    teams: dict[str, dict[str, Any]] = {}
    team = ""
    for row in draft.rows:
        if row.is_empty:
            continue
        team = text_of(row.team) or team
        entry = teams.setdefault(team, {"name": team, "units": []})
        if (leader := text_of(row.leader)) is not None:
            entry["leader"] = leader
        entry["units"].append({"name": text_of(row.unit) or "", "entitled": number_of(row.entitled)})
    document: dict[str, Any] = {
        "name": text_of(draft.name) or "",
        "custodians": [text_of(name) or "" for name in draft.custodians],
        "teams": list(teams.values()),
    }
    for name in ("threshold", "minimum_group", "texts_minimum", "spare_percent"):
        document[name] = number_of(getattr(draft, name))
    for name in ("opens_at", "closes_at"):
        if (moment := moment_of(getattr(draft, name))) is not None:
            document[name] = moment or None
    document["kiosk"] = truth_of(draft.kiosk)
    if draft.questionnaire is not None:
        document["questionnaire"] = draft.questionnaire
    return document


def _number(value: object, name: str, least: int, most: int) -> Iterator[Fault]:
    number = number_of(value)
    if number is None or not least <= number <= most:
        yield Fault((name,), Expected.NUMBER, shown(value), least, most)


def text_of(value: object) -> str | None:
    """The text as it is meant, without spaces around it; None where there is none. A year typed as 2026 is a text."""
    if value is None:
        return None
    return str(value).strip() or None


def is_name(value: object) -> bool:
    text = text_of(value)
    return text is not None and len(text) <= NAME_MAX and text.isprintable()


def number_of(value: object) -> int | None:
    """A whole number, also typed as text (full-width digits too); None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int):
        return value
    text = value.strip() if isinstance(value, str) else ""
    # isdecimal: digits of every script, and int() reads them; no sign, point or thousands separator.
    return int(text) if 0 < len(text) <= 9 and text.isdecimal() else None


def moment_of(value: object) -> datetime | bool | None:
    """A time with zone; None for nothing; False for what is no time with zone."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return False
    if value is None:
        return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else False


def truth_of(value: object) -> bool | None:
    """Yes or no, also typed as text in either language; nothing is no; None for everything else."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get((text_of(value) or "no").lower())


def shown(value: object) -> str:
    """The value for a message, at most 40 characters; empty where there is nothing."""
    text = "" if value is None else str(value).strip()
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= 40 else text[:37] + "..."


def _twice(names: Iterable[str | None]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name is not None and name in seen:
            yield name
        elif name is not None:
            seen.add(name)

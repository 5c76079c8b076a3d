"""A round spec (2-protocol, section 2.5) parsed once into a Round in state draft.

Law: every refusal is one sentence that names the place, what stands there and what was expected; nothing is made
from a spec that has an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from survey.domain.identifiers import make_id
from survey.domain.ports import Randomness
from survey.domain.questionnaire import Questionnaire, default_questionnaire, parse_questionnaire
from survey.domain.rounds import Custodian, Evaluation, Round, State, Unit, check_threshold
from survey.errors import InvalidSpec

NAME_MAX = 60  # characters; longer names do not fit a slip
MAX_TEAMS, MAX_UNITS, MAX_CUSTODIANS, MAX_ENTITLED = 100, 1000, 15, 100_000

_REQUIRED = ("name", "custodians", "teams")
_OPTIONAL = (
    "threshold",
    "questionnaire",
    "minimum_group",
    "texts_minimum",
    "spare_percent",
    "opens_at",
    "closes_at",
    "kiosk",
)


def parse_spec(document: object, where: str, randomness: Randomness) -> Round:
    """Read a spec (the structure of the YAML file; `where` is the file's name for messages). Raises InvalidSpec."""
    spec = _mapping(document, where, "the round spec")
    _keys(spec, where, _REQUIRED, _OPTIONAL)
    custodians = tuple(
        Custodian(index, _name(name, f"{where}: custodians[{index}]"))
        for index, name in enumerate(_list(spec["custodians"], f"{where}: custodians", MAX_CUSTODIANS), 1)
    )
    _distinct([custodian.name for custodian in custodians], f"{where}: custodians")
    threshold = _number(spec.get("threshold", 2), f"{where}: threshold", 2, MAX_CUSTODIANS)
    try:
        check_threshold(threshold, len(custodians))
    except InvalidSpec as error:
        raise InvalidSpec(f"{where}: {error}") from None
    teams = _list(spec["teams"], f"{where}: teams", MAX_TEAMS)
    evaluations = tuple(_team(team, f"{where}: teams[{place}]", randomness) for place, team in enumerate(teams, 1))
    _distinct([evaluation.team for evaluation in evaluations], f"{where}: teams")
    # A unit belongs to one team in the round (1-product): the same name twice is a slip of the pen.
    _distinct([unit.name for evaluation in evaluations for unit in evaluation.units], f"{where}: units")
    minimum_group = _number(spec.get("minimum_group", 5), f"{where}: minimum_group", 3, 1000)
    opens_at = _moment(spec.get("opens_at"), f"{where}: opens_at")
    closes_at = _moment(spec.get("closes_at"), f"{where}: closes_at")
    if opens_at and closes_at and closes_at <= opens_at:
        raise InvalidSpec(f"{where}: closes_at is not after opens_at.")
    return Round(
        id=make_id(randomness),
        name=_name(spec["name"], f"{where}: name"),
        state=State.DRAFT,
        questionnaire=_questionnaire(spec.get("questionnaire"), where),
        evaluations=evaluations,
        custodians=custodians,
        threshold=threshold,
        minimum_group=minimum_group,
        texts_minimum=_number(
            spec.get("texts_minimum", max(10, minimum_group)), f"{where}: texts_minimum", minimum_group, 1000
        ),
        spare_percent=_number(spec.get("spare_percent", 8), f"{where}: spare_percent", 0, 100),
        opens_at=opens_at,
        closes_at=closes_at,
        kiosk=_yes_or_no(spec.get("kiosk", False), f"{where}: kiosk"),
    )


def _team(document: object, where: str, randomness: Randomness) -> Evaluation:
    team = _mapping(document, where, "a team")
    _keys(team, where, ("name", "units"), ("leader",))
    units = tuple(
        _unit(unit, f"{where}.units[{place}]", randomness)
        for place, unit in enumerate(_list(team["units"], f"{where}.units", MAX_UNITS), 1)
    )
    leader = team.get("leader")
    return Evaluation(
        id=make_id(randomness),
        team=_name(team["name"], f"{where}.name"),
        units=units,
        leader=None if leader is None else _name(leader, f"{where}.leader"),
    )


def _unit(document: object, where: str, randomness: Randomness) -> Unit:
    unit = _mapping(document, where, "a unit")
    _keys(unit, where, ("name", "entitled"), ())
    return Unit(
        id=make_id(randomness),
        name=_name(unit["name"], f"{where}.name"),
        entitled=_number(unit["entitled"], f"{where}.entitled", 1, MAX_ENTITLED),
    )


def _questionnaire(document: object, where: str) -> Questionnaire:
    if document is None:
        return default_questionnaire()
    place = f"{where}: questionnaire"
    return parse_questionnaire(dict(_mapping(document, place, "a questionnaire")), place)


def _mapping(value: object, where: str, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidSpec(f"{where}: expected {what} with named fields, found {_shown(value)}.")
    return value


def _keys(value: Mapping[str, Any], where: str, required: Sequence[str], optional: Sequence[str]) -> None:
    for key in required:
        if key not in value:
            raise InvalidSpec(f"{where}: the field {key!r} is missing.")
    for key in value:
        if key not in required and key not in optional:
            known = ", ".join((*required, *optional))
            raise InvalidSpec(f"{where}: the field {key!r} is not known; expected one of {known}.")


def _list(value: object, where: str, most: int) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        raise InvalidSpec(f"{where}: expected a list of 1 to {most} entries, found {_shown(value)}.")
    return value


def _name(value: object, where: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= NAME_MAX or not value.strip().isprintable():
        raise InvalidSpec(f"{where}: expected a name of 1 to {NAME_MAX} printable characters, found {_shown(value)}.")
    return value.strip()


def _number(value: object, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidSpec(f"{where}: expected a whole number from {least} to {most}, found {_shown(value)}.")
    return value


def _yes_or_no(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidSpec(f"{where}: expected true or false, found {_shown(value)}.")
    return value


def _moment(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise InvalidSpec(
            f"{where}: expected a time with zone such as 2026-03-01T09:00:00+08:00, found {_shown(value)}."
        )
    return moment


def _distinct(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidSpec(f"{where}: the name {name!r} stands there twice; expected different names.")
        seen.add(name)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."

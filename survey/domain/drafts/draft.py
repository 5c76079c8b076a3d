"""A round as an office types or imports it, and the round that is made of it.

Law: form, Excel import and command line all end here; nothing is made while one fault (faults.py) is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from survey.domain.drafts.spec import parse_spec
from survey.domain.drafts.typed import moment_of, number_of, percent_of, text_of, truth_of
from survey.domain.ports import Randomness
from survey.domain.rounds import Evaluation, Round, Unit


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
    for name in ("threshold", "minimum_group", "texts_minimum"):
        document[name] = number_of(getattr(draft, name))
    document["spare_percent"] = percent_of(draft.spare_percent)
    for name in ("opens_at", "closes_at"):
        if (moment := moment_of(getattr(draft, name))) is not None:
            document[name] = moment or None
    document["kiosk"] = truth_of(draft.kiosk)
    if draft.questionnaire is not None:
        document["questionnaire"] = draft.questionnaire
    return document

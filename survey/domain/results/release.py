"""A report's way: draft, approved by the leading group, released to the teams.

Approval fixes what goes into it besides the record: the digest of the remarks, what was entered, and the reports
approved before (for the trend). Release erases
the remarks themselves. The record's hash is noted with the first step, and a report from another record of the same
round is refused from then on: two different results of one survey, subtracted, would tell single answers.

Law: readers see nothing before approval; nothing is entered or reviewed after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from survey.domain.disclosure import disclose
from survey.domain.opening import get_tally_record
from survey.domain.ports.registry import Registry
from survey.domain.results.composite import Entered, check_entered
from survey.domain.results.record import read_record
from survey.domain.results.review import (
    Decision,
    Place,
    Remark,
    Review,
    confirm,
    digest,
    propose,
    remarks,
    undecided,
)
from survey.domain.results.tally import record_hash, without_texts
from survey.domain.results.trend import Point, point_of
from survey.domain.rounds import Round, State
from survey.errors import InvalidInput, NotFound, NotYet, SurveyError, WrongState

Digest = Mapping[str, Mapping[str, list[dict[str, Any]]]]


class Stage(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"


@dataclass(frozen=True)
class Draft:
    """What is known about a round's report. record: its hash; paper: evaluation -> forms typed from paper.

    None before approval: digest; number: counts the approvals, so a trend holds what was approved before; point: what
    this round gives to a trend.
    """

    round_id: str
    record: str
    stage: Stage = Stage.DRAFT
    entered: Mapping[str, Entered] = field(default_factory=dict)
    digest: Digest | None = None
    paper: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None
    point: Point | None = None


class ReportStore(Protocol):
    """Drafts and reviews; storage/reports.py keeps these promises."""

    def find_draft(self, round_id: str) -> Draft | None: ...

    def save_draft(self, draft: Draft, expected: Stage | None) -> None:
        """Replace the draft; raise WrongState when the stored stage is not `expected` (None: there is none yet)."""

    def erase(self, round_id: str) -> None:
        """Draft and reviews of a rehearsal."""

    def points(self) -> dict[int, list[Point]]:
        """Of every approved report, by its number."""

    def reviews(self, round_id: str) -> dict[Place, Review]: ...

    def save_review(self, round_id: str, place: Place, review: Review, expected: Review | None) -> None:
        """Replace the review; raise WrongState when another person changed it meanwhile."""

    def release(self, draft: Draft, record: bytes) -> None:
        """In one transaction: the draft, the record without texts, and every review of the round forgotten."""


def find_draft(registry: Registry, store: ReportStore, round_: Round) -> tuple[Draft, bytes]:
    """The draft (a new one where none is stored) and the record; raises WrongState when they do not belong together."""
    record = get_tally_record(registry, round_)
    name = record_hash(record)
    draft = store.find_draft(round_.id) or Draft(round_.id, name)
    if draft.record != name:
        raise WrongState(
            f"The report of round {round_.id} was begun from tally record {draft.record[:16]}; the store now holds"
            f" {name[:16]}. A second report from a changed record is refused.",
            why="record-changed",
        )
    return draft, record


def results(registry: Registry, store: ReportStore, round_: Round) -> dict[str, Any]:
    """The disclosed report with all that was entered and, once every remark is decided, the digest in their place.

    Every page and every file is made of this, whoever asks. `stage` says how far the report is. The leading group
    approves what it has read: so a draft has its digest before, and approval fixes the same.
    """
    draft, record = find_draft(registry, store, round_)
    report = disclose(record, draft.entered, draft.paper)
    is_draft = draft.stage is Stage.DRAFT and round_.state is State.OPENED
    made = _digest_of_draft(store, round_, remarks(report)) if is_draft else draft.digest
    report["stage"] = draft.stage.value
    own = draft.point or point_of(report)
    report["trend"] = [point.to_json() for point in (*approved_points(store, draft.number), own)]
    if made is not None:
        for team in report["evaluations"]:
            team["suppressed"] = [entry for entry in team["suppressed"] if entry["reason"] != "texts-erased"]
            if team["id"] in made or not any(e["what"] in ("texts", "all") for e in team["suppressed"]):
                of_team = made.get(team["id"], {})
                team["digest"] = {code: of_team.get(code, []) for code in team["texts"]}
                team["texts"] = {code: [e["sentence"] for e in entries] for code, entries in team["digest"].items()}
    return report


def _digest_of_draft(store: ReportStore, round_: Round, found: list[Remark]) -> Digest | None:
    """None while a remark is undecided."""
    reviews = store.reviews(round_.id)
    return None if undecided(found, reviews) else digest(found, reviews)


def approved_points(store: ReportStore, before: int | None = None) -> list[Point]:
    """Of all approved reports (or those with a smaller number), in the order of their approval."""
    found = [(number, point) for number, points in store.points().items() for point in points]
    found.sort(key=lambda entry: (entry[0], entry[1].round_id))
    return [point for number, point in found if before is None or number < before]


def readable(registry: Registry, store: ReportStore, round_: Round) -> list[Remark]:
    """The remarks to be reviewed; empty once they are erased."""
    _, record = find_draft(registry, store, round_)
    return remarks(disclose(record))


def decide(
    registry: Registry, store: ReportStore, round_: Round, place: Place, decision: Decision, account: str
) -> None:
    """Propose a decision about one remark, or replace the proposal there is."""
    for error in change_reviews(registry, store, round_, {place: decision}, account).values():
        raise error


def agree(registry: Registry, store: ReportStore, round_: Round, place: Place, account: str) -> None:
    """Confirm what another person proposed; raises SamePerson."""
    for error in change_reviews(registry, store, round_, {place: None}, account).values():
        raise error


def change_reviews(
    registry: Registry,
    store: ReportStore,
    round_: Round,
    changes: Mapping[Place, Decision | None],
    account: str,
    seen: Mapping[Place, Review] | None = None,
) -> dict[Place, SurveyError]:
    """Propose (a decision) or confirm (None) for several remarks; returns what was refused, and why.

    seen: the reviews that the account had before its eyes (None: those in the store). What somebody else changed
    since is refused: nobody confirms what they have not read.
    """
    round_.require(State.OPENED)
    texts = {remark.place: remark.text for remark in readable(registry, store, round_)}
    seen = store.reviews(round_.id) if seen is None else seen
    refused: dict[Place, SurveyError] = {}
    for place, decision in changes.items():
        try:
            if place not in texts:
                raise NotFound("There is no such remark.")
            current = seen.get(place)
            original = texts[place]
            changed = confirm(current, original, account) if decision is None else propose(decision, original, account)
            store.save_review(round_.id, place, changed, expected=current)
        except SurveyError as error:
            refused[place] = error
    return refused


def enter(registry: Registry, store: ReportStore, round_: Round, evaluation_id: str, entered: Entered) -> None:
    """Enter the quality score and deductions of one team, while the report is a draft."""
    round_.require(State.OPENED)
    round_.evaluation(evaluation_id)
    check_entered(round_.questionnaire.composite, entered)
    draft, _ = find_draft(registry, store, round_)
    stored = store.find_draft(round_.id)
    changed = replace(draft, entered={**draft.entered, evaluation_id: entered})
    store.save_draft(changed, expected=stored.stage if stored else None)


def enter_paper(registry: Registry, store: ReportStore, round_: Round, counts: Mapping[str, int | None]) -> None:
    """Enter how many ballots of each team clerks typed from paper; None takes an entry back. While it is a draft."""
    round_.require(State.OPENED)
    draft, record = find_draft(registry, store, round_)
    collected = {team.id: team.counted + sum(team.void.values()) for team in read_record(record).evaluations}
    for evaluation_id, count in counts.items():
        team = round_.evaluation(evaluation_id).team
        if count is not None and not 0 <= count <= collected[evaluation_id]:
            most = collected[evaluation_id]
            raise InvalidInput(
                f"{team}: {count} paper forms; expected 0 to {most}, the ballots collected.",
                why="paper-count",
                team=team,
                most=most,
            )
    stored = store.find_draft(round_.id)
    paper = {team: count for team, count in {**draft.paper, **counts}.items() if count is not None}
    store.save_draft(replace(draft, paper=paper), expected=stored.stage if stored else None)


def approve(registry: Registry, store: ReportStore, round_: Round) -> Round:
    """The leading group has approved: opened -> reported. Raises NotYet while remarks or scores are missing."""
    round_.require(State.OPENED)
    draft, record = find_draft(registry, store, round_)
    report = disclose(record, draft.entered)
    missing = [
        team["team"]
        for team in report["evaluations"]
        if round_.questionnaire.composite and team["score"] is not None and team["id"] not in draft.entered
    ]
    if missing:
        raise NotYet(
            f"The quality scores of {', '.join(missing)} are not entered yet.", why="scores-missing", teams=missing
        )
    made = digest(remarks(report), store.reviews(round_.id))
    stored = store.find_draft(round_.id)
    # The draft first: if the machine stops between the two, approving again finds the same and goes on.
    approved = replace(draft, stage=Stage.APPROVED, digest=made)
    if draft.number is None and round_.rehearsal is None:  # an invented result is in no trend
        approved = replace(approved, number=1 + max(store.points(), default=0), point=point_of(report))
    store.save_draft(approved, expected=stored.stage if stored else None)
    reported = round_.moved_to(State.REPORTED)
    registry.save_round(reported, expected=State.OPENED)
    return reported


def release(registry: Registry, store: ReportStore, round_: Round) -> None:
    """Release to the teams and erase the remarks in their own words. Cannot be undone."""
    round_.require(State.REPORTED)
    draft, record = find_draft(registry, store, round_)
    if draft.stage is Stage.DRAFT:
        raise NotYet(f"The report of round {round_.id} is not approved yet.", why="not-approved")
    store.release(replace(draft, stage=Stage.RELEASED), without_texts(record))

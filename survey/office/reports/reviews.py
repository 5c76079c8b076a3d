"""Reading the remarks: one page of them at a time, marked where they could name somebody, decided by two people.

A page is one form: its decisions are proposed, or those of another person confirmed, with one button.

Law: only the office reads remarks in their own words, only here, and only until the report is released. A decision
names its remark by place; the words themselves are in no form, no address and no log line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.results import release
from survey.domain.results.marks import ADDRESS, NUMBER, PERSON, PHONE, UNIT, pieces
from survey.domain.results.review import (
    MAX_SENTENCE,
    MAX_TOPIC,
    Decision,
    Place,
    Remark,
    Review,
    can_stand,
    is_decided,
    undecided,
)
from survey.domain.rounds import APPROVED, Round, State
from survey.domain.staff import OFFICE
from survey.errors import SurveyError, WrongState
from survey.office.language import gap
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.printable import check_printable_words
from survey.office.refusals import OfficeRefusal
from survey.office.reports import review_forms
from survey.reports.fonts import MissingGlyph

PAGE = 20
OPEN = "open"  # the filter: what is not decided


@dataclass(frozen=True)
class Card:
    """One remark on the page. number: in the whole list; shown: what stands in its fields; fault: why it was refused;
    is_void: a decision of an earlier version that would print the remark.
    """

    remark: Remark
    number: int
    pieces: list[tuple[str, str | None]]
    review: Review | None
    shown: Decision | None
    is_decided: bool
    is_void: bool
    fault: str | None = None


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/<round_id>/review", endpoint="review-remarks")
    @serves(OFFICE)
    def review_remarks(round_id: str) -> ResponseReturnValue:
        return _page(services, get_round(services.registry, round_id))

    @blueprint.post("/rounds/<round_id>/review", endpoint="decide-remark")
    @serves(OFFICE)
    def decide_remark(round_id: str) -> ResponseReturnValue:
        return _take(services, get_round(services.registry, round_id), confirming=False)

    @blueprint.post("/rounds/<round_id>/review/confirm", endpoint="confirm-remark")
    @serves(OFFICE)
    def confirm_remark(round_id: str) -> ResponseReturnValue:
        return _take(services, get_round(services.registry, round_id), confirming=True)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "mark_words": _mark_words,
            "anchor_of": anchor,
            "name_of": review_forms.name_of,
            "seen_mark": review_forms.mark,
            "group_of": review_forms.group_of,
            "max_topic": MAX_TOPIC,
            "max_sentence": MAX_SENTENCE,
        }


def _take(services: Services, round_: Round, *, confirming: bool) -> ResponseReturnValue:
    """Carry out a page of cards. What is refused is shown again as it was typed; the others are done."""
    round_.require(State.OPENED)
    reviews = services.reports.reviews(round_.id)
    sent = review_forms.read(request.form, reviews, current_user.name, confirming=confirming)
    refused: dict[Place, SurveyError] = {
        place: WrongState("changed meanwhile", why="decided-meanwhile") for place in sent.stale
    }
    refused |= _unprintable(sent.changes)
    changes = {place: decision for place, decision in sent.changes.items() if place not in refused}
    refused |= release.change_reviews(services.registry, services.reports, round_, changes, current_user.name, reviews)
    done = [place for place in sent.changes if place not in refused]
    proposed = sum(sent.changes[place] is not None for place in done)
    if proposed:
        said = ngettext("%(num)d decision is proposed.", "%(num)d decisions are proposed.", proposed)
        flash(said + gap() + _("Another person has to confirm it."))
    if len(done) > proposed:
        flash(ngettext("%(num)d decision is confirmed.", "%(num)d decisions are confirmed.", len(done) - proposed))
    if refused:
        trail.note(result="refused")
        return _page(services, round_, sent, refused), 422
    if not done:
        flash(_("Nothing was changed."))
    left = services.reports.reviews(round_.id)
    stays = next((p for p in sent.places if p not in left or review_forms.awaits(left[p], current_user.name)), None)
    address = url_for(
        "office.review-remarks",
        round_id=round_.id,
        page=request.args.get("page", type=int),
        show=request.args.get("show"),
        _anchor=None if stays is None else anchor(stays),
    )
    return redirect(address, 303)


def _unprintable(changes: Mapping[Place, Decision | None]) -> dict[Place, SurveyError]:
    """A digest is fixed by the approval: what no font can write would keep every report from being printed."""
    found: dict[Place, SurveyError] = {}
    for place, decision in changes.items():
        try:
            check_printable_words((decision.topic, decision.sentence) if decision else ())
        except MissingGlyph as error:
            found[place] = error
    return found


def _page(
    services: Services,
    round_: Round,
    sent: review_forms.Sent | None = None,
    refused: dict[Place, SurveyError] | None = None,
) -> str:
    """sent, refused: the page that was sent and cannot be taken whole; the same cards are shown again."""
    if round_.state in APPROVED:
        raise OfficeRefusal("remarks-decided")
    remarks = release.readable(services.registry, services.reports, round_)
    reviews = services.reports.reviews(round_.id)
    numbered = list(enumerate(remarks, 1))
    left = undecided(remarks, reviews)
    show = OPEN if request.args.get("show") == OPEN else None
    if show == OPEN:
        numbered = [(n, remark) for n, remark in numbered if not is_decided(remark, reviews.get(remark.place))]
    pages = max(1, -(-len(numbered) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = numbered[(page - 1) * PAGE : page * PAGE]
    if sent is not None:
        shown = [(n, remark) for n, remark in enumerate(remarks, 1) if remark.place in sent.places]
    names = _names(round_)

    def card(number: int, remark: Remark) -> Card:
        review, place = reviews.get(remark.place), remark.place
        is_void = review is not None and not can_stand(review.decision, remark.text)
        typed = None if sent is None or place not in (refused or {}) else sent.given.get(place)
        why = None
        if refused and place in refused:
            why = review_forms.fault(typed, remark.text, refused[place])
        stored = None if review is None or is_void else review.decision
        decided = is_decided(remark, review)
        return Card(remark, number, pieces(remark.text, names), review, typed or stored, decided, is_void, why)

    cards = [card(number, remark) for number, remark in shown]
    return render_template(
        "office/review.html",
        round=round_,
        cards=cards,
        faults=[one for one in cards if one.fault],
        awaited=any(review_forms.awaits(one.review, current_user.name) and not one.is_void for one in cards),
        groups=review_forms.groups(reviews.values()),
        questions={question.code: question for question in round_.questionnaire.open_questions},
        teams={evaluation.id: evaluation.team for evaluation in round_.evaluations},
        topics=sorted({review.decision.topic for review in reviews.values() if review.decision.topic}),
        total=len(remarks),
        left=left,
        page=page,
        pages=pages,
        show=show,
        here="reports",
    )


def anchor(place: Place) -> str:
    return f"r-{place[0]}-{place[1]}-{place[2]}"


def _names(round_: Round) -> list[str]:
    """What a remark could name: units, teams and leaders of the round."""
    return [
        name
        for evaluation in round_.evaluations
        for name in (evaluation.team, evaluation.leader or "", *(unit.name for unit in evaluation.units))
        if name
    ]


def _mark_words(kind: str) -> str:
    return {
        PHONE: _("telephone number?"),
        ADDRESS: _("address or account?"),
        NUMBER: _("identity or plate number?"),
        UNIT: _("name of a unit?"),
        PERSON: _("name of a person?"),
    }[kind]

"""Reading the remarks: one page of them at a time, marked where they could name somebody, decided by two people.

Law: only the office reads remarks in their own words, only here, and only until the report is released. A decision
names its remark by place; the words themselves are in no form, no address and no log line.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.results import release
from survey.domain.results.marks import ADDRESS, NUMBER, PERSON, PHONE, UNIT, pieces
from survey.domain.results.review import MAX_SENTENCE, MAX_TOPIC, Decision, Place, Review, SamePerson, undecided
from survey.domain.rounds import APPROVED, Round
from survey.domain.staff import OFFICE
from survey.errors import InvalidInput, WrongState
from survey.office.needs import Services

PAGE = 20


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/<round_id>/review", endpoint="review-remarks")
    @serves(OFFICE)
    def review_remarks(round_id: str) -> ResponseReturnValue:
        return _page(services, get_round(services.registry, round_id))

    @blueprint.post("/rounds/<round_id>/review/<evaluation_id>/<question>/<int:position>", endpoint="decide-remark")
    @serves(OFFICE)
    def decide_remark(round_id: str, evaluation_id: str, question: str, position: int) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        place = (evaluation_id, question, position)
        decision = Decision(
            request.form.get("kind", ""), request.form.get("topic", ""), request.form.get("sentence", "")
        )
        try:
            release.decide(services.registry, services.reports, round_, place, decision, current_user.name)
        except InvalidInput as error:
            return _page(services, round_, place, _fault(decision, error)), 422
        flash(_("Proposed. Another person has to confirm it."))
        return _back(round_id, place)

    @blueprint.post(
        "/rounds/<round_id>/review/<evaluation_id>/<question>/<int:position>/confirm", endpoint="confirm-remark"
    )
    @serves(OFFICE)
    def confirm_remark(round_id: str, evaluation_id: str, question: str, position: int) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        place = (evaluation_id, question, position)
        try:
            release.agree(services.registry, services.reports, round_, place, current_user.name)
        except SamePerson:
            return _page(
                services, round_, place, _("You proposed this yourself. Another person has to confirm it.")
            ), 409
        flash(_("Confirmed."))
        return _back(round_id, place)

    def _back(round_id: str, place: Place) -> ResponseReturnValue:
        page = request.args.get("page", type=int)
        return redirect(url_for("office.review-remarks", round_id=round_id, page=page, _anchor=anchor(place)), 303)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"mark_words": _mark_words, "anchor_of": anchor, "max_topic": MAX_TOPIC, "max_sentence": MAX_SENTENCE}


def _page(services: Services, round_: Round, at: Place | None = None, fault: str | None = None) -> str:
    if round_.state in APPROVED:
        raise WrongState(_("The report is approved; its remarks are decided."))
    remarks = release.readable(services.registry, services.reports, round_)
    reviews = services.reports.reviews(round_.id)
    pages = max(1, -(-len(remarks) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    if at is not None:
        page = 1 + next((i for i, remark in enumerate(remarks) if remark.place == at), 0) // PAGE
    names = _names(round_)
    shown = remarks[(page - 1) * PAGE : page * PAGE]
    return render_template(
        "office/review.html",
        round=round_,
        cards=[(remark, pieces(remark.text, names), reviews.get(remark.place)) for remark in shown],
        questions={question.code: question for question in round_.questionnaire.open_questions},
        teams={evaluation.id: evaluation.team for evaluation in round_.evaluations},
        topics=_topics(reviews.values()),
        total=len(remarks),
        left=undecided(remarks, reviews),
        page=page,
        pages=pages,
        at=at,
        fault=fault,
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


def _topics(reviews: Iterable[Review]) -> list[str]:
    """Topics in use, so that similar remarks come under one."""
    return sorted({review.decision.topic for review in reviews if review.decision.topic})


def _fault(decision: Decision, error: InvalidInput) -> str:
    if not 0 < len(decision.topic.strip()) <= MAX_TOPIC:
        return _("A topic of 1 to %(most)s characters is needed.", most=MAX_TOPIC)
    if "remark itself" in str(error):
        return _("This is the remark itself. Put it into other words, or keep it.")
    return _("A paraphrase of 1 to %(most)s characters on one line is needed.", most=MAX_SENTENCE)


def _mark_words(kind: str) -> str:
    return {
        PHONE: _("telephone number?"),
        ADDRESS: _("address or account?"),
        NUMBER: _("identity or plate number?"),
        UNIT: _("name of a unit?"),
        PERSON: _("name of a person?"),
    }[kind]

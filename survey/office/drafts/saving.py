"""The form of a round before it is frozen, and how a draft is saved: for what is typed and what is imported.

Law: a draft is replaced only as it was when its form was opened (revisions.py); what the custodians have agreed
on with their key is fixed from then on, and while they are making it, nothing changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.drafts.draft import Draft, change_round, draft_of, make_round
from survey.domain.drafts.faults import faults_of
from survey.domain.drafts.spec import NAME_MAX
from survey.domain.forms.library import Overtaken, shelf
from survey.domain.lifecycle import get_round
from survey.domain.questionnaire import default_questionnaire
from survey.domain.rounds import Round, State
from survey.office.drafts.form import MORE, lines_of, values_of
from survey.office.drafts.revisions import changed_since, revision_of, who_changed
from survey.office.faults import Remark, of_form
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.printable import cautions_of_draft
from survey.office.refusals import OfficeRefusal

SHOWN = 100  # wrong fields or cells listed at a time


def form_page(
    services: Services,
    draft: Draft,
    remarks: Sequence[Remark] = (),
    round_: Round | None = None,
    more: int = MORE,
    overtaken: str = "",
) -> str:
    """The form, with what was typed. overtaken: who changed the stored one meanwhile; the next saving goes over it."""
    is_first = overtaken or request.method == "GET"  # else the form is shown again, and began where it began
    revision = revision_of(draft_of(round_)) if round_ and is_first else request.form.get("revision", "")
    unprintable = cautions_of_draft(draft)
    return render_template(
        "office/draft.html",
        values=values_of(draft),
        lines=lines_of(draft, more),
        remarks=list(remarks)[:SHOWN],
        wrong={remark.anchor: remark.sentence for remark in remarks if remark.anchor},
        unprintable=unprintable[:SHOWN],
        cautions={remark.anchor: remark.sentence for remark in unprintable},
        round=round_,
        revision=revision,
        overtaken=overtaken,
        is_agreed=round_ is not None and round_.opening_key is not None,
        copy_of=request.values.get("copy_of"),
        shelf=[entry for entry in shelf(services.library, services.randomness) if not entry.is_archived],
        questionnaire=draft.questionnaire or default_questionnaire().document,
        chosen=request.form.get("questionnaire", ""),
        longest=NAME_MAX,
        here="rounds",
    )


def made(services: Services, draft: Draft) -> ResponseReturnValue:
    """A new round of the draft, or the form again with its faults."""
    if remarks := [of_form(fault) for fault in faults_of(draft)]:
        trail.note(result="incomplete")
        return form_page(services, draft, remarks), 422
    round_ = make_round(draft, services.randomness)
    services.registry.add_round(round_)
    trail.note(object=round_.id)
    return _saved(round_, _("The round is made. It is a draft: everything can still be changed."))


def changeable(services: Services, round_id: str) -> Round:
    round_ = get_round(services.registry, round_id)
    round_.require(State.DRAFT)
    if round_.rehearsal is not None:
        raise OfficeRefusal("rehearsal")
    attempt = services.board.find_attempt(round_id)
    if round_.opening_key is None and attempt is not None and attempt.stopped is None:
        raise OfficeRefusal("making-key")
    return round_


def changed(services: Services, round_: Round, draft: Draft, only: str = "") -> ResponseReturnValue:
    """The round with what the draft says, or the form again: with its faults, or because somebody else was quicker.
    only: the one field that this form changes; the others it takes from the store.
    """
    if remarks := [of_form(fault) for fault in faults_of(draft)]:
        trail.note(result="incomplete")
        return form_page(services, draft, remarks, round_), 422
    others = changed_since(request.form.get("revision", ""), draft_of(round_))
    if only in others or (others and not only):
        return _overtaken(services, round_, draft, [only] if only else others)
    made_of_it = change_round(round_, draft, services.randomness)
    try:
        services.registry.change_draft(round_, made_of_it)
    except Overtaken:  # between reading and writing
        now = get_round(services.registry, round_.id)
        others = changed_since(revision_of(draft_of(round_)), draft_of(now))
        return _overtaken(services, now, draft, others)
    return _saved(made_of_it, _("The changes are saved."))


def agreed(draft: Draft, round_: Round) -> Draft:
    """What the key belongs to stays, whatever the form says."""
    if round_.opening_key is None:
        return draft
    before = draft_of(round_)
    return replace(draft, name=before.name, custodians=before.custodians, threshold=before.threshold)


def _overtaken(services: Services, round_: Round, draft: Draft, others: Sequence[str]) -> ResponseReturnValue:
    trail.note(result="overtaken")
    sentence = who_changed(services, round_.id, others)
    return form_page(services, draft, round_=round_, overtaken=sentence), 409


def _saved(round_: Round, sentence: str) -> ResponseReturnValue:
    """To the round; back to the form where a name of it cannot be printed, which is told beside its field."""
    flash(sentence)
    page = "office.edit-round" if cautions_of_draft(draft_of(round_)) else "office.show-round"
    return redirect(url_for(page, round_id=round_.id), 303)

"""Watching a long step: its own page, which looks again by itself; how it stands, for the script on a round's page.

Law: whoever has no script learns the same by loading the page of the round again; what a step says in the end is said
once, wherever the person looks first.
"""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.domain.lifecycle import get_round
from survey.domain.ports.work_book import Work, WorkState
from survey.domain.rounds import Round
from survey.domain.staff import OFFICE
from survey.office.long_steps.kinds import counted, kind_of
from survey.office.long_steps.working import is_running
from survey.office.needs import Services
from survey.office.reasons import told


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/<round_id>/work", endpoint="show-work")
    @serves(OFFICE)
    def show_work(round_id: str) -> ResponseReturnValue:
        work = services.work.find_work(round_id)
        if work is not None and is_running(services, work):
            moving = "still" not in request.args
            page = render_template(
                "office/work.html",
                round=get_round(services.registry, round_id),
                work=work,
                words=kind_of(work).doing,
                counted=counted(work),
                moving=moving,
                here="rounds",
            )
            # By header, and to be switched off: whoever reads slowly is not thrown back (WCAG 2.2.1).
            return Response(page, headers={"Refresh": "3"} if moving else None)
        if work is not None and work.state is WorkState.DONE:
            flash(_end(services, work))
        return redirect(url_for("office.show-round", round_id=round_id), 303)  # which says why it failed

    @blueprint.get("/rounds/<round_id>/progress", endpoint="show-progress")
    @serves(OFFICE)
    def show_progress(round_id: str) -> ResponseReturnValue:
        work = services.work.find_work(round_id)
        if work is None:
            return {"state": "none", "mark": ""}
        answer = {"state": _state(services, work), "mark": _mark(work), "done": work.done, "total": work.total}
        return {**answer, "words": kind_of(work).doing, "counted": counted(work)}


def work_of(services: Services, round_: Round) -> dict[str, object]:
    """What the page of a round says about its last long step: how far it is, that it is done, or why it failed."""
    work = services.work.find_work(round_.id)
    if work is None:
        return {"mark": ""}
    about: dict[str, object] = {"mark": _mark(work)}
    match _state(services, work):
        case "running":
            return {**about, "running": work, "words": kind_of(work).doing, "counted": counted(work)}
        case "done":
            return {**about, "done": _end(services, work)}
    return {**about, "failed": told(work.sentence)}


def _state(services: Services, work: Work) -> str:
    if is_running(services, work):
        return "running"
    return "done" if work.state is WorkState.DONE else "failed"


def _mark(work: Work) -> str:
    """Tells the end of one step from that of the one before it."""
    return f"{work.kind} {work.state.value} {work.beat}"


def _end(services: Services, work: Work) -> str:
    services.work.forget_work(work.round_id)
    return kind_of(work).done

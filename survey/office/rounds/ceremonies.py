"""The custodians of a round, as the office sees them: invitations, where the making of the key is, who signed.

Law: an invitation is handed over and forgotten; nothing here can make, read or use a share. Why the making stopped is
said in the language of the page, from the stable word of domain.ceremony.stopping.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.ceremony import office as hosting
from survey.domain.ceremony.agreed import DONE, PHASES
from survey.domain.ceremony.invitation import Invitation
from survey.domain.ceremony.replacing import replace_custodian
from survey.domain.ceremony.stopping import Stop
from survey.domain.custody.statements import who_signed
from survey.domain.grants import GrantRefused, check_custodians
from survey.domain.lifecycle import get_round
from survey.domain.rounds import COUNTED, Round, State
from survey.domain.staff import OFFICE
from survey.errors import InvalidInput, NotFound
from survey.office.confirming import INVITE, is_typed
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.printable import require_printable
from survey.office.refusals import OfficeRefusal, of_refusal, refuse
from survey.reports.round_papers.invitation_page import page


@dataclass(frozen=True)
class Making:
    """A making of the key, or of new shares, that is under way. stopped: the reason, as a sentence."""

    step: int
    steps: int
    missing: list[str]
    stopped: str
    is_replacement: bool


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/rounds/<round_id>/invite", endpoint="invite-custodians")
    @serves(OFFICE)
    def invite_custodians(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        check_custodians(round_, services.recusals.names(round_id))
        if services.board.find_attempt(round_id) is not None and not is_typed(INVITE):
            raise OfficeRefusal("not-confirmed")  # what they have in hands would be void
        require_printable(round_)  # the key is made for these names: afterwards they stay
        invitations = hosting.invite(
            round_, board=services.board, randomness=services.randomness, url=services.settings.public_url
        )
        return _handed_over(round_, invitations)

    @blueprint.post("/rounds/<round_id>/ceremony/restart", endpoint="restart-ceremony")
    @serves(OFFICE)
    def restart_ceremony(round_id: str) -> ResponseReturnValue:
        hosting.restart(get_round(services.registry, round_id), board=services.board)
        flash(_("It begins again, with the same invitations. The pages of the custodians go on by themselves."))
        return redirect(url_for("office.show-round", round_id=round_id), 303)

    @blueprint.post("/rounds/<round_id>/ceremony/replace", endpoint="replace-custodian")
    @serves(OFFICE)
    def replace_lost(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        index = request.form.get("lost", "")
        name = request.form.get("newcomer", "").strip()
        try:
            invitations = replace_custodian(
                round_,
                int(index) if index.isdecimal() else 0,
                name,
                board=services.board,
                randomness=services.randomness,
                url=services.settings.public_url,
                recused=services.recusals.names(round_id),
            )
        except GrantRefused as error:
            trail.note(result=error.kind)
            refuse(of_refusal(error.kind))
            return redirect(url_for("office.show-round", round_id=round_id), 303)
        except (InvalidInput, NotFound) as error:
            trail.note(result=error.kind)
            refuse(_("Nobody was replaced. Choose who is lost, and give a name that no other custodian has."))
            return redirect(url_for("office.show-round", round_id=round_id), 303)
        return _handed_over(round_, invitations)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "can_replace": lambda round_: round_.opening_key is not None and round_.state in hosting.REPLACEABLE,
            "signed_of": lambda round_: who_has_signed(services, round_),
        }


def making_of(services: Services, round_: Round) -> Making | None:
    """None where nothing is under way: nobody invited yet, or all done."""
    is_first = round_.opening_key is None
    if round_.state not in hosting.REPLACEABLE or (is_first and round_.state is not State.DRAFT):
        return None
    attempt = services.board.find_attempt(round_.id)
    if attempt is None or is_first != (attempt.replaces is None):
        return None
    now = hosting.standing(round_, services.board)
    if now.board.phase == DONE and now.stopped is None:
        return None
    names = now.board.agreed.custodians
    return Making(
        step=len(PHASES) if now.board.phase == DONE else PHASES.index(now.board.phase) + 1,
        steps=len(PHASES),
        missing=[names[index - 1] for index in now.board.missing],
        stopped="" if now.stopped is None else _why(now.stopped, names),
        is_replacement=not is_first,
    )


def _why(stop: Stop, names: Sequence[str]) -> str:
    name = names[stop.index - 1] if 1 <= stop.index <= len(names) else "?"
    return {
        "wrong-sub-share": _("%(name)s handed out a wrong number; the one who received it found it.", name=name),
        "false-complaint": _("%(name)s complained about a number that was right.", name=name),
        "words-differ": _("%(name)s sees other check words than the others.", name=name),
    }.get(stop.reason, "")


def who_has_signed(services: Services, round_: Round) -> tuple[list[str], list[str]] | None:
    """(who has signed a statement, who opened and has not); None before the count."""
    if round_.state not in COUNTED:
        return None
    opening = services.board.find_opening_record(round_.id)
    return None if opening is None else who_signed(round_, opening, services.registry)


def _handed_over(round_: Round, invitations: Sequence[Invitation]) -> Response:
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as packed:
        for one in invitations:
            name = "".join("_" if char in '/\\:*?"<>|' else char for char in one.custodian)
            packed.writestr(ZipInfo(f"{one.index}_{name}.invitation"), one.encode())
            packed.writestr(ZipInfo(f"{one.index}_{name}.html"), page(one))
    response = Response(stream.getvalue(), mimetype="application/zip")
    file = quote(f"{round_.name}_邀请.zip")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{file}"  # RFC 6266, section 4.3
    return response

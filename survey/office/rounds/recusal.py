"""回避: who is kept out of a round, because they are a member of a team that it evaluates.

Law: the list is the office's alone: it stands in no manifest and no document, and nobody who answers sees it. An
account of such a name sees nothing of the round (access.py) and no new account is made for it (domain/grants.py); a
custodian of the round cannot be on it.
"""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.grants import NAME_MAX, is_among, is_kept_out, plain
from survey.domain.lifecycle import get_round
from survey.domain.rounds import Round
from survey.domain.staff import OFFICE
from survey.office.log import trail
from survey.office.needs import Services

MOST = 500  # names


def install(blueprint: Blueprint, services: Services) -> None:
    def page(round_: Round, text: str, error: str | None = None, status: int = 200) -> ResponseReturnValue:
        recused = services.recusals.names(round_.id)
        return render_template(
            "office/recusal.html",
            round=round_,
            text=text,
            error=error,
            leaders=[evaluation.leader for evaluation in round_.evaluations if evaluation.leader],
            shut_out=[
                account.name
                for account in services.accounts.list_accounts()
                if is_kept_out(account.name, round_, recused)
            ],
            here="rounds",
        ), status

    @blueprint.get("/rounds/<round_id>/recusal", endpoint="show-recusal")
    @serves(OFFICE)
    def show_recusal(round_id: str) -> ResponseReturnValue:
        return page(get_round(services.registry, round_id), "\n".join(services.recusals.names(round_id)))

    @blueprint.post("/rounds/<round_id>/recusal", endpoint="save-recusal")
    @serves(OFFICE)
    def save_recusal(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        text = request.form.get("names", "")
        names = list({plain(name): name.strip() for name in text.splitlines() if name.strip()}.values())
        if error := _fault(round_, names):
            trail.note(result="incomplete")
            return page(round_, text, error, 422)
        services.recusals.save(round_id, sorted(names))
        trail.note(result=f"{len(names)} names")
        flash(_("The list is saved."))
        if is_kept_out(current_user.name, round_, names):  # the own name: there is nothing more to see of it
            return redirect(url_for("office.list-rounds"), 303)
        return redirect(url_for("office.show-round", round_id=round_id), 303)

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"recused": g.get("recused", ())}


def _fault(round_: Round, names: list[str]) -> str | None:
    if len(names) > MOST:
        return _("At most %(most)s names.", most=MOST)
    for name in names:
        if len(name) > NAME_MAX or not name.isprintable():
            return _("“%(name)s” is no name of 1 to %(most)s characters.", name=name[:NAME_MAX], most=NAME_MAX)
        if is_among(name, (custodian.name for custodian in round_.custodians)):
            return _("“%(name)s” is a custodian of this round. Change the custodians first.", name=name)
    return None

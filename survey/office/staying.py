"""Staying signed in while typing: on pages with long forms a small script asks for /stay, every few minutes at most.

Law: only typing keeps a session, an open page alone never does: 20 minutes without a click or a key end it as before.
Whoever has no script loses nothing by that. The request changes nothing but the time at which the session was used.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey.audience import serves
from survey.office import sessions
from survey.office.headers import ASKING_POLICY, allow_script
from survey.office.needs import Services


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/stay", endpoint="stay")
    @serves("staff")
    def stay() -> ResponseReturnValue:
        return Response(status=204)  # the guard has marked the session as used

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"stays_signed_in": stays_signed_in}


def stays_signed_in() -> Markup:
    """The note and the script of a page with a long form; this page may ask this server for something by itself."""
    allow_script(ASKING_POLICY)
    note = render_template("office/staying.html", idle=int(sessions.IDLE.total_seconds()))
    return Markup(note)  # noqa: S704  # made by a template, which has escaped every value

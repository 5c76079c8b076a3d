"""Staying signed in while typing: on pages with long forms a small script asks for /stay, every few minutes at most.

Law: only typing keeps a session, an open page alone never does: 20 minutes without a click or a key end it as before.
Whoever has no script loses nothing by that. The request changes nothing but the time at which the session was used.
"""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from survey.audience import serves
from survey.office.headers import ASKING_POLICY, allow_script
from survey.office.needs import Services
from survey.office.people import sessions


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/stay", endpoint="stay")
    @serves("staff")
    def stay() -> ResponseReturnValue:
        return Response(status=204)  # the guard has marked the session as used

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {"asking_while_typing": asking_while_typing}


def asking_while_typing() -> int:
    """Lets the script of this page ask the server for something by itself; the seconds after which a session ends."""
    allow_script(ASKING_POLICY)
    return int(sessions.IDLE.total_seconds())

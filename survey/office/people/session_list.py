"""Where the own account is signed in: since when, with what kind of browser; to end one session or all others."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from survey.audience import serves
from survey.domain.local_time import BEIJING
from survey.office.needs import Services
from survey.office.people import sessions


def install(blueprint: Blueprint, services: Services) -> None:
    def own() -> list[dict[str, object]]:
        idle_since = int((services.clock() - sessions.IDLE).timestamp())
        return [
            {
                "key": kept.key,
                "browser": kept.browser,
                "since": _clock(kept.since),
                "seen": _clock(kept.seen),
                "is_this": kept.key == current_user.session.key,
            }
            for kept in services.sessions.list_sessions(current_user.name, idle_since)
        ]

    @blueprint.get("/account/sessions", endpoint="list-sessions")
    @serves("staff")
    def list_sessions() -> ResponseReturnValue:
        return render_template("office/sessions.html", sessions=own())

    @blueprint.post("/account/sessions/end", endpoint="end-session")
    @serves("staff")
    def end_session() -> ResponseReturnValue:
        key = request.form.get("key", "")
        if key not in {kept["key"] for kept in own()}:
            abort(404)  # nobody ends somebody else's here
        if key == current_user.session.key:
            sessions.sign_out(services)
            flash(_("You are signed out."))
            return redirect(url_for("office.show-login"), 303)
        services.sessions.end(key)
        flash(_("The session has ended."))
        return redirect(url_for("office.list-sessions"), 303)

    @blueprint.post("/account/sessions/end-others", endpoint="end-other-sessions")
    @serves("staff")
    def end_other_sessions() -> ResponseReturnValue:
        count = services.sessions.end_others(current_user.name, current_user.session.key)
        flash(_("Other sessions ended: %(count)s.", count=count))
        return redirect(url_for("office.list-sessions"), 303)


def _clock(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")

"""The staff log: who did or read what, from where, with which result. One line per request, written by one hook.

A view is logged because it exists, not because its author remembered to. The action is the endpoint's name
("read-report"); the object is the round or evaluation in the address; the result is what the response says, unless
the view was more exact with note().

Law: a line never holds what was typed into the login form: people type their password into the name field. And
whoever is not signed in leaves no line unless they try to sign in: a respondent who strays here keeps their address.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from flask_login import current_user

from survey.office.needs import Services

UNKNOWN = "-"
_QUIET = frozenset(
    {
        "asset",
        "show-login",
        "show-code",
        "show-passkey",
        "choose-language",
        "show-work",
        "show-progress",
        "show-wall",
        "stay",
    }
)  # show nothing of a round and change nothing
_SIGNING_IN = frozenset({"log-in", "give-code", "give-passkey"})


def note(*, result: str | None = None, account: str | None = None, object: str | None = None) -> None:
    """Say more exactly what the line for this request holds."""
    for name, value in (("result", result), ("account", account), ("object", object)):
        if value is not None:
            setattr(g, f"trail_{name}", value)


def written() -> None:
    """What this request began writes its lines itself, the first before it starts."""
    g.trail_written = True


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.before_request
    def remember_account() -> None:
        # Taken before the view runs: after signing out there is nobody left to name.
        if request.endpoint != "office.asset" and current_user.is_authenticated:
            g.trail_account = current_user.name

    @blueprint.after_request
    def write_line(response: Response) -> Response:
        if "trail_written" in g:
            return response
        action = (request.endpoint or "").removeprefix("office.")
        if (action in _QUIET and "trail_result" not in g) or ("trail_account" not in g and action not in _SIGNING_IN):
            return response
        # When the log cannot be written this raises, and the page is not shown: no unrecorded reading.
        services.audit.append(
            account=g.get("trail_account", UNKNOWN),
            address=request.remote_addr or UNKNOWN,
            action=action,
            object=g.get("trail_object") or _object(),
            result=g.get("trail_result") or _result(response.status_code),
        )
        return response


def _object() -> str:
    arguments = request.view_args or {}
    return str(arguments.get("evaluation_id") or arguments.get("round_id") or UNKNOWN)


def _result(status: int) -> str:
    if status < 400:
        return "done"
    return {403: "refused", 404: "not found", 409: "wrong state"}.get(status, f"failed {status}")

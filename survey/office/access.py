"""Who may see which page: the 20 minutes of idleness, what comes first, roles, recusal, form tokens, refusals as pages.

A view names its audience (survey.audience); the guard compares it with the account's role before the view runs. A
view without an audience serves nobody. Before an account has chosen its own password, and its second factor where one
is needed, it sees the pages for that and no other. Whoever is kept out of a round (回避) sees nothing of it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from survey.audience import serves
from survey.domain.grants import is_kept_out
from survey.domain.staff import AUDITOR, OFFICE, READER, SECURITY_ADMIN
from survey.errors import NotYet, SurveyError
from survey.office.going_back import ways_back
from survey.office.log import trail
from survey.office.needs import Services
from survey.office.people import sessions
from survey.office.reasons import sentences_of
from survey.office.refusals import OfficeRefusal, of_refusal
from survey.office.words import role_words

COOKIE_NAME = "office_session"
COOKIE_PATH = "/office"

# What an account may ask for while something has to be done first.
_FIRST = {
    "password": frozenset({"show-start", "choose-password", "log-out"}),
    "second-factor": frozenset({"show-start", "set-second-factor", "offer-passkey", "add-passkey", "log-out"}),
}


class Recused(OfficeRefusal):
    """The account belongs to somebody of an evaluated team."""

    status = 403

    def __init__(self) -> None:
        super().__init__("recused")


class _OfficeLogin(LoginManager):  # type: ignore[misc]  # flask_login carries no types
    def init_app(self, app: App, add_context_processor: bool = True) -> None:
        """Only be found by flask_login: its own hooks would look into the session after every response, phones' too."""
        app.login_manager = self  # type: ignore[attr-defined]  # where flask_login looks for it


def install(blueprint: Blueprint, services: Services) -> None:
    csrf = CSRFProtect()

    @blueprint.record_once
    def set_up(state: BlueprintSetupState) -> None:
        state.app.config.update(
            SESSION_COOKIE_NAME=COOKIE_NAME,
            SESSION_COOKIE_PATH=COOKIE_PATH,  # no phone ever carries it
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=services.settings.public_url.startswith("https://"),
            PERMANENT_SESSION_LIFETIME=sessions.IDLE,  # the age at which a signed cookie is refused, even a copy
            WTF_CSRF_TIME_LIMIT=None,  # a form's token ends with its session: a long text may take more than an hour
            WTF_CSRF_CHECK_DEFAULT=False,  # the respondent side has neither cookie nor CSRF token; see guard()
        )
        csrf.init_app(state.app)
        manager = _OfficeLogin()
        manager.session_protection = "strong"
        manager.user_loader(lambda secret: sessions.find(services, secret))
        manager.init_app(state.app)

    @blueprint.before_request
    def guard() -> ResponseReturnValue | None:
        audiences = _audiences(request.endpoint or "")
        if request.endpoint in ("office.asset", "office.show-wall"):
            return None  # neither reads the session, and a wall that looks every minute must not keep one alive
        if "_user_id" in session:
            _end_what_is_over(services)
        if "public" not in audiences:
            if not current_user.is_authenticated:
                if not session and COOKIE_NAME in request.cookies:  # signed too long ago, or under a key that is gone
                    flash(_("Your session has ended. Please sign in again."))
                here = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("office.show-login", next=here), 303)
            first = current_user.first(services.settings.needs_second_factor)
            if first and (request.endpoint or "").removeprefix("office.") not in _FIRST[first]:
                trail.note(result=f"{first} first")
                return redirect(url_for("office.show-start"), 303)
            if "staff" not in audiences and current_user.role not in audiences:
                abort(403)
            _require_no_recusal(services)
        csrf.protect()
        return None

    @blueprint.context_processor
    def who() -> dict[str, Any]:
        return {
            "staff": current_user,
            "is_office": current_user.is_authenticated and current_user.role == OFFICE,
            "navigation": _navigation(services),
            "role_words": role_words,
        }

    @blueprint.route("/<path:rest>", endpoint="nothing-here", methods=["GET", "POST"])
    @serves("staff")
    def nothing_here(rest: str) -> ResponseReturnValue:
        abort(404)

    _install_refusals(blueprint)


def home() -> str:
    """Where an account starts."""
    pages = {
        OFFICE: "office.list-rounds",
        READER: "office.list-reports",
        AUDITOR: "office.show-log",
        SECURITY_ADMIN: "office.list-accounts",
    }
    return url_for(pages.get(current_user.role, "office.show-account"))


def _end_what_is_over(services: Services) -> None:
    if not current_user.is_authenticated:
        sessions.sign_out(services)
        flash(_("Your session has ended. Please sign in again."))
    elif sessions.is_idle(current_user, services):
        sessions.sign_out(services)
        trail.note(result="signed out after 20 idle minutes")
        flash(_("You were signed out because nothing happened for 20 minutes. Please sign in again."))


def _require_no_recusal(services: Services) -> None:
    """Raises Recused for the pages of a round that this account is kept out of."""
    # "copy_of": the form of a new round shows the one that it is copied from.
    round_id = (request.view_args or {}).get("round_id") or request.values.get("copy_of")
    round_ = services.registry.find_round(round_id) if round_id else None
    if round_ is None:
        return
    g.recused = services.recusals.names(round_.id)  # the round's page tells how many
    if is_kept_out(current_user.name, round_, g.recused):
        raise Recused


def _navigation(services: Services) -> list[tuple[str, str, str]]:
    """(endpoint, words, first part of the endpoints below it): only what exists and this role may open."""
    if not current_user.is_authenticated or current_user.first(services.settings.needs_second_factor):
        return []
    entries = [
        ("office.list-rounds", _("Rounds"), "rounds"),
        ("office.list-questionnaires", _("Questionnaires"), "questionnaires"),
        ("office.list-reports", _("Reports"), "reports"),
        ("office.list-accounts", _("Accounts"), "accounts"),
        ("office.show-log", _("Staff log"), "log"),
    ]
    return [entry for entry in entries if current_user.role in _audiences(entry[0])]


def _audiences(endpoint: str) -> frozenset[str]:
    """What @serves() says about the view; nobody where it says nothing."""
    served: frozenset[str] = getattr(current_app.view_functions[endpoint], "audiences", frozenset())
    return served


def _install_refusals(blueprint: Blueprint) -> None:
    """Every refusal is a page of its own: what happened, and what to do."""

    def page(status: int, title: str, *sentences: str, has_round: bool = True) -> ResponseReturnValue:
        role = current_user.role if current_user.is_authenticated else None
        ways = ways_back(role, home() if role else url_for("office.show-login"), has_round=has_round)
        return render_template("office/refusal.html", title=title, sentences=sentences, ways=ways), status

    def missing() -> ResponseReturnValue:
        words = _("Please check it, or start again from the list.")
        return page(404, _("There is nothing at this address"), words, has_round=False)

    @blueprint.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> ResponseReturnValue:
        trail.note(result="form token refused")
        return page(
            400,
            _("This form was not accepted"),
            _("It was open for too long, or it was not sent from this page. Nothing was changed."),
            _("Go back, load the page again and send the form once more."),
        )

    @blueprint.errorhandler(403)
    def refused(error: HTTPException) -> ResponseReturnValue:
        return page(
            403,
            _("This page is not for your role"),
            _("You are signed in as “%(role)s”. Another role does this task.", role=role_words(current_user.role)),
        )

    @blueprint.errorhandler(404)
    def not_found(error: HTTPException) -> ResponseReturnValue:
        return missing()

    @blueprint.errorhandler(SurveyError)
    def survey_error(error: SurveyError) -> ResponseReturnValue:
        if error.status == 404:
            return missing()
        title = _("Not yet") if isinstance(error, NotYet) else _("This could not be done")
        return page(error.status, title, *sentences_of(error), has_round=not isinstance(error, Recused))

    @blueprint.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        kind = "too-large" if code == 413 else "refused" if code < 500 else "failed"
        return page(code, _("This could not be done"), of_refusal(kind))

"""Who may see which page: sessions, the 20 minutes of idleness, the role check, the CSRF check, refusals as pages.

A view names its audience (survey.audience); the guard compares it with the account's role before the view runs. A
view without an audience serves nobody.

Sessions are Flask's signed cookie. Accepted weakness (2026): signing out tells this browser to forget the cookie,
it cannot recall a copy; a copy dies 20 minutes after the server last renewed it, and at once when the account's
password or role changes.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user
from flask_login import login_user as _login_user
from flask_login import logout_user as _logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from survey.audience import serves
from survey.domain.ports import Account
from survey.domain.staff import AUDITOR, OFFICE, READER, SECURITY_ADMIN
from survey.errors import NotYet, SurveyError
from survey.office import trail
from survey.office.faults import OfficeRefusal, of_refusal
from survey.office.needs import Services
from survey.office.words import role_words

IDLE = timedelta(minutes=20)
SECOND_STEP = timedelta(minutes=5)
COOKIE_NAME = "office_session"
COOKIE_PATH = "/office"


class Staff(UserMixin):  # type: ignore[misc]  # flask_login carries no types
    """A signed-in account."""

    def __init__(self, account: Account) -> None:
        self.name = account.name
        self.role = account.role
        # Part of the session's id: a new password, role or second factor ends every session opened with the old one.
        state = f"{account.role}\0{account.password_hash}\0".encode() + (account.second_factor or b"")
        self._print = hashlib.sha256(state).hexdigest()[:32]

    def get_id(self) -> str:
        return f"{self._print}:{self.name}"


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
            PERMANENT_SESSION_LIFETIME=IDLE,  # the age at which a signed cookie is refused, even a copy
            WTF_CSRF_CHECK_DEFAULT=False,  # the respondent side has neither cookie nor CSRF token; see guard()
        )
        csrf.init_app(state.app)
        manager = _OfficeLogin()
        manager.session_protection = "strong"
        manager.user_loader(lambda session_id: _find(services, session_id))
        manager.init_app(state.app)

    @blueprint.before_request
    def guard() -> ResponseReturnValue | None:
        audiences = _audiences(request.endpoint or "")
        if request.endpoint in ("office.asset", "office.show-wall"):
            return None  # neither reads the session, and a wall that looks every minute must not keep one alive
        if "_user_id" in session and not _renew(services):
            trail.note(result="signed out after 20 idle minutes")
            flash(_("You were signed out because nothing happened for 20 minutes. Please sign in again."))
        if "public" not in audiences:
            if not current_user.is_authenticated:
                here = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("office.show-login", next=here), 303)
            if "staff" not in audiences and current_user.role not in audiences:
                abort(403)
        csrf.protect()
        return None

    @blueprint.context_processor
    def who() -> dict[str, Any]:
        return {
            "staff": current_user,
            "is_office": current_user.is_authenticated and current_user.role == OFFICE,
            "navigation": _navigation(),
            "role_words": role_words,
        }

    @blueprint.route("/<path:rest>", endpoint="nothing-here", methods=["GET", "POST"])
    @serves("staff")
    def nothing_here(rest: str) -> ResponseReturnValue:
        abort(404)

    _install_refusals(blueprint)


def sign_in(account: Account, services: Services) -> None:
    """A new session for this account; nothing of the session before it but the language survives (fixation)."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    _login_user(Staff(account))
    session["seen"] = int(services.clock().timestamp())


def begin_second_step(account: Account, services: Services) -> None:
    """The password was right: for five minutes this browser may give the code. Nothing is signed in yet."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    session["half"] = [Staff(account).get_id(), int(services.clock().timestamp())]


def second_step_of(services: Services) -> Account | None:
    """The account whose password this browser gave within five minutes."""
    half = session.get("half")
    if not isinstance(half, list) or len(half) != 2:
        return None
    session_id, since = half
    if not 0 <= int(services.clock().timestamp()) - int(since) <= SECOND_STEP.total_seconds():
        return None
    if _find(services, str(session_id)) is None:
        return None
    return services.accounts.find_account(str(session_id).partition(":")[2])


def sign_out() -> None:
    language = session.get("language")
    _logout_user()
    session.clear()
    if language:
        session["language"] = language


def home() -> str:
    """Where an account starts."""
    pages = {
        OFFICE: "office.list-rounds",
        READER: "office.list-reports",
        AUDITOR: "office.show-log",
        SECURITY_ADMIN: "office.list-accounts",
    }
    return url_for(pages.get(current_user.role, "office.show-account"))


def _find(services: Services, session_id: str) -> Staff | None:
    _, _, name = session_id.partition(":")
    account = services.accounts.find_account(name)
    if account is None or account.is_locked:
        return None
    staff = Staff(account)
    return staff if hmac.compare_digest(staff.get_id().encode(), session_id.encode()) else None


def _renew(services: Services) -> bool:
    """Mark the session as used now; False, and signed out, when it was idle too long."""
    now = int(services.clock().timestamp())
    seen = session.get("seen")
    if not isinstance(seen, int) or now - seen > IDLE.total_seconds():
        sign_out()
        return False
    session["seen"] = now
    return True


def _navigation() -> list[tuple[str, str, str]]:
    """(endpoint, words, first part of the endpoints below it): only what exists and this role may open."""
    if not current_user.is_authenticated:
        return []
    entries = [
        ("office.list-rounds", _("Rounds"), "rounds"),
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

    def page(status: int, title: str, *sentences: str) -> ResponseReturnValue:
        home_address = home() if current_user.is_authenticated else url_for("office.show-login")
        return render_template("office/refusal.html", title=title, sentences=sentences, home=home_address), status

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
        return page(404, _("There is nothing at this address"), _("Please check it, or start again from the list."))

    @blueprint.errorhandler(SurveyError)
    def survey_error(error: SurveyError) -> ResponseReturnValue:
        if error.status == 404:
            return page(404, _("There is nothing at this address"), _("Please check it, or start again from the list."))
        if isinstance(error, NotYet):
            return page(error.status, _("Not yet"), str(error))
        sentences = [of_refusal(error.kind)]
        if not isinstance(error, OfficeRefusal):
            # The one the command line prints: it names round, state and expectation, nothing secret.
            sentences.append(str(error))
        return page(error.status, _("This could not be done"), *sentences)

    @blueprint.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        return page(error.code or 500, _("This could not be done"), error.description or error.name)

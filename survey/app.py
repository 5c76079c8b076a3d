"""Joins the parts to one Flask application, and checks that every route says whom it serves."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import NotFound as HTTPNotFound

from survey import custodian, office, respondent, templates_folder
from survey.errors import SettingsError, StoreUnavailable, SurveyError
from survey.notices import Notices, failure_of, say_failure
from survey.respondent.desk import Desk
from survey.services import Services, open_services
from survey.session_key import SessionKey
from survey.settings import Settings


class StaffSessions(SecureCookieSessionInterface):
    """A request of a phone or a custodian has no session, whatever cookie it brings along.

    Sessions, and the tokens of forms with them, are signed under the key that is in force now.
    """

    def __init__(self, key: SessionKey) -> None:
        self._key = key

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not request.path.startswith("/office/"):
            return None
        app.secret_key = self._key.current()
        return super().open_session(app, request)


class SurveyApp(Flask):
    """Flask, except that a failure on the respondent plane leaves no path, no message and no values in a log."""

    notices = Notices()  # one for the process

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func  # Flask would look at each function of each request whether it is a coroutine; none is

    def handle_user_exception(self, e: Exception) -> HTTPException | ResponseReturnValue:
        if isinstance(e, StoreUnavailable):  # its sentence holds no value, only what is wrong with the store
            self._tell_staff(str(e), "store")
        elif isinstance(e, SurveyError) and e.status >= 500 and request.blueprint != "office":
            # Its sentence may hold a path; staff find it by `survey check`, phones are told nothing (problems.py).
            self._tell_staff(f"{failure_of(e)}; `survey check` names what is wrong.", "respondent plane")
        return super().handle_user_exception(e)

    def _tell_staff(self, sentence: str, where: str) -> None:
        self.notices.say(sentence, where)
        if note := self.extensions.get("note_failure"):
            note(sentence)

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        if request.blueprint == "office":
            super().log_exception(exc_info)
            return
        say_failure("respondent plane", exc_info[1])


def build_app(settings: Settings | None, services: Services | None) -> Flask:
    if services is None:
        settings = settings or Settings.load(Path(os.environ.get("SURVEY_INSTANCE", "instance")))
        services = open_services(settings)
    templates = templates_folder()
    app = SurveyApp("survey", static_folder=None, template_folder=str(templates))
    app.config.update(MAX_CONTENT_LENGTH=16 * 1024 * 1024)
    app.session_interface = StaffSessions(services.settings.session_key)
    desk = Desk(services.registry, services.box, services.keys, services.clock)
    app.extensions["note_failure"] = services.audit.note_failure  # a line of the staff log, once there can be one
    app.extensions["counts"] = desk.counts  # the keeper writes them down, see keeper.py
    app.register_blueprint(respondent.make_blueprint(desk, templates / "respondent", services.installation()))
    app.register_blueprint(office.make_blueprint(services))
    app.register_blueprint(custodian.make_blueprint(services, templates / "custodian"))
    app.url_value_preprocessor(_require_storable)
    if services.settings.is_https:
        app.after_request(_https_only)
    check_audiences(app)
    return app


def check_audiences(app: Flask) -> None:
    """Refuse to start when a route does not say whom it serves: a page nobody placed is a page nobody guards."""
    for rule in app.url_map.iter_rules():
        if not getattr(app.view_functions[rule.endpoint], "audiences", None):
            raise SettingsError(f"The route {rule.rule} ({rule.endpoint}) names no audience.")


def _require_storable(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """An address with a character that no store takes belongs to nobody, on every store alike."""
    if any(isinstance(value, str) and "\0" in value for value in (values or {}).values()):
        raise HTTPNotFound


def _https_only(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response

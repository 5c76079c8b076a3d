"""The office: pages for signed-in staff under /office.

Law: these pages reach stores only through the services handed in, show figures only through survey.domain
(turnout.turnout, disclosure.disclose), and never read a ballot. The session cookie, the CSRF token and the language
choice live under /office alone: no phone ever carries them. Every request that does or shows something leaves one
line in the staff log (trail.py). No page is allowed a script (headers.py) but those that
speak to a passkey, and the page of a round, which watches its long steps.

One module per task: login, rounds, questionnaires, turnout, reports, account; around them access (who may), headers,
trail, language, passwords, steps (what a round needs next).
"""

from __future__ import annotations

from flask import Blueprint

from survey.office import (
    access,
    account,
    accounts,
    approvals,
    ceremonies,
    doing,
    draft_imports,
    drafts,
    ending,
    headers,
    language,
    login,
    papers,
    passkey_pages,
    questionnaire_editor,
    questionnaire_files,
    questionnaire_preview,
    questionnaires,
    recusal,
    rehearsing,
    reports,
    reviews,
    rounds,
    session_list,
    staff_log,
    static,
    staying,
    trail,
    turnout,
    uploads,
    watching,
)
from survey.office.needs import Services


def make_blueprint(services: Services) -> Blueprint:
    """All office pages at /office. Registering it sets up sessions, CSRF and languages for these pages only."""
    blueprint = Blueprint("office", __name__, url_prefix="/office")
    # Order matters: headers go on last of all, after the log line is written.
    uploads.install(blueprint)  # before anything reads a form
    headers.install(blueprint)
    trail.install(blueprint, services)
    language.install(blueprint)
    access.install(blueprint, services)
    static.install(blueprint)
    for task in (
        login,
        passkey_pages,
        account,
        session_list,
        rounds,
        recusal,
        drafts,
        draft_imports,
        questionnaires,
        questionnaire_editor,
        questionnaire_preview,
        questionnaire_files,
        rehearsing,
        ceremonies,
        doing,
        watching,
        turnout,
        ending,
        papers,
        reports,
        reviews,
        approvals,
        accounts,
        staff_log,
        staying,
    ):
        task.install(blueprint, services)
    return blueprint

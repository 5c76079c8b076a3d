"""The office: pages for signed-in staff under /office.

Law: these pages reach stores only through the services handed in, show figures only through survey.domain
(turnout.turnout, disclosure.disclose), and never read a ballot. The session cookie, the CSRF token and the language
choice live under /office alone: no phone ever carries them. Every request that does or shows something leaves one
line in the staff log (log/trail.py). No page is allowed a script (headers.py) but those that
speak to a passkey, and the page of a round, which watches its long steps.

A folder per kind of work (people, log, drafts, questionnaires, rounds, long_steps, reports), one module per task in it.
What every page needs stands here: access (who may), headers, uploads, language, words, refusals and their reasons.
"""

from __future__ import annotations

from flask import Blueprint

from survey.office import access, headers, language, static, staying, uploads
from survey.office.drafts import imports as draft_imports
from survey.office.drafts import pages as draft_pages
from survey.office.log import pages as log_pages
from survey.office.log import trail
from survey.office.long_steps import watching
from survey.office.needs import Services
from survey.office.people import account, accounts, login, passkey_pages, session_list
from survey.office.questionnaires import editor, files, library, preview
from survey.office.reports import approvals, reviews
from survey.office.reports import pages as report_pages
from survey.office.rounds import ceremonies, doing, ending, papers, recusal, rehearsing, turnout
from survey.office.rounds import pages as round_pages

_TASKS = (
    *(login, passkey_pages, account, accounts, session_list),
    *(draft_pages, draft_imports),
    *(library, editor, preview, files),
    *(round_pages, recusal, rehearsing, ceremonies, doing, turnout, ending, papers),
    watching,
    *(report_pages, reviews, approvals),
    log_pages,
    staying,
)


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
    for task in _TASKS:
        task.install(blueprint, services)
    return blueprint

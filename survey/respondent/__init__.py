"""Everything a phone can reach. THE AUDIT FOLDER: readable in one sitting.

Law: this folder sets no cookie, keeps no session, writes no log line, asks for no address and imports no storage.
The invitation code is known in issue.py only, the ballot in cast.py only: no value made in the first is read by the
second. Every answer carries the same headers for everybody.
Source: 2-protocol, section 2.3.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, g, request

from survey.domain.installation import Installation
from survey.respondent import cast, honest, issue, pages, problems, receipts
from survey.respondent.desk import Desk
from survey.respondent.headers import HEADERS


def make_blueprint(desk: Desk, templates: Path, installation: Installation) -> Blueprint:
    """The respondent interface over the given desk; `templates` is the folder of the page's sources."""
    blueprint = Blueprint("respondent", __name__)
    blueprint.after_app_request(_same_headers)

    @blueprint.after_app_request
    def count(response: Response) -> Response:
        if request.blueprint in (None, "respondent"):
            desk.counts.note(g.get("refusal"))
        return response

    loaded = pages.Pages.load(templates)
    problems.register(blueprint, loaded.problem, loaded.integrity)
    pages.register(blueprint, desk, loaded)
    honest.register(blueprint, desk, installation, loaded.honest, loaded.integrity)
    issue.register(blueprint, desk)
    cast.register(blueprint, desk)
    receipts.register(blueprint, desk)
    return blueprint


def _same_headers(response: Response) -> Response:
    # Also where no route matched; another blueprint sees to its own.
    if request.blueprint not in (None, "respondent"):
        return response
    response.headers.extend(HEADERS)  # nothing here sets one of them; putting in place of one takes three times as long
    if "Allow" in response.headers:
        # The framework writes a set; its order would tell one server process from another.
        response.headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
    return response

"""An invitation as a page of its own: what a custodian opens with a double click, without knowing what the file is for.

Law: one file, nothing loaded and nothing run from it. The link is the secret: it is handed over as the invitation is.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey.domain.ceremony.invitation import Invitation
from survey.reports.places import DOCUMENTS


def page(invitation: Invitation) -> bytes:
    return _environment().get_template("invitation.html").render(invitation=invitation).encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(DOCUMENTS), autoescape=True, undefined=StrictUndefined, trim_blocks=True)

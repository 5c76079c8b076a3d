"""Where a refusal leads: back to the page it was asked from, to the page of its round, to the own start page.

Law: only to addresses of the office on this server (addresses.py), never to the refused one itself, and to a round only
when this role may read it and is not kept out of it.
"""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from survey.domain.staff import OFFICE, READER
from survey.office.addresses import local_address

_ROUND_PAGES = {OFFICE: "office.show-round", READER: "office.show-report"}


def ways_back(role: str | None, start: str, *, has_round: bool = True) -> list[tuple[str, str]]:
    """(address, words), the nearest first; role: None while nobody is signed in."""
    if role is None:
        return [(start, _("Sign in"))]
    ways = [(came_from(), _("Back to the page before")), (_round_page(role) if has_round else None, _("To the round"))]
    found: dict[str, str] = {}
    for address, words in (*ways, (start, _("Go to your start page"))):
        if address and address != request.path:
            found.setdefault(address, words)
    return list(found.items())


def came_from() -> str | None:
    """The page that this request was made from, when it is one of ours and another one."""
    _scheme, _sign, rest = (request.referrer or "").partition("://")  # the server may stand behind another's https
    if not rest.startswith(f"{request.host}/"):
        return None
    address = rest.removeprefix(request.host)
    path = address.partition("?")[0]
    if path.startswith("/office/login") or (path == request.path and request.method == "GET"):
        return None
    return local_address(address) or local_address(path)


def _round_page(role: str) -> str | None:
    round_id, endpoint = (request.view_args or {}).get("round_id"), _ROUND_PAGES.get(role)
    return url_for(endpoint, round_id=round_id) if round_id and endpoint and endpoint != request.endpoint else None

"""Key holders: the ceremony that makes a round's key, and the opening. Everything under /custodian.

Law: nothing secret of a custodian ever arrives here: no share, no passphrase, no sub-share in the open. Whoever calls
shows the one-time secret of an invitation in the Authorization header (no cookie, so no ambient credential and no
CSRF token). The arithmetic is done in the custodian's own browser (client/) or by `survey custodian`.
Source: 2-protocol, section 2.4; docs/ceremony.md.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response

from survey.custodian import ceremony, opening, pages, refusals, statements
from survey.custodian.needs import Services

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types custodian",  # one policy, which lets through the address of the worker and nothing else
    )
)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_blueprint(services: Services, templates: Path) -> Blueprint:
    """The custodians' interface over the given stores; `templates` is the folder of the page's source."""
    blueprint = Blueprint("custodian", __name__, url_prefix="/custodian")
    blueprint.after_request(_same_headers)
    refusals.register(blueprint)
    pages.register(blueprint, templates)
    ceremony.register(blueprint, services)
    opening.register(blueprint, services)
    statements.register(blueprint, services)
    return blueprint


def _same_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response

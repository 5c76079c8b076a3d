"""Response headers of every office page, refusal and asset: nothing foreign, no script, nothing kept.

The pages that speak to a passkey, the page of a round, and those with long forms run a script of ours and say so with
allow_script(); no other does. Of these the page of a round may ask by itself how far a long step is, and a long form
keep the session while somebody types (staying.py).

Sources: Content Security Policy Level 3; Fetch (CORP); HTML (COOP); RFC 9111 (no-store).
"""

from __future__ import annotations

from flask import Blueprint, Response, g

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; script-src "
)
SCRIPT_POLICY = _POLICY + "'self'"
ASKING_POLICY = SCRIPT_POLICY + "; connect-src 'self'"

HEADERS = {
    # No page has a script, so a name typed into a round can never become one.
    "Content-Security-Policy": _POLICY + "'none'",
    "X-Content-Type-Options": "nosniff",
    # Flask-WTF compares the referrer of a POST over https; other sites still learn nothing.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Office desks are shared: the next person's Back button must not show the report.
    "Cache-Control": "no-store",
}


def allow_script(policy: str = SCRIPT_POLICY) -> None:
    """For the page that is being made now."""
    g.policy = policy


def install(blueprint: Blueprint) -> None:
    @blueprint.after_request
    def put_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        if "policy" in g:
            response.headers["Content-Security-Policy"] = g.policy
        return response

"""Refusals: problem documents (RFC 9457) for programs, one page in both languages for people.

Law: a refusal says what was wrong with the request and never repeats what was in it. What is wrong with the server
itself is told to its staff (survey/app.py) and not to phones: only that it failed, and that the store did.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, g, request
from jinja2 import Template
from werkzeug.exceptions import HTTPException

from survey.errors import NotFound, StoreUnavailable, SurveyError, TooLarge


class MethodNotAllowed(SurveyError):
    status = 405
    kind = "method-not-allowed"


class InternalError(SurveyError):
    """A bug or a broken store; nothing was acknowledged, so the same request may be sent again."""

    status = 500
    kind = "internal-error"
    title_zh = "服务器出了错，没有确认收到。请稍后再试一次。"
    title_en = "The server failed; nothing was acknowledged. Please try again shortly."


def register(blueprint: Blueprint, page: Template, integrity: dict[str, str]) -> None:
    """page: the template for people; integrity: digests of the page's files."""

    def refuse(error: SurveyError) -> Response:
        if error.status >= 500 and not isinstance(error, StoreUnavailable):
            error = _failed()  # its own sentence may name a file of the server
        g.refusal = error.kind  # see counts.py
        wants_page = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("Accept", "")
        if not wants_page:
            return problem(error)
        html = page.render(integrity=integrity, title_zh=error.title_zh, title_en=error.title_en)
        return Response(html.encode("utf-8"), error.status, content_type="text/html; charset=utf-8")

    def refuse_http(error: HTTPException) -> Response:
        response = refuse(_named(error))
        for name, value in error.get_headers():
            if name == "Allow":  # 405 must say which methods there are (RFC 9110, section 15.5.6)
                response.headers[name] = value
        return response

    blueprint.register_error_handler(SurveyError, refuse)
    # For the whole application: an address that belongs to nobody is answered here, like everything a phone asks.
    blueprint.app_errorhandler(HTTPException)(refuse_http)


def problem(error: SurveyError) -> Response:
    """The problem document of a refusal; its title is in the language asked for (Chinese unless English is wanted)."""
    g.refusal = error.kind
    english = request.accept_languages.best_match(["zh", "en"], "zh") == "en"
    document = {
        "type": error.problem_type,
        "title": error.title_en if english else error.title_zh,
        "status": error.status,
        "detail": error.detail,
    }
    body = json.dumps(document, ensure_ascii=False).encode("utf-8")
    return Response(body, error.status, content_type="application/problem+json")


def _failed() -> InternalError:
    return InternalError("The server failed; the same request may be sent again.")


def _named(error: HTTPException) -> SurveyError:
    """The framework's own refusals in our words."""
    if error.code == 404:
        return NotFound("There is nothing at this address.")
    if error.code == 405:
        return MethodNotAllowed("This address does not take this method.")
    if error.code == 413:
        return TooLarge("The body is larger than anything this address takes.")
    if error.code is None or error.code >= 500:
        return _failed()
    refusal = SurveyError(error.name)
    refusal.status = error.code
    return refusal

"""Refusals as problem documents (RFC 9457): a stable type for programs, one sentence for people.

Law: a problem says what was wrong with the request and never repeats what was in it.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from survey.errors import InvalidInput, NotFound, SurveyError, TooLarge


def register(blueprint: Blueprint) -> None:
    blueprint.register_error_handler(SurveyError, problem)
    blueprint.register_error_handler(HTTPException, http_problem)


def problem(error: SurveyError) -> Response:
    """The problem document of a refusal; its title is in the language asked for (Chinese unless English is wanted)."""
    english = request.accept_languages.best_match(["zh", "en"], "zh") == "en"
    document = {
        "type": error.problem_type,
        "title": error.title_en if english else error.title_zh,
        "status": error.status,
        "detail": str(error),
    }
    body = json.dumps(document, ensure_ascii=False).encode("utf-8")
    return Response(body, error.status, content_type="application/problem+json")


def http_problem(error: HTTPException) -> Response:
    """Flask's own refusals (404, 405, 413 ...) in the same form."""
    if error.code == 404:
        return problem(NotFound("There is nothing at this address."))
    if error.code == 413:
        return problem(TooLarge("The body is larger than anything this address takes."))
    refusal = InvalidInput(error.name)
    response = problem(refusal)
    response.status_code = error.code or 400
    document = {"type": refusal.problem_type, "title": error.name, "status": response.status_code}
    response.set_data(json.dumps(document).encode("utf-8"))
    for name, value in error.get_headers():
        if name == "Allow":  # 405 must say which methods there are (RFC 9110, section 15.5.6)
            response.headers[name] = value
    return response

"""Refusals as problem documents (RFC 9457); the page and the command choose their own words by `type`."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from survey.errors import SurveyError


def register(blueprint: Blueprint) -> None:
    @blueprint.errorhandler(SurveyError)
    def refuse(error: SurveyError) -> Response:
        english = request.accept_languages.best_match(["zh", "en"], "zh") == "en"
        document = {
            "type": error.problem_type,
            "title": error.title_en if english else error.title_zh,
            "status": error.status,
            "detail": error.detail,
        }
        body = json.dumps(document, ensure_ascii=False).encode("utf-8")
        return Response(body, error.status, content_type="application/problem+json")

"""Casting: a sealed ballot against a token.

Law: this module sees sealed ballots and must never know a code; it stores nothing but token and sealed answers, and
tells nobody when.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from survey.audience import serves
from survey.crypto.tokens import parse_authorization, www_authenticate
from survey.domain.ballots import ballot_length, cast_ballot
from survey.domain.manifest import Manifest
from survey.errors import InvalidToken, MissingToken
from survey.respondent.bodies import read_exactly
from survey.respondent.desk import Desk
from survey.respondent.problems import problem

BALLOT_TYPE = "application/octet-stream"


def register(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.post("/e/<evaluation_id>/ballots")
    @serves("respondent")
    def ballots(evaluation_id: str) -> Response:
        evaluation = desk.evaluation(evaluation_id)
        manifest = evaluation.manifest
        try:
            token = parse_authorization(request.headers.get("Authorization"))
            evaluation.verifier.verify(token)
        except (MissingToken, InvalidToken) as error:
            return _challenged(error, manifest)
        sealed = read_exactly(request, ballot_length(manifest), BALLOT_TYPE)
        accepted = cast_ballot(evaluation_id, token, sealed, manifest=manifest, now=desk.clock(), box=desk.box)
        body = json.dumps({"receipt": accepted.receipt.hex()}).encode("ascii")
        return Response(body, 201 if accepted.is_new else 200, content_type="application/json")


def _challenged(error: MissingToken | InvalidToken, manifest: Manifest) -> Response:
    """401 with the challenge (RFC 9577, section 2.1), so that any Privacy Pass client knows what to fetch."""
    response = problem(error)
    response.headers["WWW-Authenticate"] = www_authenticate(manifest.challenge, manifest.token_key)
    return response

"""Issuing: an invitation code buys one token, unseen (RFC 9578, section 6).

Law: this module knows the code and must never see a ballot; nothing it makes is read by cast.py.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from survey.audience import serves
from survey.crypto.tokens import TOKEN_REQUEST_LEN, TokenRequest, issuer_directory
from survey.domain.invitations import Code, issue_token, parse_code
from survey.errors import SurveyError, TooManyWrongCodes, UnknownCode
from survey.respondent.bodies import read_exactly
from survey.respondent.desk import Desk
from survey.respondent.problems import problem

REQUEST_TYPE = "application/private-token-request"
RESPONSE_TYPE = "application/private-token-response"
DIRECTORY_TYPE = "application/private-token-issuer-directory"


def register(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.get("/e/<evaluation_id>/.well-known/private-token-issuer-directory")
    @serves("respondent")
    def directory(evaluation_id: str) -> Response:
        key = desk.evaluation(evaluation_id).manifest.token_key
        response = jsonify(issuer_directory(key, f"/e/{evaluation_id}/token-request"))
        response.content_type = DIRECTORY_TYPE
        return response

    @blueprint.post("/e/<evaluation_id>/token-request")
    @serves("respondent")
    def token_request(evaluation_id: str) -> Response:
        evaluation = desk.evaluation(evaluation_id)
        wanted = TokenRequest.parse(read_exactly(request, TOKEN_REQUEST_LEN, REQUEST_TYPE))
        desk.require_within_times(evaluation)
        try:
            blind_sig = issue_token(
                evaluation_id,
                _bearer_code(request.headers.get("Authorization", "")),
                wanted,
                registry=desk.registry,
                issuer=evaluation.issuer,
                secret=evaluation.code_secret,
            )
        except SurveyError as error:
            # Asked only now: the transaction that uses up a code looks itself. That a round is over is what a person
            # has to know, whatever else is wrong.
            desk.require_open(evaluation)
            if not isinstance(error, UnknownCode):
                raise
            if not desk.throttle.note_wrong(evaluation_id):
                raise TooManyWrongCodes("Too many wrong codes for this evaluation.") from None
            return _challenged(error)
        return Response(blind_sig, content_type=RESPONSE_TYPE)


def _challenged(error: UnknownCode) -> Response:
    """401 with the scheme that is asked for (RFC 9110, section 15.5.2; RFC 6750, section 3)."""
    response = problem(error)
    response.headers["WWW-Authenticate"] = 'Bearer realm="survey"'
    return response


def _bearer_code(header: str) -> Code:
    """The code in `Authorization: Bearer CODE` (RFC 6750, section 2.1); raises UnknownCode."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer":
        raise UnknownCode("The Authorization header must be: Bearer CODE.")
    return parse_code(value)

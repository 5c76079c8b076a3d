"""The notice board over HTTP: read everything, say one thing."""

from __future__ import annotations

import json

from flask import Blueprint, Response, request

from survey.audience import serves
from survey.custodian.needs import Services
from survey.custodian.opening import challenge_of, given_by
from survey.custodian.seats import Seat, note, seat_of_request
from survey.domain.ceremony.messages import MESSAGE_MAX
from survey.domain.ceremony.office import Standing, object_to_words, post, standing
from survey.domain.ceremony.seat import seat_document
from survey.domain.lifecycle import get_round
from survey.errors import SurveyError, TooLarge

JSON = "application/json"


def register(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/board")
    @serves("custodian")
    def board() -> Response:
        """The board of the invitation's round, and where the round stands."""
        seat = seat_of_request(services)
        return _answer(services, seat, standing(seat.round, services.board))

    @blueprint.post("/messages")
    @serves("custodian")
    def messages() -> Response:
        """Body: one message. Answers with the board as it is then; the same message may be sent again."""
        seat = seat_of_request(services)
        raw = request.stream.read(MESSAGE_MAX + 1)
        if len(raw) > MESSAGE_MAX:
            raise TooLarge(f"A message has at most {MESSAGE_MAX} bytes.")
        try:
            after = post(seat.round, seat.index, raw, board=services.board, registry=services.registry)
        except SurveyError as error:
            note(services, seat, "ceremony-message", error.kind)
            raise
        note(services, seat, "ceremony-message", after.board.phase if after.stopped is None else "stopped")
        fresh = Seat(get_round(services.registry, seat.round.id), seat.index)
        return _answer(services, fresh, after)

    @blueprint.post("/objection")
    @serves("custodian")
    def objection() -> Response:
        """No body: this custodian sees other check words than the others. Stops the attempt; answers with the board."""
        seat = seat_of_request(services)
        try:
            after = object_to_words(seat.round, seat.index, board=services.board)
        except SurveyError as error:
            note(services, seat, "ceremony-objection", error.kind)
            raise
        note(services, seat, "ceremony-objection")
        return _answer(services, seat, after)


def _answer(services: Services, seat: Seat, now: Standing) -> Response:
    document = seat_document(
        seat.round,
        seat.index,
        now.document,
        challenge=challenge_of(services, seat),
        boxes_digest=services.registry.find_boxes_digest(seat.round.id),
        given=given_by(services, seat),
        opening=services.board.find_opening_record(seat.round.id),
        signed=services.registry.statements(seat.round.id),
    )
    return Response(json.dumps(document, ensure_ascii=False).encode("utf-8"), content_type=JSON)

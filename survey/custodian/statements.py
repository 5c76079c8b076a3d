"""After the count: a custodian's signed statement in, which the audit package then carries."""

from __future__ import annotations

from flask import Blueprint, Response, request

from survey.audience import serves
from survey.custodian.needs import Services
from survey.custodian.seats import note, seat_of_request
from survey.domain.custody.statements import STATEMENT_MAX, Statement, take_statement
from survey.errors import InvalidInput, SurveyError, TooLarge


def register(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/statement")
    @serves("custodian")
    def statement() -> Response:
        """Body: a statement (schema "survey-statement/1"). 201 when it was checked and kept."""
        seat = seat_of_request(services)
        raw = request.stream.read(STATEMENT_MAX + 1)
        try:
            if len(raw) > STATEMENT_MAX:
                raise TooLarge(f"A statement has at most {STATEMENT_MAX} bytes.")
            if Statement.parse(raw).index != seat.index:
                raise InvalidInput(f"This invitation is for {seat.name}; the statement is of another custodian.")
            take_statement(seat.round, raw, board=services.board, registry=services.registry)
        except SurveyError as error:
            note(services, seat, "statement", error.kind)
            raise
        note(services, seat, "statement")
        return Response(b"{}", 201, content_type="application/json")

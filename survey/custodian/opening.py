"""After closing: the frozen list out, one partial opening in; and at any time the test of a share.

Law: a partial opening is checked whole before it is kept, and refused by name; nothing but the frozen list of the
invitation's own round is ever given out or taken for.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, request

from survey.audience import serves
from survey.custodian.needs import Services
from survey.custodian.seats import Seat, note, seat_of_request
from survey.domain.custody import share_test
from survey.domain.custody.boxes import boxes_chunks
from survey.domain.custody.framed import ENTRY_LEN
from survey.domain.custody.shares import PartialFile
from survey.domain.opening import check_partial
from survey.domain.rounds import State
from survey.errors import SurveyError, TooLarge, WrongPartial

HEADER_MAX = 4096  # bytes of a partial file's first line: names are limited by the round spec
_BLOCK = 1 << 16


def register(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/boxes")
    @serves("custodian")
    def boxes() -> Response:
        """The frozen list, streamed: what `survey round boxes` writes."""
        seat = seat_of_request(services)
        seat.round.require(State.CLOSED)
        note(services, seat, "fetch-list")
        return Response(boxes_chunks(seat.round, services.box), content_type="application/octet-stream")

    @blueprint.post("/partial")
    @serves("custodian")
    def partial() -> Response:
        """Body: a partial file. 201 when it was checked and kept."""
        seat = seat_of_request(services)
        try:
            _take(services, seat)
        except SurveyError as error:
            note(services, seat, "partial-opening", error.kind)
            raise
        note(services, seat, "partial-opening")
        return Response(b"{}", 201, content_type="application/json")

    @blueprint.post("/tests")
    @serves("custodian")
    def tests() -> Response:
        """Body: {"proof": base64url of 64 bytes} for the challenge of the board. 200 when it checks."""
        seat = seat_of_request(services)
        proof = share_test.read_proof(request.stream.read(HEADER_MAX))
        try:
            share_test.check(seat.round, seat.index, challenge_of(services, seat), proof)
        except SurveyError as error:
            note(services, seat, "share-test", error.kind)
            raise
        note(services, seat, "share-test")
        return Response(b"{}", content_type="application/json")


def challenge_of(services: Services, seat: Seat) -> bytes:
    return share_test.challenge(seat.round, seat.index, services.keys.share_test_secret(), services.clock().date())


def _take(services: Services, seat: Seat) -> None:
    round_ = seat.round
    round_.require(State.CLOSED)
    count = sum(services.box.count(evaluation.id) for evaluation in round_.evaluations)
    limit = HEADER_MAX + count * ENTRY_LEN
    request.max_content_length = limit  # this one body grows with the round; everything else keeps its small limit
    file = services.partials.receive(round_.id, _body(limit))
    try:
        given = PartialFile.read(file)
        if given.index != seat.index:
            raise WrongPartial(f"This partial opening was made in the place of {given.custodian}, not of {seat.name}.")
        check_partial(round_, given, services.box, services.registry.find_boxes_digest(round_.id) or b"")
    except SurveyError as error:
        services.partials.drop(file)
        # The file's own name is of no use to the custodian.
        raise type(error)(str(error).replace(f"{file}: ", "").replace(str(file), "The partial opening")) from None
    try:
        services.partials.keep(file, round_.id, seat.index)
    except SurveyError:
        services.partials.drop(file)
        raise


def _body(limit: int) -> Iterator[bytes]:
    got = 0
    while block := request.stream.read(_BLOCK):
        got += len(block)
        if got > limit:
            raise TooLarge(f"A partial opening of this round has at most {limit} bytes.")
        yield block


def given_by(services: Services, seat: Seat) -> list[int]:
    return sorted(services.partials.files(seat.round.id))

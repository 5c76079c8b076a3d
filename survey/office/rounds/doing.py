"""The steps of a round as buttons: freeze, print, open, close, hand out the list, take parts, count.

Law: every step is a POST with the form's token, leaves a line in the staff log, and ends in a redirect; what cannot be
undone asks for a typed word. Nothing secret stays here: slips and invitations are handed over and forgotten, parts lie
in the partial store until the count destroys them.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain import lifecycle
from survey.domain.custody.boxes import boxes_chunks
from survey.domain.custody.opening_record import conclude
from survey.domain.custody.shares import PartialFile
from survey.domain.grants import check_custodians
from survey.domain.lifecycle import get_round
from survey.domain.opening import check_partial
from survey.domain.rehearsal import make_parts_here
from survey.domain.results.tally import record_hash
from survey.domain.rounds import Round, State
from survey.domain.slips import draw_codes
from survey.domain.staff import OFFICE
from survey.errors import NotYet, SurveyError, TooFewShares
from survey.office.confirming import CLOSE, COUNT, REPRINT, is_confirmed, is_typed
from survey.office.language import gap
from survey.office.log import trail
from survey.office.long_steps.kinds import PRINTING
from survey.office.long_steps.working import Progress, begin, refuse_while_busy, reporter
from survey.office.needs import Services
from survey.office.printable import require_printable
from survey.office.reasons import of_reason
from survey.office.refusals import OfficeRefusal, of_refusal, refuse
from survey.office.rounds.slips import slips_zip
from survey.office.uploads import uploaded

BYTES = "application/octet-stream"


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/rounds/<round_id>/freeze", endpoint="freeze-round")
    @serves(OFFICE)
    def freeze_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.DRAFT)
        round_.get_opening_key()
        check_custodians(round_, services.recusals.names(round_id))
        require_printable(round_)

        def action(progress: Progress) -> None:
            lifecycle.freeze(
                round_,
                registry=services.registry,
                keys=services.keys,
                host=services.settings.host,
                scripts=services.page_scripts(),
            )

        return begin(services, round_.id, "freeze-round", action)

    @blueprint.post("/rounds/<round_id>/slips.zip", endpoint="print-slips")
    @serves(OFFICE)
    def print_slips(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.FROZEN, State.PRINTED, State.OPEN)
        if round_.state is not State.FROZEN and not is_typed(REPRINT):
            raise OfficeRefusal("not-confirmed")
        refuse_while_busy(services, round_id)
        drawn = draw_codes(round_, registry=services.registry, randomness=services.randomness)
        trail.note(result="started")
        content = slips_zip(services, round_, drawn, reporter(services, PRINTING, round_id))
        return _download(content, f"{round_.name}_纸条.zip", "application/zip")

    @blueprint.post("/rounds/<round_id>/open", endpoint="open-round")
    @serves(OFFICE)
    def open_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        refuse_while_busy(services, round_id)  # slips in the making are for a round that nobody answers yet
        lifecycle.open_round(round_, registry=services.registry, box=services.box)
        return to_round(round_id, _("The round is open. People can answer now."))

    @blueprint.post("/rounds/<round_id>/close", endpoint="close-round")
    @serves(OFFICE)
    def close_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.OPEN)
        if not is_confirmed(CLOSE):
            return to_round(round_id)
        return begin(
            services,
            round_id,
            "close-round",
            lambda progress: _ignore(
                lifecycle.close_round(round_, registry=services.registry, box=services.box, keys=services.keys)
            ),
        )

    # --- Opening the boxes

    @blueprint.get("/rounds/<round_id>/boxes", endpoint="download-boxes")
    @serves(OFFICE)
    def download_boxes(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.CLOSED)
        return _download(boxes_chunks(round_, services.box), f"{round_.id}.boxes", BYTES)

    @blueprint.post("/rounds/<round_id>/parts", endpoint="give-parts")
    @serves(OFFICE)
    def give_parts(round_id: str) -> ResponseReturnValue:
        """Each file is checked whole before it is kept; good ones stay even when another is refused."""
        round_ = get_round(services.registry, round_id)
        round_.require(State.CLOSED)
        files = uploaded("part")
        if not files:
            trail.note(result="incomplete")
            refuse(of_refusal("no-file"))
            return to_round(round_id)
        for name, content in files:
            try:
                flash(_("The part of %(custodian)s checks.", custodian=_take(services, round_, content)))
            except SurveyError as error:
                trail.note(result=error.kind)
                refuse(_("“%(file)s” was refused.", file=name) + gap() + of_reason(error))
        return to_round(round_id)

    @blueprint.post("/rounds/<round_id>/count", endpoint="count-round")
    @serves(OFFICE)
    def count_round(round_id: str) -> ResponseReturnValue:
        round_ = get_round(services.registry, round_id)
        round_.require(State.CLOSED)
        if not is_confirmed(COUNT):
            return to_round(round_id)
        files = services.partials.files(round_id)
        if len(files) < round_.threshold and round_.rehearsal is None:
            raise TooFewShares(
                f"{round_.threshold} custodians are needed to open; {len(files)} parts are here.",
                why="too-few-parts",
                needed=round_.threshold,
                given=len(files),
            )

        def action(progress: Progress) -> None:
            if round_.rehearsal is not None:
                make_parts_here(round_, box=services.box, partials=services.partials, randomness=services.randomness)
            files = services.partials.files(round_id)
            partials = [PartialFile.read(file) for file in files.values()]
            _, record = lifecycle.count_round(
                round_,
                partials,
                registry=services.registry,
                box=services.box,
                randomness=services.randomness,
                progress=progress,
            )
            conclude(
                round_,
                partials,
                record_hash(record),
                registry=services.registry,
                board=services.board,
                store=services.partials,
                clock=services.clock,
            )

        ballots = sum(services.box.counts([evaluation.id for evaluation in round_.evaluations]).values())
        return begin(services, round_id, "count-round", action, total=ballots)


def to_round(round_id: str, *sentences: str) -> ResponseReturnValue:
    """Where every step ends: on the page of its round, which says them."""
    for sentence in sentences:
        flash(sentence)
    return redirect(url_for("office.show-round", round_id=round_id), 303)


def given_parts(services: Services, round_: Round) -> list[str]:
    """The custodians whose parts have been checked and kept."""
    if round_.state is not State.CLOSED:
        return []
    names = {custodian.index: custodian.name for custodian in round_.custodians}
    return [names[index] for index in sorted(services.partials.files(round_.id)) if index in names]


def _take(services: Services, round_: Round, content: bytes) -> str:
    """Check one partial opening and keep it; the custodian's name. As custodian/opening.py does on the other way in."""
    digest = services.registry.find_boxes_digest(round_.id)
    if digest is None:
        raise NotYet(f"Round {round_.id} has no frozen list yet.", why="no-list")
    file = services.partials.receive(round_.id, [content])
    try:
        given = PartialFile.read(file)
        check_partial(round_, given, services.box, digest)
        services.partials.keep(file, round_.id, given.index)
    except BaseException:
        services.partials.drop(file)
        raise
    return given.custodian


def _download(content: object, name: str, media: str) -> Response:
    response = Response(content, mimetype=media)  # type: ignore[arg-type]  # bytes, or bytes piece by piece
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"  # RFC 6266, section 4.3
    return response


def _ignore(_result: object) -> None:
    """The result of the step stands in the store."""

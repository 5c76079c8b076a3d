"""The papers that go with a round, on its page at the step where each is needed; the bytes of `survey round paper`.

Notice and script before people answer; from closing on what was sealed, its digest and the audit package; the record
of the opening after the count, that of the destruction at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.audit import audit_package
from survey.domain.lifecycle import get_round
from survey.domain.rounds import COLLECTED, COUNTED, Round, State
from survey.domain.staff import OFFICE
from survey.office.log import trail
from survey.office.needs import Services
from survey.reports import papers
from survey.reports.places import fonts_folder
from survey.reports.round_papers import papers as round_papers
from survey.reports.words import check_number, spaced


@dataclass(frozen=True)
class Offer:
    """A paper as the page offers it. languages: (code, words), empty where there is one only."""

    kind: str
    words: str
    hint: str
    languages: tuple[tuple[str, str], ...] = ()


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/rounds/<round_id>/papers/<kind>.<format_>", endpoint="download-paper")
    @serves(OFFICE)
    def download_paper(round_id: str, kind: str, format_: str) -> Response:
        round_ = get_round(services.registry, round_id)
        lang = request.args.get("lang", "zh")
        round_papers.find_kind(kind, round_, lang)
        sources = round_papers.gather(
            round_,
            kind,
            services.installation(),
            services.settings.public_url,
            registry=services.registry,
            box=services.box,
            board=services.board,
            reports=services.reports,
            now=services.clock(),
        )
        content = round_papers.make(sources, kind, format_, fonts_folder(), lang)
        response = Response(content, mimetype=papers.MEDIA[format_])
        name = quote(round_papers.file_name(round_, kind, format_, lang))
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"  # RFC 6266, section 4.3
        trail.note(object=f"{round_.id}/{kind}.{format_}")
        return response

    @blueprint.get("/rounds/<round_id>/audit.zip", endpoint="download-audit")
    @serves(OFFICE)
    def download_audit(round_id: str) -> Response:
        """The bytes of `survey audit export`, piece by piece: with the report as soon as the round is counted."""
        round_ = get_round(services.registry, round_id)
        package = audit_package(round_, registry=services.registry, box=services.box, for_all=False)
        response = Response(package, content_type="application/zip")
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{round_.name}_核验包.zip')}"
        return response

    @blueprint.context_processor
    def helpers() -> dict[str, object]:
        return {
            "papers_of": lambda round_: _offers(services, round_),
            "collected_states": COLLECTED,
            "sealed_of": lambda round_: _sealed(services, round_),
        }


def _sealed(services: Services, round_: Round) -> tuple[str, str] | None:
    """The digest of the sealed list: its beginning as a number to compare at a glance, and the whole of it."""
    digest = services.registry.find_boxes_digest(round_.id) if round_.state in COLLECTED else None
    return None if digest is None else (check_number(digest.hex()), spaced(digest.hex()))


def _offers(services: Services, round_: Round) -> list[Offer]:
    """What can be made of this round now; a record that is not in the store is not offered."""
    offers = []
    if round_.state in round_papers.KINDS["notice"].states:
        languages = (("zh", _("Chinese")), ("en", _("English")))
        offers += [
            Offer(
                "notice",
                _("Notice"),
                _("One page per team, to hang up and read aloud. It promises only what this installation keeps."),
                languages,
            ),
            Offer(
                "script",
                _("Script for the host"),
                _("What the host of the draw does and says, with a sheet on which slips are counted."),
                languages,
            ),
        ]
    if round_.state in COLLECTED:
        offers.append(
            Offer(
                "closing",
                _("Closing sheet"),
                _("What was sealed, with the digest to compare at the opening. Print it at once; it is signed."),
            )
        )
    if round_.state in COUNTED and services.board.find_opening_record(round_.id) is not None:
        offers.append(
            Offer(
                "opening",
                _("Record of the opening"),
                _("Who opened what, and the numbers. Everybody who was there signs it."),
            )
        )
    if round_.state is State.DESTROYED and services.registry.find_destruction_record(round_.id) is not None:
        offers.append(
            Offer(
                "destruction",
                _("Record of the destruction"),
                _("What was destroyed, with digests, and what people destroy by hand. For signature."),
            )
        )
    return offers

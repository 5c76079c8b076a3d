"""The pages a phone loads: identical bytes for everybody (P6).

The answer page is rendered once at start. Language, answers and code stay on the phone: nothing on this side could
make two people's pages differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from survey.audience import serves
from survey.domain.rounds import COLLECTED, State
from survey.errors import NotFound
from survey.respondent.assets import Asset, load_assets
from survey.respondent.desk import Desk

HTML = "text/html; charset=utf-8"
WITH_BOX = (COLLECTED | {State.OPEN}) - {State.DESTROYED}


@dataclass(frozen=True)
class Pages:
    """The page files, read and rendered once at start."""

    assets: dict[str, Asset]
    answer: Asset
    home: Template
    receipt: Template
    honest: Template
    problem: Template

    @property
    def integrity(self) -> dict[str, str]:
        """File name -> Subresource Integrity value."""
        return {name: asset.integrity for name, asset in self.assets.items()}

    @classmethod
    def load(cls, templates: Path) -> Pages:
        """Raises SettingsError when the page bundle has not been built."""
        assets = load_assets()
        integrity = {name: asset.integrity for name, asset in assets.items()}
        environment = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        answer = environment.get_template("answer.html").render(integrity=integrity)
        return cls(
            assets,
            Asset.of(answer.encode("utf-8"), HTML),
            environment.get_template("home.html"),
            environment.get_template("receipt.html"),
            environment.get_template("honest.html"),
            environment.get_template("problem.html"),
        )


def register(blueprint: Blueprint, desk: Desk, loaded: Pages) -> None:
    manifests: dict[str, Asset] = {}

    @blueprint.get("/")
    @serves("respondent")
    def home() -> Response:
        """Type a code: the open evaluations by round and team."""
        now = desk.clock()
        evaluations = [
            {"id": evaluation.id, "round": round_.name, "team": evaluation.team}
            for round_ in desk.registry.list_rounds()
            if round_.is_collecting(now)
            for evaluation in round_.evaluations
        ]
        page = loaded.home.render(integrity=loaded.integrity, evaluations=evaluations)
        return Response(page.encode("utf-8"), content_type=HTML)

    @blueprint.get("/receipt")
    @serves("respondent")
    def receipt_page() -> Response:
        """Scan or type a receipt: the evaluations that have a box."""
        rounds = [round_ for round_ in desk.registry.list_rounds() if round_.state in WITH_BOX]
        page = loaded.receipt.render(integrity=loaded.integrity, rounds=rounds)
        return Response(page.encode("utf-8"), content_type=HTML)

    @blueprint.get("/e/<evaluation_id>")
    @serves("respondent")
    def answer_page(evaluation_id: str) -> Response:
        desk.evaluation(evaluation_id)
        return _send(loaded.answer)

    @blueprint.get("/e/<evaluation_id>/kiosk")
    @serves("respondent")
    def kiosk_page(evaluation_id: str) -> Response:
        """The same page for a shared tablet, where the round says so beforehand; the script knows it by its address."""
        if not desk.evaluation(evaluation_id).manifest.has_kiosk:
            raise NotFound("This evaluation has no shared tablet.")
        return _send(loaded.answer)

    @blueprint.get("/e/<evaluation_id>/manifest")
    @serves("respondent")
    def manifest(evaluation_id: str) -> Response:
        asset = manifests.get(evaluation_id)
        if asset is None:
            raw = desk.evaluation(evaluation_id).manifest.raw
            asset = manifests[evaluation_id] = Asset.of(raw, "application/json")
        return _send(asset)

    @blueprint.get("/assets/<name>")
    @serves("respondent")
    def asset(name: str) -> Response:
        if name not in loaded.assets:
            raise NotFound("There is no such file.")
        return _send(loaded.assets[name])


def _send(asset: Asset) -> Response:
    for encoding, packed in asset.packed.items():
        if request.accept_encodings.quality(encoding) > 0:
            response = Response(packed, content_type=asset.media_type)
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = Response(asset.body, content_type=asset.media_type)
    response.headers["Vary"] = "Accept-Encoding"
    return response

"""The honest page: what we could still do wrong, and how you would notice (promise P9).

Law: what it says follows from what this installation really is and does: its settings, its open rounds, its script.
It knows no person: everybody gets the same bytes.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from jinja2 import Template

from survey.audience import serves
from survey.domain.installation import Installation
from survey.domain.rounds import Round, State
from survey.respondent.assets import script_digests
from survey.respondent.desk import Desk

_TOLD_ABOUT = (State.PRINTED, State.OPEN, State.CLOSED)  # slips are out, and nothing is counted yet


def register(
    blueprint: Blueprint, desk: Desk, installation: Installation, page: Template, integrity: dict[str, str]
) -> None:
    known: dict[str, dict[str, Any]] = {}  # facts of frozen rounds, which never change again

    @blueprint.get("/honest")
    @serves("respondent")
    def honest() -> Response:
        rounds = []
        for round_ in desk.registry.list_rounds():
            if round_.state in _TOLD_ABOUT:
                if round_.id not in known:
                    known[round_.id] = _facts_of(round_, desk, installation)
                rounds.append(known[round_.id])
        html = page.render(
            integrity=integrity, installation=installation, rounds=rounds, script=script_digests()["/assets/answer.js"]
        )
        return Response(html.encode("utf-8"), content_type="text/html; charset=utf-8")


def _facts_of(round_: Round, desk: Desk, installation: Installation) -> dict[str, Any]:
    return {
        "name": round_.name,
        "names": [custodian.name for custodian in round_.custodians],
        "threshold": round_.threshold,
        "minimum_group": round_.minimum_group,
        "texts_minimum": round_.texts_minimum,
        "kiosk": round_.kiosk,
        "made_apart": installation.made_apart(round_),
        "evaluations": [
            {
                "team": evaluation.team,
                "entitled": manifest.facts["entitled"],
                "printed": manifest.facts["printed"],
                "fingerprint": manifest.fingerprint,
            }
            for evaluation in round_.evaluations
            for manifest in (desk.evaluation(evaluation.id).manifest,)
        ],
    }

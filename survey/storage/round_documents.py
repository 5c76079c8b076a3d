"""A round as one JSON document, and back, exactly.

One document rather than many tables: a round is always read and replaced whole, and what lists and turnout need
(id, name, state, evaluation ids) stands in columns beside it.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime
from functools import lru_cache
from typing import Any

from survey.domain.questionnaire import Questionnaire, parse_questionnaire
from survey.domain.rounds import Custodian, Evaluation, OpeningKey, Rehearsal, Round, State, Unit


def encode_round(round_: Round) -> str:
    """All of the round but id, name and state."""
    key = round_.opening_key
    return _dump(
        {
            # A string inside the document, so that equal questionnaires of 40 rounds are parsed once.
            "questionnaire": _dump(round_.questionnaire.document),
            "evaluations": [_evaluation_out(evaluation) for evaluation in round_.evaluations],
            "custodians": [
                {"index": custodian.index, "name": custodian.name, "verification_key": _out(custodian.verification_key)}
                for custodian in round_.custodians
            ],
            "threshold": round_.threshold,
            "minimum_group": round_.minimum_group,
            "texts_minimum": round_.texts_minimum,
            "spare_percent": round_.spare_percent,
            "opens_at": round_.opens_at and round_.opens_at.isoformat(),
            "closes_at": round_.closes_at and round_.closes_at.isoformat(),
            "kiosk": round_.kiosk,
            "opening_key": key and _key_out(key),
            "rehearsal": round_.rehearsal
            and {"of": round_.rehearsal.of, "shares": [_out(share) for share in round_.rehearsal.shares]},
        }
    )


def decode_round(round_id: str, name: str, state: str, document: str) -> Round:
    read = json.loads(document)
    key = read["opening_key"]
    return Round(
        id=round_id,
        name=name,
        state=State(state),
        questionnaire=_questionnaire(read["questionnaire"]),
        evaluations=tuple(_evaluation_in(evaluation) for evaluation in read["evaluations"]),
        custodians=tuple(
            Custodian(custodian["index"], custodian["name"], _in(custodian["verification_key"]))
            for custodian in read["custodians"]
        ),
        threshold=read["threshold"],
        minimum_group=read["minimum_group"],
        texts_minimum=read["texts_minimum"],
        spare_percent=read["spare_percent"],
        opens_at=read["opens_at"] and datetime.fromisoformat(read["opens_at"]),
        closes_at=read["closes_at"] and datetime.fromisoformat(read["closes_at"]),
        kiosk=read.get("kiosk", False),  # rounds stored before there were kiosks
        opening_key=key and _key_in(key),
        rehearsal=_rehearsal_in(read.get("rehearsal")),  # rounds stored before there were rehearsals
    )


@lru_cache(maxsize=64)
def _questionnaire(document: str) -> Questionnaire:
    return parse_questionnaire(json.loads(document), "the stored questionnaire")


def _key_out(key: OpeningKey) -> dict[str, Any]:
    return {
        "public_key": _out(key.public_key),
        "transcript": _out(key.transcript),
        "replacements": [_out(transcript) for transcript in key.replacements],
    }


def _key_in(read: dict[str, Any]) -> OpeningKey:
    # Rounds written before custodians could be replaced have no such list.
    replacements = tuple(b64decode(transcript) for transcript in read.get("replacements", []))
    return OpeningKey(b64decode(read["public_key"]), b64decode(read["transcript"]), replacements)


def _rehearsal_in(read: dict[str, Any] | None) -> Rehearsal | None:
    return None if read is None else Rehearsal(read["of"], tuple(b64decode(share) for share in read["shares"]))


def _evaluation_out(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "id": evaluation.id,
        "team": evaluation.team,
        "leader": evaluation.leader,
        "units": [{"id": unit.id, "name": unit.name, "entitled": unit.entitled} for unit in evaluation.units],
    }


def _evaluation_in(read: dict[str, Any]) -> Evaluation:
    units = tuple(Unit(unit["id"], unit["name"], unit["entitled"]) for unit in read["units"])
    return Evaluation(read["id"], read["team"], units, read["leader"])


def _dump(value: Any) -> str:
    # Keys stay in the order in which they were written: a questionnaire is shown in that order.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _out(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode("ascii")


def _in(value: str | None) -> bytes | None:
    return None if value is None else b64decode(value)

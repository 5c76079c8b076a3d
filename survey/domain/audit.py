"""The public audit package of a round (2-protocol, section 2.6), streamed.

Law: no sealed body, no partial opening, nothing per unit, nothing about the time of arrival goes in. With nothing
sealed in it there is nothing to store now and break later. The same round gives the same bytes.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import Any

from survey.domain.disclosure import disclose
from survey.domain.manifest import custodians_of, get_manifest
from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.registry import Registry
from survey.domain.results.tally import record_hash
from survey.domain.rounds import APPROVED, COLLECTED, Round
from survey.domain.turnout import used_codes

SCHEMA = "survey-audit/1"
BALLOT_RECORD = "token (354) || enc (65) || SHA-256(ct) (32)"
# void_reasons: a reason of its own would prove to a coercer that somebody spoilt a ballot as told.
_RESTRICTED = frozenset({"checklist", "pooled_checklist", "texts", "units", "composite", "void_reasons"})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold: the package says nothing about when it was made


def audit_package(round_: Round, *, registry: Registry, box: BallotBox, for_all: bool) -> Iterator[bytes]:
    """The bytes of the ZIP, piece by piece in constant memory. Raises WrongState before closing.

    for_all: anybody can fetch it, so it holds the report only once the leading group has approved that; else whoever
    exports it answers for that, and it holds the report as soon as the round is counted.
    """
    round_.require(*COLLECTED)
    return _zip(_entries(round_, registry, box, with_report=round_.state in APPROVED or not for_all))


def _entries(
    round_: Round, registry: Registry, box: BallotBox, *, with_report: bool
) -> Iterator[tuple[str, Iterator[bytes]]]:
    yield "round.json", iter([_json(_summary(round_, registry, box))])
    if round_.opening_key is not None:
        yield "opening-key-transcript.json", iter([round_.opening_key.transcript])
        for number, transcript in enumerate(round_.opening_key.replacements, 1):
            yield f"opening-key-replacement-{number}.json", iter([transcript])
    for evaluation in round_.evaluations:
        yield f"manifests/{evaluation.id}.json", iter([get_manifest(registry, evaluation.id).raw])
        yield f"ballots/{evaluation.id}.bin", _ballots(evaluation.id, box)
    record = registry.find_tally_record(round_.id)
    if with_report and record is not None:
        yield "report.json", iter([_json(public_report(disclose(record)))])
    for index, statement in sorted(registry.statements(round_.id).items()):
        yield f"statements/{index}.json", iter([statement])


def public_report(report: dict[str, Any]) -> dict[str, Any]:
    """The disclosed report without what has readers of its own: checklist, texts, figures per unit, entered scores, why
    ballots were void.
    """
    evaluations = [
        {
            **{key: value for key, value in evaluation.items() if key not in _RESTRICTED},
            "suppressed": [one for one in evaluation["suppressed"] if one["what"] not in _RESTRICTED],
        }
        for evaluation in report["evaluations"]
    ]
    return {
        **{key: value for key, value in report.items() if key not in _RESTRICTED},
        "evaluations": evaluations,
    }


def _summary(round_: Round, registry: Registry, box: BallotBox) -> dict[str, Any]:
    digest = registry.find_boxes_digest(round_.id)
    record = registry.find_tally_record(round_.id)
    return {
        "schema": SCHEMA,
        "round": round_.id,
        "name": round_.name,
        "ballot_record": BALLOT_RECORD,
        "boxes_digest": digest.hex() if digest else None,
        "record": record_hash(record) if record else None,
        "custodians_opened": json.loads(record)["custodians_opened"] if record else [],
        "threshold": round_.threshold,
        "custodians": custodians_of(round_),
        "evaluations": [
            {
                "id": evaluation.id,
                "team": evaluation.team,
                "manifest_digest": get_manifest(registry, evaluation.id).digest.hex(),
                "entitled": evaluation.entitled,
                "printed": evaluation.printed(round_.spare_percent),
                "used": used_codes(evaluation, registry),
                "ballots": box.count(evaluation.id),
                "root": (registry.find_root(evaluation.id) or b"").hex(),
            }
            for evaluation in round_.evaluations
        ],
    }


def _ballots(evaluation_id: str, box: BallotBox) -> Iterator[bytes]:
    for ballot in box.ballots(evaluation_id):
        yield ballot.token + ballot.enc + ballot.body_digest


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8") + b"\n"


class _Pieces:
    """A write-only stream whose bytes are taken away piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _zip(entries: Iterator[tuple[str, Iterator[bytes]]]) -> Iterator[bytes]:
    pieces = _Pieces()
    # Stored, not compressed: tokens and keys are random bytes.
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as package:  # type: ignore[call-overload]  # only writes
        for name, content in entries:
            with package.open(zipfile.ZipInfo(name, _EPOCH), "w", force_zip64=True) as entry:
                for block in content:
                    entry.write(block)
                    if taken := pieces.take():
                        yield taken
    yield pieces.take()

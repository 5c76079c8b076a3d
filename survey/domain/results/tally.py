"""The tally: answers become counters, texts become lists, and both become the one frozen tally record.

Law: what leaves here is tied to no ballot: counters per item, and per open question a list of texts in an order of
its own. The record is canonical JSON (sorted keys, no spaces, UTF-8).

Texts do not live as long as figures: when their digest is released the original words are erased. So the record's name,
record_hash(), covers the texts by a salted digest, and stays the same when texts and salt are taken out. The salt goes
with them, because a digest of short sentences alone could be found by trying.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from survey.domain.ports import Randomness
from survey.domain.questionnaire import BLANK, Item, Questionnaire
from survey.domain.results.answers import Answers
from survey.domain.results.overlap import Overlap
from survey.domain.rounds import Evaluation, Round
from survey.errors import InvalidInput

SCHEMA = "survey-tally/1"
SALT_LEN = 32


class Tally:
    """Counts the ballots of one evaluation. Tallies of parts may be made apart and merged (they pickle)."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.counted = 0
        self.void: Counter[str] = Counter()
        self._answered: Counter[tuple[str, str]] = Counter()
        self._texts: dict[str, list[str]] = {question.code: [] for question in questionnaire.open_questions}

    def add(self, answers: Answers) -> None:
        self.counted += 1
        self._answered.update(answers.options.items())
        for code, text in answers.texts.items():
            self._texts[code].append(text)

    def add_void(self, reason: str) -> None:
        self.void[reason] += 1

    def merge(self, other: Tally) -> None:
        self.counted += other.counted
        self.void.update(other.void)
        self._answered.update(other._answered)
        for code, texts in other._texts.items():
            self._texts[code].extend(texts)

    def counts(self, item: Item) -> dict[str, int]:
        """Every option of the item and "blank"; together they are the counted ballots."""
        counts = {option: self._answered[item.code, option] for option in item.scale.codes}
        return {**counts, BLANK: self.counted - sum(counts.values())}

    def shuffled_texts(self, randomness: Randomness) -> dict[str, list[str]]:
        """Each list shuffled on its own, so that two remarks of one ballot never stand at the same place.

        Sorted before, so that even bad randomness cannot bring back the order of the box.
        """
        return {code: sorted(sorted(texts), key=lambda _: randomness(16)) for code, texts in self._texts.items()}


def build_record(
    round_: Round,
    tallies: Mapping[str, Tally],
    used: Mapping[str, int],
    used_by_unit: Mapping[str, Mapping[str, int]],
    boxes_digest: bytes,
    opened_by: Collection[int],
    randomness: Randomness,
    overlaps: Mapping[str, Overlap | None] | None = None,
) -> bytes:
    """The tally record of a round: canonical JSON bytes.

    tallies and used (codes): by evaluation id; used_by_unit: evaluation id -> unit id -> codes used; boxes_digest:
    SHA-256 (32 bytes) of the frozen list that was opened; opened_by: indices of the custodians whose partial openings
    were combined; randomness shuffles the texts; overlaps: by evaluation id, an earlier result on almost the same
    people (overlap.py).
    """
    return canonical_json(
        {
            "schema": SCHEMA,
            "round": round_.id,
            "name": round_.name,
            "minimum_group": round_.minimum_group,
            "texts_minimum": round_.texts_minimum,
            "questionnaire": round_.questionnaire.document,
            "boxes_digest": boxes_digest.hex(),
            "custodians_opened": [
                {"index": custodian.index, "name": custodian.name}
                for custodian in round_.custodians
                if custodian.index in opened_by
            ],
            "evaluations": [
                _evaluation(
                    round_,
                    evaluation,
                    tallies[evaluation.id],
                    used[evaluation.id],
                    used_by_unit.get(evaluation.id, {}),
                    randomness,
                    (overlaps or {}).get(evaluation.id),
                )
                for evaluation in round_.evaluations
            ],
        }
    )


def _evaluation(
    round_: Round,
    evaluation: Evaluation,
    tally: Tally,
    used: int,
    used_by_unit: Mapping[str, int],
    randomness: Randomness,
    overlap: Overlap | None,
) -> dict[str, Any]:
    questionnaire = round_.questionnaire
    texts, salt = tally.shuffled_texts(randomness), randomness(SALT_LEN).hex()
    units = [
        {
            "name": unit.name,
            "entitled": unit.entitled,
            "printed": unit.codes_to_print(round_.spare_percent),
            "used": used_by_unit.get(unit.id, 0),
        }
        for unit in evaluation.units
    ]
    record: dict[str, Any] = {
        "id": evaluation.id,
        "team": evaluation.team,
        "entitled": evaluation.entitled,
        "printed": evaluation.printed(round_.spare_percent),
        "used": used,
        "counted": tally.counted,
        "void": dict(tally.void),
        "items": {item.code: tally.counts(item) for item in questionnaire.scored_items},
        "overall": tally.counts(questionnaire.overall),
        "checklist": {item.code: tally.counts(item) for item in _checklist(questionnaire)},
        "texts": texts,
        "texts_salt": salt,
        "texts_digest": texts_digest(salt, texts),
        "units": units,
    }
    if overlap is not None:
        record["overlap"] = {"round": overlap.round_name, "apart": overlap.apart, "below": overlap.below}
    if questionnaire.role:
        record["role"] = tally.counts(questionnaire.role)
    return record


def _checklist(questionnaire: Questionnaire) -> tuple[Item, ...]:
    return questionnaire.checklist.items if questionnaire.checklist else ()


def canonical_json(document: object) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: the same document is always the same bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def texts_digest(salt: str, texts: Mapping[str, list[str]]) -> str:
    """SHA-256 in hex over the salt (32 bytes, given in hex) and the canonical JSON of the texts."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical_json(texts)).hexdigest()


def without_texts(record: bytes) -> bytes:
    """The record with texts and salts erased; its record_hash is the same. Raises InvalidInput for other bytes."""
    try:
        document = json.loads(record)
        for evaluation in document["evaluations"]:
            evaluation.pop("texts", None)
            evaluation.pop("texts_salt", None)
        return canonical_json(document)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise InvalidInput("The tally record is not UTF-8 JSON with evaluations.") from None


def record_hash(record: bytes) -> str:
    """SHA-256 of the record without texts and salts, in hex; its first characters are the 核验编号 on every page."""
    return hashlib.sha256(without_texts(record)).hexdigest()

"""Reading the remarks before anybody else does: two people decide about each, and a digest takes their place.

A remark is kept (its wording gives nobody away), paraphrased, or withheld. One person proposes, another confirms; who
changes a proposal becomes its proposer. The digest groups what is confirmed by topic and counts similar remarks.

Law: nobody decides alone; a digest exists only when every remark is decided; it ties no remark to a ballot or to
another remark of the same person, because nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey.errors import InvalidInput, NotYet, SurveyError

KEEP, PARAPHRASE, WITHHOLD = "keep", "paraphrase", "withhold"
KINDS = (KEEP, PARAPHRASE, WITHHOLD)
MAX_TOPIC, MAX_SENTENCE = 20, 200

Place = tuple[str, str, int]  # evaluation id, code of the open question, position in the record's shuffled list


class SamePerson(SurveyError):
    """The second pair of eyes must be another person's."""

    status = 409
    kind = "same-person"


@dataclass(frozen=True)
class Remark:
    place: Place
    text: str


@dataclass(frozen=True)
class Decision:
    """kind: one of KINDS; topic: for grouping; sentence: what the digest says (empty unless paraphrased)."""

    kind: str
    topic: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Review:
    """A decision, the account that proposed it, and the other account that confirmed it (None: not yet)."""

    decision: Decision
    proposed_by: str
    confirmed_by: str | None = None


def remarks(report: Mapping[str, Any]) -> list[Remark]:
    """The remarks that may be read, in a disclosed draft: of teams whose texts are not withheld. The others are erased
    unread."""
    return [
        Remark((team["id"], code, number), text)
        for team in report["evaluations"]
        for code, texts in team["texts"].items()
        for number, text in enumerate(texts or ())
    ]


def check_decision(decision: Decision, original: str) -> Decision:
    """The decision with its texts trimmed; raises InvalidInput naming what is missing or too much."""
    topic, sentence = decision.topic.strip(), decision.sentence.strip()
    if decision.kind not in KINDS:
        raise InvalidInput(f"The decision is {decision.kind!r}; expected one of {', '.join(KINDS)}.")
    if decision.kind == WITHHOLD:
        return Decision(WITHHOLD)
    if not 0 < len(topic) <= MAX_TOPIC or not topic.isprintable():
        raise InvalidInput(f"The topic has {len(topic)} characters; expected 1 to {MAX_TOPIC} on one line.")
    if decision.kind == KEEP:
        return Decision(KEEP, topic)
    if not 0 < len(sentence) <= MAX_SENTENCE or not sentence.isprintable():
        raise InvalidInput(f"The paraphrase has {len(sentence)} characters; expected 1 to {MAX_SENTENCE} on one line.")
    if _bare(sentence) == _bare(original):
        raise InvalidInput("The paraphrase is the remark itself; put it in other words, or keep it.")
    return Decision(PARAPHRASE, topic, sentence)


def propose(decision: Decision, original: str, account: str) -> Review:
    return Review(check_decision(decision, original), account)


def confirm(review: Review | None, account: str) -> Review:
    """Raises NotYet when nothing is proposed, SamePerson when the account proposed it."""
    if review is None:
        raise NotYet("Nothing is proposed for this remark yet.")
    if review.proposed_by == account:
        raise SamePerson(f"{account} proposed this decision; another person confirms it.")
    return replace(review, confirmed_by=account)


def undecided(remarks: Iterable[Remark], reviews: Mapping[Place, Review]) -> int:
    return sum(reviews.get(remark.place) is None or reviews[remark.place].confirmed_by is None for remark in remarks)


def digest(remarks: Iterable[Remark], reviews: Mapping[Place, Review]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Evaluation id -> question code -> entries {topic, sentence, count}, by topic.

    Raises NotYet while a remark is undecided. A remark that was withheld leaves no entry. Entries of one topic stand
    together, the most frequent first.
    """
    remarks = list(remarks)
    left = undecided(remarks, reviews)
    if left:
        raise NotYet(f"{left} of {len(remarks)} remarks are not decided by two people yet.")
    counts: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for remark in remarks:
        evaluation, question, _ = remark.place
        decision = reviews[remark.place].decision
        entries = counts.setdefault((evaluation, question), {})
        if decision.kind != WITHHOLD:
            sentence = decision.sentence if decision.kind == PARAPHRASE else " ".join(remark.text.split())
            entries[decision.topic, sentence] = entries.get((decision.topic, sentence), 0) + 1
    made: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for (evaluation, question), entries in counts.items():
        of_topic: dict[str, int] = {}
        for (topic, _), count in entries.items():
            of_topic[topic] = of_topic.get(topic, 0) + count
        ordered = sorted(entries.items(), key=lambda e: (-of_topic[e[0][0]], e[0][0], -e[1], e[0][1]))
        made.setdefault(evaluation, {})[question] = [
            {"topic": topic, "sentence": sentence, "count": count} for (topic, sentence), count in ordered
        ]
    return made


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())

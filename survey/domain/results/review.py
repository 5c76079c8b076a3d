"""Reading the remarks before anybody else does: two people decide about each, and a digest takes their place.

A remark is paraphrased (a topic and a sentence in the reviewers' own words), kept (it says what a sentence already
says, and counts with that one), or withheld. One person proposes, another confirms; who changes a proposal becomes its
proposer. The digest groups what is confirmed by topic and counts similar remarks.

Law: nobody decides alone; a digest exists only when every remark is decided; no remark is in it in its own words, as
the notice promises; it ties no remark to a ballot or to another remark of the same person, because nothing here knows
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey.errors import InvalidInput, NotYet, SurveyError

KEEP, PARAPHRASE, WITHHOLD = "keep", "paraphrase", "withhold"
KINDS = (KEEP, PARAPHRASE, WITHHOLD)
MAX_TOPIC, MAX_SENTENCE = 20, 200
MAX_RUN, WHOLE = 11, 5  # as many characters in a row may be alike; so long a remark is not repeated as a whole
_WORDS = re.compile(r"[a-z0-9]+|[^\W_]")  # a Latin word or number, else one character

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
    """kind: one of KINDS; topic: for grouping; sentence: what the digest says. Both are empty where it is withheld.

    A remark that an earlier version kept in its own words has no sentence in the store: it waits to be decided again.
    """

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
    if not 0 < len(sentence) <= MAX_SENTENCE or not sentence.isprintable():
        raise InvalidInput(f"The paraphrase has {len(sentence)} characters; expected 1 to {MAX_SENTENCE} on one line.")
    if repeats(sentence, original):
        raise InvalidInput("The paraphrase repeats the remark, whole or in a long run; put it in other words.")
    return Decision(decision.kind, topic, sentence)


def repeats(sentence: str, original: str) -> bool:
    """Whether the sentence is the remark, holds all of it, or more than MAX_RUN characters (or words) in a row.

    Punctuation, spaces and capitals make no difference. A remark of less than WHOLE characters may be inside: "态度好"
    can hardly be said without them.
    """
    said, own = _WORDS.findall(sentence.casefold()), _WORDS.findall(original.casefold())
    if said == own:
        return True
    length = min(MAX_RUN + 1, max(len(own), WHOLE))
    runs = {tuple(own[start : start + length]) for start in range(len(own) - length + 1)}
    return any(tuple(said[start : start + length]) in runs for start in range(len(said) - length + 1))


def propose(decision: Decision, original: str, account: str) -> Review:
    return Review(check_decision(decision, original), account)


def confirm(review: Review | None, original: str, account: str) -> Review:
    """Raises NotYet when nothing is proposed that can stand, SamePerson when the account proposed it."""
    if review is None or not can_stand(review.decision, original):
        raise NotYet("Nothing is proposed for this remark yet.", why="nothing-proposed")
    if review.proposed_by == account:
        raise SamePerson(f"{account} proposed this decision; another person confirms it.")
    return replace(review, confirmed_by=account)


def is_decided(remark: Remark, review: Review | None) -> bool:
    return review is not None and review.confirmed_by is not None and can_stand(review.decision, remark.text)


def can_stand(decision: Decision, original: str) -> bool:
    """Decisions of earlier versions stay in the store; those that would print a remark are not carried out."""
    return decision.kind == WITHHOLD or (bool(decision.sentence) and not repeats(decision.sentence, original))


def undecided(remarks: Iterable[Remark], reviews: Mapping[Place, Review]) -> int:
    return sum(not is_decided(remark, reviews.get(remark.place)) for remark in remarks)


def digest(remarks: Iterable[Remark], reviews: Mapping[Place, Review]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Evaluation id -> question code -> entries {topic, sentence, count}, by topic.

    Raises NotYet while a remark is undecided. A remark that was withheld leaves no entry. Entries of one topic stand
    together, the most frequent first.
    """
    remarks = list(remarks)
    left = undecided(remarks, reviews)
    if left:
        raise NotYet(
            f"{left} of {len(remarks)} remarks are not decided by two people yet.",
            why="remarks-open",
            left=left,
            all=len(remarks),
        )
    counts: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for remark in remarks:
        evaluation, question, _ = remark.place
        decision = reviews[remark.place].decision
        entries = counts.setdefault((evaluation, question), {})
        if decision.kind != WITHHOLD:
            group = (decision.topic, decision.sentence)
            entries[group] = entries.get(group, 0) + 1
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

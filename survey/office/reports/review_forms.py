"""The cards of one page of remarks as a form: what was typed for each, and what that changes.

Every card has its own fields, named after its remark's place; one button sends them all. A card that was left as it
stood changes nothing.

Law: nobody confirms or replaces what they have not read: a card carries a mark of the decision it was shown with, and
where another decision stands by now it is shown again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from survey.domain.results.review import (
    KEEP,
    MAX_SENTENCE,
    MAX_TOPIC,
    PARAPHRASE,
    WITHHOLD,
    Decision,
    Place,
    Review,
    repeats,
)
from survey.errors import NotYet, SurveyError, WrongState
from survey.office.reasons import of_reason
from survey.reports.fonts import MissingGlyph

_BETWEEN = "\t"  # in no topic and in no sentence: both are printable


@dataclass
class Sent:
    """What a page of cards changes. places: of its cards; given: what was typed; changes: a decision to propose, or
    None to confirm; stale: cards whose decision is another by now.
    """

    places: list[Place] = field(default_factory=list)
    given: dict[Place, Decision] = field(default_factory=dict)
    changes: dict[Place, Decision | None] = field(default_factory=dict)
    stale: set[Place] = field(default_factory=set)


def read(form: MultiDict[str, str], reviews: Mapping[Place, Review], account: str, *, confirming: bool) -> Sent:
    """confirming: the decisions of others that were left as they stood are confirmed."""
    sent = Sent()
    for name in form.getlist("place"):
        place = _place(name)
        if place is None:
            continue
        sent.places.append(place)
        review, given = reviews.get(place), _given(form, name)
        is_changed = given is not None and (review is None or given != review.decision)
        if given is not None and is_changed:
            sent.given[place] = given
            sent.changes[place] = given
        elif confirming and awaits(review, account):
            sent.changes[place] = None
        if place in sent.changes and form.get(f"seen:{name}", "") != mark(review):
            sent.stale.add(place)
            del sent.changes[place]
    return sent


def awaits(review: Review | None, account: str) -> bool:
    """Whether this account is the one to confirm it: another proposed it, in words that can stand."""
    if review is None or review.confirmed_by is not None or review.proposed_by == account:
        return False
    return review.decision.kind == WITHHOLD or bool(review.decision.sentence)


def name_of(place: Place) -> str:
    return f"{place[0]}/{place[1]}/{place[2]}"


def mark(review: Review | None) -> str:
    """Of the decision a card was shown with; it tells nothing of its words."""
    said = json.dumps(None if review is None else astuple(review), ensure_ascii=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def group_of(decision: Decision) -> str:
    """The value under which a topic and its sentence are chosen for another remark."""
    return f"{decision.topic}{_BETWEEN}{decision.sentence}"


def groups(reviews: Iterable[Review]) -> list[Decision]:
    """The sentences in use, so that similar remarks are counted together; by topic."""
    found = {(review.decision.topic, review.decision.sentence) for review in reviews if review.decision.sentence}
    return [Decision(KEEP, topic, sentence) for topic, sentence in sorted(found)]


def fault(decision: Decision | None, original: str, error: SurveyError) -> str:
    if isinstance(error, MissingGlyph):
        return of_reason(error)
    if isinstance(error, NotYet):
        return _("This decision would print the remark in its own words. Decide again.")
    if decision is None or isinstance(error, WrongState):
        return _("Somebody else decided about this remark meanwhile. Look at it again.")
    if decision.kind == KEEP and not decision.sentence:
        return _("Choose the sentence with which it counts.")
    if not 0 < len(decision.topic) <= MAX_TOPIC:
        return _("A topic of 1 to %(most)s characters is needed.", most=MAX_TOPIC)
    if repeats(decision.sentence, original):
        return _("This repeats the remark, all of it or twelve characters in a row. Put it into other words.")
    return _("A paraphrase of 1 to %(most)s characters on one line is needed.", most=MAX_SENTENCE)


def _given(form: MultiDict[str, str], name: str) -> Decision | None:
    """None where nothing was chosen or typed; who only types a sentence paraphrases."""
    kind = form.get(f"kind:{name}", "")
    if kind == WITHHOLD:
        return Decision(WITHHOLD)
    if kind == KEEP:
        topic, _between, sentence = form.get(f"group:{name}", "").partition(_BETWEEN)
        return Decision(KEEP, topic, sentence)
    topic, sentence = (form.get(f"{part}:{name}", "").strip() for part in ("topic", "sentence"))
    return Decision(kind or PARAPHRASE, topic, sentence) if kind or topic or sentence else None


def _place(name: str) -> Place | None:
    parts = name.split("/")
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    return parts[0], parts[1], int(parts[2])

"""Why a step was refused, in the language of the page: the exact reason of a SurveyError, with its values put in.

Law: the office never prints str(error): that sentence is English, for the command line. A reason without words here
falls back to the sentence of its kind (refusals.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey.domain.rounds import State
from survey.errors import NotYet, SurveyError, WrongState
from survey.office.refusals import REFUSALS, of_refusal
from survey.office.words import STATES

REASONS = {
    "needs-state": _l("The round is at “%(state)s” now; this step needs “%(wanted)s”."),
    "no-key": _l("The custodians have not made the key of this round yet. They make it before the round is frozen."),
    "has-key": _l("The key of this round is made already."),
    "no-list": _l("The list of the sealed ballots is not frozen yet."),
    "no-check-words": _l("There are no check words to compare at this step."),
    "begun-again": _l("The making of the key was begun again meanwhile. Look at the page of the round."),
    "is-rehearsal": _l("This round is a rehearsal. A rehearsal is cleared, nothing else."),
    "has-rehearsal": _l("This round still has a rehearsal. Clear it first."),
    "no-rehearsal": REFUSALS["no-rehearsal"],
    "boxes-changed": _l(
        "The ballots in the boxes are not those that were sealed at closing. They must not be counted: tell the "
        "auditor."
    ),
    "too-few-parts": _l("%(needed)s custodians are needed to open the boxes; parts of %(given)s are here."),
    "part-twice": _l("%(name)s has given a part already."),
    "part-proof": _l("The part of %(name)s is not made with the share of this round."),
    "part-stranger": _l("The part of %(name)s does not belong to a custodian of this round."),
    "part-other-list": _l("The part of %(name)s was made for another list of ballots."),
    "not-counted": _l("The boxes of this round are not opened yet. Until then there are no figures for anyone."),
    "still-draft": _l("The report of this round is a draft. You can read it when the leading group has approved it."),
    "not-approved": _l("The report of this round is not approved yet."),
    "not-released": _l("Release the report to the teams first: that erases the remarks in their own words."),
    "record-changed": _l(
        "The stored result is not the one from which this report was begun. A second report from a changed result is "
        "refused: tell the auditor."
    ),
    "report-moved-on": _l("Somebody else has worked on this report meanwhile. Look at it again."),
    "decided-meanwhile": _l("Somebody else decided about this remark meanwhile. Look at it again."),
    "nothing-proposed": _l("Nothing is proposed for this remark yet."),
    "remarks-open": _l("%(left)s of %(all)s remarks are not decided by two people yet."),
    "scores-missing": _l("The quality scores of these teams are not entered yet: %(teams)s."),
    "paper-count": _l("%(team)s: expected 0 to %(most)s, as many as ballots were collected."),
    "whole-number": _l("a whole number such as 12 is needed"),
    "number": _l("a number such as 87.5 is needed"),
    "no-composite": _l("the questionnaire of this round has no composite score"),
    "out-of-range": _l("0 to 100 with at most two decimals is needed"),
    "no-deductions": _l("the rule of this round knows no deductions"),
    "deductions-and-reason": _l("deductions and their reason belong together; one of them is missing"),
    "long-reason": _l("the reason is one line of at most %(most)s characters"),
    "glyph": _l("No installed font has the character “%(char)s” (%(number)s) in “%(text)s”. Write it another way."),
    "store-code": _l("What the database says: %(code)s."),
    "unprintable-name": _l("The name of the round cannot be printed: no font has “%(char)s”. Write it another way."),
    "unprintable-custodians": _l(
        "The custodian “%(name)s” cannot be printed: no font has “%(char)s”. Write it another way."
    ),
    "unprintable-questionnaire": _l(
        "In the questionnaire “%(name)s” cannot be printed: no font has “%(char)s”. Choose a version in other words."
    ),
    "unprintable-team": _l("The team “%(name)s” cannot be printed: no font has “%(char)s”. Write it another way."),
    "unprintable-unit": _l("The unit “%(name)s” cannot be printed: no font has “%(char)s”. Write it another way."),
}


def of_reason(error: SurveyError) -> str:
    """The exact reason where there are words for it, otherwise what its kind says."""
    return reason_words(error.why, error.about) or of_refusal(error.kind)


def sentences_of(error: SurveyError) -> list[str]:
    """What its kind says, then the exact reason."""
    return _sentences(error.kind, error.why, reason_words(error.why, error.about))


def kept(error: SurveyError) -> str:
    """As the store keeps why a long step failed: no language yet, for whoever looks first has their own."""
    about = {name: value if isinstance(value, int | list) else str(value) for name, value in error.about.items()}
    return f"{error.kind} " + json.dumps({"why": error.why, "about": about}, ensure_ascii=False)


def told(text: str) -> list[str]:
    """The sentences of what kept() wrote; of a bare kind as well."""
    kind, _space, rest = text.partition(" ")
    try:
        reason = json.loads(rest)
        return _sentences(kind, reason["why"], reason_words(reason["why"], reason["about"]))
    except (ValueError, KeyError, TypeError):
        return _sentences(kind or "interrupted")


def reason_words(why: str, about: Mapping[str, object]) -> str:
    """Empty where there are no words for it."""
    if why not in REASONS:
        return ""
    shown = {name: _shown(name, value) for name, value in about.items()}
    return str(REASONS[why]) % shown


def _sentences(kind: str, why: str = "", reason: str = "") -> list[str]:
    # These two kinds only guess that somebody was quicker; where the reason is known, it alone is true.
    if reason and (kind == NotYet.kind or (kind == WrongState.kind and why != "needs-state")):
        return [reason]
    return [of_refusal(kind)] + ([reason] if reason else [])


def _shown(name: str, value: object) -> str:
    """A value of a reason: states by their names, several with the comma of the language."""
    values = value if isinstance(value, list) else [value]
    words = [str(STATES[State(one)]) if name in ("state", "wanted") else str(one) for one in values]
    return (_(" / ") if name == "wanted" else _(", ")).join(words)

"""Texts that no font can print: told beside the field while they can be changed, refused before anything binds them.

Law: a draft may be saved with such a name or questionnaire, and is neither agreed on by custodians nor frozen with it;
afterwards nobody could change it any more, and no slip or report could be printed. What the office writes into a report
is refused at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from flask_babel import ngettext

from survey.domain.drafts.draft import Draft, draft_of
from survey.domain.drafts.faults import Expected, Fault
from survey.domain.rounds import Round
from survey.errors import NotYet, SettingsError
from survey.office.faults import Remark, of_form
from survey.office.reasons import reason_words
from survey.reports.places import fonts_folder
from survey.reports.printable import Unprintable, check_words, unprintable

_LISTED = 5


def cautions_of_draft(draft: Draft) -> list[Remark]:
    """As the form tells them; none where the fonts are not installed, which no clerk can mend."""
    try:
        found = unprintable(draft, fonts_folder())
    except SettingsError:
        return []
    return [replace(of_form(Fault(one.place, Expected.NAME)), sentence=_sentence(one)) for one in found]


def cautions_of_round(round_: Round) -> list[str]:
    """As a list of what is missing tells them: the first few."""
    found = [remark.sentence for remark in cautions_of_draft(draft_of(round_))]
    more = len(found) - _LISTED
    return found[:_LISTED] + ([ngettext("And %(num)d more.", "And %(num)d more.", more)] if more > 0 else [])


def require_printable(round_: Round) -> None:
    """Raises NotYet, with a sentence for the page; SettingsError where the fonts are not installed."""
    for one in unprintable(draft_of(round_), fonts_folder()):
        raise NotYet("A name cannot be printed.", why=_why(one), name=one.name, char=one.char)


def check_printable_words(texts: Iterable[str]) -> None:
    """Raises MissingGlyph; nothing where the fonts are not installed, which no clerk can mend."""
    with suppress(SettingsError):
        check_words(texts, fonts_folder())


def _sentence(one: Unprintable) -> str:
    return reason_words(_why(one), {"name": one.name, "char": one.char})


def _why(one: Unprintable) -> str:
    return f"unprintable-{one.place[-1]}"

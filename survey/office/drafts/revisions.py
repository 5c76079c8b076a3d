"""Two people with one draft: what a form began with goes with it, so that whoever saves second is told.

Law: nobody's change is lost without a word. The form carries a mark per field of the draft that it shows; where a
mark is not that of the store any more, nothing is saved, and the page says who has changed what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields

from flask_babel import gettext as _

from survey.domain.drafts.draft import Draft
from survey.domain.local_time import BEIJING
from survey.office.faults import FIELDS
from survey.office.needs import Services

_SAVINGS = ("change-round", "change-imported")
_NAMES = tuple(field.name for field in fields(Draft))
_HEX = 10  # of a SHA-256: two texts of one mark come by chance only, and nobody gains by making them


def revision_of(draft: Draft) -> str:
    """A mark per field, for a hidden field of the form."""
    return ".".join(_mark(getattr(draft, name)) for name in _NAMES)


def changed_since(revision: str, draft: Draft) -> list[str]:
    """The fields of the draft that are not as they were at that revision; all of them where there is none."""
    marks = dict(zip(_NAMES, revision.split("."), strict=False))
    return [name for name in _NAMES if marks.get(name) != _mark(getattr(draft, name))]


def who_changed(services: Services, round_id: str, changed: Iterable[str]) -> str:
    """One sentence: who saved the draft last, when, and which fields are not as this form found them."""
    words = _(", ").join(str(FIELDS[name]) if name in FIELDS else _("Questionnaire") for name in changed)
    entries = services.audit.search(object=round_id, limit=20)  # the newest first
    entry = next((one for one in entries if one.action in _SAVINGS and one.result == "done"), None)
    if entry is None:
        return _("Changed since you opened it: %(fields)s.", fields=words)
    return _(
        "“%(account)s” saved it on %(time)s. Changed since you opened it: %(fields)s.",
        account=entry.account,
        time=f"{entry.time.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        fields=words,
    )


def _mark(value: object) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:_HEX]

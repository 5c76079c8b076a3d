"""What a person typed into a field or a cell, read as what it is meant to be: a text, a number, a moment, yes or no.

Law: a value that is none is said to be none (None or False); nothing is guessed, nothing raised.
"""

from __future__ import annotations

import re
from datetime import datetime

from survey.domain.drafts.spec import NAME_MAX
from survey.domain.local_time import BEIJING

# As people write it: 2026-06-30 09:00, 2026/6/30 9:00.
_WRITTEN = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2}) +(\d{1,2})[:：](\d{2})", re.ASCII)
_TRUTHS = {"yes": True, "true": True, "是": True, "有": True, "no": False, "false": False, "否": False, "无": False}


def text_of(value: object) -> str | None:
    """The text as it is meant, without spaces around it; None where there is none. A year typed as 2026 is a text."""
    if value is None:
        return None
    return str(value).strip() or None


def is_name(value: object) -> bool:
    text = text_of(value)
    return text is not None and len(text) <= NAME_MAX and text.isprintable()


def number_of(value: object) -> int | None:
    """A whole number, also typed as text (full-width digits too); None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int):
        return value
    text = value.strip() if isinstance(value, str) else ""
    # isdecimal: digits of every script, and int() reads them; no sign, point or thousands separator.
    return int(text) if 0 < len(text) <= 9 and text.isdecimal() else None


def percent_of(value: object) -> int | None:
    """A whole number of per cent, with or without its sign."""
    return number_of(value.strip().rstrip("%％").rstrip() if isinstance(value, str) else value)


def moment_of(value: object) -> datetime | bool | None:
    """Date and time; without a zone it is Beijing's, as in the form. None for nothing; False for what is no moment, a
    day without an hour too.
    """
    if isinstance(value, str):
        if not (text := value.strip()):
            return None
        value = _moment(text)
    if value is None:
        return None
    if not isinstance(value, datetime):
        return False
    return value if value.tzinfo else value.replace(tzinfo=BEIJING)


def _moment(text: str) -> datetime | bool:
    try:
        if found := _WRITTEN.fullmatch(text):
            year, month, day, hour, minute = map(int, found.groups())
            return datetime(year, month, day, hour, minute, tzinfo=BEIJING)
        return datetime.fromisoformat(text) if len(text) > len("2026-06-30") else False
    except ValueError:
        return False


def truth_of(value: object) -> bool | None:
    """Yes or no, also typed as text in either language; nothing is no; None for everything else."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get((text_of(value) or "no").lower())

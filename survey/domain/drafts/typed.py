"""What a person typed into a field or a cell, read as what it is meant to be: a text, a number, a moment, yes or no.

Law: a value that is none is said to be none (None or False); nothing is guessed, nothing raised.
"""

from __future__ import annotations

from datetime import datetime

from survey.domain.drafts.spec import NAME_MAX

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


def moment_of(value: object) -> datetime | bool | None:
    """A time with zone; None for nothing; False for what is no time with zone."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return False
    if value is None:
        return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else False


def truth_of(value: object) -> bool | None:
    """Yes or no, also typed as text in either language; nothing is no; None for everything else."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get((text_of(value) or "no").lower())

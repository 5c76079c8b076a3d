"""Every route says whom it serves; create_app() refuses to start when one does not.

Audiences: "respondent" (a phone, nameless), "public" (anyone, nothing secret), "staff" (any signed-in account),
or the name of an office role (domain.staff.ROLES).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


def serves(*audiences: str) -> Callable[[View], View]:
    """Mark a view function with the audiences it serves."""

    def mark(view: View) -> View:
        view.audiences = frozenset(audiences)  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark

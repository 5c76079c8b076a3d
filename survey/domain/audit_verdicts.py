"""What the check of an audit package can say: a claim that held, one that did not, or that nothing could be read."""

from __future__ import annotations

from dataclasses import dataclass

from survey.errors import SurveyError


class Unreadable(SurveyError):
    """Not an audit package, or one that is cut: nothing in it could be checked."""

    status = 422
    kind = "unreadable-package"


class CheckFailed(SurveyError):
    """A claim of the package does not hold; the message names it."""

    status = 422
    kind = "audit-check-failed"


@dataclass(frozen=True)
class Verdict:
    """What was checked and held; or, where is_missing, what is not there and need not be; or, where is_beyond, what
    this package says and gives nobody the means to check.
    """

    claim: str
    ballots: int = 0
    is_missing: bool = False
    is_beyond: bool = False


def require(holds: bool, failure: str) -> None:
    if not holds:
        raise CheckFailed(f"A check failed: {failure}.")

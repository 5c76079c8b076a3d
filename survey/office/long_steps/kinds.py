"""The kinds of long steps: what is said while one runs, what it counts, and what is said when it is done."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from survey.domain.ports.work_book import Work

PRINTING = "print-slips"


@dataclass(frozen=True)
class Kind:
    """counted: how far it is, in its own unit of counting; empty where nothing is counted."""

    doing: str
    done: str
    counted: str = ""


def kind_of(work: Work) -> Kind:
    numbers = {"done": work.done, "total": work.total}
    return {
        "freeze-round": lambda: Kind(
            _("The round is being frozen: one key per team is made."),
            _("The round is frozen. The slips can be printed now."),
        ),
        PRINTING: lambda: Kind(
            _("The slips are being made and downloaded."),
            _(
                "All slips were made and sent, and their codes count from now on. Check that the file opens; where its "
                "download was broken off at the very end, print the slips again."
            ),
            _("%(done)s of %(total)s units", **numbers),
        ),
        "close-round": lambda: Kind(
            _("The round is being closed: unused codes become void, the boxes are put in order and sealed."),
            _("The round is closed and the boxes are sealed."),
        ),
        "count-round": lambda: Kind(
            _("The boxes are being opened and counted."),
            _("All ballots are counted and the parts are destroyed. The result is fixed."),
            _("%(done)s of %(total)s ballots", **numbers),
        ),
        "destroy-round": lambda: Kind(
            _("Sealed ballots and what is left of keys are being destroyed."),
            _("The sealed ballots are destroyed. The record of it is ready for signature."),
            _("%(done)s of %(total)s ballots", **numbers),
        ),
        "clear-rehearsal": lambda: Kind(
            _("The rehearsal is being cleared: slips, answers, results and keys are erased."),
            _("The rehearsal is cleared. Nothing of it is left but its lines in the staff log."),
        ),
    }[work.kind]()


def counted(work: Work) -> str:
    """How far it is, in words."""
    return (work.total and kind_of(work).counted) or _("This takes a moment.")

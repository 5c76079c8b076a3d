"""What a round needs next: one step, its commands, what cannot be undone, what is missing.

Every step is a button (doing.py) and a `survey round …` command; both do what survey.domain.lifecycle says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import ngettext

from survey.domain.rounds import COUNTED, ORDER, Round, State
from survey.office.confirming import CLOSE, COUNT
from survey.office.printable import cautions_of_round
from survey.office.words import state_words


@dataclass(frozen=True)
class Action:
    """The button of a step. endpoint: the POST it sends; confirm: the word to be typed, in both languages; after: what
    to do when a download has ended; is_final: it destroys, and looks like it.
    """

    endpoint: str
    label: str
    confirm: tuple[str, str] | None = None
    after: str = ""
    of: str = ""  # the round that it is about, where that is another one
    is_final: bool = False


@dataclass(frozen=True)
class Step:
    """title: what to do; sentences: what happens and what cannot be undone, read before doing it; commands: (who
    runs it, the command); missing: what must be there first; action: its button, None while something is missing."""

    title: str
    sentences: list[str]
    commands: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    action: Action | None = None


@dataclass(frozen=True)
class Stop:
    """One state on the state line. when: "past", "now" or "ahead"."""

    words: str
    when: str


def state_line(round_: Round) -> list[Stop]:
    here = ORDER.index(round_.state)
    whens = ["past" if place < here else "now" if place == here else "ahead" for place in range(len(ORDER))]
    return [Stop(state_words(state), when) for state, when in zip(ORDER, whens, strict=True)]


def next_step(
    round_: Round, given: Sequence[str] = (), rehearsal: Round | None = None, waiting: Sequence[str] | None = None
) -> Step | None:
    """The one next step, or None when nothing is left to do. given: custodians whose parts are here; rehearsal: that
    of this draft, where it is not cleared yet; waiting: custodians that the making of the key waits for, None where
    nobody is invited yet.
    """
    if round_.rehearsal and round_.state in COUNTED:
        return _end_rehearsal(round_)
    if round_.rehearsal and round_.state is State.CLOSED:
        return _count_rehearsal(round_)
    makers = {
        State.DRAFT: lambda draft: (
            _freeze(draft, rehearsal)
            if draft.opening_key
            else _make_key(draft)
            if waiting is None
            else _wait_for_key(draft, waiting)
        ),
        State.FROZEN: _print,
        State.PRINTED: _open,
        State.OPEN: _close,
        State.CLOSED: lambda closed: _count(closed, given),
        State.OPENED: _report,
    }
    maker = makers.get(round_.state)
    return maker(round_) if maker else None


def _make_key(round_: Round) -> Step:
    unprintable = cautions_of_round(round_)
    return Step(
        _("Make the opening key"),
        [
            _(
                "%(threshold)s of %(count)s custodians will have to open the boxes together. "
                "Each keeps one share; the whole key never exists in one place.",
                threshold=round_.threshold,
                count=len(round_.custodians),
            ),
            _(
                "Every custodian gets an invitation and makes the key with it, on their own computer. Give each file "
                "to its custodian only; new invitations void the earlier ones."
            ),
        ],
        [
            (_("Office"), f"survey round invite {round_.id} --out DIR"),
            (_("Each custodian"), "survey custodian join --invitation FILE --share-out FILE"),
            (_("Rehearsal, all custodians on this one machine"), f"survey round keys {round_.id} --all-here DIR"),
        ],
        [_("The opening key is not made yet. Without it the round cannot be frozen."), *unprintable],
        None
        if unprintable
        else Action(
            "office.invite-custodians",
            _("Download the invitations"),
            after=_("Then load this page again: it says whom the making of the key waits for."),
        ),
    )


def _wait_for_key(round_: Round, waiting: Sequence[str]) -> Step:
    return Step(
        _("The custodians are making the opening key"),
        [
            _("Everybody who is invited opens the own page and stays until it says that the share is saved."),
            _("Load this page again to see how far they are: freezing comes next."),
        ],
        [(_("Office"), f"survey round ceremony {round_.id}")],
        [_("Waiting for: %(names)s", names=_(", ").join(waiting))] if waiting else [],
    )


def _freeze(round_: Round, rehearsal: Round | None) -> Step:
    if rehearsal is not None:
        return Step(
            _("Clear the rehearsal"),
            [_("The real round is frozen when its rehearsal is gone: no slip of it may lie beside the real ones.")],
            [(_("Office"), f"survey round clear {rehearsal.id}")],
            [_("The rehearsal is not cleared yet.")],
            Action("office.clear-rehearsal", _("Clear the rehearsal"), of=rehearsal.id),
        )
    unprintable = cautions_of_round(round_)
    return Step(
        _("Freeze the round"),
        [
            _("Check teams, units, headcounts and questionnaire first."),
            _("After freezing, questionnaire, weights, headcounts and minimum sizes cannot be changed any more."),
        ],
        [(_("Office"), f"survey round freeze {round_.id} --spare {round_.spare_percent}")],
        unprintable,
        None if unprintable else Action("office.freeze-round", _("Freeze the round")),
    )


def _print(round_: Round) -> Step:
    codes = sum(evaluation.printed(round_.spare_percent) for evaluation in round_.evaluations)
    return Step(
        _("Print the slips"),
        [
            ngettext("One PDF per unit, %(num)d slip in all.", "One PDF per unit, %(num)d slips in all.", codes),
            _(
                "The readable codes are in this file only; the server keeps none of them. "
                "Printing again voids every slip that was not used."
            ),
            _("Delete the file after printing, and clear the printer: many keep what they printed in memory."),
        ],
        [(_("Office"), f"survey round codes {round_.id} --out DIR")],
        action=Action(
            "office.print-slips",
            _("Download the slips"),
            after=_(
                "The file comes as it is made. When it is there, opening comes next; if this page does not say so by "
                "itself, load it again."
            ),
        ),
    )


def _open(round_: Round) -> Step:
    return Step(
        _("Open the round"),
        [
            _("Open when people have drawn their slips, or shortly before."),
            _("From then on people can answer. The round stays open until you close it."),
        ],
        [(_("Office"), f"survey round open {round_.id}")],
        action=Action("office.open-round", _("Open the round")),
    )


def _close(round_: Round) -> Step:
    return Step(
        _("Close the round"),
        [
            _("Close when everyone who wanted to answer had the time to."),
            _("Closing cannot be undone: unused codes become void and no ballot is taken any more."),
        ],
        [(_("Office"), f"survey round close {round_.id}")],
        action=Action("office.close-round", _("Close the round"), CLOSE),
    )


def _count(round_: Round, given: Sequence[str]) -> Step:
    parts = " ".join(f"part-{number}" for number in range(1, round_.threshold + 1))
    return Step(
        _("Open the boxes together"),
        [
            _(
                "%(threshold)s of %(count)s custodians are needed. "
                "Each works on their own computer and gives back one part.",
                threshold=round_.threshold,
                count=len(round_.custodians),
            ),
            _("All teams are opened and counted at once, and only once. The result cannot be changed afterwards."),
        ],
        [
            (_("Office"), f"survey round boxes {round_.id} --out boxes"),
            (_("Each custodian"), "survey custodian open --share FILE --boxes boxes --out PART"),
            (_("Office"), f"survey round count {round_.id} {parts}"),
        ],
        _missing_parts(round_, given),
        Action("office.count-round", _("Open and count"), COUNT) if len(given) >= round_.threshold else None,
    )


def _missing_parts(round_: Round, given: Sequence[str]) -> list[str]:
    left = round_.threshold - len(given)
    if left <= 0:
        return []
    names = _(", ").join(custodian.name for custodian in round_.custodians if custodian.name not in given)
    return [
        ngettext(
            "The part of %(num)d custodian, out of: %(names)s.",
            "The parts of %(num)d custodians, out of: %(names)s.",
            left,
            names=names,
        )
    ]


def _count_rehearsal(round_: Round) -> Step:
    return Step(
        _("Open the boxes"),
        [
            _("In the real round custodians come together for this. In a rehearsal this machine does it for them."),
            _("All teams are opened and counted at once, and only once. The result cannot be changed afterwards."),
        ],
        [(_("Office"), f"survey round count {round_.id}")],
        action=Action("office.count-round", _("Open and count"), COUNT),
    )


def _end_rehearsal(round_: Round) -> Step:
    return Step(
        _("Clear the rehearsal"),
        [
            _("You have gone the whole way. Look at the report and the files as long as you like."),
            _("Clearing erases slips, answers, results and the key of the rehearsal. The staff log keeps its lines."),
        ],
        [(_("Office"), f"survey round clear {round_.id}")],
        action=Action("office.clear-rehearsal", _("Clear the rehearsal")),
    )


def _report(round_: Round) -> Step:
    return Step(
        _("Hand over the report"),
        [
            _("Pages and files show the same figures: all come from the one frozen tally record."),
            _("The audit package lets outsiders check the count. It holds no answers."),
        ],
        [
            (_("Word file"), f"survey round report {round_.id} --format docx --out report.docx"),
            (_("Audit package"), f"survey audit export {round_.id} --out audit.zip"),
        ],
        [_("The leading group has not approved the report yet; that is noted on the page of the report.")],
    )

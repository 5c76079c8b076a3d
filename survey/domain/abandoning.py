"""A round that was frozen by mistake is given up before it opens; and how a round is erased, which a rehearsal is too.

Law: only what nobody can have answered is erased: a rehearsal in any state, a real round before it opens. What stays of
it are the lines of the staff log. Slips that were printed lead nowhere from then on.
"""

from __future__ import annotations

from typing import Protocol

from survey.domain.ports.ballot_box import BallotBox
from survey.domain.ports.key_files import KeyFiles
from survey.domain.ports.notice_board import NoticeBoard
from survey.domain.ports.partial_files import PartialStore
from survey.domain.ports.registry import Registry
from survey.domain.ports.staff import Recusals
from survey.domain.ports.work_book import WorkBook
from survey.domain.results.release import ReportStore
from survey.domain.rounds import Round, State
from survey.errors import WrongState

BEFORE_OPENING = (State.FROZEN, State.PRINTED)


class Stores(Protocol):
    """Wherever something of a round may lie."""

    @property
    def registry(self) -> Registry: ...

    @property
    def box(self) -> BallotBox: ...

    @property
    def keys(self) -> KeyFiles: ...

    @property
    def board(self) -> NoticeBoard: ...

    @property
    def partials(self) -> PartialStore: ...

    @property
    def reports(self) -> ReportStore: ...

    @property
    def work(self) -> WorkBook: ...

    @property
    def recusals(self) -> Recusals: ...


def abandon(round_: Round, stores: Stores) -> None:
    """Erase a frozen round that was never opened: manifests, keys, codes, the round itself. May be repeated."""
    round_.require(*BEFORE_OPENING)
    if round_.rehearsal is not None:
        raise WrongState(f"Round {round_.id} is a rehearsal; clear it.", why="is-rehearsal")
    erase(round_, stores)


def erase(round_: Round, stores: Stores) -> None:
    """The round goes last, so that erasing can be begun again where it was interrupted."""
    ids = [evaluation.id for evaluation in round_.evaluations]
    stores.box.erase(ids)  # first, so that nobody casts into it any more
    for evaluation_id in ids:
        stores.keys.destroy_keys(evaluation_id)
    stores.partials.destroy(round_.id)
    stores.reports.erase(round_.id)
    stores.board.forget(round_.id)
    stores.work.forget_work(round_.id)
    stores.recusals.save(round_.id, ())
    stores.registry.erase_round(round_.id)
    stores.box.forget_order()

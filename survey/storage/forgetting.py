"""Upkeep while a round is open: at intervals, what the order of arrival has left below the tables is erased.

A copy of the database stolen while a round is open then orders at most those who came since the last upkeep. Rewriting
on every ballot would hide these too, but costs as much as all ballots together and ends in deadlocks.

Law: this module handles no row; the registry and the box each rewrite their own, in transactions of their own.
"""

from __future__ import annotations

from sqlalchemy import Engine

from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import tidy
from survey.storage.registry import SqlRegistry

Marks = dict[str, tuple[int, int]]  # evaluation -> (ballots, used codes) when it was last in order

PATIENCE_MS = 1_000  # how long a reader may hold up the emptying of the journal, and that in turn the writers


def forget_order(engine: Engine, last: Marks | None = None) -> Marks:
    """Rewrite what has changed since `last` in every open evaluation, and empty the journals.

    Does nothing when nothing has changed; last = None: nobody knows what has. Returns what to hand in next time: an
    evaluation in which somebody was in the way is missing, and is done again.
    Raises OrderRemains when the journals could not be emptied, StoreUnavailable when the store fails.
    """
    registry, box = SqlRegistry(engine), SqlBallotBox(engine)
    found = {
        evaluation_id: (box.count(evaluation_id), sum(unit.used for unit in registry.turnout(evaluation_id)))
        for evaluation_id in box.open_evaluations()
    }
    done = {
        evaluation_id: marks
        for evaluation_id, marks in found.items()
        if (last or {}).get(evaluation_id) == marks or _rewrite(registry, box, evaluation_id)
    }
    if found != last:  # a round that was closed since then counts as changed
        tidy(engine, patience_ms=PATIENCE_MS)
    return done


def _rewrite(registry: SqlRegistry, box: SqlBallotBox, evaluation_id: str) -> bool:
    # Both, even when the first did not succeed.
    return all([registry.rewrite(evaluation_id), box.rewrite(evaluation_id)])

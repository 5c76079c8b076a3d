"""Invitations over SQL: the half of domain.ports.Registry that is asked on every token request.

Law: as registry.py: nothing here knows a ballot. A code is used by one statement that names its former state, so that
the database and no lock in memory lets one request win.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine, bindparam, exists, func, select

from survey.domain.ports.registry import SpendOutcome, UnitTurnout
from survey.domain.rounds import State
from survey.storage.database import (
    CommitQueue,
    lock_partition,
    make_partition,
    read,
    rewrite_in_key_order,
    rewrite_while_open,
    write,
    write_each,
)
from survey.storage.registry_tables import NO_REQUEST, UNUSED, USED, VOID, evaluations, invitations, rounds


class _Spending(NamedTuple):
    evaluation_id: str
    code_mac: bytes
    request_digest: bytes

    @property
    def values(self) -> dict[str, str | bytes]:
        return {"its_evaluation": self.evaluation_id, "its_code": self.code_mac, "its_request": self.request_digest}


class SqlInvitations:
    """Safe for threads and for several processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._spendings: CommitQueue[_Spending, SpendOutcome] = CommitQueue(self._spend, key=lambda item: item.code_mac)

    def add_invitations(self, evaluation_id: str, codes: Iterable[tuple[bytes, str]]) -> None:
        # Written in key order: the order of making would tie neighbouring slips to neighbouring rows.
        rows = [
            {
                "evaluation": evaluation_id,
                "code_mac": code_mac,
                "unit": unit_id,
                "state": UNUSED,
                "request_digest": NO_REQUEST,
            }
            for code_mac, unit_id in sorted(codes)
        ]

        def work(connection: Connection) -> None:
            make_partition(connection, invitations, evaluation_id)
            if rows:
                connection.execute(invitations.insert(), rows)

        write(self._engine, work)

    def void_unused(self, evaluation_id: str) -> int:
        """Rewrites the invitations in key order as well: which code was used last must not show in their places."""

        def work(connection: Connection) -> int:
            make_partition(connection, invitations, evaluation_id)
            # The whole partition before any row of it: whoever waits for one row holds the partition already.
            lock_partition(connection, invitations, evaluation_id)
            voided = connection.execute(
                invitations.update()
                .where(invitations.c.evaluation == evaluation_id, invitations.c.state == UNUSED)
                .values(state=VOID)
            )
            rewrite_in_key_order(connection, invitations, evaluation_id)
            return int(voided.rowcount)

        return write(self._engine, work)

    def rewrite(self, evaluation_id: str) -> bool:
        """While a round is open: see rewriting.py. False when somebody was in the way; nothing is changed then."""
        return rewrite_while_open(self._engine, invitations, evaluation_id)

    def spend_code(self, evaluation_id: str, code_mac: bytes, request_digest: bytes) -> SpendOutcome:
        return self._spendings.put(_Spending(evaluation_id, code_mac, request_digest))

    def _spend(self, spendings: Sequence[_Spending]) -> list[SpendOutcome]:
        # Nearly always every code is used for the first time, and the round is open.
        if write_each(self._engine, _USE, [item.values for item in spendings]):
            return [SpendOutcome.SPENT] * len(spendings)
        # Doing it twice is answered with REPEATED, which is as good as SPENT.
        return write(
            self._engine, lambda connection: [_spend_one(connection, item) for item in spendings], may_repeat=True
        )

    def turnout(self, evaluation_id: str) -> list[UnitTurnout]:
        return self.turnout_of([evaluation_id])[evaluation_id]

    def turnout_of(self, evaluation_ids: Sequence[str]) -> dict[str, list[UnitTurnout]]:
        counted = (
            select(invitations.c.evaluation, invitations.c.unit, invitations.c.state, func.count())
            .where(invitations.c.evaluation.in_(evaluation_ids))
            .group_by(invitations.c.evaluation, invitations.c.unit, invitations.c.state)
        )
        units: dict[str, dict[str, dict[int, int]]] = {evaluation_id: {} for evaluation_id in evaluation_ids}
        for evaluation, unit, state, count in read(self._engine, lambda connection: connection.execute(counted).all()):
            units[evaluation].setdefault(unit, {})[state] = count
        return {
            evaluation: [
                UnitTurnout(unit, states.get(UNUSED, 0) + states.get(USED, 0), states.get(USED, 0), states.get(VOID, 0))
                for unit, states in sorted(of_units.items())
            ]
            for evaluation, of_units in units.items()
        }


# Put together once: doing so on each token request costs more than running them.
STATE_OF = select(rounds.c.state).join(evaluations).where(evaluations.c.id == bindparam("evaluation"))
_HERE = (invitations.c.evaluation == bindparam("its_evaluation")) & (invitations.c.code_mac == bindparam("its_code"))
_IS_OPEN = exists().where(
    rounds.c.id == evaluations.c.round,
    rounds.c.state == State.OPEN.value,
    evaluations.c.id == bindparam("its_evaluation"),
)
_USE = (
    invitations.update()
    .where(_HERE, invitations.c.state == UNUSED, _IS_OPEN)
    .values(state=USED, request_digest=bindparam("its_request"))
    .execution_options(preserve_rowcount=True)
)
_LOOK = select(invitations.c.state, invitations.c.request_digest).where(_HERE)


def _spend_one(connection: Connection, item: _Spending) -> SpendOutcome:
    if connection.execute(_USE, item.values).rowcount == 1:
        return SpendOutcome.SPENT
    if connection.scalar(STATE_OF, {"evaluation": item.evaluation_id}) != State.OPEN.value:
        return SpendOutcome.CLOSED
    row = connection.execute(_LOOK, item.values).first()
    if row is None or row.state == VOID:
        return SpendOutcome.UNKNOWN
    if row.state == UNUSED:
        return SpendOutcome.CLOSED  # opened only since the first statement
    return SpendOutcome.REPEATED if row.request_digest == item.request_digest else SpendOutcome.OTHER_REQUEST

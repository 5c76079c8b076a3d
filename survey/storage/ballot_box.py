"""domain.ports.BallotBox over SQL: sealed ballots and the tokens that cast them.

Law: shares no table, key, import (beside database.py) or transaction with registry.py. A row carries no time, unit,
code or sequence, and closing leaves no trace of the order in which rows came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, LargeBinary, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from survey.domain.ports.ballot_box import AddOutcome, StoredBallot
from survey.errors import NotFound, WrongState
from survey.storage.ballot_tables import ballots, boxes
from survey.storage.database import (
    CommitQueue,
    erase_partitions,
    is_sqlite,
    lock_partition,
    make_partition,
    read,
    rewrite_in_key_order,
    rewrite_while_open,
    tidy,
    write,
    write_each,
)

PAGE = 128  # ballots read at once while streaming


class _Casting(NamedTuple):
    evaluation_id: str
    ballot: StoredBallot

    @property
    def values(self) -> dict[str, str | bytes]:
        ballot = self.ballot
        return {
            "new_evaluation": self.evaluation_id,
            "new_token_digest": ballot.token_digest,
            "new_token": ballot.token,
            "new_enc": ballot.enc,
            "new_ct": ballot.ct,
            "new_receipt": ballot.receipt,
        }


class SqlBallotBox:
    """One box per evaluation. Safe for threads and for several processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = _INSERT_SQLITE if is_sqlite(engine) else _INSERT_POSTGRESQL
        self._castings: CommitQueue[_Casting, AddOutcome] = CommitQueue(
            self._cast, key=lambda item: item.ballot.token_digest
        )

    def open_box(self, evaluation_id: str) -> None:
        """From here on add() takes ballots. Opening an open box changes nothing; raises WrongState once closed."""

        def work(connection: Connection) -> None:
            is_open = connection.scalar(select(boxes.c.is_open).where(boxes.c.evaluation == evaluation_id))
            if is_open is None:
                connection.execute(boxes.insert().values(evaluation=evaluation_id, is_open=True))
                make_partition(connection, ballots, evaluation_id)
            elif not is_open:
                raise WrongState(f"The box of {evaluation_id} is closed and is never opened again.")

        write(self._engine, work)

    def is_open(self, evaluation_id: str) -> bool:
        query = select(boxes.c.is_open).where(boxes.c.evaluation == evaluation_id)
        return bool(self._read(lambda connection: connection.scalar(query)))

    def close_box(self, evaluation_id: str) -> None:
        """Closing a closed box rewrites it once more and changes nothing. Raises NotFound when it was never opened.

        What lies below the tables is put in order by forget_order(), once, when the whole round is closed.
        """

        def work(connection: Connection) -> None:
            # Waits for every add() that has seen the box open, and makes every later one wait for this transaction.
            mine = select(boxes.c.evaluation).where(boxes.c.evaluation == evaluation_id).with_for_update()
            if connection.scalar(mine) is None:
                raise NotFound(f"There is no box of {evaluation_id}.")
            connection.execute(boxes.update().where(boxes.c.evaluation == evaluation_id).values(is_open=False))
            rewrite_in_key_order(connection, ballots, evaluation_id)

        write(self._engine, work)

    def forget_order(self) -> None:
        """Raises OrderRemains when it could not be done; see tidying.py."""
        tidy(self._engine)

    def erase(self, evaluation_ids: Sequence[str]) -> None:
        def work(connection: Connection) -> None:
            # The ballots first: that waits for every add() under way, and every later one waits and finds no box.
            erase_partitions(connection, ballots, evaluation_ids)
            connection.execute(boxes.delete().where(boxes.c.evaluation.in_(evaluation_ids)))

        write(self._engine, work)

    def open_evaluations(self) -> list[str]:
        """The evaluations whose boxes take ballots."""
        query = select(boxes.c.evaluation).where(boxes.c.is_open).order_by(boxes.c.evaluation)
        return list(self._read(lambda connection: connection.scalars(query).all()))

    def rewrite(self, evaluation_id: str) -> bool:
        """While a round is open: see rewriting.py. False when somebody was in the way; nothing is changed then."""
        return rewrite_while_open(self._engine, ballots, evaluation_id)

    def add(self, evaluation_id: str, ballot: StoredBallot) -> AddOutcome:
        """Durably add, or say why not.

        DIFFERENT also for a sealed body that another token has cast already: every receipt stands for one ballot.
        Raises StoreUnavailable when nothing could be stored. When the connection dies during the commit itself,
        nobody can know; sending the same ballot again settles it.
        """
        return self._castings.put(_Casting(evaluation_id, ballot))

    def _cast(self, castings: Sequence[_Casting]) -> list[AddOutcome]:
        # Nearly always every ballot is new and its box open.
        if write_each(self._engine, self._insert, [item.values for item in castings]):
            return [AddOutcome.ADDED] * len(castings)
        # Doing it twice is answered with SAME, which is as good as ADDED.
        return write(
            self._engine,
            lambda connection: [_cast_one(connection, self._insert, item) for item in castings],
            may_repeat=True,
        )

    def destroy_bodies(self, evaluation_id: str) -> int:
        """Row by row, then the rows are written anew in key order, so that no page or dead row keeps a body.

        What the file and its journals have freed is erased by forget_order(), once, when all boxes are done.
        """

        def work(connection: Connection) -> int:
            is_open = connection.scalar(select(boxes.c.is_open).where(boxes.c.evaluation == evaluation_id))
            if is_open:
                raise WrongState(f"The box of {evaluation_id} is open; nothing in it is destroyed.")
            if is_open is None:
                return 0
            lock_partition(connection, ballots, evaluation_id)
            after, done = b"", 0
            while rows := connection.execute(_NEXT_PAGE, {"evaluation": evaluation_id, "after": after}).all():
                page = [StoredBallot(*row) for row in rows]
                values = [
                    {"its_evaluation": evaluation_id, "its_token": ballot.token_digest, "its_ct": ballot.body_digest}
                    for ballot in page
                ]
                connection.execute(_REPLACE_BODY, values)
                after, done = page[-1].token_digest, done + len(page)
            rewrite_in_key_order(connection, ballots, evaluation_id)
            return done

        return write(self._engine, work, may_repeat=True)

    def count(self, evaluation_id: str) -> int:
        query = select(func.count()).select_from(ballots).where(ballots.c.evaluation == evaluation_id)
        return int(self._read(lambda connection: connection.scalar(query)))

    def counts(self, evaluation_ids: Sequence[str]) -> dict[str, int]:
        query = (
            select(ballots.c.evaluation, func.count())
            .where(ballots.c.evaluation.in_(evaluation_ids))
            .group_by(ballots.c.evaluation)
        )
        found = self._read(lambda connection: connection.execute(query).all())
        return dict.fromkeys(evaluation_ids, 0) | {evaluation: int(count) for evaluation, count in found}

    def find_receipt(self, evaluation_id: str, receipt: bytes) -> bool:
        query = select(ballots.c.receipt).where(ballots.c.evaluation == evaluation_id, ballots.c.receipt == receipt)
        return self._read(lambda connection: connection.scalar(query)) is not None

    def receipts(self, evaluation_id: str) -> list[bytes]:
        query = select(ballots.c.receipt).where(ballots.c.evaluation == evaluation_id).order_by(ballots.c.receipt)
        return list(self._read(lambda connection: connection.scalars(query).all()))

    def ballots(self, evaluation_id: str) -> Iterator[StoredBallot]:
        """All ballots in key order. Each page is a transaction of its own, so that a slow reader blocks nobody."""
        after = b""
        while True:
            parameters = {"evaluation": evaluation_id, "after": after}
            rows = self._read(lambda connection, values=parameters: connection.execute(_NEXT_PAGE, values).all())
            for row in rows:
                yield StoredBallot(*row)
            if len(rows) < PAGE:
                return
            after = rows[-1].token_digest

    def _read(self, work: Any) -> Any:
        return read(self._engine, work)


_COLUMNS = ("evaluation", "token_digest", "token", "enc", "ct", "receipt")

_NEXT_PAGE = (
    select(ballots.c.token_digest, ballots.c.token, ballots.c.enc, ballots.c.ct)
    .where(ballots.c.evaluation == bindparam("evaluation"), ballots.c.token_digest > bindparam("after"))
    .order_by(ballots.c.token_digest)
    .limit(PAGE)
)


_REPLACE_BODY = (
    ballots.update()
    .where(ballots.c.evaluation == bindparam("its_evaluation"), ballots.c.token_digest == bindparam("its_token"))
    .values(ct=bindparam("its_ct"))
)


def _insertion(insert: Any) -> Any:
    """Insert while the box is open, in one statement.

    The row of the box stays locked (shared) until this transaction ends, so closing waits for the ballot and no
    ballot slips in after closing. On SQLite the one writer at a time is enough.
    """
    values = [bindparam(f"new_{name}", type_=Text() if name == "evaluation" else LargeBinary()) for name in _COLUMNS]
    box = (
        select(*values)
        .select_from(boxes)
        .where(boxes.c.evaluation == bindparam("new_evaluation"), boxes.c.is_open)
        .with_for_update(read=True)
    )
    insertion = insert(ballots).from_select(_COLUMNS, box).on_conflict_do_nothing()
    return insertion.execution_options(preserve_rowcount=True)


_INSERT_SQLITE = _insertion(sqlite.insert)
_INSERT_POSTGRESQL = _insertion(postgresql.insert)


_LOOK = select(ballots.c.token, ballots.c.enc, ballots.c.ct).where(
    ballots.c.evaluation == bindparam("evaluation"), ballots.c.token_digest == bindparam("token_digest")
)


def _cast_one(connection: Connection, insert: Any, item: _Casting) -> AddOutcome:
    evaluation_id, ballot = item
    if connection.execute(insert, item.values).rowcount == 1:
        return AddOutcome.ADDED
    here = {"evaluation": evaluation_id, "token_digest": ballot.token_digest}
    stored = connection.execute(_LOOK, here).first()
    if stored is not None:
        # After closing too: whose acknowledgement was lost is told again that the ballot is in.
        is_same = (stored.token, stored.enc) == (ballot.token, ballot.enc) and stored.ct in (
            ballot.ct,
            ballot.body_digest,
        )
        return AddOutcome.SAME if is_same else AddOutcome.DIFFERENT
    is_open = connection.scalar(select(boxes.c.is_open).where(boxes.c.evaluation == evaluation_id))
    return AddOutcome.DIFFERENT if is_open else AddOutcome.CLOSED

"""domain.ports.Registry over SQL: rounds, manifests, tally records; invitations stand in invitation_rows.py.

Law: shares no table, key, import (beside database.py) or transaction with ballot_box.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from survey.domain.forms.library import Overtaken
from survey.domain.rounds import Round, State
from survey.errors import NotFound, WrongState
from survey.storage.database import (
    erase_partitions,
    erase_rows,
    read,
    write,
)
from survey.storage.invitation_rows import STATE_OF, SqlInvitations
from survey.storage.registry_tables import (
    destruction_records,
    evaluations,
    invitations,
    metadata,
    opening_statements,
    rounds,
    tally_records,
    turnout_snapshots,
)
from survey.storage.round_documents import decode_round, encode_round


class SqlRegistry(SqlInvitations):
    """Rounds, frozen manifests, invitations, tally records. Safe for threads and for several processes."""

    # -- Rounds

    def add_round(self, round_: Round) -> None:
        """Raises WrongState when its id is taken."""

        def work(connection: Connection) -> None:
            if connection.scalar(select(rounds.c.id).where(rounds.c.id == round_.id)) is not None:
                raise WrongState(f"There is already a round {round_.id}.")
            number = 1 + (connection.scalar(select(func.max(rounds.c.number))) or 0)
            connection.execute(rounds.insert().values(id=round_.id, number=number, **_columns(round_)))
            _match_evaluations(connection, round_)

        write(self._engine, work)

    def save_round(self, round_: Round, expected: str) -> None:
        write(self._engine, lambda connection: _replace(connection, round_, expected))

    def change_draft(self, before: Round, after: Round) -> None:
        def work(connection: Connection) -> None:
            # Read and replaced in one transaction, the row locked: of two who save at once the second is told.
            row = connection.execute(_ROUNDS.where(rounds.c.id == before.id).with_for_update()).first()
            stored = None if row is None else decode_round(*row)
            if stored is not None and stored.state is State.DRAFT and stored != before:
                raise Overtaken(f"The draft {before.id} was changed meanwhile.")
            _replace(connection, after, State.DRAFT)

        write(self._engine, work)

    def find_round(self, round_id: str) -> Round | None:
        return self._find(_ROUNDS.where(rounds.c.id == round_id))

    def find_round_of(self, evaluation_id: str) -> Round | None:
        return self._find(_ROUNDS.join(evaluations).where(evaluations.c.id == evaluation_id))

    def find_state_of(self, evaluation_id: str) -> State | None:
        state = read(self._engine, lambda connection: connection.scalar(STATE_OF, {"evaluation": evaluation_id}))
        return None if state is None else State(state)

    def list_rounds(self) -> list[Round]:
        """All rounds, oldest first."""
        rows = read(self._engine, lambda connection: connection.execute(_ROUNDS.order_by(rounds.c.number)).all())
        return [decode_round(*row) for row in rows]

    def delete_draft(self, round_id: str) -> None:
        def work(connection: Connection) -> None:
            here = (rounds.c.id == round_id) & (rounds.c.state == State.DRAFT.value)
            # The state in the same statement: whoever freezes it at this moment wins, or comes too late.
            if connection.scalar(select(rounds.c.id).where(here).with_for_update()) is None:
                state = connection.scalar(select(rounds.c.state).where(rounds.c.id == round_id))
                if state is None:
                    raise NotFound(f"There is no round {round_id}.")
                raise WrongState(
                    f"Round {round_id} is {state}; only a draft can be deleted.",
                    why="needs-state",
                    state=state,
                    wanted=[State.DRAFT.value],
                )
            connection.execute(evaluations.delete().where(evaluations.c.round == round_id))
            connection.execute(rounds.delete().where(here))

        write(self._engine, work)

    def erase_round(self, round_id: str) -> None:
        def work(connection: Connection) -> None:
            row = connection.execute(_ROUNDS.where(rounds.c.id == round_id).with_for_update()).first()
            if row is None:
                return
            round_ = decode_round(*row)
            if round_.rehearsal is None and round_.state not in (State.FROZEN, State.PRINTED):
                raise WrongState(f"Round {round_id} is no rehearsal and {round_.state}; it is not erased.")
            erase_partitions(connection, invitations, [evaluation.id for evaluation in round_.evaluations])
            erase_rows(connection, metadata, round_id)
            connection.execute(rounds.delete().where(rounds.c.id == round_id))

        write(self._engine, work)

    def _find(self, query: Any) -> Round | None:
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else decode_round(*row)

    # -- What is frozen

    def freeze(self, round_: Round, manifests: dict[str, bytes]) -> None:
        def work(connection: Connection) -> None:
            _replace(connection, round_, State.DRAFT)
            for evaluation_id, manifest in manifests.items():
                _write_once(connection, evaluations, evaluation_id, "manifest", manifest)

        write(self._engine, work)

    def find_manifest(self, evaluation_id: str) -> bytes | None:
        return self._bytes(select(evaluations.c.manifest).where(evaluations.c.id == evaluation_id))

    def find_manifests(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        query = select(evaluations.c.id, evaluations.c.manifest)
        here = query.where(evaluations.c.id.in_(evaluation_ids), evaluations.c.manifest.is_not(None))
        return {row.id: row.manifest for row in read(self._engine, lambda connection: connection.execute(here).all())}

    def save_roots(self, roots: dict[str, bytes]) -> None:
        """Raises WrongState when another root was published; the same one may be saved again (interrupted closing)."""

        def work(connection: Connection) -> None:
            for evaluation_id, root in roots.items():
                _write_once(connection, evaluations, evaluation_id, "root", root)

        write(self._engine, work)

    def find_roots(self, evaluation_ids: Sequence[str]) -> dict[str, bytes]:
        query = select(evaluations.c.id, evaluations.c.root)
        here = query.where(evaluations.c.id.in_(evaluation_ids), evaluations.c.root.is_not(None))
        return {row.id: row.root for row in read(self._engine, lambda connection: connection.execute(here).all())}

    def find_root(self, evaluation_id: str) -> bytes | None:
        return self._bytes(select(evaluations.c.root).where(evaluations.c.id == evaluation_id))

    def save_boxes_digest(self, round_id: str, digest: bytes) -> None:
        """Raises WrongState when another digest was published."""
        write(self._engine, lambda connection: _write_once(connection, rounds, round_id, "boxes_digest", digest))

    def find_boxes_digest(self, round_id: str) -> bytes | None:
        return self._bytes(select(rounds.c.boxes_digest).where(rounds.c.id == round_id))

    def finish_count(self, round_: Round, record: bytes) -> None:
        def work(connection: Connection) -> None:
            _replace(connection, round_, State.CLOSED)
            connection.execute(tally_records.insert().values(round=round_.id, record=record))

        write(self._engine, work)

    def find_tally_record(self, round_id: str) -> bytes | None:
        return self._bytes(select(tally_records.c.record).where(tally_records.c.round == round_id))

    def save_destruction_record(self, round_id: str, record: bytes) -> None:
        def work(connection: Connection) -> None:
            # Locks the round (PostgreSQL), so that of two who begin at once the second sees the first one's record.
            connection.scalar(select(rounds.c.id).where(rounds.c.id == round_id).with_for_update())
            here = destruction_records.c.round == round_id
            if connection.scalar(select(destruction_records.c.round).where(here)) is not None:
                raise WrongState(f"Round {round_id} has a record of its destruction already; it is written once.")
            connection.execute(destruction_records.insert().values(round=round_id, record=record))

        write(self._engine, work)

    def find_destruction_record(self, round_id: str) -> bytes | None:
        return self._bytes(select(destruction_records.c.record).where(destruction_records.c.round == round_id))

    def save_statement(self, round_id: str, index: int, statement: bytes) -> None:
        here = (opening_statements.c.round == round_id) & (opening_statements.c.seat == index)

        def work(connection: Connection) -> None:
            # Locks the round (PostgreSQL), so that two statements for one place are taken one after the other.
            connection.scalar(select(rounds.c.id).where(rounds.c.id == round_id).with_for_update())
            if connection.scalar(select(opening_statements.c.seat).where(here)) is None:
                values = {"round": round_id, "seat": index, "statement": statement}
                connection.execute(opening_statements.insert().values(values))

        write(self._engine, work, may_repeat=True)

    def statements(self, round_id: str) -> dict[int, bytes]:
        query = select(opening_statements.c.seat, opening_statements.c.statement)
        rows = read(
            self._engine,
            lambda connection: connection.execute(query.where(opening_statements.c.round == round_id)).all(),
        )
        return {row.seat: row.statement for row in sorted(rows, key=lambda row: row.seat)}

    def _bytes(self, query: Any) -> bytes | None:
        value: bytes | None = read(self._engine, lambda connection: connection.scalar(query))
        return value

    # -- What turnout pages show

    def save_snapshot(self, round_id: str, window: int, counts: bytes) -> None:
        def work(connection: Connection) -> None:
            connection.execute(turnout_snapshots.delete().where(turnout_snapshots.c.round == round_id))
            connection.execute(turnout_snapshots.insert().values(round=round_id, window=window, counts=counts))

        write(self._engine, work)

    def find_snapshot(self, round_id: str) -> tuple[int, bytes] | None:
        query = select(turnout_snapshots.c.window, turnout_snapshots.c.counts)
        here = query.where(turnout_snapshots.c.round == round_id)
        row = read(self._engine, lambda connection: connection.execute(here).first())
        return None if row is None else (row.window, row.counts)


_ROUNDS = select(rounds.c.id, rounds.c.name, rounds.c.state, rounds.c.document)


def _columns(round_: Round) -> dict[str, Any]:
    return {"name": round_.name, "state": round_.state.value, "document": encode_round(round_)}


def _replace(connection: Connection, round_: Round, expected: str) -> None:
    """Compare and set: two processes that both move the round cannot both succeed."""
    replaced = connection.execute(
        rounds.update().where(rounds.c.id == round_.id, rounds.c.state == str(expected)).values(**_columns(round_))
    )
    if replaced.rowcount != 1:
        state = connection.scalar(select(rounds.c.state).where(rounds.c.id == round_.id))
        if state is None:
            raise NotFound(f"There is no round {round_.id}.")
        raise WrongState(
            f"Round {round_.id} is {state}; this step needs it to be {expected}.",
            why="needs-state",
            state=state,
            wanted=[str(expected)],
        )
    _match_evaluations(connection, round_)


def _match_evaluations(connection: Connection, round_: Round) -> None:
    """One row per evaluation of the round, as its document says."""
    stored = set(connection.scalars(select(evaluations.c.id).where(evaluations.c.round == round_.id)))
    wanted = {evaluation.id for evaluation in round_.evaluations}
    if stored - wanted:
        connection.execute(evaluations.delete().where(evaluations.c.id.in_(sorted(stored - wanted))))
    if wanted - stored:
        connection.execute(
            evaluations.insert(),
            [{"id": evaluation_id, "round": round_.id} for evaluation_id in sorted(wanted - stored)],
        )


def _write_once(connection: Connection, table: Any, key: str, name: str, value: bytes) -> None:
    column = table.c[name]
    written = connection.execute(
        table.update().where(table.c.id == key, column.is_(None) | (column == value)).values({name: value})
    )
    if written.rowcount != 1:
        exists = connection.scalar(select(table.c.id).where(table.c.id == key)) is not None
        if not exists:
            raise NotFound(f"There is no {key} in {table.name}.")
        raise WrongState(f"{key} has another {name} already; it is written once.")

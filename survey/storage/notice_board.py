"""domain.ports.NoticeBoard over SQL.

Law: a message is written once and never changed; a second one for the same place is told apart, not stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, select

from survey.domain.ports.notice_board import Attempt, PostOutcome
from survey.errors import NotFound, WrongState
from survey.storage.database import erase_rows, read, write
from survey.storage.notice_board_tables import (
    ceremonies,
    custodian_invitations,
    custodian_replacements,
    metadata,
    notices,
    opening_records,
)


class SqlNoticeBoard:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_invitations(self, round_id: str, digests: Mapping[int, bytes]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(custodian_invitations.delete().where(custodian_invitations.c.round == round_id))
            rows = [{"round": round_id, "seat": seat, "secret_digest": digest} for seat, digest in digests.items()]
            if rows:
                connection.execute(custodian_invitations.insert(), rows)
            if connection.scalar(select(ceremonies.c.attempt).where(ceremonies.c.round == round_id)) is None:
                connection.execute(ceremonies.insert().values(round=round_id, attempt=1))

        write(self._engine, work)

    def forget_key_making(self, round_id: str) -> None:
        def work(connection: Connection) -> None:
            for table in (notices, custodian_invitations, custodian_replacements, ceremonies):
                connection.execute(table.delete().where(table.c.round == round_id))

        write(self._engine, work, may_repeat=True)

    def forget(self, round_id: str) -> None:
        write(self._engine, lambda connection: erase_rows(connection, metadata, round_id))

    def find_seat(self, digest: bytes) -> tuple[str, int] | None:
        query = select(custodian_invitations.c.round, custodian_invitations.c.seat)
        row = read(
            self._engine,
            lambda connection: connection.execute(query.where(custodian_invitations.c.secret_digest == digest)).first(),
        )
        return None if row is None else (row.round, row.seat)

    def find_attempt(self, round_id: str) -> Attempt | None:
        joined = ceremonies.outerjoin(custodian_replacements, custodian_replacements.c.round == ceremonies.c.round)
        columns = (ceremonies.c.attempt, ceremonies.c.stopped, custodian_replacements.c.replaces)
        query = select(*columns).select_from(joined).where(ceremonies.c.round == round_id)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else Attempt(row.attempt, row.stopped, row.replaces)

    def begin_again(self, round_id: str, number: int) -> None:
        self._begin(round_id, number, None)

    def begin_replacement(self, round_id: str, number: int, replaces: str) -> None:
        self._begin(round_id, number, replaces)

    def _begin(self, round_id: str, number: int, replaces: str | None) -> None:
        def work(connection: Connection) -> None:
            changed = connection.execute(
                ceremonies.update()
                .where(ceremonies.c.round == round_id, ceremonies.c.attempt == number)
                .values(attempt=number + 1, stopped=None)
            )
            if changed.rowcount != 1:
                raise WrongState(
                    f"Attempt {number} of the key ceremony of round {round_id} is not the latest one.",
                    why="begun-again",
                )
            if replaces is not None:
                table = custodian_replacements
                connection.execute(table.delete().where(table.c.round == round_id))
                connection.execute(table.insert().values(round=round_id, replaces=replaces))

        write(self._engine, work)

    def stop(self, round_id: str, number: int, reason: str) -> None:
        here = (ceremonies.c.round == round_id) & (ceremonies.c.attempt == number) & ceremonies.c.stopped.is_(None)
        write(
            self._engine,
            lambda connection: connection.execute(ceremonies.update().where(here).values(stopped=reason)),
            may_repeat=True,
        )

    def post(self, round_id: str, number: int, phase: str, index: int, message: bytes) -> PostOutcome:
        place = {"round": round_id, "attempt": number, "phase": phase, "seat": index}

        def work(connection: Connection) -> PostOutcome:
            # Locks the attempt (PostgreSQL), so that two messages for one place are taken one after the other.
            attempt = connection.scalar(
                select(ceremonies.c.attempt).where(ceremonies.c.round == round_id).with_for_update()
            )
            if attempt is None:
                raise NotFound(f"Nobody was invited to round {round_id}.")
            if attempt != number:
                raise WrongState(f"The key ceremony of round {round_id} was begun again.", why="begun-again")
            here = [notices.c[name] == value for name, value in place.items()]
            stored = connection.scalar(select(notices.c.message).where(*here))
            if stored is not None:
                return PostOutcome.SAME if stored == message else PostOutcome.DIFFERENT
            connection.execute(notices.insert().values(**place, message=message))
            return PostOutcome.ADDED

        return write(self._engine, work, may_repeat=True)

    def messages(self, round_id: str, number: int) -> list[bytes]:
        query = (
            select(notices.c.message)
            .where(notices.c.round == round_id, notices.c.attempt == number)
            .order_by(notices.c.phase, notices.c.seat)
        )
        return read(self._engine, lambda connection: list(connection.scalars(query)))

    def save_opening_record(self, round_id: str, record: bytes) -> None:
        def work(connection: Connection) -> None:
            stored = connection.scalar(select(opening_records.c.record).where(opening_records.c.round == round_id))
            if stored not in (None, record):
                raise WrongState(f"Round {round_id} has another opening record already; it is written once.")
            if stored is None:
                connection.execute(opening_records.insert().values(round=round_id, record=record))

        write(self._engine, work, may_repeat=True)

    def find_opening_record(self, round_id: str) -> bytes | None:
        query = select(opening_records.c.record).where(opening_records.c.round == round_id)
        found: bytes | None = read(self._engine, lambda connection: connection.scalar(query))
        return found

"""domain.ports.NoticeBoard over SQL.

Law: a message is written once and never changed; a second one for the same place is told apart, not stored.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, select

from survey.domain.ports import Attempt, PostOutcome
from survey.errors import NotFound, WrongState
from survey.storage.database import read, write
from survey.storage.notice_board_tables import ceremonies, custodian_invitations, notices


class SqlNoticeBoard:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_invitations(self, round_id: str, digests: Mapping[int, bytes]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(custodian_invitations.delete().where(custodian_invitations.c.round == round_id))
            connection.execute(
                custodian_invitations.insert(),
                [{"round": round_id, "seat": seat, "secret_digest": digest} for seat, digest in digests.items()],
            )
            if connection.scalar(select(ceremonies.c.attempt).where(ceremonies.c.round == round_id)) is None:
                connection.execute(ceremonies.insert().values(round=round_id, attempt=1))

        write(self._engine, work)

    def forget(self, round_id: str) -> None:
        def work(connection: Connection) -> None:
            for table in (notices, custodian_invitations, ceremonies):
                connection.execute(table.delete().where(table.c.round == round_id))

        write(self._engine, work)

    def find_seat(self, digest: bytes) -> tuple[str, int] | None:
        query = select(custodian_invitations.c.round, custodian_invitations.c.seat)
        row = read(
            self._engine,
            lambda connection: connection.execute(query.where(custodian_invitations.c.secret_digest == digest)).first(),
        )
        return None if row is None else (row.round, row.seat)

    def find_attempt(self, round_id: str) -> Attempt | None:
        query = select(ceremonies.c.attempt, ceremonies.c.stopped).where(ceremonies.c.round == round_id)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else Attempt(row.attempt, row.stopped)

    def begin_again(self, round_id: str, number: int) -> None:
        def work(connection: Connection) -> None:
            changed = connection.execute(
                ceremonies.update()
                .where(ceremonies.c.round == round_id, ceremonies.c.attempt == number)
                .values(attempt=number + 1, stopped=None)
            )
            if changed.rowcount != 1:
                raise WrongState(f"Attempt {number} of the key ceremony of round {round_id} is not the latest one.")

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
                raise WrongState(f"The key ceremony of round {round_id} was begun again.")
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

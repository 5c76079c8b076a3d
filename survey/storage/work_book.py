"""domain.ports.WorkBook over SQL: one row per round, replaced as the work goes on."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from survey.domain.ports.work_book import Work, WorkState
from survey.storage.database import read, write
from survey.storage.staff_tables import office_work


class SqlWorkBook:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save_work(self, work: Work) -> None:
        def replace(connection: Connection) -> None:
            connection.execute(office_work.delete().where(office_work.c.round == work.round_id))
            connection.execute(
                office_work.insert().values(
                    round=work.round_id,
                    kind=work.kind,
                    state=work.state.value,
                    done=work.done,
                    total=work.total,
                    beat=work.beat,
                    sentence=work.sentence,
                )
            )

        write(self._engine, replace, may_repeat=True)

    def find_work(self, round_id: str) -> Work | None:
        query = select(office_work).where(office_work.c.round == round_id)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return Work(row.round, row.kind, WorkState(row.state), row.done, row.total, row.beat, row.sentence)

    def forget_work(self, round_id: str) -> None:
        write(
            self._engine,
            lambda connection: connection.execute(office_work.delete().where(office_work.c.round == round_id)),
            may_repeat=True,
        )

"""domain.ports.staff.Recusals over SQL: who is kept out of which round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from survey.storage.database import read, write
from survey.storage.staff_tables import recusals


class SqlRecusals:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def names(self, round_id: str) -> tuple[str, ...]:
        query = select(recusals.c.name).where(recusals.c.round == round_id).order_by(recusals.c.name)
        return tuple(read(self._engine, lambda connection: connection.scalars(query).all()))

    def save(self, round_id: str, names: Sequence[str]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(recusals.delete().where(recusals.c.round == round_id))
            if names:
                connection.execute(recusals.insert(), [{"round": round_id, "name": name} for name in names])

        write(self._engine, work, may_repeat=True)

    def all_names(self) -> dict[str, tuple[str, ...]]:
        query = select(recusals.c.round, recusals.c.name).order_by(recusals.c.round, recusals.c.name)
        found: dict[str, list[str]] = defaultdict(list)
        for round_id, name in read(self._engine, lambda connection: connection.execute(query).all()):
            found[round_id].append(name)
        return {round_id: tuple(names) for round_id, names in found.items()}

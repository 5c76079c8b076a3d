"""domain.ports.staff.Tries over SQL: a lock holds in every process of the server, and outlives a restart."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, func, select, text

from survey.storage.database import is_sqlite, read, write
from survey.storage.staff_tables import login_tries

REMEMBERED = 10_000  # keys; more than any office has names, and bounded however many an attacker invents


class SqlTries:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count_try(self, key: str, now: int, until: int, most: int) -> bool:
        columns, here = login_tries.c, login_tries.c.key == key

        def work(connection: Connection) -> bool:
            if not is_sqlite(connection):
                # Tries sent at the same moment come one after another. SQLite has one writer anyway.
                connection.execute(text("LOCK TABLE login_tries IN EXCLUSIVE MODE"))
            # Also what would be remembered for longer than from now: a clock that was wrong locks nobody for hours.
            connection.execute(login_tries.delete().where((columns.until <= now) | (columns.until > until)))
            tries = connection.scalar(select(columns.tries).where(here))
            if tries is None:
                if (connection.scalar(select(func.count()).select_from(login_tries)) or 0) >= REMEMBERED:
                    oldest = select(columns.key).order_by(columns.until, columns.key).limit(1).scalar_subquery()
                    connection.execute(login_tries.delete().where(columns.key == oldest))
                connection.execute(login_tries.insert().values(key=key, tries=1, until=until))
                return True
            if tries >= most:
                return False  # and the lock is not made longer, or anyone could lock a name for ever
            connection.execute(login_tries.update().where(here).values(tries=tries + 1, until=until))
            return True

        return write(self._engine, work)

    def locked(self, keys: Iterable[str], most: int) -> dict[str, int]:
        columns, wanted = login_tries.c, set(keys)
        # The few that are locked are read whole: there may be more accounts than a list in a query can hold.
        query = select(columns.key, columns.until).where(columns.tries >= most)
        found = read(self._engine, lambda connection: connection.execute(query).all())
        return {row.key: row.until for row in found if row.key in wanted}

    def forget(self, key: str) -> None:
        here = login_tries.delete().where(login_tries.c.key == key)
        write(self._engine, lambda connection: connection.execute(here), may_repeat=True)

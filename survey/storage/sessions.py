"""domain.ports.staff.Sessions over SQL: who of the staff is signed in."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func

from survey.domain.ports.staff import Account, Session
from survey.storage.accounts import account_of, all_accounts
from survey.storage.database import read, write
from survey.storage.staff_tables import accounts, staff_sessions

_columns = staff_sessions.c


class SqlSessions:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, session: Session, idle_since: int) -> None:
        def work(connection: Connection) -> None:
            connection.execute(staff_sessions.delete().where(_columns.seen < idle_since))
            connection.execute(staff_sessions.insert().values(**vars(session)))

        write(self._engine, work)

    def find(self, key: str) -> tuple[Session, Account] | None:
        query = (
            all_accounts.add_columns(_columns.account, _columns.since, _columns.seen, _columns.browser)
            .join(staff_sessions, _columns.account == accounts.c.name)
            .where(_columns.key == key)
        )
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else (Session(key, row.account, row.since, row.seen, row.browser), account_of(row))

    def renew(self, key: str, seen: int) -> None:
        here = staff_sessions.update().where(_columns.key == key).values(seen=seen)
        write(self._engine, lambda connection: connection.execute(here), may_repeat=True)

    def end(self, key: str) -> None:
        here = staff_sessions.delete().where(_columns.key == key)
        write(self._engine, lambda connection: connection.execute(here), may_repeat=True)

    def end_others(self, account: str, key: str | None = None) -> int:
        here = staff_sessions.delete().where(_columns.account == account, _columns.key != (key or ""))
        return write(self._engine, lambda connection: connection.execute(here).rowcount)

    def list_sessions(self, account: str, idle_since: int) -> list[Session]:
        query = (
            staff_sessions.select()
            .where(_columns.account == account, _columns.seen >= idle_since)
            .order_by(_columns.seen.desc(), _columns.key)
        )
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Session(**row) for row in rows]

    def counts(self, idle_since: int) -> dict[str, int]:
        query = (
            staff_sessions.select()
            .with_only_columns(_columns.account, func.count())
            .where(_columns.seen >= idle_since)
            .group_by(_columns.account)
        )
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return {row[0]: row[1] for row in rows}

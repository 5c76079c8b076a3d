"""domain.ports.Accounts over SQL: staff accounts, one role each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from survey.domain.ports import Account
from survey.domain.staff import ROLES
from survey.errors import InvalidInput, NotFound
from survey.storage.database import read, write
from survey.storage.staff_tables import account_locks, accounts


class SqlAccounts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_account(self, name: str, role: str, password_hash: str) -> None:
        """Raises InvalidInput for a name that is taken or empty and for an unknown role."""
        if not name or role not in ROLES:
            raise InvalidInput(f"An account needs a name and one of the roles {', '.join(ROLES)}.")

        def work(connection: Connection) -> None:
            if connection.scalar(select(accounts.c.name).where(accounts.c.name == name)) is not None:
                raise InvalidInput(f"There already is an account {name}.")
            connection.execute(accounts.insert().values(name=name, role=role, password_hash=password_hash))

        write(self._engine, work)

    def find_account(self, name: str) -> Account | None:
        row = read(self._engine, lambda connection: connection.execute(_ALL.where(accounts.c.name == name)).first())
        return None if row is None else _account(row)

    def list_accounts(self) -> list[Account]:
        """By name."""
        rows = read(self._engine, lambda connection: connection.execute(_ALL.order_by(accounts.c.name)).all())
        return [_account(row) for row in rows]

    def change_password_hash(self, name: str, password_hash: str) -> None:
        def work(connection: Connection) -> None:
            here = accounts.update().where(accounts.c.name == name)
            if connection.execute(here.values(password_hash=password_hash)).rowcount != 1:
                raise NotFound(f"There is no account {name}.")

        write(self._engine, work)

    def lock_account(self, name: str, is_locked: bool) -> None:
        self._change(name, is_locked=int(is_locked))

    def set_second_factor(self, name: str, sealed: bytes | None, recovery: Sequence[str]) -> None:
        self._change(name, second_factor=sealed, recovery=" ".join(recovery))

    def use_step(self, name: str, step: int) -> bool:
        # In one statement: the same code sent twice at the same moment counts once.
        later = account_locks.update().where(account_locks.c.name == name, account_locks.c.last_step < step)
        return write(self._engine, lambda connection: connection.execute(later.values(last_step=step)).rowcount == 1)

    def use_recovery(self, name: str, digest: str) -> bool:
        def work(connection: Connection) -> bool:
            here = account_locks.c.name == name
            left = (connection.scalar(select(account_locks.c.recovery).where(here).with_for_update()) or "").split()
            if digest not in left:
                return False
            left.remove(digest)
            connection.execute(account_locks.update().where(here).values(recovery=" ".join(left)))
            return True

        return write(self._engine, work)

    def _change(self, name: str, **values: object) -> None:
        def work(connection: Connection) -> None:
            if connection.scalar(select(accounts.c.name).where(accounts.c.name == name)) is None:
                raise NotFound(f"There is no account {name}.")
            here = account_locks.update().where(account_locks.c.name == name).values(**values)
            if connection.execute(here).rowcount == 0:
                usual = {"name": name, "is_locked": 0, "last_step": 0, "recovery": ""}
                connection.execute(account_locks.insert().values(**usual | values))

        write(self._engine, work)


def _account(row: Any) -> Account:
    recovery = tuple((row.recovery or "").split())
    return Account(row.name, row.role, row.password_hash, bool(row.is_locked), row.second_factor, recovery)


_ALL = select(
    accounts.c.name,
    accounts.c.role,
    accounts.c.password_hash,
    account_locks.c.is_locked,
    account_locks.c.second_factor,
    account_locks.c.recovery,
).outerjoin_from(accounts, account_locks)

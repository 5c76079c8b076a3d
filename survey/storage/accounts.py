"""domain.ports.Accounts over SQL: staff accounts, one role each."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from survey.domain.ports import Account
from survey.domain.staff import ROLES
from survey.errors import InvalidInput
from survey.storage.database import read, write
from survey.storage.staff_tables import accounts


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
        return None if row is None else Account(*row)

    def list_accounts(self) -> list[Account]:
        """By name."""
        rows = read(self._engine, lambda connection: connection.execute(_ALL.order_by(accounts.c.name)).all())
        return [Account(*row) for row in rows]


_ALL = select(accounts.c.name, accounts.c.role, accounts.c.password_hash)

"""domain.ports.staff.Accounts over SQL: staff accounts, one role each.

Law: whatever changes how an account signs in ends its sessions in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from survey.domain.ports.staff import Account
from survey.domain.staff import ROLES
from survey.errors import InvalidInput, NotFound
from survey.storage.database import read, write
from survey.storage.staff_tables import account_locks, account_starts, accounts, passkeys, staff_sessions


class SqlAccounts:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_account(
        self, name: str, role: str, password_hash: str, *, must_choose: bool = False, start_ends: int | None = None
    ) -> None:
        """Raises InvalidInput for a name that is taken or empty and for an unknown role."""
        if not name or role not in ROLES:
            raise InvalidInput(f"An account needs a name and one of the roles {', '.join(ROLES)}.")

        def work(connection: Connection) -> None:
            if connection.scalar(select(accounts.c.name).where(accounts.c.name == name)) is not None:
                raise InvalidInput(f"There already is an account {name}.")
            connection.execute(accounts.insert().values(name=name, role=role, password_hash=password_hash))
            if must_choose:
                connection.execute(account_starts.insert().values(name=name, ends=start_ends))

        write(self._engine, work)

    def find_account(self, name: str) -> Account | None:
        query = all_accounts.where(accounts.c.name == name)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else account_of(row)

    def list_accounts(self) -> list[Account]:
        """By name."""
        query = all_accounts.order_by(accounts.c.name)
        return [account_of(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]

    def change_password_hash(self, name: str, password_hash: str) -> None:
        def work(connection: Connection) -> None:
            _set_password(connection, name, password_hash)

        write(self._engine, work)

    def start_again(self, name: str, password_hash: str, start_ends: int) -> None:
        def work(connection: Connection) -> None:
            _set_password(connection, name, password_hash)
            connection.execute(account_starts.insert().values(name=name, ends=start_ends))
            connection.execute(passkeys.delete().where(passkeys.c.account == name))
            _change(connection, name, second_factor=None, recovery="")

        write(self._engine, work)

    def lock_account(self, name: str, is_locked: bool) -> None:
        write(self._engine, lambda connection: _change(connection, name, is_locked=int(is_locked)))

    def set_second_factor(self, name: str, sealed: bytes | None, recovery: Sequence[str]) -> None:
        codes = " ".join(recovery)
        write(self._engine, lambda connection: _change(connection, name, second_factor=sealed, recovery=codes))

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


def _set_password(connection: Connection, name: str, password_hash: str) -> None:
    here = accounts.update().where(accounts.c.name == name)
    if connection.execute(here.values(password_hash=password_hash)).rowcount != 1:
        raise NotFound(f"There is no account {name}.")
    connection.execute(account_starts.delete().where(account_starts.c.name == name))
    end_sessions(connection, name)


def _change(connection: Connection, name: str, **values: object) -> None:
    if connection.scalar(select(accounts.c.name).where(accounts.c.name == name)) is None:
        raise NotFound(f"There is no account {name}.")
    here = account_locks.update().where(account_locks.c.name == name).values(**values)
    if connection.execute(here).rowcount == 0:
        usual = {"name": name, "is_locked": 0, "last_step": 0, "recovery": ""}
        connection.execute(account_locks.insert().values(**usual | values))
    end_sessions(connection, name)


def end_sessions(connection: Connection, name: str) -> None:
    connection.execute(staff_sessions.delete().where(staff_sessions.c.account == name))


def account_of(row: Any) -> Account:
    """Of a row of all_accounts."""
    return Account(
        row.name,
        row.role,
        row.password_hash,
        bool(row.is_locked),
        row.second_factor,
        tuple((row.recovery or "").split()),
        row.passkeys,
        row.starting is not None,
        row.ends,
    )


all_accounts = (
    select(
        accounts.c.name,
        accounts.c.role,
        accounts.c.password_hash,
        account_locks.c.is_locked,
        account_locks.c.second_factor,
        account_locks.c.recovery,
        select(func.count()).where(passkeys.c.account == accounts.c.name).scalar_subquery().label("passkeys"),
        account_starts.c.name.label("starting"),
        account_starts.c.ends,
    )
    .select_from(accounts)
    .outerjoin(account_locks)
    .outerjoin(account_starts, account_starts.c.name == accounts.c.name)
)

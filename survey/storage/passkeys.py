"""domain.ports.staff.Passkeys over SQL. Adding or removing one ends every session of its account."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from survey.domain.ports.staff import Passkey
from survey.errors import InvalidInput
from survey.storage.accounts import end_sessions
from survey.storage.database import read, write
from survey.storage.staff_tables import passkeys


class SqlPasskeys:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, passkey: Passkey) -> None:
        def work(connection: Connection) -> None:
            if connection.scalar(select(passkeys.c.id).where(passkeys.c.id == passkey.id)) is not None:
                raise InvalidInput("This passkey is registered already.")
            connection.execute(passkeys.insert().values(**vars(passkey)))
            end_sessions(connection, passkey.account)

        write(self._engine, work)

    def find(self, passkey_id: bytes) -> Passkey | None:
        query = passkeys.select().where(passkeys.c.id == passkey_id)
        row = read(self._engine, lambda connection: connection.execute(query).mappings().first())
        return None if row is None else Passkey(**row)

    def list_passkeys(self, account: str) -> list[Passkey]:
        query = passkeys.select().where(passkeys.c.account == account).order_by(passkeys.c.name, passkeys.c.id)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Passkey(**row) for row in rows]

    def use(self, passkey_id: bytes, sign_count: int, used: int) -> bool:
        # In one statement: the same answer sent twice at the same moment counts once.
        later = passkeys.update().where(passkeys.c.id == passkey_id, passkeys.c.used < used)
        values = {"sign_count": sign_count, "used": used}
        return write(self._engine, lambda connection: connection.execute(later.values(**values)).rowcount == 1)

    def remove(self, account: str, passkey_id: bytes) -> bool:
        def work(connection: Connection) -> bool:
            here = passkeys.delete().where(passkeys.c.id == passkey_id, passkeys.c.account == account)
            if connection.execute(here).rowcount == 0:
                return False
            end_sessions(connection, account)
            return True

        return write(self._engine, work)

"""One file that brings an installation back: a tar of the instance's files and of a copy of the store.

The copy is a SQLite file for both databases, written in key order: a dump in the order of the rows' places would hand
the order of arrival to whoever holds a backup made while a round was open. It is one consistent state, taken while
the server goes on serving.

Law: a backup holds the server's secrets locked, and never the key to them (server_key.py) or a custodian's share. It is
written 0600.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, Engine, Table, func, select

from survey.errors import InvalidInput, SettingsError, StoreUnavailable, WrongState
from survey.storage import (
    ballot_tables,
    notice_board_tables,
    questionnaire_tables,
    registry_tables,
    report_tables,
    staff_tables,
)
from survey.storage.database import is_sqlite, make_partition, open_database
from survey.storage.schema import check_schema, migrate

STORE = "store.db"  # the copy's name in the tar
ROWS = 200  # copied at once

TABLES = [
    table
    for module in (
        registry_tables,
        ballot_tables,
        staff_tables,
        notice_board_tables,
        report_tables,
        questionnaire_tables,
    )
    for table in module.metadata.sorted_tables  # parents first
]


def backup(engine: Engine, instance: Path, file: Path) -> None:
    """Write instance's files and the store to `file`, whole or not at all.

    Raises StoreUnavailable when it could not be read or written, WrongState when `file` exists.
    """
    if file.exists():
        raise WrongState(f"{file} exists; a backup never replaces another.")
    check_schema(engine)
    aside = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
            copy = Path(folder) / STORE
            _copy_store(engine, copy)
            _pack(copy, instance, aside)
        aside.rename(file)
    except OSError as error:
        raise StoreUnavailable(f"The backup could not be written: {error.strerror}.") from None
    finally:
        aside.unlink(missing_ok=True)


def restore(file: Path, instance: Path, database_url: Callable[[Path], str]) -> None:
    """Bring back a backup into a new instance folder; database_url(instance) says where its store shall be.

    The store there must be new or empty. Raises InvalidInput when the file is no backup, WrongState when something
    is in the way (nothing is overwritten), SettingsError when the backup's schema is newer than this program.
    """
    if (instance / "settings.json").exists():
        raise WrongState(f"{instance} already is an instance; restore into a new folder.")
    with tempfile.TemporaryDirectory(prefix="survey-restore-") as folder:
        unpacked = Path(folder) / "instance"
        _unpack(file, unpacked)
        copy = Path(folder) / STORE
        (unpacked / STORE).rename(copy)
        shutil.copytree(unpacked, instance, dirs_exist_ok=True)
        instance.chmod(0o700)
        source, target = open_database(f"sqlite:///{copy}"), open_database(database_url(instance))
        try:
            migrate(source)  # a backup of an older version is brought up first
            migrate(target)
            _copy_rows(source, target)
        finally:
            source.dispose()
            target.dispose()


def _copy_store(engine: Engine, copy: Path) -> None:
    if is_sqlite(engine):
        connection = engine.raw_connection()
        try:
            # Reads one consistent state without holding up writers, and writes every table in key order.
            connection.cursor().execute("VACUUM INTO ?", (str(copy),))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The store could not be copied ({error.sqlite_errorname}).") from None
        finally:
            connection.close()
        copy.chmod(0o600)
        return
    target = open_database(f"sqlite:///{copy}")
    migrate(target)
    _copy_rows(engine, target)
    target.dispose()


def _copy_rows(source: Engine, target: Engine) -> None:
    """All rows, in key order, as they were at one moment."""
    snapshot = {} if is_sqlite(source) else {"isolation_level": "REPEATABLE READ"}
    with (
        source.connect().execution_options(**snapshot) as reading,
        target.connect().execution_options(survey_writes=True) as writing,
        reading.begin(),
        writing.begin(),
    ):
        if not is_sqlite(reading):
            # Before the snapshot, which the first question below takes: rows rewritten in between (partitions.py)
            # would be invisible to it, and a whole box would be missing from the backup.
            reading.exec_driver_sql(f"LOCK TABLE {', '.join(table.name for table in TABLES)} IN ACCESS SHARE MODE")
        for table in TABLES:
            if writing.scalar(select(func.count()).select_from(table)):
                raise WrongState(f"The store to restore into is not empty (table {table.name}).")
        for table in TABLES:
            for key in table.c.evaluation.foreign_keys if "evaluation" in table.c else ():
                for evaluation_id in reading.scalars(select(key.column)).all():
                    make_partition(writing, table, evaluation_id)
            _copy_table(reading, writing, table)


def _copy_table(reading: Connection, writing: Connection, table: Table) -> None:
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS)
    for rows in reading.execute(query).mappings().partitions():
        writing.execute(table.insert(), [dict(row) for row in rows])


def _pack(copy: Path, instance: Path, file: Path) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w") as tar:
            tar.add(copy, STORE, filter=_nameless)
            for path in sorted(instance.rglob("*")):
                if path.is_file() and _belongs(path.relative_to(instance)):
                    tar.add(path, str(path.relative_to(instance)), filter=_nameless)
        stream.flush()
        os.fsync(stream.fileno())


def _belongs(path: Path) -> bool:
    """Settings and secrets: the copy stands for the database file, and other things are not ours to carry."""
    return path.parts[0] == "keys" or (len(path.parts) == 1 and path.suffix in (".json", ".secret"))


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """No owner, no time: a file's time tells when somebody worked."""
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(file: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    try:
        with tarfile.open(file, mode="r:") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if not member.isreg() or path.is_absolute() or ".." in path.parts or len(path.parts) > 2:
                    raise InvalidInput(f"{file} is no backup of this program: it holds {member.name}.")
                target = folder / path
                target.parent.mkdir(mode=0o700, exist_ok=True)
                content = tar.extractfile(member)
                with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                    shutil.copyfileobj(content, stream)  # type: ignore[arg-type]  # a regular member has content
    except FileNotFoundError:
        raise SettingsError(f"There is no file {file}.") from None
    except (tarfile.TarError, FileExistsError) as error:
        raise InvalidInput(f"{file} is no backup of this program: {error}.") from None
    if not (folder / STORE).exists():
        raise InvalidInput(f"{file} is no backup of this program: it holds no {STORE}.")

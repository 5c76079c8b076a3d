"""What a copy of the instance folder gives: the embedded database with its journal, other files, their times."""

from __future__ import annotations

import sqlite3
import subprocess
import tarfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.attack.journal_index import tells_an_order
from tests.attack.raw import Haystack, by_offset
from tests.attack.scene import Person, Scene
from tests.attack.scoring import Evidence, Places

PAGE = 4096
DATABASE = ("survey.db", "survey.db-wal", "survey.db-shm")


def take_image(scene: Scene, name: str) -> Path:
    """The whole instance folder and the server's output, with times, while everything goes on.

    By another process: opening and closing the database's file in this one would drop this one's locks on it.
    """
    image = scene.folder / "images" / name
    image.mkdir(parents=True)
    for folder in (scene.instance, scene.logs):
        subprocess.run(["cp", "-a", folder, image], check=True)
    return image


def take_backup(scene: Scene, name: str) -> Path:
    """What `survey backup` writes, unpacked."""
    from survey.storage.backups import backup
    from survey.storage.database import open_database

    folder = scene.folder / "images" / name
    folder.mkdir(parents=True)
    engine = open_database(scene.settings.database_url)
    backup(engine, scene.instance, folder / "backup.tar")
    engine.dispose()
    with tarfile.open(folder / "backup.tar") as tar:
        tar.extractall(folder, filter="data")
    return folder


def evidence_in_database(people: Sequence[Person], database: Path) -> list[Evidence]:
    """Main file and journal as raw bytes first, for opening the copy would already change it."""
    codes, ballots = [person.code for person in people], [person.ballot for person in people]
    found = by_offset("main file", Haystack([database]), codes, ballots, is_common=False, page=PAGE)
    journal = database.with_name(database.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        found += by_offset("journal", Haystack([journal]), codes, ballots, is_common=True)
    with closing(sqlite3.connect(database)) as connection:
        mine = connection.execute("SELECT code_mac FROM invitations").fetchall()
        keys = connection.execute("SELECT token_digest FROM ballots").fetchall()
    found.append(Evidence("rows as they come", _rank(codes, "code", mine), _rank(ballots, "key", keys)))
    return found


def telling_index(people: Sequence[Person], database: Path) -> list[str]:
    """Whether the journal's index knows in which order the pages were written on which these people's rows lie."""
    index = database.with_name(database.name + "-shm")
    if not index.exists():
        return []
    found = Haystack([database]).find(
        mark for person in people for mark in (*person.code.values(), *person.ballot.values())
    )
    pages = {offset // PAGE + 1 for spots in found.values() for _, offset in spots}
    return ["journal's index: the order in which pages of people were written"] if tells_an_order(index, pages) else []


def words_in_files(people: Sequence[Person], files: Sequence[Path]) -> list[str]:
    """Which words of people, or marks of their rows, stand in files where none may be."""
    contents = {file: file.read_bytes() for file in files}
    wanted = [
        (what, form)
        for person in people
        for what, form in (
            *((what, word.encode()) for what, word in person.words.items()),
            *((what, mark) for what, mark in (*person.code.items(), *person.ballot.items())),
            *((what, mark.hex().encode()) for what, mark in (*person.code.items(), *person.ballot.items())),
        )
    ]
    return sorted({f"{file.name}: {what}" for what, form in wanted for file, held in contents.items() if form in held})


def other_files(image: Path) -> list[Path]:
    """Everything but the database: settings, keys, locks, output."""
    return sorted(file for file in image.rglob("*") if file.is_file() and file.name not in DATABASE)


def evidence_in_other_files(people: Sequence[Person], image: Path) -> list[Evidence]:
    """Their bytes, read one after another: a log would show order here."""
    codes = [{**person.code, **_as_bytes(person)} for person in people]
    ballots = [{**person.ballot, **_as_bytes(person)} for person in people]
    return by_offset("keys, settings, logs", Haystack(other_files(image)), codes, ballots, is_common=True)[:1]


def _as_bytes(person: Person) -> dict[str, bytes]:
    return {"code": person.words["code"].encode(), "key": person.words["receipt"].encode()}


def telling_times(people: Sequence[Person], image: Path) -> list[str]:
    """The files whose time of change or access lies between first and last arrival, more finely than the hour."""
    first, last = min(person.used_at for person in people), max(person.cast_at for person in people)
    return [
        f"{file.name}: its time is that of an arrival"
        for file in sorted((image / "instance").rglob("*"))
        if file.is_file()
        and any(
            first <= time / 1e9 <= last and time % (3600 * 10**9)
            for time in (file.stat().st_mtime_ns, file.stat().st_atime_ns)
        )
    ]


def _rank(marks: Sequence[dict[str, bytes]], kind: str, rows: Sequence[tuple[bytes]]) -> Places:
    places = {bytes(row[0]): rank for rank, row in enumerate(rows)}
    return {person: (0, places[mark[kind]]) for person, mark in enumerate(marks) if mark[kind] in places}

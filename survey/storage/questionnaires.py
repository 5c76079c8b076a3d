"""domain.forms.library.Library over SQL.

Law: a draft is replaced only by whoever read its last revision, compared and set in one statement; what is ready is
never written again.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from survey.domain.forms.library import Content, Document, Entry, IsKnown, Overtaken, Version
from survey.errors import NotFound
from survey.storage.database import read, write
from survey.storage.questionnaire_tables import questionnaire_versions, questionnaires

_VERSIONS = select(*(column for column in questionnaire_versions.c if column.name not in ("document", "before")))


class SqlLibrary:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self) -> list[Entry]:
        return self._entries(select(questionnaires), _VERSIONS)

    def find_entry(self, entry_id: str) -> Entry | None:
        found = self._entries(
            select(questionnaires).where(questionnaires.c.id == entry_id),
            _VERSIONS.where(questionnaire_versions.c.questionnaire == entry_id),
        )
        return found[0] if found else None

    def _entries(self, of_entries: Any, of_versions: Any) -> list[Entry]:
        """Two queries, whatever the number of entries."""
        in_order = of_versions.order_by(questionnaire_versions.c.number)
        rows, versions = read(
            self._engine,
            lambda connection: (connection.execute(of_entries).all(), connection.execute(in_order).all()),
        )
        return [
            Entry(
                row.id,
                row.form_id,
                row.name,
                bool(row.is_archived),
                tuple(
                    Version(one.number, one.label, bool(one.is_ready), one.revision)
                    for one in versions
                    if one.questionnaire == row.id
                ),
            )
            for row in rows
        ]

    def find_content(self, entry_id: str, number: int) -> Content | None:
        query = select(questionnaire_versions).where(_here(entry_id, number))
        row = read(self._engine, lambda connection: connection.execute(query).first())
        if row is None:
            return None
        before = None if row.before is None else json.loads(row.before)
        return Content(json.loads(row.document), row.revision, bool(row.is_ready), before)

    def add_entry(self, entry: Entry, document: Document) -> None:
        def work(connection: Connection) -> None:
            taken = select(questionnaires.c.id).where(questionnaires.c.form_id == entry.form_id)
            if connection.scalar(taken) is not None:
                raise IsKnown(f"The library has a form {entry.form_id} already.")
            connection.execute(
                questionnaires.insert().values(
                    id=entry.id, form_id=entry.form_id, name=entry.name, is_archived=int(entry.is_archived)
                )
            )
            for version in entry.versions:
                connection.execute(questionnaire_versions.insert().values(**_row(entry.id, version, document)))

        write(self._engine, work)

    def add_version(self, entry_id: str, label: str, document: Document) -> int:
        def work(connection: Connection) -> int:
            # The entry's row is locked, so that two people at once get two numbers.
            here = select(questionnaires.c.id).where(questionnaires.c.id == entry_id).with_for_update()
            if connection.scalar(here) is None:
                raise NotFound(f"There is no questionnaire {entry_id}.")
            last = select(func.max(questionnaire_versions.c.number)).where(
                questionnaire_versions.c.questionnaire == entry_id
            )
            number = 1 + (connection.scalar(last) or 0)
            version = Version(number, label, is_ready=False)
            connection.execute(questionnaire_versions.insert().values(**_row(entry_id, version, document)))
            return number

        return write(self._engine, work)

    def save_draft(self, entry_id: str, number: int, content: Content, label: str) -> None:
        values = {
            "label": label,
            "revision": content.revision + 1,
            "document": _dump(content.document),
            "before": None if content.before is None else _dump(content.before),
        }
        write(self._engine, lambda connection: _change_draft(connection, entry_id, number, content.revision, values))

    def take_in(self, entry_id: str, number: int, revision: int) -> None:
        def work(connection: Connection) -> None:
            table = questionnaire_versions
            label = connection.scalar(select(table.c.label).where(_here(entry_id, number)))
            same = (table.c.questionnaire == entry_id) & (table.c.label == label) & (table.c.is_ready == 1)
            if connection.scalar(select(table.c.number).where(same)) is not None:
                raise Overtaken(f"Another version {label} of this questionnaire is ready.")
            _change_draft(connection, entry_id, number, revision, {"is_ready": 1, "before": None})

        write(self._engine, work)

    def delete_draft(self, entry_id: str, number: int) -> None:
        def work(connection: Connection) -> None:
            table = questionnaire_versions
            here = _here(entry_id, number) & (table.c.is_ready == 0)
            if connection.execute(table.delete().where(here)).rowcount != 1:
                raise Overtaken(f"Version {number} of the questionnaire {entry_id} is no draft.")
            left = select(table.c.number).where(table.c.questionnaire == entry_id)
            if connection.scalar(left) is None:
                connection.execute(questionnaires.delete().where(questionnaires.c.id == entry_id))

        write(self._engine, work)

    def rename(self, entry_id: str, name: str) -> None:
        self._change_entry(entry_id, name=name)

    def archive(self, entry_id: str, is_archived: bool) -> None:
        self._change_entry(entry_id, is_archived=int(is_archived))

    def _change_entry(self, entry_id: str, **values: object) -> None:
        change = questionnaires.update().where(questionnaires.c.id == entry_id).values(**values)

        def work(connection: Connection) -> None:
            if connection.execute(change).rowcount != 1:
                raise NotFound(f"There is no questionnaire {entry_id}.")

        write(self._engine, work, may_repeat=True)


def _change_draft(connection: Connection, entry_id: str, number: int, revision: int, values: dict[str, Any]) -> None:
    table = questionnaire_versions
    here = _here(entry_id, number) & (table.c.revision == revision) & (table.c.is_ready == 0)
    if connection.execute(table.update().where(here).values(**values)).rowcount != 1:
        raise Overtaken(f"Version {number} of the questionnaire {entry_id} was changed meanwhile.")


def _here(entry_id: str, number: int) -> Any:
    table = questionnaire_versions
    return (table.c.questionnaire == entry_id) & (table.c.number == number)


def _row(entry_id: str, version: Version, document: Document) -> dict[str, Any]:
    return {
        "questionnaire": entry_id,
        "number": version.number,
        "label": version.label,
        "is_ready": int(version.is_ready),
        "revision": version.revision,
        "document": _dump(document),
    }


def _dump(document: Document) -> str:
    return json.dumps(document, ensure_ascii=False)

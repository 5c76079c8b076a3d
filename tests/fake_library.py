"""The library of questionnaires as a dictionary; see survey.domain.forms.library.Library."""

from __future__ import annotations

import copy
from dataclasses import replace

from survey.domain.forms.library import Content, Document, Entry, IsKnown, Overtaken, Version


class MemoryLibrary:
    def __init__(self) -> None:
        self.kept: dict[str, Entry] = {}
        self.contents: dict[tuple[str, int], Content] = {}

    def entries(self) -> list[Entry]:
        return list(self.kept.values())

    def find_entry(self, entry_id: str) -> Entry | None:
        return self.kept.get(entry_id)

    def find_content(self, entry_id: str, number: int) -> Content | None:
        return copy.deepcopy(self.contents.get((entry_id, number)))

    def add_entry(self, entry: Entry, document: Document) -> None:
        if any(entry.form_id == kept.form_id for kept in self.kept.values()):
            raise IsKnown(f"The library has a form {entry.form_id} already.")
        self.kept[entry.id] = replace(entry, versions=())
        for version in entry.versions:
            self._put(entry.id, version, Content(document, version.revision, version.is_ready))

    def add_version(self, entry_id: str, label: str, document: Document) -> int:
        number = 1 + max(version.number for version in self.kept[entry_id].versions)
        self._put(entry_id, Version(number, label, is_ready=False), Content(document, 1, is_ready=False))
        return number

    def save_draft(self, entry_id: str, number: int, content: Content, label: str) -> None:
        version = self._draft(entry_id, number, content.revision)
        version = replace(version, label=label, revision=content.revision + 1)
        self._put(entry_id, version, replace(content, revision=version.revision, is_ready=False))

    def take_in(self, entry_id: str, number: int, revision: int) -> None:
        version = self._draft(entry_id, number, revision)
        if any(one.label == version.label for one in self.kept[entry_id].ready):
            raise Overtaken(f"Another version {version.label} of this questionnaire is ready.")
        content = replace(self.contents[entry_id, number], is_ready=True, before=None)
        self._put(entry_id, replace(version, is_ready=True), content)

    def delete_draft(self, entry_id: str, number: int) -> None:
        version = self._draft(entry_id, number, None)
        del self.contents[entry_id, number]
        left = tuple(one for one in self.kept[entry_id].versions if one != version)
        self.kept[entry_id] = replace(self.kept[entry_id], versions=left)
        if not left:
            del self.kept[entry_id]

    def rename(self, entry_id: str, name: str) -> None:
        self.kept[entry_id] = replace(self.kept[entry_id], name=name)

    def archive(self, entry_id: str, is_archived: bool) -> None:
        self.kept[entry_id] = replace(self.kept[entry_id], is_archived=is_archived)

    def _draft(self, entry_id: str, number: int, revision: int | None) -> Version:
        entry = self.kept.get(entry_id)
        for version in entry.versions if entry else ():
            if version.number == number and not version.is_ready and revision in (None, version.revision):
                return version
        raise Overtaken(f"Version {number} of the questionnaire {entry_id} was changed meanwhile.")

    def _put(self, entry_id: str, version: Version, content: Content) -> None:
        entry = self.kept[entry_id]
        others = tuple(one for one in entry.versions if one.number != version.number)
        versions = tuple(sorted((*others, version), key=lambda one: one.number))
        self.kept[entry_id] = replace(entry, versions=versions)
        self.contents[entry_id, version.number] = copy.deepcopy(content)

"""The library of questionnaires: each has versions; a version is a draft that can be changed, or ready for use.

Law: what is ready never changes again, so whatever a round took from here stays what it was; changing it makes the
next version. (id, version) of a form means one document in the whole installation: trends join rounds by it. Rounds
keep their own copy of the document, so nothing that happens here reaches a round.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from survey.domain.forms.canonical_form import canonical
from survey.domain.identifiers import make_id
from survey.domain.ports import Randomness
from survey.domain.questionnaire import default_questionnaire, faults_of_questionnaire
from survey.domain.reading import BadPlace, Rule
from survey.domain.rounds import Round
from survey.errors import NotFound, WrongState

MAX_NAME = 60  # characters of an entry's name
FIRST = "1.0.0"

Document = dict[str, Any]


class Overtaken(WrongState):
    """Somebody else saved, or took into use, what was to be changed."""

    kind = "overtaken"


class IsKnown(WrongState):
    """A form of this id and version is in the library already."""

    kind = "is-known"


@dataclass(frozen=True)
class Version:
    """number: 1, 2, 3 in its entry; label: the document's own version; revision: counts the savings of a draft."""

    number: int
    label: str
    is_ready: bool
    revision: int = 1


@dataclass(frozen=True)
class Entry:
    """One questionnaire. form_id: the id that all its documents carry; name: how the office calls it."""

    id: str
    form_id: str
    name: str
    is_archived: bool
    versions: tuple[Version, ...]

    def version(self, number: int) -> Version:
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound(f"There is no version {number} of the questionnaire {self.id}.")

    @property
    def ready(self) -> tuple[Version, ...]:
        """What a round may take, the newest first."""
        return tuple(version for version in reversed(self.versions) if version.is_ready)


@dataclass(frozen=True)
class Content:
    """before: what the draft was before it was last saved, for the one step back."""

    document: Document = field(repr=False)
    revision: int
    is_ready: bool
    before: Document | None = field(default=None, repr=False)


class Library(Protocol):
    """Where questionnaires are kept. Each call is one transaction."""

    def entries(self) -> list[Entry]: ...

    def find_entry(self, entry_id: str) -> Entry | None: ...

    def find_content(self, entry_id: str, number: int) -> Content | None: ...

    def add_entry(self, entry: Entry, document: Document) -> None:
        """With its one version; raises IsKnown where the form_id is taken."""

    def add_version(self, entry_id: str, label: str, document: Document) -> int:
        """A draft with the next number."""

    def save_draft(self, entry_id: str, number: int, content: Content, label: str) -> None:
        """content.revision is the one that was read; raises Overtaken where it is not the last, or no draft."""

    def take_in(self, entry_id: str, number: int, revision: int) -> None:
        """From a draft to ready; raises Overtaken, also where another version with its label is ready."""

    def delete_draft(self, entry_id: str, number: int) -> None:
        """Its entry too where it has no other version; raises Overtaken where it is no draft (any more)."""

    def rename(self, entry_id: str, name: str) -> None: ...

    def archive(self, entry_id: str, is_archived: bool) -> None: ...


# --- What is there ---------------------------------------------------------------------------------------------------


def shelf(store: Library, randomness: Randomness) -> list[Entry]:
    """All entries, those in use first. The built-in default is put there when it is missing: a new installation."""
    default = default_questionnaire()
    entries = store.entries()
    if all(entry.form_id != default.id for entry in entries):
        version = Version(1, default.version, is_ready=True)
        entry = Entry(make_id(randomness), default.id, default.title_zh[:MAX_NAME], False, (version,))
        with suppress(IsKnown):  # another process was quicker
            store.add_entry(entry, default.document)
        entries = store.entries()
    return sorted(entries, key=lambda entry: (entry.is_archived, entry.name, entry.id))


def get_entry(store: Library, entry_id: str) -> Entry:
    entry = store.find_entry(entry_id)
    if entry is None:
        raise NotFound(f"There is no questionnaire {entry_id}.")
    return entry


def get_content(store: Library, entry_id: str, number: int) -> Content:
    content = store.find_content(entry_id, number)
    if content is None:
        raise NotFound(f"There is no version {number} of the questionnaire {entry_id}.")
    return content


def rounds_with(rounds: Iterable[Round], form_id: str, label: str) -> list[Round]:
    return [round_ for round_ in rounds if (round_.questionnaire.id, round_.questionnaire.version) == (form_id, label)]


# --- What changes ----------------------------------------------------------------------------------------------------


def faults_before_use(
    entry: Entry, number: int, document: Mapping[str, Any], rounds: Sequence[Round]
) -> list[BadPlace]:
    """Everything that keeps a draft from being used."""
    faults = faults_of_questionnaire(document)
    label = str(document.get("version", ""))
    taken = any(version.label == label for version in entry.ready if version.number != number)
    others = rounds_with(rounds, entry.form_id, label)
    if taken or any(round_.questionnaire.document != document for round_ in others):
        expected = "a version that no other form of this questionnaire has"
        faults.insert(0, BadPlace("questionnaire.version", f'is "{label}"', expected, Rule.VERSION, label, {}))
    return faults


def start_version(store: Library, entry: Entry, document: Document) -> int:
    """A draft like this document, as the next version of the entry; its number."""
    label = next_label([version.label for version in entry.versions])
    return store.add_version(entry.id, label, {**copy.deepcopy(document), "id": entry.form_id, "version": label})


def start_entry(store: Library, document: Document, name: str, randomness: Randomness, *, is_new: bool) -> Entry:
    """A questionnaire of its own with one draft. is_new: under a new id; else the document keeps its own."""
    document = copy.deepcopy(document)
    if is_new:
        document |= {"id": make_id(randomness), "version": FIRST}
    version = Version(1, document["version"], is_ready=False)
    entry = Entry(make_id(randomness), document["id"], name.strip()[:MAX_NAME], False, (version,))
    store.add_entry(entry, document)
    return entry


def bring_in(store: Library, document: Mapping[str, Any], randomness: Randomness) -> tuple[Entry, int]:
    """An imported form, as a draft: a version more of the entry with its id, or an entry of its own."""
    written = canonical(document)
    entry = next((entry for entry in store.entries() if entry.form_id == written["id"]), None)
    if entry is None:
        return start_entry(store, written, written["title"]["zh"], randomness, is_new=False), 1
    if any(version.label == written["version"] for version in entry.versions):
        raise IsKnown(f"The library has version {written['version']} of the form {written['id']} already.")
    return entry, store.add_version(entry.id, written["version"], written)


def next_label(labels: Sequence[str]) -> str:
    """The last label with its last number one higher, until nobody has it."""
    found = re.fullmatch(r"(.{0,10}?)(\d{1,9})", labels[-1]) if labels else None
    stem, number = (found[1], int(found[2])) if found else ("1.0.", -1)
    while (label := f"{stem}{number + 1}") in labels:
        number += 1
    return label

"""The library of questionnaires: what may change, and what never does again."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from survey.domain.drafts.spec import parse_spec
from survey.domain.forms.canonical_form import canonical
from survey.domain.forms.library import (
    IsKnown,
    bring_in,
    faults_before_use,
    get_content,
    get_entry,
    next_label,
    shelf,
    start_entry,
    start_version,
)
from survey.domain.questionnaire import default_questionnaire, faults_of_questionnaire
from survey.errors import NotFound
from tests.fake_library import MemoryLibrary
from tests.world import SPEC

DEFAULT = default_questionnaire().document


@pytest.fixture
def store() -> MemoryLibrary:
    return MemoryLibrary()


def draw() -> Any:
    return random.Random(3).randbytes


def test_the_built_in_default_is_on_the_shelf_once_and_ready(store: MemoryLibrary) -> None:
    (entry,) = shelf(store, draw())
    assert shelf(store, draw()) == [entry]
    assert [(version.label, version.is_ready) for version in entry.versions] == [("1.0.0", True)]
    assert get_content(store, entry.id, 1).document == DEFAULT


def test_the_default_is_written_in_the_one_way() -> None:
    assert canonical(DEFAULT) == DEFAULT
    assert list(canonical(DEFAULT)) == list(DEFAULT)


def test_what_may_be_left_out_is_written_out() -> None:
    short = copy.deepcopy(DEFAULT)
    for key in ("object_of_evaluation", "scoring", "validity", "disclosure_control"):
        del short[key]
    for scale in short["scales"].values():
        del scale["type"], scale["required"]
    short["dimensions"][0]["weight"] = 18.0
    short["title"]["zh"] = f" {short['title']['zh']}\r\n"
    written = canonical(short)
    assert written == DEFAULT
    assert isinstance(written["dimensions"][0]["weight"], int)


def test_a_new_version_is_a_draft_with_the_next_label(store: MemoryLibrary) -> None:
    (entry,) = shelf(store, draw())
    number = start_version(store, entry, DEFAULT)
    content = get_content(store, entry.id, number)
    assert (number, content.document["version"], content.is_ready) == (2, "1.0.1", False)
    assert faults_before_use(get_entry(store, entry.id), 2, content.document, []) == []


@pytest.mark.parametrize(
    ("labels", "label"),
    [
        (["1.0.0"], "1.0.1"),
        (["1.0.9"], "1.0.10"),
        (["1.0.1", "1.0.0"], "1.0.2"),
        (["2026"], "2027"),
        (["draft"], "1.0.0"),
        (["a label of 20 chars."], "1.0.0"),
        ([""], "1.0.0"),
        (["9" * 20], "1.0.0"),
    ],
)
def test_labels_count_up(labels: list[str], label: str) -> None:
    assert next_label(labels) == label
    assert len(label) <= 20


def test_a_label_means_one_form_in_the_library_and_in_every_round(store: MemoryLibrary) -> None:
    (entry,) = shelf(store, draw())
    start_version(store, entry, DEFAULT)
    entry = get_entry(store, entry.id)
    changed = {**copy.deepcopy(DEFAULT), "version": "1.0.0", "reminder_line": 70}
    (fault,) = faults_before_use(entry, 2, changed, [])
    assert fault.path == "questionnaire.version"
    foreign = {**changed, "version": "2.0"}
    round_ = parse_spec({**SPEC, "questionnaire": foreign}, "spec", draw())
    assert faults_before_use(entry, 2, foreign, [round_]) == []
    assert faults_before_use(entry, 2, {**foreign, "reminder_line": 60}, [round_])


def test_a_copy_has_an_id_of_its_own(store: MemoryLibrary) -> None:
    shelf(store, draw())
    entry = start_entry(store, DEFAULT, " 副本 ", random.Random(9).randbytes, is_new=True)
    assert entry.name == "副本"
    document = get_content(store, entry.id, 1).document
    assert document["id"] == entry.form_id != DEFAULT["id"]
    assert faults_of_questionnaire(document) == []


def test_an_import_becomes_a_version_of_the_form_with_its_id_or_an_entry(store: MemoryLibrary) -> None:
    (entry,) = shelf(store, draw())
    with pytest.raises(IsKnown, match=r"version 1\.0\.0"):
        bring_in(store, DEFAULT, draw())
    assert bring_in(store, {**DEFAULT, "version": "1.1"}, draw()) == (entry, 2)
    other, number = bring_in(store, {**DEFAULT, "id": "other"}, random.Random(4).randbytes)
    assert (other.form_id, number, other.versions[0].is_ready) == ("other", 1, False)


def test_what_is_not_there_is_not_found(store: MemoryLibrary) -> None:
    (entry,) = shelf(store, draw())
    for find in (lambda: get_entry(store, "x"), lambda: get_content(store, entry.id, 9), lambda: entry.version(9)):
        with pytest.raises(NotFound):
            find()

"""SECURITY.md: every entry names a test that exists, or says why there is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
TEXT = (TOP / "SECURITY.md").read_text("utf-8")
THIEVES = re.findall(r"^## (.*?)\n(.*?)(?=^## )", TEXT.partition("## Comparisons")[0] + "## ", re.MULTILINE | re.DOTALL)
ENTRIES = [(thief, entry) for thief, section in THIEVES for entry in re.split(r"^- (?=\*\*)", section, flags=re.M)[1:]]
NAMED = sorted(set(re.findall(r"`(tests/[^`]*)`", TEXT)))


def test_every_kind_of_thief_has_a_section_with_entries() -> None:
    words = ("disk", "backup", "running server", "Custodians", "office", "network", "outside", "log")
    assert [word for word in words if not any(word in thief for thief, _ in THIEVES)] == []
    assert len(ENTRIES) > 35


@pytest.mark.parametrize(("thief", "entry"), ENTRIES, ids=[entry[2:40] for _, entry in ENTRIES])
def test_every_entry_says_what_is_learnt_and_what_shows_it(thief: str, entry: str) -> None:
    assert "Learns: " in entry
    *_, shown = re.split(r"\n\s+(?=Shown: |Not shown: )", entry)
    assert shown.startswith("Not shown: ") or re.match(r"Shown: `tests/", shown)


@pytest.mark.parametrize("named", NAMED)
def test_a_test_that_is_named_exists(named: str) -> None:
    path, _, name = named.partition("::")
    assert (TOP / path).exists()
    if name:
        assert re.search(rf"^def {name}\(", (TOP / path).read_text("utf-8"), re.MULTILINE)


def test_no_entry_is_wider_than_a_page() -> None:
    assert [line for line in TEXT.splitlines() if len(line) > 140 and not line.startswith("|")] == []

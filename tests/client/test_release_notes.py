"""The digests in the release notes are those of the files that were built here."""

from __future__ import annotations

from survey import __version__
from survey.respondent.assets import script_digests
from tools.check_client import NOTES, differing, digests_here, read_notes, write_notes

NOTES_TEXT = NOTES.read_text("utf-8")
ONE = {"/assets/answer.js": "01" * 32, "/e/{id}": "02" * 32}
OTHER = {"/assets/answer.js": "03" * 32}


def test_the_release_notes_give_the_digests_of_what_was_built() -> None:
    # Where this fails after a change of a page on purpose: make release-notes.
    assert differing(read_notes(NOTES_TEXT, __version__), digests_here()) == []


def test_the_manifest_names_the_same_digest() -> None:
    assert script_digests().items() <= read_notes(NOTES_TEXT, __version__).items()


def test_what_is_written_is_read_and_other_versions_stay() -> None:
    text = write_notes(write_notes("# Releases\n\nWords.\n", "1.0", ONE), "1.1", OTHER)
    assert (read_notes(text, "1.0"), read_notes(text, "1.1"), read_notes(text, "1")) == (ONE, OTHER, {})
    again = write_notes(text, "1.0", OTHER)
    assert (read_notes(again, "1.0"), read_notes(again, "1.1")) == (OTHER, OTHER)
    assert again.startswith("# Releases\n\nWords.\n\n## ")
    assert write_notes(again, "1.0", OTHER) == again


def test_a_file_more_or_fewer_is_a_difference() -> None:
    assert differing(ONE, OTHER) == ["/assets/answer.js", "/e/{id}"]

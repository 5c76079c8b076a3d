"""`survey round paper`, archive and destroy, on a real store, to the very end of a round."""

from __future__ import annotations

import json

import pytest

from survey.domain.rounds import State
from survey.reports.round_papers import papers as round_papers
from tests.cli.conftest import Survey
from tests.cli.test_reports import counted


def paper(made: Survey, round_id: str, kind: str, *more: str, format_: str = "pdf", exit_code: int = 0) -> bytes:
    file = made.work / f"{kind}{''.join(more)}.{format_}"
    words = ["round", "paper", round_id, "--kind", kind, "--format", format_, "--out", file, *more]
    result = made(*words, exit_code=exit_code)
    return file.read_bytes() if exit_code == 0 else result.stderr.encode()


def test_kinds_are_those_of_the_reports() -> None:
    from survey.cli.papers import KINDS

    assert tuple(round_papers.KINDS) == KINDS


def test_notice_and_script_are_written_from_what_is_frozen(made: Survey) -> None:
    round_id = made.create()
    assert (
        "is draft; the paper notice is made from what is frozen"
        in paper(made, round_id, "notice", exit_code=1).decode()
    )
    made("round", "keys", round_id, "--all-here", made.work / "shares")
    made("round", "freeze", round_id)

    assert paper(made, round_id, "notice").startswith(b"%PDF")
    assert paper(made, round_id, "script", "--lang", "en", format_="docx").startswith(b"PK")
    assert "already exists" in paper(made, round_id, "notice", exit_code=1).decode()
    refused = paper(made, round_id, "opening", "--lang", "en", exit_code=1).decode()
    assert "is not written in en; expected zh" in refused
    assert {"paper-notice", "paper-script"} <= {entry.action for entry in made.services.audit.entries()}


def test_a_round_goes_to_its_very_end(made: Survey) -> None:
    round_id = counted(made)
    assert paper(made, round_id, "opening").startswith(b"%PDF")
    made("round", "approve", round_id)
    assert "is not released to its teams yet" in made("round", "archive", round_id, exit_code=1).stderr
    made("round", "release", round_id)
    made("round", "archive", round_id)

    refused = made("round", "destroy", round_id, typed="yes\n", exit_code=1).stderr
    assert "This cannot be undone" in refused
    assert "Nothing was destroyed" in refused
    assert made.services.registry.find_round(round_id).state is State.ARCHIVED
    before = made.services.settings.session_key.current()
    made("round", "destroy", round_id, "--confirm", "销毁")
    assert made.services.settings.session_key.current() != before

    services = made.services
    record = services.registry.find_destruction_record(round_id)
    assert record is not None
    assert json.loads(record)["round"] == round_id
    assert paper(made, round_id, "destruction", format_="docx").startswith(b"PK")
    assert services.registry.find_round(round_id).state is State.DESTROYED
    assert "destroy-round" in [entry.action for entry in services.audit.entries()]
    made("check")
    made("audit", "export", round_id, "--out", made.work / "audit.zip")
    made("audit", "verify", made.work / "audit.zip")


@pytest.mark.parametrize("command", ["archive", "destroy"])
def test_a_round_that_is_not_there_yet_is_refused(made: Survey, command: str) -> None:
    round_id = made.create()

    assert "is draft; this step needs it to be" in made("round", command, round_id, exit_code=1).stderr

"""`survey round report`, approve and release, on a real store: files, stages, and the same bytes as the office's."""

from __future__ import annotations

import json

from survey.domain.disclosure import disclose
from survey.domain.results.release import results
from survey.reports import papers
from survey.reports.places import fonts_folder
from tests.cli.conftest import Survey


def counted(made: Survey) -> str:
    """A round without ballots, counted: enough for every file, because what is withheld is printed too."""
    round_id = made.open()
    made("round", "close", round_id)
    made("round", "boxes", round_id, "--out", made.work / "boxes")
    for name in ("纪委", "组织部"):
        share = made.work / "shares" / f"{name}.share"
        made("custodian", "open", "--share", share, "--boxes", made.work / "boxes", "--out", made.work / name)
    made("round", "count", round_id, made.work / "纪委", made.work / "组织部")
    return round_id


def test_every_file_is_written_once_with_the_bytes_of_the_office(made: Survey) -> None:
    round_id = counted(made)
    services = made.services
    round_ = services.registry.find_round(round_id)
    assert round_ is not None
    shown = results(services.registry, services.reports, round_)
    team = shown["evaluations"][0]["id"]
    for part in papers.PARTS.values():
        for format_ in part.formats:
            file = made.work / f"{part.name}.{format_}"
            words = ["round", "report", round_id, "--format", format_, "--part", part.name, "--out", file]
            chosen = ["--team", team] if part.per_team else []
            made(*words, *chosen)
            expected = papers.make(shown, part.name, format_, fonts_folder(), team if part.per_team else None)
            assert file.read_bytes() == expected
            assert "already exists" in made(*words, *chosen, exit_code=1).stderr


def test_a_report_is_approved_then_released_and_keeps_its_number(made: Survey) -> None:
    round_id = counted(made)
    assert "needs it to be reported" in made("round", "release", round_id, exit_code=1).stderr
    made("round", "approve", round_id)
    assert "needs it to be opened" in made("round", "approve", round_id, exit_code=1).stderr
    before = made.json("round", "report", round_id, "--format", "json", "--out", "-")
    made("round", "release", round_id)
    after = made.json("round", "report", round_id, "--format", "json", "--out", "-")
    assert (before["stage"], after["stage"]) == ("approved", "released")
    assert before["record"] == after["record"]
    services = made.services
    record = services.registry.find_tally_record(round_id)
    assert record is not None
    assert all("texts" not in evaluation for evaluation in json.loads(record)["evaluations"])
    assert disclose(record)["record"] == after["record"]
    actions = [entry.action for entry in services.audit.entries()]
    assert {"approve-report", "release-report"} <= set(actions)


def test_a_score_is_entered_only_where_the_questionnaire_has_a_composite(made: Survey) -> None:
    round_id = counted(made)
    team = made.json("round", "report", round_id, "--format", "json", "--out", "-")["evaluations"][0]["id"]
    words = ["round", "enter", round_id, "--team", team]
    assert "no composite score" in made(*words, "--quality", "90", exit_code=1).stderr
    assert "is no number" in made(*words, "--quality", "much", exit_code=1).stderr
    unprintable = ("--quality", "90", "--deductions", "1", "--reason", "迟到😀")
    assert "U+1F600" in made(*words, *unprintable, exit_code=1).stderr

"""A rehearsal by command."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Survey


@pytest.mark.usefixtures("plain_slips")
def test_a_rehearsal_is_made_opened_and_cleared(made: Survey) -> None:
    draft = made.create()
    rehearsal = made.json("round", "rehearse", draft, "--json")["round"]
    assert "clear it first" in made("round", "rehearse", draft, exit_code=1).stderr
    made("round", "keys", draft, "--all-here", made.work / "shares")
    assert "still has a rehearsal" in made("round", "freeze", draft, exit_code=1).stderr
    made("round", "freeze", rehearsal)
    made("round", "codes", rehearsal, "--out", made.work / "slips")
    made("round", "open", rehearsal)
    made("round", "close", rehearsal)
    counted = made.json("round", "count", rehearsal, "--json")
    assert (counted["counted"], counted["void"]) == (0, 0)
    made("round", "report", rehearsal, "--format", "json", "--out", made.work / "report.json")
    assert json.loads((made.work / "report.json").read_text("utf-8"))["name"] == "【演练】2026年第一轮巡察"
    assert "no rehearsal" in made("round", "clear", draft, exit_code=1).stderr
    made("round", "clear", rehearsal)
    assert [one["round"] for one in made.json("round", "list", "--json")] == [draft]
    made("check")
    made("round", "freeze", draft)

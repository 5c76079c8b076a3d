"""`survey questionnaire`: out of the library into a file and back; a file is checked without an instance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey.cli import main


@pytest.fixture
def run(tmp_path: Path):
    def run_(*words: object) -> Result:
        return CliRunner().invoke(main, ["--instance", str(tmp_path / "instance"), *map(str, words)])

    (tmp_path / "secret").write_text("correct horse battery")
    made = run_("init", "--public-url", "http://localhost", "--admin-password-file", tmp_path / "secret")
    assert made.exit_code == 0, made.output
    return run_


def test_a_form_goes_out_is_changed_and_comes_back_as_a_draft(run, tmp_path: Path) -> None:
    listed = json.loads(run("questionnaire", "list", "--json").output)
    (entry,) = listed
    assert entry["versions"] == [{"version": "1.0.0", "ready": True}]
    for suffix in ("yaml", "xlsx"):
        out = tmp_path / f"form.{suffix}"
        assert run("questionnaire", "export", entry["form"], "1.0.0", "--out", out).exit_code == 0
        assert run("questionnaire", "export", entry["form"], "1.0.0", "--out", out).exit_code == 1
        assert "nothing is wrong" in run("questionnaire", "check", out).output
        known = run("questionnaire", "import", out)
        assert (known.exit_code, "has version 1.0.0" in known.output) == (1, True)
    text = (tmp_path / "form.yaml").read_text("utf-8").replace("version: 1.0.0", "version: 1.1.0")
    (tmp_path / "next.yaml").write_text(text, "utf-8")
    assert "as a draft" in run("questionnaire", "import", tmp_path / "next.yaml").output
    assert "1.1.0  draft" in run("questionnaire", "list").output


def test_every_wrong_place_stands_in_a_line_and_nothing_is_taken(run, tmp_path: Path) -> None:
    out = tmp_path / "form.yaml"
    run("questionnaire", "export", "default-xuncha-conduct", "1.0.0", "--out", out)
    text = out.read_text("utf-8").replace("weight: 18", "weight: 17").replace("code: D1-2", "code: D1-1")
    out.write_text(text, "utf-8")
    for command in ("check", "import"):
        refused = run("questionnaire", command, out)
        assert refused.exit_code == 1
        assert "dimensions have weights that sum to 97; expected 100." in refused.output
        assert 'items[1].code is "D1-1"' in refused.output
    out.write_text("a: [", "utf-8")
    assert "line 1" in run("questionnaire", "check", out).output
    (tmp_path / "form.xlsx").write_bytes(b"PK")
    assert run("questionnaire", "check", tmp_path / "form.xlsx").exit_code == 1
    assert run("questionnaire", "export", "none", "1", "--out", tmp_path / "x.yaml").exit_code == 1
    assert run("questionnaire", "export", "default-xuncha-conduct", "1.0.0", "--out", tmp_path / "x.txt").exit_code == 1

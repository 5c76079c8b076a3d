"""The steps of a round by command: what each writes, refuses and leaves when something fails."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from survey.domain.custody.shares import ShareFile
from survey.domain.lifecycle import get_round
from survey.domain.rounds import State
from survey.domain.slips import register_codes
from survey.errors import StoreUnavailable
from tests.cli.conftest import SPEC, Survey

QUICK = pytest.mark.usefixtures("plain_slips")


def state(survey: Survey, round_id: str) -> State:
    return get_round(survey.services.registry, round_id).state


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def live_codes(survey: Survey, round_id: str) -> int:
    services = survey.services
    round_ = get_round(services.registry, round_id)
    return sum(unit.printed for e in round_.evaluations for unit in services.registry.turnout(e.id))


def test_create_prints_the_ids_as_json(made: Survey) -> None:
    document = made.json("round", "create", made.write("spec.yaml", SPEC), "--json")
    assert set(document) == {"round", "evaluations"}
    assert [evaluation["team"] for evaluation in document["evaluations"]] == ["第一巡察组", "第二巡察组"]
    assert set(document["evaluations"][0]) == {"id", "team"}
    [listed] = made.json("round", "list", "--json")
    assert listed == {"round": document["round"], "name": "2026年第一轮巡察", "state": "draft"}


def test_the_excel_template_makes_the_round_of_its_example(made: Survey) -> None:
    made("round", "template", made.work / "round.xlsx")
    document = made.json("round", "create", made.work / "round.xlsx", "--json")
    assert [evaluation["team"] for evaluation in document["evaluations"]] == ["第一巡察组", "第二巡察组"]


def test_a_template_is_written_as_a_workbook_only(survey: Survey) -> None:
    assert "does not end in .xlsx" in survey("round", "template", survey.work / "round.xls", exit_code=1).stderr


def test_a_spec_with_an_error_makes_nothing(made: Survey) -> None:
    spec = made.write("spec.yaml", SPEC.replace("entitled: 2", "entitled: two"))
    result = made("round", "create", spec, exit_code=1)
    assert f"{spec}, line 8: teams[1].units[2].entitled: expected a whole number" in result.stderr
    assert made.json("round", "list", "--json") == []


def test_a_spec_that_is_not_there_is_wrong_usage(made: Survey) -> None:
    made("round", "create", made.work / "none.yaml", exit_code=2)


def test_every_custodian_gets_a_share_of_their_own(made: Survey) -> None:
    round_id = made.create()
    result = made("round", "keys", round_id, "--all-here", made.work / "shares")
    assert "For tests and demos only" in result.stderr
    shares = {file.name: ShareFile.read(file) for file in (made.work / "shares").iterdir()}
    assert set(shares) == {"巡察办.share", "纪委.share", "组织部.share"}
    assert len({share.secret for share in shares.values()}) == 3
    for file in (made.work / "shares").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_share_is_never_overwritten_and_then_there_is_no_key(made: Survey) -> None:
    round_id = made.create()
    (made.work / "shares").mkdir()
    (made.work / "shares" / "组织部.share").write_text("of another round")
    result = made("round", "keys", round_id, "--all-here", made.work / "shares", exit_code=1)
    assert "already exists" in result.stderr
    assert get_round(made.services.registry, round_id).opening_key is None
    assert [file.name for file in (made.work / "shares").iterdir()] == ["组织部.share"]


def test_a_share_that_cannot_be_written_leaves_neither_share_nor_key(
    made: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.cli import files

    round_id = made.create()
    write = files.write_secret

    def fail_on_the_last(path: Path, content: bytes) -> None:
        if path.name == "组织部.share":
            raise OSError(28, "No space left on device", str(path))
        write(path, content)

    monkeypatch.setattr(files, "write_secret", fail_on_the_last)
    result = made("round", "keys", round_id, "--all-here", made.work / "shares", exit_code=1)
    assert "No space left on device" in result.stderr
    assert list((made.work / "shares").iterdir()) == []
    assert get_round(made.services.registry, round_id).opening_key is None


def test_a_custodian_whose_name_leads_elsewhere_is_refused(made: Survey) -> None:
    round_id = made.create(SPEC.replace("组织部", "../组织部"))
    result = made("round", "keys", round_id, "--all-here", made.work / "shares", exit_code=1)
    assert "cannot name a file" in result.stderr


def test_a_round_without_key_is_not_frozen(made: Survey) -> None:
    assert "has no opening key yet" in made("round", "freeze", made.create(), exit_code=1).stderr


def test_a_round_with_a_name_that_cannot_be_printed_is_not_frozen(made: Survey) -> None:
    round_id = made.create(SPEC.replace("文学院", "文学院😀"))
    made("round", "keys", round_id, "--all-here", made.work / "shares")
    sentence = "unit “文学院😀” cannot be printed: none of the fonts has the character 😀 (U+1F600)"
    assert sentence in made("round", "freeze", round_id, exit_code=1).stderr
    assert sentence in made("round", "invite", round_id, "--out", made.work / "invitations", exit_code=1).stderr
    assert made.json("round", "list", "--json")[0]["state"] == "draft"


@QUICK
def test_the_spare_codes_are_those_asked_for_at_freezing(made: Survey) -> None:
    round_id = made.create()
    made("round", "keys", round_id, "--all-here", made.work / "shares")
    made("round", "freeze", round_id, "--spare", 50)
    made("round", "codes", round_id, "--out", made.work / "slips")
    assert len(rows(made.codes)) == 6 + 3 + 5


@QUICK
def test_codes_are_written_for_programs_and_for_the_printer(made: Survey) -> None:
    round_id = made.freeze()
    result = made("round", "codes", round_id, "--out", made.work / "slips")
    assert "clear the printer" in result.stderr
    raw = made.codes.read_bytes()
    assert raw.startswith(b"evaluation,unit,code,url\n")
    codes = rows(made.codes)
    assert len(codes) == 5 + 3 + 4
    assert {row["unit"] for row in codes} == {"文学院", "后勤处", "图书馆"}
    assert "组长甲" not in raw.decode()
    names = sorted(file.name for file in (made.work / "slips").iterdir())
    assert names == ["codes.csv", "第一巡察组_后勤处.pdf", "第一巡察组_文学院.pdf", "第二巡察组_图书馆.pdf"]
    for file in (made.work / "slips").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for row in codes:
        assert row["code"] not in result.output


@QUICK
def test_the_order_of_the_codes_is_shuffled(made: Survey) -> None:
    round_id = made.freeze(SPEC.replace("entitled: 4", "entitled: 60").replace("entitled: 3", "entitled: 60"))
    made("round", "codes", round_id, "--out", made.work / "slips")
    evaluations = [row["evaluation"] for row in rows(made.codes)]
    changes = sum(a != b for a, b in pairwise(evaluations))
    assert changes > 20


def test_the_real_slips_are_pdfs(made: Survey) -> None:
    round_id = made.freeze()
    made("round", "codes", round_id, "--out", made.work / "slips")
    for file in (made.work / "slips").glob("*.pdf"):
        assert file.read_bytes().startswith(b"%PDF-")


def test_while_slips_are_made_a_bar_counts_the_units(
    made: Survey, plain_slips: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = made.freeze()
    told: list[object] = []

    @contextmanager
    def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
        told.append((what, total))
        yield told.append

    monkeypatch.setattr("survey.cli.slips.bar", bar)
    made("round", "codes", round_id, "--out", made.work / "slips")
    units = plain_slips()
    assert told == [("Units", units), *range(1, units + 1)]


@QUICK
def test_a_folder_of_former_slips_is_not_overwritten(made: Survey) -> None:
    round_id = made.freeze()
    made("round", "codes", round_id, "--out", made.work / "slips")
    before = made.codes.read_bytes()
    result = made("round", "codes", round_id, "--out", made.work / "slips", exit_code=1)
    assert "already exists" in result.stderr
    assert made.codes.read_bytes() == before
    assert live_codes(made, round_id) == 12


@QUICK
def test_a_reprint_voids_the_unused_codes_and_replaces_them(made: Survey) -> None:
    round_id = made.open()
    made("round", "codes", round_id, "--out", made.work / "again")
    old, new = (
        {row["code"] for row in rows(made.codes)},
        {row["code"] for row in rows(made.work / "again" / "codes.csv")},
    )
    assert len(new) == 12
    assert not old & new
    assert live_codes(made, round_id) == 12


def test_slips_that_cannot_be_made_leave_the_former_codes_as_they_were(
    made: Survey, plain_slips: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = made.open()

    def fail(slips: Any, fonts: Path) -> bytes:
        raise StoreUnavailable("The printer is on fire.")

    monkeypatch.setattr("survey.reports.slips.print.slips_pdf", fail)
    made("round", "codes", round_id, "--out", made.work / "again", exit_code=1)
    assert not (made.work / "again").exists()
    assert [path.name for path in made.work.iterdir() if path.name.startswith(".")] == []
    turnout = made.json("round", "status", round_id, "--json")["evaluations"]
    services = made.services
    assert [sum(unit.void for unit in services.registry.turnout(e["id"])) for e in turnout] == [0, 0]
    assert live_codes(made, round_id) == 12


def test_codes_used_while_the_slips_were_written_leave_no_surplus_slip(
    made: Survey, plain_slips: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = made.open()
    from survey.domain.invitations import code_mac, parse_code

    used = rows(made.codes)[0]
    register = register_codes

    def somebody_answers_first(*arguments: Any, **named: Any) -> Any:
        secret = named["keys"].code_secret(used["evaluation"])
        named["registry"].spend_code(used["evaluation"], code_mac(parse_code(used["code"]), secret), b"r" * 32)
        return register(*arguments, **named)

    monkeypatch.setattr("survey.cli.slips.register_codes", somebody_answers_first)
    made("round", "codes", round_id, "--out", made.work / "again")
    assert len(rows(made.work / "again" / "codes.csv")) == 11
    assert live_codes(made, round_id) == 12
    assert sorted(path.name for path in made.work.iterdir()) == [
        "again", "shares", "slips", "spec.yaml",
    ]  # fmt: skip


@QUICK
def test_steps_out_of_order_are_refused_by_name_of_the_state(made: Survey) -> None:
    round_id = made.freeze()
    assert "needs it to be printed" in made("round", "open", round_id, exit_code=1).stderr
    assert "needs it to be open" in made("round", "close", round_id, exit_code=1).stderr
    missing = made("round", "report", round_id, "--format", "json", "--out", made.work / "r", exit_code=1)
    assert "nothing to report before it is counted" in missing.stderr


@QUICK
def test_status_has_the_numbers_of_every_unit(made: Survey) -> None:
    round_id = made.open()
    status = made.json("round", "status", round_id, "--json")
    assert (status["round"], status["state"]) == (round_id, "open")
    assert status["evaluations"][0]["units"][0] == {"name": "文学院", "entitled": 4, "printed": 5, "used": 0}
    assert "文学院: 0 of 5 codes used, 4 entitled" in made("round", "status", round_id).stdout


@QUICK
def test_an_empty_round_can_be_closed_opened_and_counted(made: Survey) -> None:
    round_id = made.open()
    made("round", "close", round_id)
    made("round", "boxes", round_id, "--out", made.work / "boxes")
    for name in ("纪委", "组织部"):
        made(
            "custodian", "open", "--share", made.work / "shares" / f"{name}.share",
            "--boxes", made.work / "boxes", "--out", made.work / name,
        )  # fmt: skip
    made("round", "count", round_id, made.work / "纪委", made.work / "组织部")
    assert state(made, round_id) is State.OPENED
    printed = json.loads(made("round", "report", round_id, "--format", "json", "--out", "-").stdout)
    assert [evaluation["score"] for evaluation in printed["evaluations"]] == [None, None]


@QUICK
def test_a_custodian_needs_no_instance_and_is_refused_the_list_of_another_round(made: Survey, tmp_path: Path) -> None:
    first = made.open()
    made("round", "close", first)
    made("round", "boxes", first, "--out", made.work / "boxes")
    second = made.create()
    made("round", "keys", second, "--all-here", made.work / "other")
    elsewhere = Survey(tmp_path / "no-instance", made.work)
    share = made.work / "other" / "纪委.share"
    result = elsewhere(
        "custodian", "open", "--share", share, "--boxes", made.work / "boxes", "--out", made.work / "p", exit_code=1
    )
    assert "belongs to another round" in result.stderr
    assert not (made.work / "p").exists()
    share = made.work / "shares" / "纪委.share"
    result = elsewhere("custodian", "open", "--share", share, "--boxes", made.work / "boxes", "--out", made.work / "p")
    assert stat.S_IMODE((made.work / "p").stat().st_mode) == 0o600
    digest = made.services.registry.find_boxes_digest(first)
    assert digest is not None
    assert digest.hex() in result.stdout


@QUICK
def test_a_partial_opening_that_was_changed_is_refused_with_its_custodian(made: Survey) -> None:
    from survey.cli.child_server import running_server
    from tests.cli.test_main_job import free_port

    round_id = made.open()
    with running_server(made.instance, port := free_port(), workers=1):
        made("simulate", round_id, "--codes", made.codes, "--url", f"http://127.0.0.1:{port}", "--respondents", 4)
    made("round", "close", round_id)
    made("round", "boxes", round_id, "--out", made.work / "boxes")
    for name in ("纪委", "组织部"):
        share = made.work / "shares" / f"{name}.share"
        made("custodian", "open", "--share", share, "--boxes", made.work / "boxes", "--out", made.work / name)
    good = (made.work / "纪委").read_bytes()
    (made.work / "纪委").write_bytes(good[:-65] + good[-130:-65])
    result = made("round", "count", round_id, made.work / "纪委", made.work / "组织部", exit_code=1)
    assert "the proof of custodian 纪委" in result.stderr
    assert state(made, round_id) is State.CLOSED


@pytest.mark.parametrize("format_", ["json", "html", "xlsx", "docx", "pdf"])
def test_before_the_count_there_is_no_report_in_any_format(made: Survey, format_: str) -> None:
    result = made("round", "report", made.create(), "--format", format_, "--out", made.work / "r", exit_code=1)
    assert "there is nothing to report before it is counted" in result.stderr
    assert not (made.work / "r").exists()


def test_a_format_nobody_knows_is_wrong_usage(made: Survey) -> None:
    made("round", "report", made.create(), "--format", "odt", "--out", made.work / "r", exit_code=2)


@QUICK
def test_every_step_leaves_a_line_in_the_staff_log(made: Survey) -> None:
    round_id = made.open()
    made("round", "close", round_id)
    made("round", "boxes", round_id, "--out", made.work / "boxes")
    made("audit", "export", round_id, "--out", made.work / "audit.zip")
    services = made.services
    lines = [(entry.action, entry.object) for entry in reversed(services.audit.entries())]
    assert lines[1:] == [
        (action, round_id)
        for action in (
            "create-round", "make-keys-here", "freeze-round", "print-codes", "open-round", "close-round",
            "destroy-keys", "write-boxes", "export-audit",
        )
    ]  # fmt: skip
    assert all(entry.account.startswith("os:") for entry in services.audit.entries())
    assert services.audit.verify_chain() is None

"""A round spec from YAML or Excel: the same meaning, and every refusal names file and place."""

from __future__ import annotations

import secrets
import textwrap
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.cli import specfile
from survey.cli.specfile import read_round
from survey.domain import questionnaire
from survey.domain.rounds import Round
from survey.errors import InvalidSpec
from tests.cli.conftest import SPEC

ROUND_ROWS: list[list[Any]] = [["name", "2026年第一轮巡察"], ["custodians", "巡察办、纪委, 组织部"], ["threshold", 2]]
QUESTIONNAIRE = "questionnaire:\n" + textwrap.indent(
    Path(questionnaire.__file__).with_name("default-questionnaire.yaml").read_text("utf-8"), "  "
)
UNIT_ROWS: list[list[Any]] = [
    ["team", "leader", "unit", "entitled"],
    ["第一巡察组", "组长甲", "文学院", 4],
    [None, None, "后勤处", 2.0],
    ["第二巡察组", None, "图书馆", 3],
]


def read(path: Path) -> Round:
    return read_round(path, secrets.token_bytes)


def yaml_file(folder: Path, text: str | bytes) -> Path:
    file = folder / "spec.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return file


def excel_file(folder: Path, round_rows: list[list[Any]] = ROUND_ROWS, unit_rows: list[list[Any]] = UNIT_ROWS) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in (("round", round_rows), ("units", unit_rows)):
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = folder / "spec.xlsx"
    workbook.save(file)
    return file


def without_ids(round_: Round) -> Round:
    evaluations = tuple(
        replace(evaluation, id="", units=tuple(replace(unit, id="") for unit in evaluation.units))
        for evaluation in round_.evaluations
    )
    return replace(round_, id="", evaluations=evaluations)


def changed(rows: list[list[Any]], row: int, column: int, value: object) -> list[list[Any]]:
    copy = [list(cells) for cells in rows]
    copy[row][column] = value
    return copy


def test_excel_and_yaml_mean_the_same(tmp_path: Path) -> None:
    assert without_ids(read(excel_file(tmp_path))) == without_ids(read(yaml_file(tmp_path, SPEC)))


def test_a_yaml_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert read(yaml_file(tmp_path, b"\xef\xbb\xbf" + SPEC.encode())).name == "2026年第一轮巡察"


def test_times_in_yaml_are_read(tmp_path: Path) -> None:
    round_ = read(yaml_file(tmp_path, SPEC + 'closes_at: "2026-06-30T18:00:00+08:00"\n'))
    assert round_.closes_at is not None


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("name: [unclosed", "line 1, column 16", "not valid YAML"),
        ("name: a\n\tb: c\n", "line 2, column 1", "not valid YAML"),
        ("name: a\nname: b\n", "line 2", "stands there twice"),
        ("name: !!python/object:os.system {}\n", "line 1, column 7", "not valid YAML"),
        ("name: a\n---\nname: b\n", "line 2, column 1", "not valid YAML"),
        (SPEC.replace("entitled: 2", "entitled: 0"), "line 8", "expected a whole number from 1"),
        (SPEC.replace("entitled: 3", "entitled: many"), "line 11", "expected a whole number"),
        (SPEC.replace("图书馆", "文学院"), "spec.yaml", "stands there twice"),
        (SPEC.replace("teams:", "groups:"), "line 1", "'teams' is missing"),
        (SPEC + "treshold: 2\n", "line 1", "'treshold' is not known"),
        (SPEC.replace("leader: 组长甲", "leder: 组长甲"), "line 4", "'leder' is not known"),
        (SPEC + "opens_at: 2026-06-30\n", "line 12", "expected a time with zone"),
        (SPEC + "opens_at: 2026-06-30 10:00:00\n", "line 12", "expected a time with zone"),
        (SPEC + "opens_at: 2026-13-45\n", "spec.yaml", "not valid YAML"),
        (SPEC.replace("[巡察办, 纪委, 组织部]", "[巡察办, 纪委]"), "spec.yaml", "threshold is 2"),
        (SPEC + "questionnaire:\n  schema: other/1\n", "line 13", "questionnaire has no id"),
        (SPEC + QUESTIONNAIRE.replace("weight: 14", "weight: 140"), "line 128", "weight is"),
        ("", "spec.yaml", "expected the round spec"),
        ("- a\n- b\n", "line 1", "expected the round spec"),
        ("[" * 3000, "spec.yaml", "nested too deeply"),
        ("a: &a [1]\nb: " + "[" * 60 + "1" + "]" * 60, "line 2", "nested more deeply"),
    ],
)
def test_an_error_in_yaml_is_named_with_its_place(tmp_path: Path, text: str, place: str, reason: str) -> None:
    file = yaml_file(tmp_path, text)
    with pytest.raises(InvalidSpec, match=reason) as refused:
        read(file)
    assert str(file) in str(refused.value)
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_aliases_that_blow_up_are_refused_quickly(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(InvalidSpec, match="more values, than any round"):
        read(yaml_file(tmp_path, "\n".join(lines)))


def test_an_alias_of_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match="nested more deeply"):
        read(yaml_file(tmp_path, "a: &a [*a]"))


def test_a_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match=r"is not UTF-8 text \(byte \d+\)"):
        read(yaml_file(tmp_path, "name: 巡察".encode("gb18030")))


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specfile, "MAX_BYTES", 10)
    with pytest.raises(InvalidSpec, match="at most 10"):
        read(yaml_file(tmp_path, SPEC))


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spec.docx").write_bytes(b"")
    with pytest.raises(InvalidSpec, match=r"ends in \.yaml, \.yml or \.xlsx"):
        read(tmp_path / "spec.docx")


@pytest.mark.parametrize(
    ("round_rows", "unit_rows", "place", "reason"),
    [
        (ROUND_ROWS, changed(UNIT_ROWS, 2, 3, 0), "sheet units, cell D3", "expected a whole number from 1"),
        (ROUND_ROWS, changed(UNIT_ROWS, 3, 3, "drei"), "sheet units, cell D4", "expected a whole number"),
        (ROUND_ROWS, changed(UNIT_ROWS, 3, 2, None), "sheet units, cell C4", "expected a name"),
        (ROUND_ROWS, changed(UNIT_ROWS, 1, 0, None), "sheet units, cell A2", "expected a team above or here"),
        (
            ROUND_ROWS,
            changed(UNIT_ROWS, 2, 1, "组长乙"),
            "sheet units, cell B3",
            "expected the leader named before, or nothing .组长甲.",
        ),
        (
            ROUND_ROWS,
            changed(UNIT_ROWS, 0, 3, "people"),
            "sheet units, cell A1",
            "expected the columns of the template",
        ),
        (ROUND_ROWS, UNIT_ROWS[:1], "sheet units", "expected at least one unit"),
        (changed(ROUND_ROWS, 2, 1, "two"), UNIT_ROWS, "sheet round, cell B3", "expected a whole number from 2"),
        (changed(ROUND_ROWS, 2, 0, "treshold"), UNIT_ROWS, "sheet round, cell A3", "expected a known field"),
        ([*ROUND_ROWS, ["name", "again"]], UNIT_ROWS, "sheet round, cell A4", "expected a name that stands there once"),
        ([*ROUND_ROWS, ["teams", "x"]], UNIT_ROWS, "sheet round, cell A4", "expected a known field"),
        (ROUND_ROWS[1:], UNIT_ROWS, "sheet round", "expected a name of 1 to 60 printable characters, found nothing"),
    ],
)
def test_an_error_in_excel_is_named_with_sheet_and_cell(
    tmp_path: Path, round_rows: list[list[Any]], unit_rows: list[list[Any]], place: str, reason: str
) -> None:
    file = excel_file(tmp_path, round_rows, unit_rows)
    with pytest.raises(InvalidSpec, match=reason) as refused:
        read(file)
    assert str(file) in str(refused.value)
    assert place in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [datetime(2026, 6, 30, 9), "2026-06-30 09:00", "2026/6/30 9：00", "2026-06-30T09:00:00+08:00"],  # noqa: DTZ001
)
def test_a_time_in_excel_is_a_cell_of_its_own_kind_or_a_text_and_beijing_s(tmp_path: Path, typed: Any) -> None:
    opens_at = read(excel_file(tmp_path, [*ROUND_ROWS, ["opens_at", typed]])).opens_at
    assert opens_at is not None
    assert opens_at.isoformat() == "2026-06-30T09:00:00+08:00"


@pytest.mark.parametrize(
    ("typed", "found"), [(date(2026, 6, 30), "a date"), ("2026-06-30", "2026-06-30"), ("2026-13-01 09:00", "2026-13")]
)
def test_a_day_without_an_hour_is_no_time(tmp_path: Path, typed: Any, found: str) -> None:
    with pytest.raises(InvalidSpec, match=f"cell B4: expected date and time, found {found}"):
        read(excel_file(tmp_path, [*ROUND_ROWS, ["opens_at", typed]]))


@pytest.mark.parametrize(("typed", "format_"), [(12, "0"), ("12%", "@"), ("12 ％", "@"), (0.12, "0%"), (0.12, "0.00%")])
def test_per_cent_is_read_as_it_is_seen(tmp_path: Path, typed: Any, format_: str) -> None:
    file = excel_file(tmp_path, [*ROUND_ROWS, ["spare_percent", typed]])
    book = openpyxl.load_workbook(file)
    book["round"]["B4"].number_format = format_
    book.save(file)
    assert read(file).spare_percent == 12


def test_a_workbook_that_cannot_be_read_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "spec.xlsx")
    with pytest.raises(InvalidSpec, match=r"spec\.xlsx: The workbook is not read: a sheet is missing \(sheet round\)"):
        read(tmp_path / "spec.xlsx")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)),
    suffix=st.sampled_from(["yaml", "xlsx"]),
)
def test_any_bytes_give_a_round_or_the_documented_refusal(tmp_path: Path, data: bytes, suffix: str) -> None:
    file = tmp_path / f"spec.{suffix}"
    file.write_bytes(data)
    with pytest.raises(InvalidSpec):
        read(file)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.integers(0, 8), junk=st.binary(max_size=400))
def test_a_workbook_with_a_broken_part_gives_a_round_or_the_documented_refusal(
    tmp_path: Path, part: int, junk: bytes
) -> None:
    whole = excel_file(tmp_path)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        names = source.namelist()
        for name in names:
            target.writestr(name, junk if name == names[part % len(names)] else source.read(name))
    refusal = None
    try:
        read(broken)
    except InvalidSpec as refused:
        refusal = str(refused)
    assert refusal is None or str(broken) in refusal

"""Anyone can check a package, and every kind of forgery is named (promise P5)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from survey.domain.audit import audit_package
from survey.domain.audit_check import RECORD_LEN, check_package
from survey.domain.audit_verdicts import CheckFailed, Unreadable
from survey.domain.results.tally import record_hash
from tests.world import World, phones

Parts = dict[str, bytes]


@pytest.fixture
def counted(tmp_path: Path) -> World:
    world = World().open()
    client = world.app().test_client()
    for evaluation in world.round.evaluations:
        for person in phones(world, evaluation, client)[:6]:
            person.answer({"D1-1": "A"}, {"C-1": "意见"})
    token = (last := phones(world, world.first, client)[7]).draw_token()
    last.cast(token, b"\x04" + b"\x07" * (len(last.seal(token, {})) - 1))
    world.close().count(world.partials(tmp_path))
    world.approve()
    return world


def package_of(world: World, file: Path) -> Path:
    file.write_bytes(
        b"".join(audit_package(world.round, registry=world.services.registry, box=world.services.box, for_all=True))
    )
    return file


def record_of(world: World) -> str:
    record = world.services.registry.find_tally_record(world.round.id)
    assert record is not None
    return record_hash(record)


def changed(source: Path, change: Callable[[Parts], None]) -> Path:
    with zipfile.ZipFile(source) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    change(parts)
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target


def test_an_honest_package_holds_and_every_claim_is_named(counted: World, tmp_path: Path) -> None:
    verdicts = list(check_package(package_of(counted, tmp_path / "audit.zip")))

    assert len([verdict for verdict in verdicts if not verdict.is_missing and not verdict.is_beyond]) == 6
    assert [verdict.claim.split()[0] for verdict in verdicts if verdict.is_missing] == ["巡察办", "纪委"]
    assert sorted(verdict.ballots for verdict in verdicts if verdict.ballots) == [6, 7]


def test_a_package_from_before_the_opening_holds_without_report(open_world: World, tmp_path: Path) -> None:
    open_world.close()

    verdicts = list(check_package(package_of(open_world, tmp_path / "audit.zip")))
    assert [verdict.is_beyond for verdict in verdicts] == [False] * 5 + [True]
    assert verdicts[-1].claim == "how many codes were used; the server says it"


def test_what_nobody_can_check_from_a_package_is_said_last_and_who_vouches_for_it(
    counted: World, tmp_path: Path
) -> None:
    (*others, last) = check_package(package_of(counted, tmp_path / "audit.zip"))

    assert last.is_beyond
    assert not any(verdict.is_beyond for verdict in others)
    assert last.claim.startswith("scores, rates and answers in the report, which ballots are void, and how many codes")
    assert last.claim.endswith(f"tally record {record_of(counted)}, that no custodian has signed")


def test_the_same_round_gives_the_same_bytes(counted: World, tmp_path: Path) -> None:
    first, second = (package_of(counted, tmp_path / name).read_bytes() for name in ("a", "b"))

    assert first == second


def test_the_report_in_it_has_no_texts_no_checklist_and_nothing_per_unit(counted: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(package_of(counted, tmp_path / "audit.zip")) as package:
        report = json.loads(package.read("report.json"))
        everything = b"".join(package.read(name) for name in package.namelist())

    assert not {"texts", "checklist", "units", "composite", "void_reasons"} & set(report["evaluations"][0])
    assert report["evaluations"][0]["void"] == 1
    assert b"bad-enc" not in everything
    assert "文学院".encode() not in everything


def with_summary(change: Callable[[dict[str, Any]], None]) -> Callable[[Parts], None]:
    def apply(parts: Parts) -> None:
        summary = json.loads(parts["round.json"])
        change(summary)
        parts["round.json"] = json.dumps(summary).encode()

    return apply


def with_ballots(change: Callable[[bytes], bytes]) -> Callable[[Parts], None]:
    def apply(parts: Parts) -> None:
        name = next(name for name in parts if name.startswith("ballots/"))
        parts[name] = change(parts[name])

    return apply


def with_manifest(parts: Parts) -> None:
    name = next(name for name in parts if name.startswith("manifests/"))
    parts[name] = parts[name].replace(b'"minimum_group":5', b'"minimum_group":3')


def with_report(change: Callable[[dict[str, Any]], None]) -> Callable[[Parts], None]:
    def apply(parts: Parts) -> None:
        report = json.loads(parts["report.json"])
        change(report)
        parts["report.json"] = json.dumps(report).encode()

    return apply


def with_team(**facts: Any) -> Callable[[Parts], None]:
    return with_report(lambda report: report["evaluations"][0].update(facts))


def with_transcript(parts: Parts) -> None:
    transcript = json.loads(parts["opening-key-transcript.json"])
    transcript["reveals"] = transcript["reveals"][::-1]
    parts["opening-key-transcript.json"] = json.dumps(transcript, sort_keys=True, separators=(",", ":")).encode()


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(with_manifest, "the manifest has another digest", id="manifest changed"),
        pytest.param(
            with_summary(lambda summary: summary["evaluations"][0].update(printed=99)),
            "printed is 99, but 17 in the manifest",
            id="more codes printed than announced",
        ),
        pytest.param(
            with_summary(lambda summary: summary["evaluations"][0].update(used=2)),
            "not ballots <= used codes <= printed codes",
            id="more ballots than used codes",
        ),
        pytest.param(
            with_summary(lambda summary: summary["evaluations"][0].update(root="00" * 32)),
            "the receipts give another root",
            id="root replaced",
        ),
        pytest.param(
            with_summary(lambda summary: summary.update(boxes_digest="00" * 32)),
            "the list that custodians opened is not these ballots",
            id="another list opened",
        ),
        pytest.param(
            with_summary(lambda summary: summary["custodians"].reverse()),
            "the custodians are not those who made the opening key",
            id="custodians swapped",
        ),
        pytest.param(with_ballots(lambda data: flip(data, 353)), "carries no valid token", id="token forged"),
        pytest.param(with_ballots(lambda data: flip(data, RECORD_LEN - 1)), "another root", id="answers replaced"),
        pytest.param(
            with_ballots(lambda data: data[:RECORD_LEN] + data), "a token stands twice", id="ballot counted twice"
        ),
        pytest.param(with_ballots(lambda data: data[RECORD_LEN:]), "ballots, but 7 announced", id="ballot taken out"),
        pytest.param(with_transcript, "The making of the opening key does not check", id="key making changed"),
        pytest.param(with_team(counted=7), "7 counted or 1 void of 7 collected", id="counts more"),
        pytest.param(with_team(counted=8, void=-1), "8 counted or -1 void", id="fewer than no void ballots"),
        pytest.param(with_team(collected=8), "of 8 collected, but 7 ballots", id="report collected more"),
        pytest.param(with_team(used=8), "used is 8 in the report, but 7", id="report has other used codes"),
        pytest.param(with_team(entitled=99), "entitled is 99 in the report, but", id="report has other people"),
        pytest.param(with_team(printed=99), "printed is 99 in the report, but 17", id="report has other codes"),
        pytest.param(with_team(team="第九巡察组"), "team is 第九巡察组 in the report", id="report has another team"),
        pytest.param(with_team(return_rate="99.0"), "return_rate is 99.0 in the report", id="another return rate"),
        pytest.param(with_team(participation_rate="99.0"), "participation_rate is 99.0", id="another participation"),
        pytest.param(with_team(id="other"), "not about the evaluations of the summary", id="report of an unknown team"),
        pytest.param(
            with_report(lambda report: report["evaluations"].pop()),
            "not about the evaluations of the summary",
            id="report without a team",
        ),
        pytest.param(
            with_report(lambda report: report["evaluations"].append(report["evaluations"][0])),
            "not about the evaluations of the summary, each once",
            id="report with a team twice",
        ),
        pytest.param(
            with_report(lambda report: report.update(minimum_group=3)),
            "minimum_group is 3 in the report, but 5 in the manifest",
            id="smaller groups than promised",
        ),
        pytest.param(
            with_report(lambda report: report.update(texts_minimum=1)),
            "texts_minimum is 1 in the report, but 10 in the manifest",
            id="remarks of fewer than promised",
        ),
        pytest.param(
            with_report(lambda report: report.update(record="00" * 32)),
            "the report has another record than the summary",
            id="report of another record",
        ),
        pytest.param(
            with_report(lambda report: report["custodians_opened"].reverse()),
            "the report has another custodians_opened than the summary",
            id="report opened by others",
        ),
        pytest.param(
            with_summary(lambda summary: summary["evaluations"].append(summary["evaluations"][0])),
            "an evaluation stands twice in the summary",
            id="evaluation twice",
        ),
    ],
)
def test_a_forgery_is_named(counted: World, tmp_path: Path, change: Callable[[Parts], None], named: str) -> None:
    forged = changed(package_of(counted, tmp_path / "audit.zip"), change)

    with pytest.raises(CheckFailed, match=named):
        list(check_package(forged))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_ballots(lambda data: data[:-1]), id="cut ballot"),
        pytest.param(lambda parts: parts.pop("round.json"), id="no summary"),
        pytest.param(lambda parts: parts.update({"round.json": b"["}), id="no JSON"),
        pytest.param(lambda parts: parts.update({"round.json": b"[" * 100_000}), id="too deep"),
        pytest.param(lambda parts: parts.update({"round.json": b"{}"}), id="empty"),
        pytest.param(with_summary(lambda summary: summary.update(evaluations=3)), id="wrong type"),
        pytest.param(with_report(lambda report: report.pop("evaluations")), id="report without evaluations"),
        pytest.param(with_report(lambda report: report["evaluations"][0].pop("used")), id="team without used"),
        pytest.param(with_team(void="1"), id="void is no number"),
        pytest.param(with_report(lambda report: report.update(evaluations=[3])), id="a team is a number"),
    ],
)
def test_a_package_that_breaks_the_form_is_unreadable(
    counted: World, tmp_path: Path, change: Callable[[Parts], None]
) -> None:
    with pytest.raises(Unreadable):
        list(check_package(changed(package_of(counted, tmp_path / "audit.zip"), change)))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(lambda parts: parts.pop("round.json"), r"^The package has no round\.json\.$", id="no summary"),
        pytest.param(
            lambda parts: parts.pop(next(name for name in parts if name.startswith("ballots/"))),
            r"^The package has no ballots/.*\.bin\.$",
            id="no ballots",
        ),
        pytest.param(
            with_report(lambda report: report["evaluations"][0].pop("used")),
            r"a part of the package does not say 'used', which every such part says\.$",
            id="no used codes",
        ),
    ],
)
def test_what_is_missing_in_a_package_is_named_in_a_sentence(
    counted: World, tmp_path: Path, change: Callable[[Parts], None], sentence: str
) -> None:
    with pytest.raises(Unreadable, match=sentence):
        list(check_package(changed(package_of(counted, tmp_path / "audit.zip"), change)))


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all"])
def test_what_is_no_zip_is_unreadable(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "audit.zip"
    file.write_bytes(content)

    with pytest.raises(Unreadable):
        list(check_package(file))

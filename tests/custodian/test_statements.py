"""Statements after the count: signed with the share, taken once, carried in the audit package, checked by anybody."""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from survey.domain.audit import audit_package
from survey.domain.audit_check import check_package
from survey.domain.audit_verdicts import CheckFailed, Verdict
from survey.domain.custody.opening_record import conclude
from survey.domain.custody.shares import PartialFile
from survey.domain.custody.statements import Statement, who_signed
from survey.domain.results.tally import record_hash
from survey.errors import InvalidInput
from tests.custodian.test_opening import Closed, problem
from tests.custodian.test_opening import closed as closed
from tests.custodian.test_opening import services as services


def opened(closed: Closed, folder: Path, indices: tuple[int, ...] = (1, 3)) -> bytes:
    """Counted from what these custodians gave; the record of the opening."""
    services, world = closed.services, closed.world
    for index in indices:
        assert closed.ask(index, "partial", closed.partial(folder, index)).status_code == 201
    partials = [PartialFile.read(file) for file in closed.given.values()]
    record = world.count(partials)
    conclude(
        world.round,
        partials,
        record_hash(record),
        registry=services.registry,
        board=services.board,
        store=services.partials,
        clock=services.clock,
    )
    raw = services.board.find_opening_record(world.round.id)
    assert raw is not None
    return raw


def signed(closed: Closed, record: bytes, index: int, share: int | None = None) -> Statement:
    secret = closed.world.shares[(share or index) - 1].secret
    return Statement.of_opening(record, index).signed(secret, secrets.token_bytes)


def package(closed: Closed, folder: Path) -> Path:
    file = folder / "audit.zip"
    stores = closed.services
    file.write_bytes(
        b"".join(audit_package(closed.world.round, registry=stores.registry, box=stores.box, for_all=True))
    )
    return file


def test_who_opened_sees_the_record_signs_it_and_the_audit_package_proves_it(closed: Closed, tmp_path: Path) -> None:
    record = opened(closed, tmp_path)
    seat = closed.ask(1, "board").get_json()
    assert seat["opening"] == json.loads(record)
    assert (seat["state"], seat["signed"]) == ("opened", [])

    assert closed.ask(1, "statement", signed(closed, record, 1).encode()).status_code == 201
    assert closed.ask(3, "board").get_json()["signed"] == [1]
    assert who_signed(closed.world.round, record, closed.services.registry) == (["巡察办"], ["组织部"])
    verdicts = list(check_package(package(closed, tmp_path)))
    assert verdicts[-3:-1] == [
        Verdict("巡察办 signed that exactly this list was opened and gave exactly this record"),
        Verdict("组织部 opened, and has not signed a statement", is_missing=True),
    ]
    assert verdicts[-1].claim.endswith(f"tally record {json.loads(record)['record']}, that 1 custodian signed")
    entries = [(entry.account, entry.action, entry.result) for entry in closed.services.audit.entries()]
    assert ("custodian:巡察办", "statement", "done") in entries


def test_the_first_statement_stays_and_the_same_may_come_again(closed: Closed, tmp_path: Path) -> None:
    record = opened(closed, tmp_path)
    first = signed(closed, record, 1).encode()
    for raw in (first, first, signed(closed, record, 1).encode()):
        assert closed.ask(1, "statement", raw).status_code == 201
    assert closed.services.registry.statements(closed.world.round.id) == {1: first}


def test_who_gave_no_part_has_nothing_to_state(closed: Closed, tmp_path: Path) -> None:
    record = opened(closed, tmp_path)
    with pytest.raises(InvalidInput, match="Custodian 2 gave no part"):
        Statement.of_opening(record, 2)
    forged = replace(signed(closed, record, 1), index=2, name="纪委").encode()
    assert problem(closed.ask(2, "statement", forged))[:2] == (422, "invalid-input")


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        pytest.param(lambda c, r: signed(c, r, 1, share=2).encode(), (409, "wrong-proof"), id="another share"),
        pytest.param(lambda c, r: signed(c, r, 3).encode(), (422, "invalid-input"), id="another custodian's"),
        pytest.param(
            lambda c, r: replace(signed(c, r, 1), record="00" * 32).encode(), (422, "invalid-input"), id="other record"
        ),
        pytest.param(
            lambda c, r: signed(c, r, 1).encode().replace(b"{", b"{ ", 1), (422, "invalid-input"), id="not canonical"
        ),
        pytest.param(lambda c, r: b"[" * 3000, (422, "invalid-input"), id="no statement"),
        pytest.param(lambda c, r: bytes(5000), (413, "too-large"), id="too large"),
    ],
)
def test_a_wrong_statement_is_refused_and_not_kept(
    closed: Closed, tmp_path: Path, make: Callable[[Closed, bytes], bytes], refusal: tuple[int, str]
) -> None:
    record = opened(closed, tmp_path)
    assert problem(closed.ask(1, "statement", make(closed, record)))[:2] == refusal
    assert closed.services.registry.statements(closed.world.round.id) == {}


def test_before_the_count_there_is_nothing_to_sign(closed: Closed) -> None:
    statement = Statement(closed.world.round.id, 1, "巡察办", "00" * 32, "00" * 32, "00" * 32, bytes(64))
    assert problem(closed.ask(1, "statement", statement.encode()))[:2] == (403, "not-yet")
    assert closed.ask(1, "board").get_json()["opening"] is None


def test_the_proof_of_a_share_test_is_no_signature(closed: Closed, tmp_path: Path) -> None:
    """A server chooses the challenge of a test; it must not get a statement that way."""
    from survey.crypto.knowledge import prove_knowledge
    from survey.domain.custody.share_test import statement as test_statement

    record = opened(closed, tmp_path)
    unsigned = Statement.of_opening(record, 1)
    secret = int.from_bytes(closed.world.shares[0].secret, "big")
    proof = prove_knowledge(secret, test_statement(unsigned._statement), secrets.token_bytes)
    assert problem(closed.ask(1, "statement", replace(unsigned, proof=proof).encode()))[:2] == (409, "wrong-proof")


def _changed(source: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(source) as honest, zipfile.ZipFile(target, "w") as forged:
        for name in honest.namelist():
            content = honest.read(name)
            if name.startswith("statements/"):
                document = json.loads(content)
                change(document)
                content = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            forged.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(lambda one: one.update(record="00" * 32), "巡察办 signed something else", id="record"),
        pytest.param(lambda one: one.update(boxes_digest="00" * 32), "巡察办 signed something else", id="list"),
        pytest.param(lambda one: one.update(partial="00" * 32), "is not signed with their share", id="part"),
        pytest.param(lambda one: one.update(index=2, name="纪委"), "纪委 is not signed with their share", id="name"),
        pytest.param(lambda one: one.update(index=7), "is of no custodian of this round", id="nobody"),
        pytest.param(lambda one: one.update(more=1), "is not a statement of a custodian", id="form"),
    ],
)
def test_a_statement_changed_in_the_package_fails_the_check(
    closed: Closed, tmp_path: Path, change: Callable[[dict[str, Any]], None], named: str
) -> None:
    record = opened(closed, tmp_path)
    closed.ask(1, "statement", signed(closed, record, 1).encode())
    with pytest.raises(CheckFailed, match=named):
        list(check_package(_changed(package(closed, tmp_path), change)))

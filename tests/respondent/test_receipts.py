"""Receipts and the audit package: 2-protocol, sections 2.3 and 2.6."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

from flask.testing import FlaskClient

from survey.crypto.merkle import MerkleTree, verify_inclusion
from tests.respondent.test_issue import problem_of
from tests.world import Phone, World

ANSWERS = {"D1-1": "A"}


def test_a_receipt_is_found_while_open(people: list[Phone], client: FlaskClient) -> None:
    receipt = people[0].answer(ANSWERS)

    assert client.get(f"/e/{people[0].evaluation_id}/receipts/{receipt}").get_json() == {"included": True}


def test_a_foreign_receipt_is_not_included(people: list[Phone], client: FlaskClient) -> None:
    assert client.get(f"/e/{people[0].evaluation_id}/receipts/{'00' * 32}").get_json() == {"included": False}


def test_after_closing_the_inclusion_proof_leads_to_the_published_root(
    open_world: World, people: list[Phone], client: FlaskClient
) -> None:
    receipts = [person.answer(ANSWERS) for person in people[:5]]
    open_world.close()
    answer = client.get(f"/e/{people[0].evaluation_id}/receipts/{receipts[2]}").get_json()

    assert answer["included"] is True
    assert answer["tree_size"] == 5
    verify_inclusion(
        bytes.fromhex(receipts[2]),
        answer["leaf_index"],
        answer["tree_size"],
        [bytes.fromhex(node) for node in answer["inclusion_path"]],
        bytes.fromhex(answer["root"]),
    )


def test_a_receipt_in_upper_case_is_found_too(people: list[Phone], client: FlaskClient) -> None:
    receipt = people[0].answer(ANSWERS)
    answer = client.get(f"/e/{people[0].evaluation_id}/receipts/{receipt.upper()}")

    assert answer.get_json() == {"included": True}


def test_a_receipt_in_another_form_is_refused(people: list[Phone], client: FlaskClient) -> None:
    assert problem_of(client.get(f"/e/{people[0].evaluation_id}/receipts/ABC")) == (422, "invalid-input")


def test_the_audit_package_is_not_given_while_open(open_world: World, client: FlaskClient) -> None:
    assert problem_of(client.get(f"/e/{open_world.first.id}/audit.zip")) == (403, "not-yet")


def test_receipts_and_root_can_be_recomputed_from_the_audit_package(
    open_world: World, people: list[Phone], client: FlaskClient, tmp_path: Path
) -> None:
    receipts = {person.answer(ANSWERS) for person in people[:6]}
    open_world.close()
    open_world.count(open_world.partials(tmp_path))
    answer = client.get(f"/e/{open_world.first.id}/audit.zip")
    package = zipfile.ZipFile(io.BytesIO(answer.data))
    records = package.read(f"ballots/{open_world.first.id}.bin")
    summary = json.loads(package.read("round.json"))["evaluations"][0]
    leaves = sorted(
        hashlib.sha256(records[start + 354 : start + 354 + 65] + records[start + 419 : start + 451]).digest()
        for start in range(0, len(records), 451)
    )

    assert {leaf.hex() for leaf in leaves} == receipts
    assert MerkleTree(leaves).root.hex() == summary["root"]
    assert "report.json" not in package.namelist()  # before the leading group has approved it, nobody reads it
    open_world.approve()
    approved = client.get(f"/e/{open_world.first.id}/audit.zip")
    assert "report.json" in zipfile.ZipFile(io.BytesIO(approved.data)).namelist()


def test_the_audit_package_holds_nothing_sealed_and_nothing_per_unit(
    open_world: World, people: list[Phone], client: FlaskClient
) -> None:
    token = people[0].draw_token()
    sealed = people[0].seal(token, ANSWERS)
    people[0].cast(token, sealed)
    open_world.close()
    package = zipfile.ZipFile(io.BytesIO(client.get(f"/e/{open_world.first.id}/audit.zip").data))
    everything = b"".join(package.read(name) for name in package.namelist())

    assert sealed[65:105] not in everything
    assert "文学院".encode() not in everything

"""回避: nobody of an evaluated team has a role in the round."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from survey.domain.rounds import OpeningKey
from tests.office.conftest import Visitor
from tests.office.samples import approve_in_order

PAGE = "/office/rounds/open/recusal"


def save(visitor: Visitor, names: str):
    return visitor.post(PAGE, {"names": names}, PAGE)


def test_who_is_named_sees_nothing_of_the_round_and_the_others_do(signed_in, services, password_hash):
    services.accounts.add_account("Reader B", "office", password_hash)
    office, other = signed_in("office"), signed_in("Reader B")
    assert other.get("/office/rounds/open").status_code == 200
    assert save(office, "ｒｅａｄｅｒ b\n\n 成员乙 \n成员乙\n").location == "/office/rounds/open"
    assert services.recusals.names("open") == tuple(sorted(["ｒｅａｄｅｒ b", "成员乙"]))
    for path in ("/office/rounds/open", "/office/rounds/open/turnout", PAGE):
        refused = other.get(path)
        assert refused.status_code == 403
        assert "回避名单" in refused.text
    assert other.get("/office/rounds/closed").status_code == 200
    assert office.get("/office/rounds/open").status_code == 200
    assert "Reader B" in office.get(PAGE).text
    line = next(
        line for line in reversed(services.audit.lines) if line["account"] == "Reader B" and line["object"] == "open"
    )
    assert line["result"] == "refused"


def test_a_leader_with_an_account_is_kept_out_without_being_named(signed_in, services):
    round_ = services.registry.rounds["reported"]
    led = replace(round_.evaluations[0], leader="reader")
    services.registry.rounds["reported"] = replace(round_, evaluations=(led, *round_.evaluations[1:]))
    assert signed_in("reader").get("/office/rounds/reported/report").status_code == 403
    assert signed_in("office").get("/office/rounds/reported/report").status_code == 200


def test_a_round_is_in_no_list_of_who_is_kept_out_of_it(signed_in, services):
    approve_in_order(services, "reported", "archived", "destroyed")
    office = signed_in("office")
    lists = ("/office/", "/office/reports", "/office/reports/trend", "/office/questionnaires")
    before = {path: office.get(path).text for path in lists}
    kept_out = [round_ for round_ in services.registry.list_rounds() if round_.id in ("reported", "draft")]
    for round_ in kept_out:
        services.recusals.save(round_.id, ["office"])
    shelf = next(
        path for path in re.findall(r'href="(/office/questionnaires/[^"/]+)"', before["/office/questionnaires"])
    )
    for path in (*lists, shelf):
        page = office.get(path).text
        assert not [round_.name for round_ in kept_out if f">{round_.name}<" in page], path
    for path, round_ in (("/office/", kept_out[0]), ("/office/reports/trend", kept_out[-1])):
        assert round_.name in before[path]


def test_a_round_is_not_copied_by_who_is_kept_out_of_it(signed_in, services):
    services.recusals.save("opened", ["office"])
    assert signed_in("office").get("/office/rounds/new?copy_of=opened").status_code == 403


def test_who_names_the_own_account_has_declared_it(signed_in):
    office = signed_in("office")
    assert save(office, "office").location == "/office/"
    assert office.get(PAGE).status_code == 403


def test_a_custodian_of_the_round_cannot_be_named(signed_in, services):
    custodian = services.registry.rounds["open"].custodians[0].name
    page = save(signed_in("office"), f"成员甲\n{custodian}")
    assert page.status_code == 422
    assert "密钥保管人" in page.text
    assert "成员甲" in page.text  # nothing typed is lost
    assert services.recusals.names("open") == ()


@pytest.mark.parametrize("step", ["invite", "freeze"])
def test_a_round_with_a_custodian_of_an_evaluated_team_goes_no_further(signed_in, services, step):
    """As where the custodians were changed, or the leader named, after the list was made."""
    round_ = services.registry.rounds["draft"]
    led = replace(round_.evaluations[0], leader=round_.custodians[0].name)
    key = OpeningKey(b"\x04" + bytes(64), b"{}") if step == "freeze" else None
    round_ = replace(round_, opening_key=key, evaluations=(led, *round_.evaluations[1:]))
    services.registry.rounds["draft"] = round_
    page = signed_in("office").post(f"/office/rounds/draft/{step}", {}, "/office/rounds/draft")
    assert page.status_code == 422
    assert "请先更换保管人" in page.text


@pytest.mark.parametrize("names", ["a" * 61, "甲\x07乙", "\n".join(f"成员{n}" for n in range(501))])
def test_a_name_that_is_none_is_refused(signed_in, services, names):
    assert save(signed_in("office"), names).status_code == 422
    assert services.recusals.names("open") == ()


def test_no_account_is_made_for_who_is_named_until_the_round_is_over(signed_in, services):
    save(signed_in("office"), "成员甲")
    admin = signed_in("security-admin")
    form = {"name": "成员 甲", "role": "reader"}
    refused = admin.post("/office/accounts", form, "/office/accounts")
    assert refused.status_code == 422
    assert "列入回避名单" in refused.text
    services.recusals.save("archived", ["成员乙"])
    services.recusals.save("open", [])
    assert admin.post("/office/accounts", form | {"name": "成员乙"}, "/office/accounts").status_code == 200


@pytest.mark.parametrize("role", ["reader", "auditor", "security-admin"])
def test_the_list_is_the_offices_alone(signed_in, role):
    assert signed_in(role).get(PAGE).status_code == 403


def test_a_deleted_draft_leaves_no_names(signed_in, services):
    office = signed_in("office")
    services.recusals.save("draft", ["成员甲"])
    office.post("/office/rounds/draft/delete", {"confirm": "删除"}, "/office/rounds/draft")
    assert services.recusals.names("draft") == ()

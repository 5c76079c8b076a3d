"""Custodians on the page of a round: where the key's making is, why it stopped, who is replaced, who signed."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pytest

from survey.domain.ceremony.invitation import Invitation, secret_digest
from survey.domain.ceremony.stopping import Stop
from survey.domain.custody.opening_record import conclude
from survey.domain.custody.statements import Statement
from survey.domain.results.tally import record_hash
from tests.office.test_doing import lines, path, press
from tests.office.test_doing import office as office
from tests.office.test_doing import world as world


def invitations(response) -> list[Invitation]:
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        return [Invitation.parse(packed.read(name)) for name in packed.namelist() if name.endswith(".invitation")]


def test_the_page_says_where_the_making_of_the_key_is(office, services, world):
    assert "正在做钥匙" not in office.get(path(world)).text
    press(office, world, "invite")
    assert "正在制作密钥。第1步，共6步；正在等：巡察办、纪委、组织部" in office.get(path(world)).text


def test_while_custodians_are_at_it_the_next_step_is_to_wait_for_them(office, services, world):
    press(office, world, "invite")
    page = office.get(path(world)).text
    assert "还差：巡察办、纪委、组织部" in page
    assert not re.search(r'<button class="main">', page)


def test_new_invitations_void_the_old_ones_only_with_a_typed_word(office, services, world):
    first = invitations(press(office, world, "invite"))
    refused = press(office, world, "invite")
    assert refused.status_code == 409
    assert services.board.find_seat(secret_digest(first[0].secret)) is not None
    assert press(office, world, "invite", confirm="重发").status_code == 200
    assert services.board.find_seat(secret_digest(first[0].secret)) is None


def test_every_invitation_comes_with_a_page_that_a_custodian_can_open(office, services, world):
    response = press(office, world, "invite")
    with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
        pages = {name: packed.read(name).decode() for name in packed.namelist() if name.endswith(".html")}
    assert sorted(pages) == ["1_巡察办.html", "2_纪委.html", "3_组织部.html"]
    for invitation, page in zip(invitations(response), pages.values(), strict=True):
        assert html.escape(invitation.link) in page
        assert world.round.name in page
        assert "<script" not in page


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        ("wrong-sub-share", "纪委送出的数目不对", "纪委 handed out a wrong number"),
        ("false-complaint", "纪委说别人送来的数目不对", "纪委 complained about a number that was right"),
        ("words-differ", "纪委看到的核对词和别人的不一样", "纪委 sees other check words than the others"),
    ],
)
def test_why_it_stopped_is_said_in_the_language_of_the_page_and_it_begins_again(
    office, services, world, reason, zh, en
):
    press(office, world, "invite")
    services.board.stop(world.round.id, 1, Stop(reason, 2).encode())
    assert f"密钥没有做成。{zh}" in office.get(path(world)).text
    office.post("/office/language", {"language": "en", "back": path(world)}, path(world))
    assert f"The key was not made. {en}" in office.get(path(world)).text
    press(office, world, "ceremony/restart")
    assert "Step 1 of 6" in office.get(path(world)).text
    assert lines(services, "restart-ceremony") == ["done"]


def test_a_lost_custodian_is_replaced_with_new_invitations_for_everybody(office, services, world):
    world.make_key()
    key = world.round.get_opening_key().public_key
    given = invitations(press(office, world, "ceremony/replace", lost="3", newcomer="机关党委"))
    assert [one.custodian for one in given] == ["巡察办", "纪委", "机关党委"]
    assert {one.replacement.public_key for one in given} == {key}
    page = office.get(path(world)).text
    assert "正在重新分发密钥份额。第1步，共6步；正在等：巡察办、纪委、机关党委" in page
    assert lines(services, "replace-custodian") == ["done"]


@pytest.mark.parametrize(
    ("lost", "newcomer"),
    [("", "机关党委"), ("9", "机关党委"), ("3", ""), ("3", "纪委"), ("3", "长" * 61), ("3", "a\x07b")],
)
def test_a_replacement_that_cannot_be_changes_nothing(office, services, world, lost, newcomer):
    world.make_key()
    response = press(office, world, "ceremony/replace", lost=lost, newcomer=newcomer)
    assert response.status_code == 303
    assert "没有换人" in office.get(path(world)).text
    assert services.board.find_attempt(world.round.id) is None


def test_the_leader_of_an_evaluated_team_takes_no_place(office, services, world):
    world.make_key()
    assert press(office, world, "ceremony/replace", lost="3", newcomer="组长甲").status_code == 303
    assert "没有换人" not in (page := office.get(path(world)).text)
    assert "巡察组" in page
    assert services.board.find_attempt(world.round.id) is None


def test_after_closing_nobody_is_replaced(office, services, world):
    world.open().close()
    assert "换一位保管人" not in office.get(path(world)).text


def test_the_page_shows_who_has_signed(office, services, world, tmp_path: Path):
    world.open().close()
    partials = world.partials(tmp_path)
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
    opening = services.board.find_opening_record(world.round.id)
    signed = Statement.of_opening(opening, 1).signed(world.shares[0].secret, services.randomness)
    services.registry.save_statement(world.round.id, 1, signed.encode())
    page = office.get(path(world)).text
    assert "<dt>已对开封结果签字</dt><dd>巡察办</dd>" in page
    assert "<dt>参加了开封，还没有签字</dt><dd>纪委</dd>" in page

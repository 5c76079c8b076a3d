"""The honest page says what this installation really does, to everybody in the same bytes."""

from __future__ import annotations

import re

import pytest

from survey.domain.ceremony.office import was_made_apart
from survey.domain.installation import Installation
from survey.respondent.assets import script_digests
from tests.custodian.table import Table
from tests.world import SPEC, World


def page(world: World) -> str:
    answer = world.app().test_client().get("/honest")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_names_the_holders_the_threshold_and_the_smallest_group_of_every_round_with_slips() -> None:
    text = page(World().print())

    assert "分在 3 方手里，2 方一起才打得开" in text
    assert "巡察办、纪委、组织部" in text
    assert "不足 5 份，什么数字也不公布；不足 10 份，不公布意见" in text
    assert "应参评 15 人，印了 17 个码" in text


def test_it_shows_the_check_mark_of_the_slips_and_the_digest_of_the_script() -> None:
    world = World().print()
    text = page(world)

    assert world.manifest(world.first).fingerprint in text
    assert script_digests()["/assets/answer.js"] in text


@pytest.mark.parametrize("https", [True, False])
def test_it_says_whether_the_connection_is_encrypted(https: bool) -> None:
    text = page(World(installation=Installation(is_https=https)))

    assert ("这里没有加密连接" in text) is not https
    assert ("https，加密" in text) is https


@pytest.mark.parametrize("own_log", [True, False])
def test_it_says_whether_the_database_keeps_a_log_of_its_own(own_log: bool) -> None:
    assert ("另有自己的预写日志" in page(World(installation=Installation(has_own_log=own_log)))) is own_log


@pytest.mark.parametrize(("apart", "sentence"), [(True, "各方分头做成"), (False, "是在一台机器上做成的"), (None, None)])
def test_it_says_how_the_key_was_made_where_that_is_known(apart: bool | None, sentence: str | None) -> None:
    text = page(World(installation=Installation(made_apart=lambda round_: apart)).print())

    assert [one for one in ("各方分头做成", "是在一台机器上做成的") if one in text] == [sentence] * bool(sentence)


def test_a_key_made_on_one_machine_is_told_from_one_made_in_a_ceremony() -> None:
    table = Table()
    table.finish()
    here = World().make_key()

    assert was_made_apart(table.round, table.services.board)
    assert not was_made_apart(here.round, here.services.board)


@pytest.mark.parametrize("kiosk", [True, False])
def test_it_speaks_of_shared_tablets_only_where_a_round_has_them(kiosk: bool) -> None:
    assert ("共用的平板" in page(World(spec={**SPEC, "kiosk": kiosk}).open())) is kiosk


def test_a_round_that_has_no_slips_yet_is_not_told_about() -> None:
    assert "2026年第一轮巡察" not in page(World().freeze())


def test_everybody_gets_the_same_bytes() -> None:
    world = World().open()
    bodies = {
        world.app().test_client().get("/honest", headers=headers).data
        for headers in ({"Accept-Language": "en", "User-Agent": "A"}, {"Accept-Language": "zh-CN", "Cookie": "a=b"})
    }

    assert len(bodies) == 1


def test_every_doubt_says_how_one_would_notice_in_both_languages() -> None:
    text = page(World().open())
    doubts = re.findall(r'<section class="doubt".*?</section>', text, re.DOTALL)

    assert len(doubts) >= 14
    for doubt in doubts:
        assert 'class="notice"' in doubt
        assert len(re.findall(r"<span data-says lang=\"zh-CN\">[^<]+</span>", doubt)) == 4, doubt
        assert len(re.findall(r"<span data-says lang=\"en\" hidden>[^<]+</span>", doubt)) == 4, doubt
    assert "%" not in re.sub(r"&#37;", "", text)


def test_the_home_page_leads_to_it() -> None:
    assert 'href="/honest"' in World().app().test_client().get("/").get_data(as_text=True)

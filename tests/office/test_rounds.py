"""The list of rounds and the page of one round."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from survey.domain.drafts.spec import parse_spec
from survey.domain.rounds import State
from survey.office.rounds.steps import next_step, state_line
from tests.fakes import Services
from tests.office import samples
from tests.office.conftest import PASSWORD, Visitor, make_app


def cells(page: str, row: str) -> list[str]:
    """The figures in the row that begins with this heading."""
    [found] = re.findall(rf"<tr[^>]*>\s*<th[^>]*>(?:<a[^>]*>)?{row}(?:</a>)?</th>(.*?)</tr>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", found, re.DOTALL)]


def test_the_list_shows_state_teams_units_and_counts(signed_in):
    page = signed_in("office").get("/office/").text
    assert cells(page, "2025年第一轮巡察") == ["开放", "3", "6", "90", "100"]


def test_a_draft_has_a_dash_with_its_reason_instead_of_codes(signed_in):
    page = signed_in("office").get("/office/").text
    assert cells(page, "2026年第一轮巡察")[-1] == "—审定时确定"


def test_open_rounds_stand_first_and_finished_ones_last(signed_in):
    states = re.findall(r'class="state state-(\w+)"', signed_in("office").get("/office/").text)
    assert states == [
        "open",
        "closed",
        "printed",
        "frozen",
        "draft",
        "opened",
        "reported",
        "archived",
        "destroyed",
    ]


def test_the_list_asks_the_store_once_however_many_rounds_there_are(signed_in, services, monkeypatch):
    office = signed_in("office")
    asked = []
    real = services.registry.list_rounds
    monkeypatch.setattr(services.registry, "list_rounds", lambda: asked.append(1) or real())
    monkeypatch.setattr(services.registry, "turnout", None)
    monkeypatch.setattr(services.box, "count", None)
    assert office.get("/office/").status_code == 200
    assert asked == [1]


def test_an_empty_list_teaches_the_first_step(password_hash):
    services = Services()
    services.accounts.add_account("office", "office", password_hash)
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    page = visitor.get("/office/").text
    assert "还没有轮次" in page
    assert "survey round create round.yaml" in page


def test_the_sample_on_the_empty_page_is_a_valid_round(password_hash):
    import yaml

    services = Services()
    services.accounts.add_account("office", "office", password_hash)
    visitor = Visitor(make_app(services).test_client())
    visitor.log_in("office", PASSWORD)
    for language in ("zh", "en"):
        visitor.speak(language)
        page = visitor.get("/office/").text
        sample = re.search(r"<code>(name:.*?)</code>", page, re.DOTALL)
        assert sample
        assert parse_spec(yaml.safe_load(sample.group(1)), "page", services.randomness).evaluations[0].entitled == 51


@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("draft", "survey round keys draft --all-here DIR"),
        ("frozen", "survey round codes frozen --out DIR"),
        ("printed", "survey round open printed"),
        ("open", "survey round close open"),
        ("closed", "survey round count closed part-1 part-2"),
        ("opened", "survey round report opened --format docx --out report.docx"),
        ("reported", "survey round release reported"),
        ("archived", "survey round destroy archived"),
    ],
)
def test_the_page_of_a_round_names_its_next_command(signed_in, state, command):
    page = signed_in("office").get(f"/office/rounds/{state}").text
    assert command in page
    assert 'aria-current="step"' in page


def test_a_destroyed_round_has_no_next_step(signed_in, services):
    assert "下一步" not in signed_in("office").get("/office/rounds/destroyed").text


@pytest.mark.parametrize("state", list(State))
def test_one_button_is_filled_whatever_the_state(signed_in, services, state):
    page = signed_in("office").get(f"/office/rounds/{state.value}").text
    filled = len(re.findall(r'class="(?:button )?main"', page))
    assert filled == (state is not State.ARCHIVED)  # destroying is never the button that lies nearest
    keyed = replace(services.registry.rounds["draft"], opening_key=services.registry.rounds["frozen"].opening_key)
    services.registry.rounds["draft"] = keyed
    assert len(re.findall(r'class="(?:button )?main"', signed_in("office").get("/office/rounds/draft").text)) == 1


def test_a_draft_with_its_key_is_frozen_next(app, services):
    draft = services.registry.find_round("draft")
    keyed = replace(draft, opening_key=services.registry.find_round("frozen").opening_key)
    with app.test_request_context():
        step = next_step(keyed)
    assert step
    assert step.commands[0][1] == "survey round freeze draft --spare 8"
    assert not step.missing


def test_the_state_line_goes_from_draft_to_destroyed(app, services):
    with app.test_request_context():
        line = state_line(services.registry.find_round("open"))
    assert len(line) == len(State)
    assert [stop.when for stop in line] == ["past"] * 3 + ["now"] + ["ahead"] * 5


def test_the_page_of_a_round_lists_teams_and_units(signed_in):
    page = signed_in("office").get("/office/rounds/open").text
    assert cells(page, "第一巡察组") == ["72", "79"]
    assert cells(page, "文学院") == ["42", "46"]
    assert "3人中任意2人可开封" in page


def test_a_name_with_markup_stays_text(signed_in, services):
    round_ = samples.add_round(Services(), State.DRAFT, "<b>粗</b>")
    services.registry.rounds["draft"] = round_
    page = signed_in("office").get("/office/rounds/draft").text
    assert "<b>" not in page
    assert "&lt;b&gt;粗" in page


def test_there_are_no_links_to_pages_that_do_not_exist_yet(signed_in):
    office = signed_in("office")
    seen: set[str] = set()
    waiting = {"/office/"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        response = office.get(path)
        assert response.status_code == 200, path
        if not response.mimetype.startswith("text/html"):
            continue
        found = [html.unescape(one) for one in re.findall(r'(?:href|src)="(/office[^"#]*)', response.text)]
        waiting |= {address for address in found if address not in seen}
    assert len(seen) > 20

"""Every page with keys alone: nothing is out of reach, nothing holds one fast, and one always sees where one is.

The mouse is never used here. Tab order is compared with the order of the page itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone import PATIENCE, answer_the_rest, receipt, trouble, where
from tests.browsing import LiveRound

pytestmark = pytest.mark.browser

LONGEST = 90  # stops; the review has the most
STOPS = """() => Array.from(document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]'
  )).filter(node => {
    if (!node.checkVisibility()) return false
    if (node.type !== 'radio') return true
    const group = Array.from(document.getElementsByName(node.name))
    return node === (group.find(one => one.checked) || group[0])  // a group is one stop
  })"""
HERE = f"""() => {{
  const node = document.activeElement
  const seen = node.type === 'radio' ? node.nextElementSibling : node
  const style = getComputedStyle(seen)
  const box = seen.getBoundingClientRect()
  return {{
    at: ({STOPS})().indexOf(node),
    isMarked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    isInView: box.bottom > 0 && box.top < innerHeight,
    what: node.outerHTML.slice(0, 90),
  }}
}}"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRound]:
    live = LiveRound(tmp_path_factory.mktemp("keyboard") / "instance", kiosk=True)
    yield live
    live.stop()


@pytest.fixture(scope="module")
def slips(live: LiveRound) -> Iterator[str]:
    """A fresh slip each time."""
    return iter(live.slip_urls())


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A small window with a keyboard and no touch."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context.new_page()
    context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def go_round(page: Page) -> None:
    """Tab visits all that can be pressed, in the order of the page, marked and in sight, and comes round again."""
    count = len(page.evaluate(f"({STOPS})().map(node => node.tagName)"))
    visited: list[int] = []
    for _ in range(count + 2):
        press(page, "Tab")
        here = page.evaluate(HERE)
        if here["at"] in visited:
            break
        if here["at"] >= 0:
            assert here["isMarked"], f"the focus cannot be seen: {here['what']}"
            assert here["isInView"], f"the focus is out of sight: {here['what']}"
            visited.append(here["at"])
    first = visited[0]
    assert visited == [(first + step) % count for step in range(count)], page.title()


def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Tab until the focus is there."""
    for _ in range(LONGEST):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        press(page, key)
    pytest.fail(f"{selector} cannot be reached with {key}")


def is_at_heading(page: Page) -> None:
    """The new screen's heading has the focus, so the next Tab goes on from there."""
    expect(page.locator("h1:focus")).to_be_visible(timeout=PATIENCE)


def answer_by_keys(page: Page) -> None:
    """The question on the screen: its first option, then on."""
    number, total = where(page)
    reach(page, "input[type=radio]")
    press(page, "Space", "Enter")
    if number < total:
        expect(page.locator("#where")).to_contain_text(f"第 {number + 1} 题", timeout=PATIENCE)
    is_at_heading(page)


def test_from_the_typed_code_to_the_cleared_phone(desk: Page, live: LiveRound, slips: Iterator[str]) -> None:
    address, _, rest = next(slips).partition("#c=")
    desk.goto(live.url)
    expect(desk.locator("#go")).to_be_visible()
    go_round(desk)
    reach(desk, "#go")
    press(desk, "Enter")
    expect(desk.locator('[data-complaint="evaluation"]')).to_be_visible()
    expect(desk.locator("input[name=evaluation]:focus")).to_be_visible()  # where the fault is
    press(desk, "Space")
    while desk.evaluate("document.activeElement.value") != address.rpartition("/")[2]:
        press(desk, "ArrowDown")
    reach(desk, "#code")
    desk.keyboard.type(rest.split("&")[0].lower())
    press(desk, "Enter")

    expect(desk.locator("#start")).to_be_visible(timeout=PATIENCE)
    go_round(desk)
    reach(desk, ".deeds summary")
    press(desk, "Enter")
    expect(desk.locator(".deeds ol")).to_be_visible()
    reach(desk, "#start", "Shift+Tab")
    press(desk, "Enter")

    is_at_heading(desk)
    assert where(desk)[0] == 1
    press(desk, "1")  # only a shared tablet takes digits
    assert desk.locator(".option input:checked").count() == 0
    go_round(desk)
    reach(desk, "#next")
    press(desk, "Enter")
    expect(desk.locator(".complaint")).not_to_be_empty()
    reach(desk, "input[type=radio]", "Shift+Tab")
    press(desk, "ArrowDown")
    assert desk.locator(".option input:checked").input_value() == "B"
    press(desk, "ArrowUp", "ArrowUp")  # and round
    assert desk.locator(".option input:checked").input_value() == ""
    press(desk, "Enter")
    is_at_heading(desk)
    reach(desk, "#back")
    press(desk, "Space")
    expect(desk.locator("#where")).to_contain_text("第 1 题")
    is_at_heading(desk)
    assert desk.locator(".option input:checked").input_value() == ""
    while not desk.locator("#remark").count():
        answer_by_keys(desk)

    go_round(desk)
    reach(desk, "#remark")
    desk.keyboard.type("1. 材料少要")
    press(desk, "Enter", "Escape")
    desk.keyboard.type("2")
    assert desk.locator("#remark").input_value() == "1. 材料少要\n2"
    reach(desk, ".kept button")
    press(desk, "Enter")
    is_at_heading(desk)
    go_round(desk)
    press(desk, "Escape")
    expect(desk.locator("#remark")).to_have_value("1. 材料少要\n2")
    number, total = where(desk)
    for later in range(number, total):
        reach(desk, "#next")
        press(desk, "Enter")
        expect(desk.locator("#where")).to_contain_text(f"第 {later + 1} 题")
    reach(desk, "#next")
    press(desk, "Enter")

    is_at_heading(desk)
    go_round(desk)
    reach(desk, ".answers li:nth-child(2) button")
    press(desk, "Enter")
    is_at_heading(desk)
    reach(desk, "input[type=radio]")
    press(desk, "ArrowDown", "Enter")
    expect(desk.locator("#send")).to_be_visible()
    is_at_heading(desk)
    press(desk, "Tab")
    expect(desk.locator(".skip:focus")).to_be_visible()
    press(desk, "Enter")
    expect(desk.locator("#send:focus")).to_be_visible()
    press(desk, "Enter")

    receipt(desk)
    is_at_heading(desk)
    go_round(desk)
    reach(desk, "#picture")
    press(desk, "Enter")
    expect(desk.locator(".shelf img")).to_be_visible()
    reach(desk, "#clear")
    press(desk, "Enter")
    is_at_heading(desk)
    go_round(desk)
    press(desk, "Enter")
    expect(desk).to_have_url(f"{live.url}/")


def test_the_receipt_page_and_the_honest_page(desk: Page, live: LiveRound) -> None:
    desk.goto(f"{live.url}/receipt")
    expect(desk.locator("#check")).to_be_visible()
    go_round(desk)
    reach(desk, "#evaluation")
    press(desk, "ArrowDown")
    reach(desk, "#receipt")
    desk.keyboard.type("00")
    reach(desk, "#check")
    press(desk, "Enter")
    expect(desk.locator("#receipt:focus")).to_be_visible()  # where the fault is
    desk.keyboard.type("00" * 31)
    reach(desk, "#check")
    press(desk, "Enter")
    expect(desk.locator(".verdict")).to_be_visible(timeout=PATIENCE)
    go_round(desk)
    desk.goto(f"{live.url}/honest")
    expect(desk.locator("#language")).to_be_visible()
    go_round(desk)
    desk.goto(f"{live.url}/e/nowhere")
    go_round(desk)


def test_a_clerk_at_the_shared_tablet_answers_with_digits(desk: Page, slips: Iterator[str]) -> None:
    address, _, rest = next(slips).partition("#c=")
    desk.goto(f"{address}/kiosk")
    expect(desk.locator("#code")).to_be_visible(timeout=PATIENCE)
    go_round(desk)
    reach(desk, "#start")
    press(desk, "Enter")
    expect(desk.locator("#code:focus")).to_be_visible()  # where the fault is
    desk.keyboard.type(rest.split("&")[0])
    press(desk, "Enter")

    is_at_heading(desk)
    expect(desk.locator("form")).to_contain_text("按数字选")
    rows = desk.locator(".option input").count()
    press(desk, str(rows + 1), "Control+1", "a")
    assert desk.locator(".option input:checked").count() == 0
    go_round(desk)
    press(desk, "2")
    assert desk.locator(".option input:checked").input_value() == "B"
    press(desk, str(rows))
    assert desk.locator(".option input:checked").input_value() == ""
    press(desk, "3", "Enter")
    expect(desk.locator("#where")).to_contain_text("第 2 题")
    is_at_heading(desk)
    while not desk.locator("#remark").count():
        number = where(desk)[0]
        press(desk, "1", "Enter")
        expect(desk.locator("#where")).to_contain_text(f"第 {number + 1} 题")
        is_at_heading(desk)
    press(desk, "1")
    assert desk.locator("#remark").input_value() == ""
    reach(desk, "#remark")
    desk.keyboard.type("123")
    expect(desk.locator("#remark")).to_have_value("123")
    answer_the_rest(desk)
    is_at_heading(desk)
    assert json.loads(desk.locator("pre").text_content() or "")["answers"]["D1-1"] == "C"
    press(desk, "Tab", "Enter", "Enter")
    receipt(desk)
    is_at_heading(desk)
    go_round(desk)
    reach(desk, "#clear")
    press(desk, "Enter")
    expect(desk.locator("#code")).to_be_visible()
    is_at_heading(desk)


def test_the_countdown_of_a_shared_tablet_gives_the_focus_back(desk: Page, slips: Iterator[str]) -> None:
    address, _, rest = next(slips).partition("#c=")
    desk.clock.install()
    desk.goto(f"{address}/kiosk")
    expect(desk.locator("#code")).to_be_visible(timeout=PATIENCE)
    reach(desk, "#code")
    desk.keyboard.type(rest.split("&")[0])
    press(desk, "Enter")
    is_at_heading(desk)
    desk.clock.run_for(100_000)
    desk.locator("#stay").focus()
    press(desk, "Escape")  # any key
    expect(desk.locator("#idle")).to_be_empty()
    is_at_heading(desk)


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_what_stops_a_person(desk: Page, slips: Iterator[str], english: bool) -> None:
    slip = next(slips)
    code, _, mark = slip.partition("&m=")
    other = ("A" if mark[0] != "A" else "B") + mark[1:]
    desk.goto(f"{code}&m={other}")
    assert trouble(desk) == "wrong-fingerprint"
    if english:
        reach(desk, "#language")
        press(desk, "Enter")
        expect(desk.locator("html")).to_have_attribute("lang", "en")
    go_round(desk)
    reach(desk, ".deeds summary")
    press(desk, "Enter")
    expect(desk.locator(".deeds strong")).to_contain_text(" ".join(other[at : at + 4] for at in range(0, 22, 4)))
    go_round(desk)

    problem = json.dumps({"type": "urn:survey:problem:not-collecting", "title": "", "status": 403})
    desk.route(
        "**/token-request",
        lambda route: route.fulfill(status=403, body=problem, content_type="application/problem+json"),
        times=1,
    )
    desk.goto("about:blank")
    desk.goto(slip)
    expect(desk.locator("#start")).to_be_visible(timeout=PATIENCE)
    reach(desk, "#start")
    press(desk, "Enter")
    assert trouble(desk) == "not-collecting"
    is_at_heading(desk)
    go_round(desk)
    reach(desk, "#again")
    press(desk, "Enter")
    expect(desk.locator("#next")).to_be_visible(timeout=PATIENCE)
    is_at_heading(desk)

"""Every page of the office asks the store a fixed number of questions, whatever is in it; on a real database.

The pages are found by following links from each role's first page, so that a new page is measured without being named
here; a page that no link leads to fails the test by its name.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from survey.domain.drafts.spec import parse_spec
from survey.domain.forms.library import shelf, start_version
from survey.domain.questionnaire import default_questionnaire
from survey.domain.results.answers import Answers
from survey.domain.results.tally import Tally, build_record
from survey.domain.rounds import COLLECTED, COUNTED, ORDER, OpeningKey, Round, State
from survey.domain.staff import ROLES
from survey.domain.turnout import paced_turnout
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.database import migrate, open_database
from tests.fakes import MovableClock
from tests.office.conftest import make_app
from tests.office.crawl import crawl

MOST = 24  # statements; each question begins a transaction of its own, and the staff log takes a line
GROWS = {  # with what is asked for, and may
    "download-boxes": "streams every ballot of every team",
    "download-audit": "the same",
}
NO_PAGE = {  # GET routes that no page links to
    "asset": "a file",
    "nothing-here": "every other address",
    "show-login": "before anybody is signed in",
    "show-code": "between password and page",
    "show-passkey": "the same",
    "show-start": "before an account has a password of its own",
    "show-work": "only while a long step runs",
    "show-progress": "asked for by the script that shows it",
    "stay": "asked for by the script that keeps a session while somebody types; answers 204",
}


@pytest.fixture
def services(tmp_path, password_hash: str) -> Iterator[Services]:
    settings = Settings.create(tmp_path / "instance", public_url="https://survey.example", needs_second_factor=False)
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    # The clock stands still: once a minute a session is noted as used, whichever page comes then.
    services = replace(open_services(settings), clock=MovableClock())
    for role in ROLES:
        services.accounts.add_account(role, role, password_hash)
    (entry,) = shelf(services.library, services.randomness)
    start_version(services.library, entry, default_questionnaire().document)  # a draft, for its editor
    yield services
    services.close()


# --- Rounds in every state, without their keys: making twenty token keys takes seconds and is not what is measured


def spec(name: str, teams: int, units: int) -> dict[str, object]:
    return {
        "name": name,
        "custodians": ["甲", "乙", "丙"],
        "teams": [
            {"name": f"第{team}组", "units": [{"name": f"{team}-{unit}", "entitled": 12} for unit in range(units)]}
            for team in range(teams)
        ],
    }


def add_round(services: Services, state: State, draft: Round, record: bytes | None = None) -> Round:
    """record: of a round that is counted, its tally record."""
    if state is not State.DRAFT:
        draft = replace(draft, opening_key=OpeningKey(b"\x04" + bytes(64), b"{}"))
    services.registry.add_round(draft)
    if state is State.DRAFT:
        return draft
    services.registry.freeze(draft.moved_to(State.FROZEN), {one.id: b"{}" for one in draft.evaluations})
    round_ = replace(draft, state=State.CLOSED if state in COUNTED else state)
    services.registry.save_round(round_, expected=State.FROZEN)
    if state is State.OPEN or state in COLLECTED:
        for one in draft.evaluations:
            services.box.open_box(one.id)
    if record is not None:
        services.registry.finish_count(replace(round_, state=State.OPENED), record)
        round_ = replace(round_, state=state)
        services.registry.save_round(round_, expected=State.OPENED)
    return round_


def add(services: Services, state: State, name: str, teams: int, units: int) -> Round:
    """With a few codes, and where it is counted with a record."""
    draft = parse_spec(spec(name, teams, units), "spec", secrets.token_bytes)
    round_ = add_round(services, state, draft, record_of(draft) if state in COUNTED else None)
    if state not in (State.DRAFT, State.FROZEN):
        for one in draft.evaluations:
            codes = [(secrets.token_bytes(32), unit.id) for unit in one.units for _ in range(2)]
            services.registry.add_invitations(one.id, codes)
    return round_


def record_of(round_: Round) -> bytes:
    used = {one.id: 24 for one in round_.evaluations}
    units = {one.id: {unit.id: 24 // len(one.units) for unit in one.units} for one in round_.evaluations}
    draw = random.Random(1)
    return build_record(round_, tallies_of(round_), used, units, bytes(32), {1, 2}, draw.randbytes)


def tallies_of(round_: Round) -> dict[str, Tally]:
    draw = random.Random(1)
    tallies = {one.id: Tally(round_.questionnaire) for one in round_.evaluations}
    for tally in tallies.values():
        for _ in range(24):
            chosen = {item.code: draw.choice(item.scale.codes) for item in round_.questionnaire.scored_items}
            tally.add(Answers(chosen, {"C-1": "表格少一些。"}))
    return tallies


# --- Counting


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        asked.append(statement)

    engine = services.registry._engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def pages(app: Flask, services: Services, rounds: list[Round]) -> dict[str, int]:
    """Kind of page -> questions asked."""
    found = {}
    for page in crawl(app, {round_.id: round_.state.value for round_ in rounds}):
        with counted(services) as asked:  # the second time: the first may have taken a snapshot of the turnout
            page.visitor.get(page.path, buffered=True)
        found[page.kind] = len(asked)
    return found


def test_every_page_asks_as_much_with_200_units_and_40_rounds_as_with_few(services):
    app = make_app(services)
    small = [add(services, state, f"small {state}", 1, 1) for state in ORDER]
    before = pages(app, services, small)
    large = [add(services, state, f"large {state}", 10, 20) for state in ORDER]
    for number in range(22):
        add(services, ORDER[number % len(ORDER)], f"more {number}", 2, 1)
    after = pages(app, services, large)
    fixed = [page for page in after if page.partition(" ")[0] not in GROWS]
    assert {page: after[page] for page in fixed} == {page: before.get(page) for page in fixed}
    assert not {page: after[page] for page in fixed if after[page] > MOST}

    routes = {
        rule.endpoint.removeprefix("office.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("office.") and "GET" in (rule.methods or ())
    }
    reached = {page.partition(" ")[0] for page in after}
    assert routes - reached - set(NO_PAGE) == set(), "no link leads to these pages"


def test_a_fresh_snapshot_asks_twice_whatever_the_number_of_teams(services):
    asked = []
    for name, teams in (("small", 2), ("large", 20)):
        round_ = add(services, State.OPEN, name, teams, 2)
        with counted(services) as statements:
            paced_turnout(round_, services.registry, services.box, services.clock())
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 10

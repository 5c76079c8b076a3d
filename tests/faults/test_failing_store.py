"""A store that fails beneath the whole application: 503, nothing half-written, well again without a restart.

The staff see one line with the reason and nothing about a request.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, make_url, text

from survey import create_app
from survey.app import SurveyApp
from survey.domain.throttle import WINDOW, WrongCodeThrottle
from survey.errors import InvalidInput
from survey.notices import Notices
from survey.office.people.passwords import FAILURES, LOCKED_FOR, FailureCounter
from survey.storage.database import is_sqlite
from tests.databases import KINDS
from tests.fakes import MovableClock, Services
from tests.faults.installation import Installation
from tests.world import Phone, World, phones

LINE = re.compile(r"store: The store failed \([^)/]*\); nothing was recorded\. \(Not said again for ten minutes\.\)")


class Failing:
    """An application in this process over a real store that can be made to fail."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        app = create_app(services=installation.services)
        assert isinstance(app, SurveyApp)
        self.said: list[str] = []
        app.notices = Notices(self.said.append)
        self.client: FlaskClient = app.test_client()
        self.engine: Engine = installation.services.registry._engine
        self.phone: Phone = phones(installation.world, installation.evaluation, self.client)[0]

    @contextmanager
    def reading_only(self) -> Iterator[None]:
        """As after the file system was mounted anew for reading only, or on a standby of PostgreSQL."""
        if not is_sqlite(self.engine):
            self._set("default_transaction_read_only = on")
            yield
            self._set("default_transaction_read_only = off")
            return
        pragma = ["PRAGMA query_only = ON"]
        event.listen(self.engine, "connect", lambda connection, _record: connection.execute(pragma[0]))
        self.engine.dispose()
        yield
        pragma[0] = "PRAGMA query_only = OFF"
        self.engine.dispose()

    def _set(self, setting: str) -> None:
        with self.engine.connect() as connection:
            connection.execute(text("SET TRANSACTION READ WRITE"))
            connection.execute(text(f"ALTER DATABASE {self.engine.url.database} SET {setting}"))
            connection.commit()
        self.engine.dispose()


@pytest.fixture
def failing(database_url: str, tmp_path: Path) -> Iterator[Failing]:
    yield from _failing(database_url, tmp_path)


@pytest.fixture
def failing_postgresql(postgres_url: str, tmp_path: Path) -> Iterator[Failing]:
    yield from _failing(postgres_url, tmp_path)


def _failing(url: str, folder: Path) -> Iterator[Failing]:
    installation = Installation.make(folder, url, 5)
    yield Failing(installation)
    installation.close()


@pytest.fixture(scope="module", params=KINDS)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failing]:
    """For tests that leave the store as it is."""
    folder = tmp_path_factory.mktemp("whole")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'survey.db'}"
        if request.param == "postgresql":
            cluster = request.getfixturevalue("postgres_cluster")
            url = cluster.url(stack.enter_context(cluster.database()))
        yield from _failing(url, folder)


def require_refused(answer: Any) -> None:
    assert (answer.status_code, answer.json["type"]) == (503, "urn:survey:problem:store-unavailable")


def require_one_line(failing: Failing, reason: str) -> None:
    (line,) = failing.said
    assert LINE.fullmatch(line.strip()), line
    assert reason in line


def test_a_store_that_only_reads_refuses_code_and_ballot_and_takes_them_afterwards(failing: Failing) -> None:
    phone = failing.phone
    with failing.reading_only():
        require_refused(phone.request_token())
        require_refused(phone.request_token())
    require_one_line(
        failing, "SQLITE_READONLY" if is_sqlite(failing.engine) else "25006: PostgreSQL only allows reading"
    )
    token = phone.draw_token()
    sealed = phone.seal(token, {"O-1": "A"})
    with failing.reading_only():
        require_refused(phone.cast(token, sealed))
        assert failing.client.get(f"/e/{phone.evaluation_id}/manifest").status_code == 200
    assert failing.installation.receipts() == []
    assert phone.cast(token, sealed).status_code == 201
    assert failing.installation.broken_promises() == []
    assert len(failing.said) == 1


def test_a_pool_without_a_free_connection_refuses_and_recovers(failing: Failing) -> None:
    pool: Any = failing.engine.pool
    pool._timeout = 0.01  # seconds; half a minute otherwise
    with ExitStack() as stack:
        for _ in range(pool.size() + pool._max_overflow):
            stack.enter_context(failing.engine.connect())
        require_refused(failing.phone.request_token())
    assert [line.partition(" (Not")[0] for line in failing.said] == [
        "store: The store is too busy (no free connection); nothing was recorded."
    ]
    assert failing.phone.request_token().status_code == 200


@pytest.mark.postgres
def test_a_server_without_a_free_connection_refuses_and_recovers(failing_postgresql: Failing, tmp_path: Path) -> None:
    failing = failing_postgresql
    with failing.engine.connect() as connection:
        connection.execute(text("DROP ROLE IF EXISTS phones"))  # the role outlives a database
        connection.execute(text("CREATE ROLE phones LOGIN IN ROLE pg_read_all_data, pg_write_all_data"))
        connection.execute(text("ALTER ROLE phones CONNECTION LIMIT 0"))
        connection.commit()
    url = make_url(failing.installation.services.settings.database_url).set(username="phones")
    original = failing.engine.url
    _become(failing.engine, str(url.username))
    require_refused(failing.phone.request_token())
    require_one_line(failing, "cannot be reached")
    _become(failing.engine, str(original.username))
    assert failing.phone.request_token().status_code == 200


def _become(engine: Engine, user: str) -> None:
    """Connect as another role from here on."""
    event.listen(engine, "do_connect", lambda dialect, record, arguments, options: options.update(user=user))
    engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_request_whose_transaction_loses_a_race_succeeds_at_once(failing_postgresql: Failing, sqlstate: str) -> None:
    """Serialization failure and deadlock, each twice before it goes well: nobody notices."""
    failing = failing_postgresql
    with failing.engine.connect() as connection:
        connection.execute(text("CREATE SEQUENCE tries"))
        connection.execute(
            text(
                "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF nextval('tries') % 3 <> 0 THEN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END IF;"
                " RETURN NEW; END $$"
            )
        )
        for table in ("ballots", "invitations"):
            connection.execute(
                text(f"CREATE TRIGGER lose BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION lose()")
            )
        connection.commit()
    failing.phone.answer({"O-1": "A"})
    assert failing.said == []
    with failing.engine.connect() as connection:
        assert connection.scalar(text("SELECT last_value FROM tries")) == 6
    assert failing.installation.broken_promises() == []


@pytest.mark.parametrize("path", ["/e/%00", "/e/a%00b/manifest", "/e/%00/receipts/" + "0" * 64, "/e/%00/audit.zip"])
def test_an_address_that_no_store_can_hold_is_not_found(whole: Failing, path: str) -> None:
    assert whole.client.get(path).status_code == 404


@pytest.mark.parametrize("what", ["token-request", "ballots"])
def test_a_post_to_an_address_that_no_store_can_hold_is_not_found(whole: Failing, what: str) -> None:
    assert whole.client.post(f"/e/%00/{what}").status_code == 404


def test_a_text_that_no_store_can_hold_is_refused_and_not_a_failure(whole: Failing) -> None:
    accounts = whole.installation.services.accounts
    with pytest.raises(InvalidInput, match="half a character"):
        accounts.find_account("a\ud800")
    if not is_sqlite(whole.engine):
        with pytest.raises(InvalidInput, match="NUL"):
            accounts.find_account("a\0b")


# --- The clock -----------------------------------------------------------------------------------------------------

WITH_TIMES = {"opens_at": "2026-03-01T00:00:00+00:00", "closes_at": "2026-03-10T00:00:00+00:00"}
JUMPS = [timedelta(days=400), timedelta(days=-400), timedelta(seconds=-1)]


def world_at(clock: MovableClock, times: dict[str, str]) -> World:
    return World(Services(clock=clock), {**World().spec, **times}).open()


@pytest.mark.parametrize("jump", JUMPS)
def test_without_announced_times_a_jumping_clock_changes_nothing_for_respondents(jump: timedelta) -> None:
    clock = MovableClock()
    world = world_at(clock, {})
    client = world.app().test_client()
    first, second, *_ = phones(world, world.first, client)
    token = first.draw_token()
    clock.now += jump
    assert first.cast(token, first.seal(token, {"O-1": "A"})).status_code == 201
    second.answer({"O-1": "B"})


def test_a_clock_that_jumped_past_the_end_and_back_costs_nobody_the_vote() -> None:
    clock = MovableClock()
    clock.now = clock.now.replace(year=2026, month=3, day=5)
    world = world_at(clock, WITH_TIMES)
    phone = phones(world, world.first, world.app().test_client())[0]
    token = phone.draw_token()
    sealed = phone.seal(token, {"O-1": "A"})
    clock.now += timedelta(days=30)
    assert phone.cast(token, sealed).status_code == 403
    clock.now -= timedelta(days=30)
    assert phone.cast(token, sealed).status_code == 201


@pytest.mark.parametrize("jump", JUMPS)
def test_wrong_codes_are_not_held_against_anybody_for_longer_after_a_jump(jump: timedelta) -> None:
    clock = MovableClock()
    throttle = WrongCodeThrottle(clock, limit=3)
    clock.now += jump
    while throttle.note_wrong("e"):
        pass
    clock.now -= jump
    clock.now += WINDOW
    assert throttle.note_wrong("e")


@pytest.mark.parametrize("jump", JUMPS)
def test_an_account_stays_locked_no_longer_after_a_jump(jump: timedelta) -> None:
    clock = MovableClock()
    counter = FailureCounter(Services(clock=clock))
    clock.now += jump
    assert [counter.try_once("office") for _ in range(FAILURES + 1)][-1] is False
    clock.now -= jump
    clock.now += LOCKED_FOR
    assert counter.try_once("office")


def test_an_output_that_is_full_too_changes_no_answer() -> None:
    def full(_line: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    Notices(full).say("The store failed.")


def test_a_notice_is_said_once_in_ten_minutes() -> None:
    now, said = [0.0], []
    notices = Notices(said.append, lambda: now[0])
    make: Callable[[str], None] = notices.say
    for moment in (0.0, 1.0, 599.0, 600.0, 601.0):
        now[0] = moment
        make("The store failed.")
    assert len(said) == 2


@pytest.mark.parametrize("name", ["der", "codes"])
def test_a_damaged_secret_is_a_failure_of_ours_that_staff_are_told_of_once(failing: Failing, name: str) -> None:
    installation = failing.installation
    file = installation.instance / "keys" / f"{installation.evaluation.id}.{name}"
    whole = file.read_bytes()
    file.write_bytes(whole[:50])
    for _ in range(3):
        answer = failing.phone.request_token()
        assert (answer.status_code, answer.json["type"]) == (500, "urn:survey:problem:internal-error")
        assert str(installation.instance) not in answer.text
    (line,) = failing.said
    told = r"SettingsError at key_files\.py:\d+; `survey check` names what is wrong\."
    assert re.fullmatch(rf"respondent plane: {told} \(Not said again for ten minutes\.\)\n", line)
    (promise,) = installation.broken_promises()
    assert f"{installation.evaluation.id}.{name} cannot be unlocked" in promise
    installation.services.audit.append(account="office", address="-", action="look")
    (_, before) = [entry.result for entry in installation.services.audit.entries()]
    assert re.search(told, before)
    file.write_bytes(whole)
    assert failing.phone.request_token().status_code == 200

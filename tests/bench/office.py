"""Pages of the office over a large store: 40 rounds of 200 units and 50,000 codes each, 45,000 ballots in two of them.

Every page that a link leads to (tests.office.crawl), the median of five, beside the smallest signed-in page.
"""

from __future__ import annotations

import contextlib
import secrets
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from survey.domain.drafts.spec import parse_spec
from survey.domain.results.tally import build_record
from survey.domain.rounds import COUNTED, ORDER, Round, State
from survey.domain.staff import ROLES
from survey.services import Services, open_services
from survey.settings import Settings
from survey.storage.ballot_tables import ballots
from survey.storage.database import is_sqlite, make_partition, migrate, open_database, write
from survey.storage.registry_tables import invitations
from tests.databases import new_cluster
from tests.office.conftest import PASSWORD, make_app
from tests.office.crawl import crawl
from tests.office.test_queries import add_round, spec, tallies_of

ROUNDS, TEAMS, UNITS, CODES, BALLOTS = 40, 20, 10, 2500, 2250  # units, codes and ballots: of one team
SHOWN = 12  # the slowest pages
AIM = "aim 100 ms"


def measure(folder: Path) -> list[tuple[str, str, str]]:
    rows = _measured(folder / "sqlite", None, "SQLite")
    with new_cluster() as cluster, cluster.database() as name:
        return rows + _measured(folder / "postgresql", cluster.url(name), "PostgreSQL")


def _measured(instance: Path, url: str | None, words: str) -> list[tuple[str, str, str]]:
    began = time.perf_counter()
    with _store(instance, url) as (services, rounds):
        took = f"{time.perf_counter() - began:.0f} s to make"
        app = make_app(services)
        times = {}
        for found in crawl(app, {round_.id: round_.state.value for round_ in rounds}):
            if found.is_page:
                times[found.kind] = statistics.median(_timed(found.visitor, found.path) for _ in range(5))
    floor = times["show-account"]
    rows = [(f"{words}: the floor, one's own account", f"{floor:.1f} ms", took)]
    slowest = sorted(times, key=lambda kind: -times[kind])
    rows += [
        (kind, f"{times[kind]:.1f} ms", f"{times[kind] / floor:.1f} x the floor; {AIM}") for kind in slowest[:SHOWN]
    ]
    return [*rows, (f"the other {len(slowest) - SHOWN} pages, at most", f"{times[slowest[SHOWN]]:.1f} ms", AIM)]


def _timed(visitor: object, path: str) -> float:
    began = time.perf_counter()
    visitor.get(path)  # type: ignore[attr-defined]
    return (time.perf_counter() - began) * 1000


@contextlib.contextmanager
def _store(instance: Path, url: str | None) -> Iterator[tuple[Services, list[Round]]]:
    """The services, and one round in every state; the others of the 40 are archived."""
    more = {} if url is None else {"database_url": url}
    settings = Settings.create(instance, public_url="https://survey.example", needs_second_factor=False, **more)
    engine = open_database(settings.database_url)
    migrate(engine)
    services = open_services(settings)
    password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    for role in ROLES:
        services.accounts.add_account(role, role, password_hash)
    tallies = None
    rounds = []
    for number in range(ROUNDS):
        state = ORDER[number] if number < len(ORDER) else State.ARCHIVED
        draft = parse_spec(spec(f"第{number}轮", TEAMS, UNITS), "spec", secrets.token_bytes)
        if tallies is None:
            tallies = list(tallies_of(draft).values())
        record = None
        if state in COUNTED:
            ids = [one.id for one in draft.evaluations]
            used = {one.id: BALLOTS for one in draft.evaluations}
            units = {one.id: {unit.id: BALLOTS // UNITS for unit in one.units} for one in draft.evaluations}
            by_id = dict(zip(ids, tallies, strict=True))
            record = build_record(draft, by_id, used, units, bytes(32), {1, 2}, secrets.token_bytes)
        rounds.append(add_round(services, state, draft, record))
        if state is not State.DRAFT and state is not State.FROZEN:
            _fill(engine, draft, with_ballots=state in (State.OPEN, State.CLOSED))
    try:
        yield services, rounds[: len(ORDER)]
    finally:
        services.close()
        engine.dispose()


def _fill(engine: Engine, round_: Round, *, with_ballots: bool) -> None:
    """By the database itself: two million rows through Python would take minutes."""
    sqlite = is_sqlite(engine)
    numbers = (
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :many)"
        if sqlite
        else "WITH numbers AS (SELECT generate_series(1, :many) AS n)"
    )
    blob = "randomblob(32)" if sqlite else "sha256(random()::text::bytea)"
    body = "zeroblob(3000)" if sqlite else "decode(repeat('00', 3000), 'hex')"
    token, enc = (
        ("zeroblob(354)", "zeroblob(65)")
        if sqlite
        else ("decode(repeat('00', 354), 'hex')", "decode(repeat('00', 65), 'hex')")
    )

    def work(connection: object) -> None:
        for one in round_.evaluations:
            for place, unit in enumerate(one.units):
                make_partition(connection, invitations, one.id)  # type: ignore[arg-type]
                connection.execute(  # type: ignore[attr-defined]
                    text(
                        f"INSERT INTO invitations (evaluation, code_mac, unit, state, request_digest) {numbers}"  # noqa: S608
                        f" SELECT :evaluation, {blob}, :unit, CASE WHEN n % 10 = 0 THEN 0 ELSE 1 END, {blob}"
                        " FROM numbers"
                    ),
                    {"evaluation": one.id, "unit": unit.id, "many": CODES // UNITS, "place": place},
                )
            if with_ballots:
                make_partition(connection, ballots, one.id)  # type: ignore[arg-type]
                connection.execute(  # type: ignore[attr-defined]
                    text(
                        f"INSERT INTO ballots (evaluation, token_digest, token, enc, ct, receipt) {numbers}"  # noqa: S608
                        f" SELECT :evaluation, {blob}, {token}, {enc}, {body}, {blob} FROM numbers"
                    ),
                    {"evaluation": one.id, "many": BALLOTS},
                )

    write(engine, work)

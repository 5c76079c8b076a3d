"""Each setting around the store that keeps an order of arrival is named, and nothing else is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from survey.domain.lifecycle import close_round
from survey.domain.rounds import State
from survey.services import open_services
from survey.settings import Settings
from survey.storage.ballot_box import SqlBallotBox
from survey.storage.database import OrderRemains, migrate, open_database, tidy
from survey.storage.doctor import GRANTS, RULES, examine
from tests.databases import Cluster
from tests.world import World

_numbers = itertools.count(1)


@pytest.fixture
def plain(postgres_cluster: Cluster) -> Iterator[tuple[str, psycopg.Connection, str]]:
    """The URL of a database whose owner has no rights beyond it; an administrator's connection; the role's name."""
    role = f"plain_{next(_numbers)}"
    with postgres_cluster.database() as name, postgres_cluster.connect(name) as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN")
        admin.execute(f"ALTER DATABASE {name} OWNER TO {role}")
        admin.execute(f"ALTER SCHEMA public OWNER TO {role}")
        yield f"postgresql://{role}@/{name}?host={postgres_cluster.folder}", admin, role
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [role])
        admin.execute(f"REASSIGN OWNED BY {role} TO survey")
        admin.execute(f"DROP OWNED BY {role}")
        admin.execute(f"DROP ROLE {role}")


def test_a_store_of_our_own_making_is_healthy(engine: Engine) -> None:
    assert examine(engine) == []


@pytest.mark.postgres
def test_a_role_without_the_rights_is_told_what_to_grant_and_then_may(
    plain: tuple[str, psycopg.Connection, str],
) -> None:
    url, admin, role = plain
    engine = open_database(url)
    migrate(engine)
    [sentence] = [sentence for sentence in examine(engine) if "may not empty" in sentence]
    for grant in GRANTS:
        statement = grant.format(role=role)
        assert statement in sentence
        admin.execute(statement)
    assert [sentence for sentence in examine(engine) if "may not empty" in sentence] == []
    tidy(engine)
    engine.dispose()


@pytest.mark.postgres
def test_a_round_closes_though_the_log_may_not_be_emptied_and_that_is_said(
    plain: tuple[str, psycopg.Connection, str], tmp_path: Path
) -> None:
    settings = Settings.create(tmp_path / "instance", database_url=plain[0])
    engine = open_database(settings.database_url)
    migrate(engine)
    engine.dispose()
    services = open_services(settings)
    world = World(services).open()
    with pytest.raises(OrderRemains, match="survey doctor"):
        close_round(world.round, registry=services.registry, box=services.box, keys=services.keys)
    stored = services.registry.find_round(world.round.id)
    assert stored is not None
    assert stored.state is State.CLOSED
    services.close()


@pytest.mark.postgres
def test_a_talkative_server_is_named_to_a_role_that_cannot_silence_it(
    plain: tuple[str, psycopg.Connection, str],
) -> None:
    url, admin, role = plain
    admin.execute(f"ALTER ROLE {role} SET log_statement = 'all'")
    engine = open_database(url)
    assert any(sentence.startswith("log_statement is all, expected none") for sentence in examine(engine))
    engine.dispose()


@pytest.mark.postgres
def test_a_talkative_server_is_silenced_where_the_role_may(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with engine.connect() as connection:
        shown = [connection.scalar(text(f"SHOW {name}")) for name in ("log_statement", "log_error_verbosity")]
    engine.dispose()
    assert shown == ["none", "terse"]


@pytest.mark.postgres
def test_a_replication_slot_is_named(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_create_physical_replication_slot('thief')"))
        found = examine(engine)
        connection.execute(text("SELECT pg_drop_replication_slot('thief')"))
    engine.dispose()
    assert found == ["The replication slot thief keeps the write-ahead log until somebody has read it."]


@pytest.mark.postgres
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.setting)
def test_every_bad_setting_is_one_sentence(postgres_url: str, rule: object) -> None:
    """A table of ours stands before the server's own view: most of these need a restart to be changed."""
    engine = open_database(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE public.pg_settings (name text, setting text, context text)"))
        values = {rule_.setting: rule_.good[0] for rule_ in RULES}
        values[rule.setting] = "bad"  # type: ignore[attr-defined]
        for name, setting in values.items():
            row = {"name": name, "setting": setting}
            connection.execute(text("INSERT INTO public.pg_settings VALUES (:name, :setting, 'postmaster')"), row)
    engine.dispose()
    engine = open_database(postgres_url + "&options=-csearch_path%3Dpublic,pg_catalog")
    [sentence] = examine(engine)
    engine.dispose()
    assert sentence.startswith(f"{rule.setting} is bad, expected {' or '.join(rule.good)}: ")  # type: ignore[attr-defined]


def test_a_journal_left_over_after_closing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.storage.doctor.STAFF_JOURNAL", 0)
    engine = open_database(f"sqlite:///{tmp_path / 'survey.db'}")
    migrate(engine)
    box = SqlBallotBox(engine)
    box.open_box("team-1")
    assert examine(engine) == []
    box.close_box("team-1")
    [sentence] = examine(engine)
    assert sentence.endswith("though no round is open: run `survey tidy`.")
    box.forget_order()
    assert examine(engine) == []
    engine.dispose()

"""Backup, restore, check and tidy by command. What they promise is tested with the storage."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cli.conftest import Survey


@pytest.fixture
def other(made: Survey) -> Survey:
    return Survey(made.instance.with_name("other"), made.work)


def test_a_backup_comes_back_whole(made: Survey, other: Survey) -> None:
    round_id = made.create()
    made("backup", made.work / "backup")
    other("restore", made.work / "backup", "--key-file", made.instance / "server.key")
    assert [round_["round"] for round_ in other.json("round", "list", "--json")] == [round_id]
    other("check")


def test_the_restored_instance_has_a_store_of_its_own(made: Survey, other: Survey) -> None:
    made("backup", made.work / "backup")
    other("restore", made.work / "backup", "--key-file", made.instance / "server.key")
    other.create()
    assert made.json("round", "list", "--json") == []


def test_a_backup_never_replaces_another(made: Survey) -> None:
    made.write("backup", "older")
    assert "exists" in made("backup", made.work / "backup", exit_code=1).stderr


def test_an_instance_is_never_restored_over(made: Survey) -> None:
    made("backup", made.work / "backup")
    assert "already is an instance" in made("restore", made.work / "backup", exit_code=1).stderr


def test_a_file_that_is_no_backup_leaves_no_instance(made: Survey, other: Survey) -> None:
    other("restore", made.write("backup", "no tar"), exit_code=1)
    assert not other.instance.exists()


def test_a_broken_promise_is_named(made: Survey) -> None:
    round_id = made.freeze()
    evaluation = made.json("round", "status", round_id, "--json")["evaluations"][0]["id"]
    (made.instance / "keys" / f"{evaluation}.der").unlink()
    result = made("check", exit_code=1)
    assert evaluation in result.stderr


def test_tidying_an_instance_at_rest_succeeds(made: Survey) -> None:
    assert made("tidy").stdout == "The store is in order.\n"


def test_a_store_of_another_version_is_refused_until_it_is_migrated(made: Survey) -> None:
    with sqlite3.connect(made.instance / "survey.db") as connection:
        connection.execute("DELETE FROM alembic_version")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'DROP TABLE "{name}"')  # names of our own tables
    connection.close()
    assert "The store has schema none" in made("round", "list", exit_code=1).stderr
    made("migrate")
    assert made.json("round", "list", "--json") == []


def test_the_doctor_finds_a_fresh_instance_healthy(made: Survey) -> None:
    assert made("doctor").stdout == "Nothing around the store keeps an order of arrival.\n"


def test_the_doctor_names_what_needs_care_and_ends_with_1(made: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.storage.doctor.examine", lambda engine: ["archive_mode is on."])
    result = made("doctor", exit_code=1)
    assert result.stdout == "archive_mode is on.\n"
    assert "settings need care; docs/postgresql.md" in result.stderr


def test_a_round_is_closed_and_a_warning_says_so_when_the_order_could_not_be_erased(
    made: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.storage.ballot_box import SqlBallotBox
    from survey.storage.tidying import OrderRemains

    def fail(_box: SqlBallotBox) -> None:
        raise OrderRemains("Somebody was reading.")

    round_id = made.open()
    monkeypatch.setattr(SqlBallotBox, "forget_order", fail)
    result = made("round", "close", round_id)
    assert "Warning: Somebody was reading. Run `survey tidy` when nobody is reading." in result.stderr
    assert made.json("round", "status", round_id, "--json")["state"] == "closed"


def test_a_backup_without_the_server_key_gives_nothing_back(made: Survey, other: Survey) -> None:
    made("backup", made.work / "backup")
    assert "server.key is not there" in other("restore", made.work / "backup", exit_code=1).stderr
    assert not other.instance.exists()


def test_no_secret_stands_readable_in_a_backup(made: Survey) -> None:
    made.freeze()
    made("backup", made.work / "backup")
    content = (made.work / "backup").read_bytes()
    services = made.services
    ids = [one.id for round_ in services.registry.list_rounds() for one in round_.evaluations]
    hidden = [services.keys.instance_secret(), services.settings.session_secret, *map(services.keys.token_key, ids)]
    assert len(hidden) == 4
    assert not any(secret in content for secret in hidden)
    assert (made.instance / "server.key").read_bytes().strip() not in content


def test_closing_destroys_the_token_keys_and_check_is_content(made: Survey) -> None:
    round_id = made.open()
    assert len([*(made.instance / "keys").glob("*.der")]) == 2
    made("round", "close", round_id)
    assert [*(made.instance / "keys").glob("*.der")] == []
    made("check")
    made("round", "destroy-keys", round_id)


def test_the_keys_of_a_round_that_may_still_be_open_are_not_destroyed(made: Survey) -> None:
    assert "needed until it is closed" in made("round", "destroy-keys", made.open(), exit_code=1).stderr


def test_a_new_server_key_takes_the_place_of_the_old_one(made: Survey) -> None:
    old = (made.instance / "server.key").read_bytes()
    secret = made.services.keys.instance_secret()
    made("key", "rotate")
    assert made.services.keys.instance_secret() == secret
    (made.instance / "server.key").write_bytes(old)
    assert "does not open" in made("round", "list", exit_code=1).stderr


def test_the_server_key_moves_to_another_disk(made: Survey) -> None:
    made("key", "rotate", "--to", made.work / "stick.key")
    assert not (made.instance / "server.key").exists()
    made("round", "list")
    (made.work / "stick.key").rename(made.work / "pulled-out")
    assert "stick.key is not there. Put its disk in" in made("round", "list", exit_code=1).stderr


def test_the_server_key_may_come_from_the_environment_alone(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEY_KEY", survey("key", "new").stdout.strip())
    survey.init()
    assert not (survey.instance / "server.key").exists()
    survey.create()
    monkeypatch.setenv("SURVEY_KEY", survey("key", "new").stdout.strip())
    assert "does not open" in survey("round", "list", exit_code=1).stderr
    monkeypatch.setenv("SURVEY_KEY", "c2hvcnQ=")
    assert "SURVEY_KEY must hold 32 random bytes" in survey("round", "list", exit_code=1).stderr


@pytest.mark.parametrize("name", ["server.key", "settings.json", "session.secret", "data-key.secret"])
def test_a_secret_that_others_may_read_stops_the_start(made: Survey, name: str) -> None:
    (made.instance / name).chmod(0o640)
    assert f"{name} has mode 0640; expected 0600" in made("round", "list", exit_code=1).stderr

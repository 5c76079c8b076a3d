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
    other("restore", made.work / "backup")
    assert [round_["round"] for round_ in other.json("round", "list", "--json")] == [round_id]
    other("check")


def test_the_restored_instance_has_a_store_of_its_own(made: Survey, other: Survey) -> None:
    made("backup", made.work / "backup")
    other("restore", made.work / "backup")
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

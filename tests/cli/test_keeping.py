"""Backup, restore, check and tidy by command. What they promise is tested with the storage."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from survey import server_key
from survey.domain.invitations import code_mac, parse_code
from survey.domain.ports.registry import SpendOutcome
from survey.errors import InvalidInput, KeyAway, SettingsError
from survey.server_key import write_private
from survey.settings import Settings
from survey.settings_file import has_readable_password, lock_password, read_settings
from survey.storage.backups import backup as write_backup
from survey.storage.database import open_database
from survey.storage.key_files import FileKeys
from tests.cli.conftest import Survey
from tests.cli.test_rounds import rows


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


def test_a_key_of_an_open_round_that_nobody_can_unlock_is_named(made: Survey) -> None:
    made.open()
    evaluation = rows(made.codes)[0]["evaluation"]
    file = made.instance / "keys" / f"{evaluation}.der"
    file.write_bytes(file.read_bytes()[:100])
    refusal = made("check", exit_code=1).stderr
    assert f"1 promises are broken: Evaluation {evaluation}" in refusal
    assert "has a secret that nobody can use: " in refusal
    assert f"{evaluation}.der cannot be unlocked" in refusal


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
    assert made("doctor").stdout == "Nothing around the store keeps an order of arrival, and nobody else may read it.\n"


def test_the_doctor_names_every_file_that_others_may_read(made: Survey) -> None:
    (made.instance / "survey.db").chmod(0o644)
    made.instance.chmod(0o755)
    lines = made("doctor", exit_code=1).stdout.splitlines()
    assert f"{made.instance} has mode 0755, expected 0700: others may read it." in lines
    assert f"{made.instance / 'survey.db'} has mode 0644, expected 0600: others may read it." in lines
    assert all("survey.db" in line or str(made.instance) + " " in line for line in lines)


def test_the_doctor_names_what_needs_care_and_ends_with_1(made: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.storage.doctor.examine", lambda engine: ["archive_mode is on."])
    result = made("doctor", exit_code=1)
    assert result.stdout == "archive_mode is on.\n"
    assert "1 things need care; docs/postgresql.md" in result.stderr


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


@pytest.fixture
def keyless(made: Survey, other: Survey) -> Survey:
    """The backup of an open round, brought back where its server key is not."""
    made.open()
    made("backup", made.work / "backup")
    other("restore", made.work / "backup")
    return other


def test_a_backup_comes_back_without_the_server_key_and_says_where_it_is_wanted(made: Survey, other: Survey) -> None:
    round_id = made.open()
    made("backup", made.work / "backup")
    result = other("restore", made.work / "backup")
    assert "every promise of the store holds" in result.stdout
    assert f"Before serving: The server key {other.instance / 'server.key'} is not there." in result.stderr
    assert other.json("round", "status", round_id, "--json")["state"] == "open"
    assert "cannot be unlocked" not in other("check").stdout
    assert f"not checked: The server key {other.instance / 'server.key'}" in other("check").stderr


def test_a_backup_without_the_server_key_gives_no_secret_back(made: Survey, keyless: Survey) -> None:
    assert not (keyless.instance / "server.key").exists()
    settings = Settings.load(keyless.instance, {}, needs_key=False)
    keys = FileKeys(settings.keys_folder, settings.vault)
    (evaluation_id, *_) = {row["evaluation"] for row in rows(made.codes)}
    for read in (
        settings.session_key.current,
        keys.share_test_secret,
        lambda: keys.token_key(evaluation_id),
        lambda: keys.code_secret(evaluation_id),
    ):
        with pytest.raises(KeyAway, match=r"server\.key is not there"):
            read()


def test_without_the_server_key_no_token_can_be_issued(keyless: Survey) -> None:
    assert "server.key is not there" in keyless("serve", "--port", "1", exit_code=1).stderr


@pytest.mark.parametrize("step", [("freeze",), ("codes", "--out", "again"), ("destroy", "--confirm", "destroy")])
def test_without_the_server_key_a_step_that_makes_or_ends_a_secret_is_refused_before_it_begins(
    keyless: Survey, step: tuple[str, ...]
) -> None:
    (round_,) = keyless.json("round", "list", "--json")
    name, *options = step
    refusal = keyless("round", name, round_["round"], *options, exit_code=1).stderr
    assert "server.key is not there. Put its disk in" in refusal
    assert not Path("again").exists()


def test_without_the_server_key_a_round_is_closed_counted_reported_and_checked(made: Survey, keyless: Survey) -> None:
    (round_,) = keyless.json("round", "list", "--json")
    round_id, work = round_["round"], keyless.work
    keyless("round", "close", round_id)
    assert [file.name for file in (keyless.instance / "keys").iterdir()] == ["share-tests.secret"]
    keyless("round", "boxes", round_id, "--out", work / "boxes")
    parts = [work / "0.part", work / "1.part"]
    for part, share in zip(parts, sorted((work / "shares").iterdir()), strict=False):
        keyless("custodian", "open", "--share", share, "--boxes", work / "boxes", "--out", part)
    keyless("round", "count", round_id, *parts)
    keyless("round", "report", round_id, "--format", "json", "--out", work / "report.json")
    keyless("audit", "export", round_id, "--out", work / "audit.zip")
    keyless("audit", "verify", work / "audit.zip")
    keyless("check")
    keyless("backup", work / "again")


def test_the_server_key_put_in_place_later_opens_everything(made: Survey, keyless: Survey) -> None:
    write_private(keyless.instance / "server.key", (made.instance / "server.key").read_bytes())
    for row in rows(made.codes):
        secret = keyless.services.keys.code_secret(row["evaluation"])
        assert secret == made.services.keys.code_secret(row["evaluation"])
    assert keyless("check").stderr == ""


def test_a_key_that_does_not_fit_the_backup_is_refused(made: Survey, other: Survey) -> None:
    made("backup", made.work / "backup")
    made("key", "new", "--out", made.work / "strange.key")
    refusal = other("restore", made.work / "backup", "--key-file", made.work / "strange.key", exit_code=1).stderr
    assert "does not open" in refusal
    assert not other.instance.exists()


def test_without_the_server_key_a_password_is_not_written_down_readable(made: Survey, other: Survey) -> None:
    made("backup", made.work / "backup")
    url = f"postgresql://survey:{PASSWORD}@db.example/survey"
    refusal = other("restore", made.work / "backup", "--database-url", url, exit_code=1).stderr
    assert "server.key is not there" in refusal
    assert not other.instance.exists()


def test_no_secret_stands_readable_in_a_backup(made: Survey) -> None:
    made.open()
    made("backup", made.work / "backup")
    content = (made.work / "backup").read_bytes()
    services = made.services
    ids = [one.id for round_ in services.registry.list_rounds() for one in round_.evaluations]
    hidden = [services.keys.share_test_secret(), services.settings.session_key.current()]
    hidden += [*map(services.keys.token_key, ids), *map(services.keys.code_secret, ids)]
    assert len(hidden) == 6
    assert not any(secret in content for secret in hidden)
    assert (made.instance / "server.key").read_bytes().strip() not in content


def test_closing_destroys_the_keys_of_the_round_and_check_is_content(made: Survey) -> None:
    round_id = made.open()
    assert len([*(made.instance / "keys").iterdir()]) == 5
    made("round", "close", round_id)
    assert [file.name for file in (made.instance / "keys").iterdir()] == ["share-tests.secret"]
    made("check")
    made("round", "destroy-keys", round_id)


def slips_a_thief_can_find(made: Survey) -> int:
    """With the whole folder and the server key: how many of the printed codes are in the store, by any secret here."""
    services = made.services
    secrets_here = [services.settings.session_key.current(), (made.instance / "server.key").read_bytes()]
    for file in [*(made.instance / "keys").iterdir(), *made.instance.glob("*.secret")]:
        with suppress(InvalidInput):
            secrets_here.append(services.settings.vault.unlock(file.read_bytes(), file.name))
    codes = [parse_code(row["code"]) for row in rows(made.codes)]
    with sqlite3.connect(made.instance / "survey.db") as connection:
        stored = {mac for (mac,) in connection.execute("SELECT code_mac FROM invitations")}
    connection.close()
    return sum(any(code_mac(code, secret) in stored for secret in secrets_here) for code in codes)


def test_after_closing_a_found_slip_cannot_be_looked_for_in_the_store(made: Survey) -> None:
    round_id = made.open()
    assert slips_a_thief_can_find(made) == 12
    made("round", "close", round_id)
    assert slips_a_thief_can_find(made) == 0


def make_older(made: Survey) -> None:
    """As the folder was when one secret stood for the codes of all rounds."""
    keys, vault = made.instance / "keys", made.services.settings.vault
    (common,) = {vault.unlock(file.read_bytes(), file.name) for file in keys.glob("*.codes")}
    for file in [*keys.glob("*.codes"), keys / "share-tests.secret"]:
        file.unlink()
    write_private(keys / "instance.secret", vault.lock(common, "instance.secret"))


def test_an_older_instance_is_brought_up_and_its_printed_codes_still_buy_a_token(
    made: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.domain import lifecycle

    monkeypatch.setattr(FileKeys, "make_code_secret", lambda keys, id_: keys._save(keys._code_file(id_), b"c" * 32))
    round_id = made.open()
    monkeypatch.undo()
    make_older(made)
    assert "older version" in made("round", "list", exit_code=1).stderr
    made("migrate")
    made("migrate")
    made("check")
    assert slips_a_thief_can_find(made) == 12
    services = made.services
    row = rows(made.codes)[0]
    mac = code_mac(parse_code(row["code"]), services.keys.code_secret(row["evaluation"]))
    assert services.registry.spend_code(row["evaluation"], mac, b"r" * 32) is SpendOutcome.SPENT
    lifecycle.close_round(
        lifecycle.get_round(services.registry, round_id),
        registry=services.registry, box=services.box, keys=services.keys,
    )  # fmt: skip
    assert slips_a_thief_can_find(made) == 0


def test_a_backup_of_an_older_version_is_brought_up_as_it_comes_back(
    made: Survey, other: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileKeys, "make_code_secret", lambda keys, id_: keys._save(keys._code_file(id_), b"c" * 32))
    made.open()
    monkeypatch.undo()
    evaluations = {row["evaluation"] for row in rows(made.codes)}
    settings = made.services.settings
    make_older(made)
    engine = open_database(settings.database_url)
    write_backup(engine, made.instance, made.work / "backup")
    engine.dispose()
    other("restore", made.work / "backup", "--key-file", made.instance / "server.key")
    assert {other.services.keys.code_secret(evaluation_id) for evaluation_id in evaluations} == {b"c" * 32}
    assert not (other.instance / "keys" / "instance.secret").exists()


def test_the_keys_of_a_round_that_may_still_be_open_are_not_destroyed(made: Survey) -> None:
    assert "needed until it is closed" in made("round", "destroy-keys", made.open(), exit_code=1).stderr


PASSWORD = "s:e/c%40r?t"  # as it stands in an address


def write_password(made: Survey) -> str:
    """An address with a password, as somebody writes it by hand; the address."""
    settings = made.instance / "settings.json"
    document = json.loads(settings.read_text("utf-8"))
    document["database_url"] = f"postgresql://survey:{PASSWORD}@db.example/survey"
    settings.write_text(json.dumps(document), "utf-8")
    return str(document["database_url"])


def test_a_database_password_is_locked_and_still_opens(made: Survey) -> None:
    vault = made.services.settings.vault
    url = write_password(made)
    assert has_readable_password(read_settings(made.instance))
    assert Settings.load(made.instance).database_url == url
    lock_password(made.instance, vault)
    assert PASSWORD not in (made.instance / "settings.json").read_text("utf-8")
    assert (made.instance / "settings.json").stat().st_mode & 0o777 == 0o600
    assert Settings.load(made.instance).database_url == url
    assert PASSWORD not in repr(Settings.load(made.instance))
    assert Settings.load(made.instance, {"SURVEY_DATABASE_URL": "sqlite:///x"}).database_url == "sqlite:///x"
    changed = {**read_settings(made.instance), "database_password": "c2hvcnQ="}
    (made.instance / "settings.json").write_text(json.dumps(changed), "utf-8")
    with pytest.raises(SettingsError, match="database_password cannot be unlocked"):
        Settings.load(made.instance)


def test_a_password_given_to_init_is_locked_at_once(tmp_path: Path) -> None:
    url = f"postgresql://survey:{PASSWORD}@db.example/survey"
    assert Settings.create(tmp_path / "instance", url).database_url == url
    assert PASSWORD not in (tmp_path / "instance" / "settings.json").read_text("utf-8")


def test_no_database_password_is_in_a_backup_and_the_backup_comes_back(
    made: Survey, other: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"sqlite:///{made.instance / 'survey.db'}"
    write_password(made)
    monkeypatch.setenv("SURVEY_DATABASE_URL", store)
    assert "stands readable in settings.json" in made("doctor", exit_code=1).stdout
    made("backup", made.work / "backup")
    made("doctor")
    assert PASSWORD.encode() not in (made.work / "backup").read_bytes()
    monkeypatch.setenv("SURVEY_DATABASE_URL", f"sqlite:///{other.instance / 'new.db'}")
    other("restore", made.work / "backup", "--key-file", made.instance / "server.key")
    monkeypatch.delenv("SURVEY_DATABASE_URL")
    assert Settings.load(other.instance).database_url == f"sqlite:///{other.instance / 'new.db'}"


def test_a_key_that_another_instance_uses_is_not_taken_from_it(made: Survey, other: Survey) -> None:
    """As after a restore beside the original, with its key named where it lies."""
    made("backup", made.work / "backup")
    other("restore", made.work / "backup", "--key-file", made.instance / "server.key")
    assert "choose a place with --to" in other("key", "rotate", exit_code=1).stderr
    other("key", "rotate", "--to", made.work / "other.key")
    made("check")
    other("check")


def test_a_new_server_key_renews_the_key_of_staff_sessions_at_once(made: Survey) -> None:
    serving = made.services.settings.session_key
    before = serving.current()
    assert "sign in again" in made("key", "rotate").stdout
    assert serving.current() not in (before, b"")


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_a_move_of_the_server_key_that_was_broken_off_leaves_one_that_fits(
    made: Survey, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    replace, done = server_key.replace_private, []

    def crashing(file: Path, content: bytes) -> None:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(file)
        replace(file, content)

    locked = made.services.settings.vault.lock(b"secret", "name")
    for module in ("survey.server_key", "survey.settings_file"):
        monkeypatch.setattr(f"{module}.replace_private", crashing)
    with pytest.raises(BaseException):  # noqa: B017  # whatever becomes of Ctrl-C on the way out
        made("key", "rotate", "--to", made.work / "stick.key")
    monkeypatch.undo()
    assert Settings.load(made.instance).vault.unlock(locked, "name") == b"secret"


def test_a_new_server_key_takes_the_place_of_the_old_one(made: Survey) -> None:
    old = (made.instance / "server.key").read_bytes()
    secret = made.services.keys.share_test_secret()
    made("key", "rotate")
    assert made.services.keys.share_test_secret() == secret
    (made.instance / "server.key").write_bytes(old)
    assert "does not open" in made("round", "list", exit_code=1).stderr


def test_the_server_key_moves_to_another_disk(made: Survey) -> None:
    made("key", "rotate", "--to", made.work / "stick.key")
    assert not (made.instance / "server.key").exists()
    assert made.services.keys.share_test_secret()
    (made.work / "stick.key").rename(made.work / "pulled-out")
    assert "stick.key is not there. Put its disk in" in made("serve", "--port", "1", exit_code=1).stderr


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

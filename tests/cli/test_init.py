"""Making an instance and its first accounts."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from survey.cli import instance as instance_module
from survey.office.people.passwords import matches
from tests.cli.conftest import PASSWORD, Survey


def accounts(survey: Survey) -> list[tuple[str, str]]:
    return [(account.name, account.role) for account in survey.services.accounts.list_accounts()]


def test_a_password_file_makes_the_office_account(survey: Survey) -> None:
    survey.init()

    [account] = survey.services.accounts.list_accounts()
    assert (account.name, account.role) == ("office", "office")
    assert matches(account.password_hash, PASSWORD)


def test_the_public_address_is_kept(survey: Survey) -> None:
    survey.init(public_url="https://survey.example/")
    assert survey.services.settings.public_url == "https://survey.example"


def test_an_instance_is_private(survey: Survey) -> None:
    survey.init()
    for path in (survey.instance, *survey.instance.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_second_init_is_refused_and_changes_nothing(made: Survey) -> None:
    before = (made.instance / "settings.json").read_bytes()
    result = made("init", "--admin-password-file", made.write("password", PASSWORD), exit_code=1)
    assert "already is an instance" in result.stderr
    assert (made.instance / "settings.json").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://x/y", "expected sqlite"),
        ("sqlite:////nowhere/at/all/survey.db", "cannot be opened"),
        ("no url", "is not a URL"),
        ("postgresql://survey@127.0.0.1:1/none", "The store failed"),
    ],
)
def test_a_store_that_cannot_be_reached_leaves_no_instance(survey: Survey, url: str, reason: str) -> None:
    result = survey(
        "init", "--admin-password-file", survey.write("password", PASSWORD), "--database-url", url, exit_code=1
    )
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1
    survey.init()


def test_a_bad_public_address_leaves_no_instance(survey: Survey) -> None:
    result = survey("init", "--public-url", "survey.example", exit_code=1)
    assert "expected https://HOST" in result.stderr
    assert not survey.instance.exists()


@pytest.mark.parametrize("password", ["short", "x" * 201, ""])
def test_a_password_that_is_too_short_or_too_long_is_refused(survey: Survey, password: str) -> None:
    result = survey("init", "--admin-password-file", survey.write("password", password + "\n"), exit_code=1)
    assert "A password has 10 to 200 characters" in result.stderr
    assert not survey.instance.exists()


def test_the_first_accounts_are_asked_for(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_module, "is_asked_by_a_person", lambda: True)
    result = survey("init", typed="巡察办\ny\n\n")
    assert accounts(survey) == [("security", "security-admin"), ("巡察办", "office")]
    codes = re.findall(r"Start code, shown once: (\S+)", result.stdout)
    for account, code in zip(reversed(survey.services.accounts.list_accounts()), codes, strict=True):
        assert matches(account.password_hash, code)
        assert account.must_choose
        assert account.start_ends


def test_a_start_code_replaces_password_and_second_factor(made: Survey) -> None:
    made.services.accounts.set_second_factor("office", b"sealed", ["11"])
    code = made("account", "start-code", "office").stdout.split()[-1]
    account = made.services.accounts.find_account("office")
    assert account
    assert matches(account.password_hash, code)
    assert (account.has_second_factor, account.recovery, account.must_choose) == (False, (), True)
    assert next(entry.action for entry in made.services.audit.entries()) == "issue-start-code"
    assert "There is no account x" in made("account", "start-code", "x", exit_code=1).stderr


def test_who_leads_an_evaluated_team_or_is_kept_out_gets_no_account(made: Survey) -> None:
    round_id = made.create()
    made.services.recusals.save(round_id, ["成员甲"])
    refused = made("account", "add", "成员 甲", "--role", "reader", exit_code=1)
    assert f"kept out of round {round_id}" in refused.stderr
    assert "Start code" in made("account", "add", "成员乙", "--role", "reader").stdout


def test_who_breaks_off_the_questions_leaves_nothing_behind(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_module, "is_asked_by_a_person", lambda: True)
    survey("init", typed="", exit_code=1)
    assert not survey.instance.exists()


def test_without_a_terminal_nobody_is_asked_and_it_says_so(survey: Survey) -> None:
    result = survey("init")
    assert "survey account add" in result.stderr
    assert accounts(survey) == []


def test_an_account_is_added_with_one_role(made: Survey) -> None:
    made("account", "add", "读报告的人", "--role", "reader", "--password-file", made.write("p", PASSWORD))
    assert made.json("account", "list", "--json") == [
        {"name": "office", "role": "office", "state": "no password chosen yet"},
        {"name": "读报告的人", "role": "reader", "state": "no password chosen yet"},
    ]
    assert [entry.action for entry in made.services.audit.entries()] == ["add-account", "add-account"]


def test_a_name_that_is_taken_is_refused(made: Survey) -> None:
    result = made(
        "account", "add", "office", "--role", "auditor", "--password-file", made.write("p", PASSWORD), exit_code=1
    )
    assert "an account office" in result.stderr


def test_an_unknown_role_is_wrong_usage(made: Survey) -> None:
    made("account", "add", "x", "--role", "root", "--password-file", made.write("p", PASSWORD), exit_code=2)


@pytest.mark.parametrize("password", ["1234567890", "woaini1314", "qwertyuiop", "leserleserleser"])
def test_a_first_password_that_is_guessed_first_is_refused(made: Survey, password: str) -> None:
    file = made.write("p", password)
    result = made("account", "add", "leser", "--role", "reader", "--password-file", file, exit_code=1)
    assert password not in result.output
    assert "leser" not in made("account", "list").output


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 61])
def test_a_name_nobody_can_type_is_refused(made: Survey, name: str) -> None:
    result = made("account", "add", name, "--role", "reader", "--password-file", made.write("p", PASSWORD), exit_code=1)
    assert "printable characters" in result.stderr


def test_a_password_never_stands_in_the_output(survey: Survey) -> None:
    survey.init()
    result = survey("account", "list")
    assert PASSWORD not in result.output


def test_a_key_file_that_others_may_read_is_refused(made: Survey) -> None:
    secret = next(Path(made.instance / "keys").iterdir())
    secret.chmod(0o644)
    assert "expected 0600 or stricter" in made("round", "list", exit_code=1).stderr

"""Accounts, passwords and the second factor."""

from __future__ import annotations

import re
from dataclasses import replace

import pyotp
import pytest

from survey.domain.staff import ROLES
from tests.office.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.usefixtures("quick_hashes")
NEW = "a sentence nobody guesses"


@pytest.fixture
def admin(signed_in) -> Visitor:
    return signed_in("security-admin")


def add(admin: Visitor, name: str, role: str = "reader"):
    return admin.post("/office/accounts", {"name": name, "role": role}, "/office/accounts")


def code_on(page) -> str:
    return re.search(r'start-code code-text">([A-Z2-7-]{19})<', page.text).group(1)


def change(admin: Visitor, name: str, step: str, **more: str):
    return admin.post("/office/accounts/change", {"name": name, "step": step, **more}, "/office/accounts")


def choose(visitor: Visitor, new: str = NEW, again: str | None = None):
    return visitor.post("/office/account/start", {"new": new, "again": again or new}, "/office/account/start")


def test_an_account_is_made_with_a_start_code_and_its_owner_chooses_the_password(admin, visitor, services):
    code = code_on(add(admin, "张三"))
    assert "张三" in admin.get("/office/accounts").text
    assert code not in admin.get("/office/accounts").text
    assert code not in str(services.audit.lines)
    assert {"action": "add-account", "object": "张三 (reader)", "result": "done"}.items() <= (
        next(line for line in services.audit.lines if line["action"] == "add-account").items()
    )
    assert visitor.log_in("张三", code.lower().replace("-", " ")).status_code == 303
    for page in ("/office/reports", "/office/account", "/office/account/sessions"):
        assert visitor.get(page).location == "/office/account/start"
    assert choose(visitor).location == "/office/account/start"
    assert visitor.get("/office/account/start").location == "/office/reports"
    assert visitor.get("/office/reports").status_code == 200
    again = Visitor(visitor.client.application.test_client())
    assert again.log_in("张三", code).status_code == 403
    assert again.log_in("张三", NEW).status_code == 303


def test_a_password_that_is_guessed_first_is_refused_with_one_sentence(admin, visitor):
    visitor.log_in("张三", code_on(add(admin, "张三")))
    page = choose(visitor, "woaini1314")
    assert page.status_code == 422
    assert "猜密码的人最先试的" in page.text
    assert choose(visitor).location == "/office/account/start"


def test_a_start_code_works_for_72_hours(admin, visitor, services):
    code = code_on(add(admin, "张三"))
    services.clock.move(hours=72, seconds=-1)
    assert visitor.log_in("张三", code).status_code == 303
    services.clock.move(seconds=1)
    late = Visitor(visitor.client.application.test_client())
    assert "启用码已经过期" in late.log_in("张三", code).text


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [("short", None, "至少10个字符"), (NEW, "another sentence", "不一样"), (PASSWORD, None, "另选一个")],
)
def test_the_first_password_must_be_a_new_one(services, visitor, password_hash, new, again, sentence):
    services.accounts.add_account("张三", "reader", password_hash, must_choose=True)
    visitor.log_in("张三")
    page = choose(visitor, new, again)
    assert page.status_code == 422
    assert sentence in page.text
    assert visitor.get("/office/reports").location == "/office/account/start"


def test_nobody_who_has_chosen_changes_the_password_without_the_old_one(signed_in, services):
    office = signed_in("office")
    before = services.accounts.find_account("office")
    form = {"new": NEW, "again": NEW}
    assert office.post("/office/account/start", form, "/office/account").location == "/office/"
    assert services.accounts.find_account("office") == before


@pytest.mark.parametrize(
    ("name", "role", "sentence"),
    [
        ("", "reader", "账号名称是1至60个字"),
        ("王五", "emperor", "请选择角色"),
        ("王五", "", "请选择角色"),
        ("office", "auditor", "已经有这个名称的账号"),
        ("ＯＦＦＩＣＥ", "auditor", "已经有这个名称的账号"),
        ("Security - Admin", "auditor", "已经有这个名称的账号"),
    ],
)
def test_a_grant_that_must_not_be_is_refused(admin, services, name, role, sentence):
    response = add(admin, name, role)
    assert response.status_code == 422
    assert sentence in response.text
    assert len(services.accounts.list_accounts()) == len(ROLES)


def test_a_leader_of_an_evaluated_team_gets_no_account(admin, services):
    round_ = services.registry.rounds["open"]
    led = replace(round_.evaluations[0], leader="李四")
    services.registry.rounds["open"] = replace(round_, evaluations=(led, *round_.evaluations[1:]))
    assert "被评巡察组组长" in add(admin, "李 四").text


@pytest.mark.parametrize("role", [role for role in ROLES if role != "security-admin"])
def test_no_other_role_manages_accounts(signed_in, services, role):
    visitor = signed_in(role)
    assert visitor.get("/office/accounts").status_code == 403
    form = {"name": "office", "step": "lock"}
    assert visitor.post("/office/accounts/change", form, "/office/account").status_code == 403
    assert not services.accounts.find_account("office").is_locked


def test_locking_ends_sessions_and_unlocking_lets_in_again(admin, signed_in, visitor):
    office = signed_in("office")
    change(admin, "office", "lock")
    assert office.get("/office/").status_code == 303
    assert "账号已锁定" in visitor.log_in("office").text
    assert "账号或者密码不对" in visitor.log_in("office", "wrong").text
    change(admin, "office", "unlock")
    assert visitor.log_in("office").status_code == 303


def test_nobody_locks_the_own_account(admin, services):
    assert change(admin, "security-admin", "lock").status_code == 409
    assert not services.accounts.find_account("security-admin").is_locked


def test_a_start_code_replaces_password_and_second_factor_and_ends_sessions(admin, signed_in, visitor, services):
    office = signed_in("office")
    set_up(office, services)
    code = code_on(change(admin, "office", "start-code", confirm="重设"))
    assert office.get("/office/").status_code == 303
    assert visitor.log_in("office").status_code == 403
    assert visitor.log_in("office", code).location == "/office/"
    assert visitor.get("/office/").location == "/office/account/start"
    assert not services.accounts.find_account("office").has_second_factor
    issued = next(line for line in services.audit.lines if line["object"] == "office: start-code")
    assert issued["account"] == "security-admin"
    used = next(line for line in services.audit.lines if line["result"] == "start code")
    assert (used["account"], used["action"]) == ("office", "log-in")


@pytest.mark.parametrize("typed", ["", "重置", "office"])
def test_a_start_code_is_issued_only_when_the_word_is_typed(admin, signed_in, services, typed):
    office = signed_in("office")
    before = services.accounts.find_account("office")
    page = change(admin, "office", "start-code", confirm=typed)
    assert page.status_code == 409
    assert "确认的词没有输入，或者输得不对" in page.text
    assert services.accounts.find_account("office") == before
    assert office.get("/office/").status_code == 200
    assert "not confirmed" in [line["result"] for line in services.audit.lines]
    assert "当即全部失效" in admin.get("/office/accounts").text


def test_the_lock_after_five_failures_is_shown_and_lifted(admin, visitor, services):
    assert "输错五次" not in admin.get("/office/accounts").text
    for _attempt in range(6):
        visitor.log_in("office", "wrong")
    assert visitor.log_in("office").status_code == 429
    page = admin.get("/office/accounts").text
    assert page.count("输错五次") == 1
    assert 'value="let-try"' in page
    assert change(admin, "office", "let-try").status_code == 303
    assert "输错五次" not in admin.get("/office/accounts").text
    assert visitor.log_in("office").status_code == 303
    lifted = next(line for line in services.audit.lines if line["object"] == "office: let-try")
    assert (lifted["account"], lifted["action"], lifted["result"]) == ("security-admin", "change-account", "done")


def test_a_lock_that_is_over_is_not_shown(admin, signed_in, visitor, services):
    for _attempt in range(6):
        visitor.log_in("office", "wrong")
    services.clock.move(minutes=15)
    assert "输错五次" not in signed_in("security-admin").get("/office/accounts").text


def test_the_security_administrator_ends_the_sessions_of_others(admin, signed_in, services):
    first, second, reader = signed_in("office"), signed_in("office"), signed_in("reader")
    assert change(admin, "office", "sessions").status_code == 303
    assert [visitor.get("/office/account").status_code for visitor in (first, second, reader)] == [303, 303, 200]


@pytest.mark.parametrize(("name", "step"), [("nobody", "lock"), ("office", "promote"), ("office", "")])
def test_an_unknown_account_or_step_is_not_found(admin, name, step):
    assert change(admin, name, step).status_code == 404


def test_the_own_password_is_changed_with_the_old_one(signed_in, visitor, app):
    office, other = signed_in("office"), signed_in("office")
    form = {"password": PASSWORD, "new": NEW, "again": NEW}
    assert office.post("/office/account/password", form, "/office/account").status_code == 303
    assert "密码已修改" in office.get("/office/account").text
    assert other.get("/office/account").status_code == 303
    assert visitor.log_in("office", NEW).status_code == 303


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "wrong"}, "密码不对"),
        ({"again": "different sentence"}, "不一样"),
        ({"new": "short", "again": "short"}, "至少10个字符"),
    ],
)
def test_a_password_change_that_does_not_fit_changes_nothing(signed_in, services, changed, sentence):
    office = signed_in("office")
    before = services.accounts.find_account("office")
    form = {"password": PASSWORD, "new": NEW, "again": NEW, **changed}
    page = office.post("/office/account/password", form, "/office/account")
    assert page.status_code in (409, 422)
    assert sentence in page.text
    assert services.accounts.find_account("office") == before


# --- the second factor


def set_up(office: Visitor, services) -> tuple[pyotp.TOTP, list[str]]:
    page = office.post("/office/account/second-factor", {"password": PASSWORD}, "/office/account").text
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found
    assert "<svg" in page
    totp = pyotp.TOTP(found.group(1))
    code = totp.at(services.clock())
    form = {"secret": found.group(1), "password": PASSWORD, "code": code}
    page = office.post("/office/account/second-factor/done", form, "/office/account").text
    codes = re.findall(r'<li class="code-text">([A-Z2-7-]{19})</li>', page)
    assert len(codes) == 8
    return totp, codes


def onward(page: str) -> str:
    return re.search(r'<a class="button main" href="([^"]+)">我已保存好', page).group(1)


def test_the_first_sign_in_ends_on_the_page_of_the_work_and_a_later_change_on_the_own_account(admin, visitor, services):
    code = code_on(add(admin, "张三"))
    services.settings = replace(services.settings, needs_second_factor=True)
    visitor.log_in("张三", code)
    choose(visitor)
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', visitor.get("/office/account/start").text).group(1)
    form = {"secret": secret, "password": NEW, "code": pyotp.TOTP(secret).at(services.clock())}
    page = visitor.post("/office/account/second-factor/done", form, "/office/account/start").text
    assert onward(page) == "/office/reports"
    assert visitor.get("/office/reports").status_code == 200
    again = visitor.post("/office/account/second-factor", {"password": NEW}, "/office/account").text
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', again).group(1)
    form = {"secret": secret, "password": NEW, "code": pyotp.TOTP(secret).at(services.clock())}
    page = visitor.post("/office/account/second-factor/done", form, "/office/account").text
    assert onward(page) == "/office/account"


def test_the_account_of_a_custodian_points_to_the_custodians_pages(signed_in):
    assert 'href="/custodian"' in signed_in("custodian").get("/office/account").text
    for role in ("office", "system-admin"):
        assert 'href="/custodian"' not in signed_in(role).get("/office/account").text


def test_with_a_second_factor_the_password_alone_opens_nothing(signed_in, visitor, services):
    totp, _ = set_up(signed_in("office"), services)
    response = visitor.log_in("office", PASSWORD, next="/office/rounds/open")
    assert response.location == "/office/login/code?next=/office/rounds/open"
    assert visitor.get("/office/").status_code == 303
    wrong = visitor.post("/office/login/code", {"code": "000000"}, "/office/login/code")
    assert wrong.status_code == 403
    services.clock.move(seconds=60)
    form = {"code": totp.at(services.clock()), "next": "/office/rounds/open"}
    response = visitor.post("/office/login/code", form, "/office/login/code")
    assert (response.status_code, response.location) == (303, "/office/rounds/open")
    assert visitor.get("/office/").status_code == 200


def test_a_code_works_once(signed_in, app, services):
    totp, _ = set_up(signed_in("office"), services)
    services.clock.move(seconds=60)
    results = []
    for _attempt in range(2):
        visitor = Visitor(app.test_client())
        visitor.log_in("office")
        form = {"code": totp.at(services.clock())}
        results.append(visitor.post("/office/login/code", form, "/office/login/code").status_code)
    assert results == [303, 403]


def test_a_recovery_code_replaces_the_phone_once(signed_in, app, services):
    _, codes = set_up(signed_in("office"), services)
    results = []
    for typed in (codes[0].lower().replace("-", " "), codes[0], codes[1]):
        visitor = Visitor(app.test_client())
        visitor.log_in("office")
        results.append(visitor.post("/office/login/code", {"code": typed}, "/office/login/code").status_code)
    assert results == [303, 403, 303]
    assert len(services.accounts.find_account("office").recovery) == 6


def test_after_five_minutes_the_password_is_asked_for_again(signed_in, visitor, services):
    totp, _ = set_up(signed_in("office"), services)
    visitor.log_in("office")
    token = visitor.token("/office/login/code")
    services.clock.move(minutes=6)
    from tests.office.conftest import HTTPS

    data = {"csrf_token": token, "code": totp.at(services.clock())}
    assert visitor.client.post("/office/login/code", data=data, **HTTPS).location == "/office/login"


def test_five_wrong_codes_lock_for_a_quarter_of_an_hour(signed_in, visitor, services):
    set_up(signed_in("office"), services)
    visitor.log_in("office")
    results = [visitor.post("/office/login/code", {"code": "123"}, "/office/login/code").status_code for _ in range(6)]
    assert results[-1] == 429
    assert 303 not in results


def test_the_secret_is_locked_in_the_store(signed_in, services):
    totp, codes = set_up(signed_in("office"), services)
    account = services.accounts.find_account("office")
    assert totp.secret.encode() not in account.second_factor
    assert not any(code in str(account.recovery) for code in codes)


def test_a_wrong_code_switches_nothing_on(signed_in, services):
    office = signed_in("office")
    form = {"secret": "A" * 32, "password": PASSWORD, "code": "12345x"}
    assert office.post("/office/account/second-factor/done", form, "/office/account").status_code == 422
    assert services.accounts.find_account("office").second_factor is None

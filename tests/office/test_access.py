"""Who may see which page; the form token; refusals; what phones never get."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.audience import serves
from survey.domain.staff import ROLES
from survey.office.headers import HEADERS
from tests.office.conftest import HTTPS, PASSWORD

OFFICE_ONLY = ["/office/", "/office/rounds/open", "/office/rounds/open/turnout"]
FOR_READERS = ["/office/reports", "/office/rounds/reported/report"]


@pytest.mark.parametrize("path", OFFICE_ONLY + FOR_READERS + ["/office/account", "/office/nothing/here"])
def test_without_signing_in_every_page_leads_to_the_login(visitor, path):
    response = visitor.get(path)
    assert response.status_code == 303
    assert response.location.startswith("/office/login")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "office"])
@pytest.mark.parametrize("path", OFFICE_ONLY)
def test_pages_of_the_office_are_refused_to_other_roles(signed_in, role, path):
    response = signed_in(role).get(path)
    assert response.status_code == 403
    assert "不归您的角色使用" in response.text


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("office", "reader")])
@pytest.mark.parametrize("path", FOR_READERS)
def test_reports_are_refused_to_roles_without_business_data(signed_in, role, path):
    assert signed_in(role).get(path).status_code == 403


@pytest.mark.parametrize("path", OFFICE_ONLY + FOR_READERS)
def test_the_office_sees_its_pages(signed_in, path):
    assert signed_in("office").get(path).status_code == 200


@pytest.mark.parametrize("path", FOR_READERS)
def test_readers_see_reports(signed_in, path):
    assert signed_in("reader").get(path).status_code == 200


def test_the_navigation_shows_only_what_the_role_may_open(signed_in):
    page = signed_in("reader").get("/office/reports").text
    assert 'href="/office/reports"' in page
    assert 'href="/office/"' not in page


@pytest.mark.parametrize("role", ROLES)
def test_the_account_page_says_what_a_role_does_and_cannot_do(signed_in, role):
    page = signed_in(role).get("/office/account").text
    assert "您做什么" in page
    assert "%(" not in page


def test_a_role_taken_away_takes_effect_at_once(signed_in, services):
    office = signed_in("office")
    account = services.accounts.accounts.pop("office")
    services.accounts.add_account("office", "auditor", account.password_hash)
    assert office.get("/office/").status_code == 403


def test_a_view_without_audience_serves_nobody(services):
    import survey
    from survey.office import make_blueprint

    blueprint = make_blueprint(services)
    blueprint.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app = Flask("survey", static_folder=None, template_folder=str(survey.templates_folder()))
    app.config.update(SECRET_KEY=b"k" * 32, TESTING=True)
    app.register_blueprint(blueprint)
    from tests.office.conftest import Visitor

    visitor = Visitor(app.test_client())
    visitor.log_in("office")
    assert visitor.get("/office/forgotten").status_code == 403


@pytest.mark.parametrize("path", ["/office/login", "/office/language"])
def test_a_form_without_its_token_is_refused(app, services, path):
    data = {"account": "office", "password": PASSWORD, "language": "en"}
    response = app.test_client().post(path, data=data, **HTTPS)
    assert response.status_code == 400
    assert "这张表单没有被接受" in response.text
    assert all(line["result"] == "form token refused" for line in services.audit.lines)


def test_signing_out_without_token_is_refused(signed_in):
    office = signed_in("office")
    assert office.client.post("/office/logout", **HTTPS).status_code == 400
    assert office.get("/office/").status_code == 200


def test_a_form_from_another_site_is_refused_even_with_its_token(visitor):
    data = {"csrf_token": visitor.token(), "account": "office", "password": PASSWORD}
    foreign = {**HTTPS, "headers": {"Referer": "https://evil.example/"}}
    assert visitor.client.post("/office/login", data=data, **foreign).status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/office/login", 200),
        ("/office/", 303),
        ("/office/assets/office.css", 200),
        ("/office/assets/mark.svg", 200),
        ("/office/assets/nothing.js", 404),
    ],
)
def test_every_answer_carries_exactly_these_headers(visitor, path, status):
    response = visitor.get(path)
    assert response.status_code == status
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value]


def test_refusals_carry_the_headers_too(signed_in):
    auditor = signed_in("auditor")
    for path, status in (("/office/", 403), ("/office/nothing", 404)):
        response = auditor.get(path)
        assert response.status_code == status
        assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_no_script_and_nothing_foreign():
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; script-src 'none'"
    )


@pytest.mark.parametrize(
    "path",
    ["/office/", "/office/rounds/closed", "/office/rounds/open/turnout", "/office/rounds/reported/report"],
)
def test_pages_hold_no_script_no_inline_style_and_nothing_foreign(signed_in, path):
    page = signed_in("office").get(path).text
    for forbidden in ("<script", "<style", "style=", "onclick", "javascript:", 'src="http', 'href="http'):
        assert forbidden not in page


def test_assets_set_no_cookie_and_touch_no_session(visitor):
    response = visitor.get("/office/assets/office.css")
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


def test_pages_outside_the_office_get_no_cookie_and_need_no_form_token(app: Flask):
    """What a phone reaches stays free of sessions, although the office lives in the same application."""

    @serves("respondent")
    def phone() -> str:
        return "ok"

    app.add_url_rule("/phone", view_func=phone, methods=["GET", "POST"])
    for send in (app.test_client().get, app.test_client().post):
        response = send("/phone", **HTTPS)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Vary" not in response.headers


def test_an_unknown_round_is_a_page_and_not_a_failure(signed_in):
    response = signed_in("office").get("/office/rounds/unknown")
    assert response.status_code == 404
    assert "这个网址下没有内容" in response.text

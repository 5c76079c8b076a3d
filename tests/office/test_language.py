"""Chinese first, English complete: the switch, and the catalogue."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import survey
from survey.office.language import TRANSLATIONS
from tests.office.conftest import HTTPS

TOP = TRANSLATIONS.parent.parent
CATALOGUE = TRANSLATIONS / "zh_Hans_CN" / "LC_MESSAGES" / "messages"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def messages():
    found = set()
    for folder in (TOP / "survey" / "office", survey.templates_folder() / "office"):
        method = [("**.py", "python"), ("**.html", "jinja2")]
        for _, _, message, _, _ in extract_from_dir(str(folder), method, keywords=KEYWORDS):
            found.add(message)
    return found


@pytest.fixture(scope="module")
def catalogue():
    with CATALOGUE.with_suffix(".po").open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def test_every_sentence_of_code_and_templates_is_in_the_catalogue_and_no_other(messages, catalogue):
    assert {message.id for message in catalogue if message.id} == messages


def test_nothing_is_untranslated_or_fuzzy(catalogue):
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        assert message.id == "" or not message.fuzzy, message.id


def test_translations_fill_in_the_same_places(catalogue):
    for message in catalogue:
        assert not [str(error) for error in message.check(catalogue)], message.id


def test_translations_are_chinese_with_full_width_punctuation(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        text = message.string if isinstance(message.string, str) else message.string[0]
        assert HAN.search(text) or text in ("、", "：", "／"), message.id
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]", text), text
        assert "！" not in text, text
        filled = re.sub(r"%\(\w+\)[sd]", "7", text).replace("%%", "%")
        assert not re.search(r"[\u4e00-\u9fff] [A-Za-z0-9]|[A-Za-z0-9%] [\u4e00-\u9fff]|[0-9] %", filled), text


def test_the_compiled_catalogue_is_current(catalogue):
    """Set-up compiles it; where this fails, run make setup."""
    wanted = io.BytesIO()
    write_mo(wanted, catalogue)
    wanted.seek(0)
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = {str(message.id): message.string for message in read_mo(file) if message.id}
    assert compiled == {str(message.id): message.string for message in read_mo(wanted) if message.id}


def test_the_first_language_is_chinese(visitor):
    page = visitor.get("/office/login").text
    assert '<html lang="zh-CN">' in page
    assert "登录" in page


def test_a_button_changes_the_language_and_comes_back_to_the_page(signed_in):
    office = signed_in("office")
    token = office.token("/office/rounds/open")
    data = {"csrf_token": token, "language": "en", "next": "/office/rounds/open"}
    response = office.client.post("/office/language", data=data, **HTTPS)
    assert (response.status_code, response.location) == (303, "/office/rounds/open")
    page = office.get("/office/rounds/open").text
    assert '<html lang="en">' in page
    assert "Close the round" in page


def test_a_link_may_name_the_language(visitor):
    assert "Sign in" in visitor.get("/office/login?lang=en").text
    assert "Sign in" in visitor.get("/office/login").text
    assert "登录" in visitor.get("/office/login?lang=zh").text


def test_no_other_address_changes_the_language(signed_in):
    office = signed_in("office")
    assert office.get("/office/rounds/frozen/papers/notice.docx?lang=en").status_code == 200
    for address in ("/office/?lang=en", "/office/account?lang=en", "/office/rounds/open?lang=en"):
        assert '<html lang="zh-CN">' in office.get(address).text
    office.speak("en")
    assert office.get("/office/rounds/frozen/papers/notice.docx?lang=zh").status_code == 200
    assert '<html lang="en">' in office.get("/office/").text


def test_the_language_survives_signing_in_and_out(visitor):
    visitor.get("/office/login?lang=en")
    visitor.log_in("office")
    assert "Rounds" in visitor.get("/office/").text
    visitor.post("/office/logout", {}, "/office/account")
    assert "Sign in" in visitor.get("/office/login").text


def test_an_unknown_language_changes_nothing(visitor):
    assert "登录" in visitor.get("/office/login?lang=xx").text


def test_drawings_of_english_pages_are_punctuated_in_english(signed_in):
    office = signed_in("office")
    office.speak("en")
    page = office.get("/office/rounds/opened/report").text
    titles = re.findall(r"<title>([^<]*)</title>", page)[1:]
    assert titles
    assert not re.search("[：；、]", "".join(titles))


def test_english_pages_hold_no_chinese_but_names(signed_in, services):
    """Round, team, unit and custodian names are the office's own words; remarks are the respondents'."""
    office = signed_in("office")
    office.speak("en")
    round_ = services.registry.find_round("opened")
    names = [r.name for r in services.registry.list_rounds()] + [c.name for c in round_.custodians]
    names += [e.team for e in round_.evaluations] + [u.name for e in round_.evaluations for u in e.units]
    for path in ("/office/", "/office/rounds/closed", "/office/rounds/open/turnout", "/office/rounds/opened/report"):
        page = office.get(path).text.replace('lang="zh-CN">中文', "")
        for name in sorted(names, key=len, reverse=True):
            page = page.replace(name, "")
        assert not HAN.findall(page), path

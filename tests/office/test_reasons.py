"""Refusals in the language of the page: every kind and every reason has words, and no page prints English for them."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, ServiceUnavailable, UnsupportedMediaType

import survey
from survey.domain.ports.work_book import Work, WorkState
from survey.domain.rounds import State
from survey.errors import NotYet, SurveyError, WrongState
from survey.office import reasons
from survey.office.refusals import REFUSALS

TOP = Path(survey.__file__).parent
# What the office can reach; the custodians' and the phones' sides say their refusals themselves.
FOLDERS = ("domain", "storage", "sheets", "reports", "office")
ENGLISH = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")
ABOUT = {"state": "open", "wanted": ["closed", "opened"], "needed": 3, "given": 2, "name": "张三", "team": "第一组"}
ABOUT |= {
    "most": 12,
    "teams": ["第一组", "第二组"],
    "left": 1,
    "all": 4,
    "char": "𠮷",
    "text": "𠮷林",
    "number": "U+20BB7",
    "code": "SQLITE_FULL",
}


def kinds() -> dict[str, type[SurveyError]]:
    """Of every error there is: what a page may have to say."""
    for module in pkgutil.walk_packages(survey.__path__, "survey."):
        if "migrations" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    return {error.kind: error for error in _below(SurveyError)}


def _below(error: type[SurveyError]) -> Iterator[type[SurveyError]]:
    for below in error.__subclasses__():
        yield below
        yield from _below(below)


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """(place, reason, names of its values) of every refusal that says why."""
    for folder in FOLDERS:
        for file in sorted((TOP / folder).rglob("*.py")):
            for call in ast.walk(ast.parse(file.read_text())):
                if isinstance(call, ast.Call):
                    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
                    if isinstance(why := named.get("why"), ast.Constant) and isinstance(why.value, str):
                        yield f"{file.name}:{call.lineno}", why.value, set(named) - {"why"}


def test_every_reason_that_is_given_has_words_and_brings_their_values():
    found = list(raised())
    for place, why, values in found:
        assert why in reasons.REASONS, f"{place}: {why}"
        wanted = set(re.findall(r"%\((\w+)\)s", str(reasons.REASONS[why]._args[0])))
        assert wanted <= values, f"{place}: {why} has no {wanted - values}"
    assert len(found) > 40


def test_no_words_are_kept_for_a_reason_that_nobody_gives():
    unprintable = {why for why in reasons.REASONS if why.startswith("unprintable-")}
    assert set(reasons.REASONS) - unprintable == {why for _, why, _ in raised()}


@pytest.fixture
def refuse(app, services, signed_in):
    """refuse(error): the page of that refusal, in Chinese."""

    def page(error: SurveyError | HTTPException) -> str:
        def fail(round_id: str) -> str:
            raise error

        app.view_functions["office.show-round"] = fail
        fail.audiences = frozenset({"staff"})
        answer = visitor.get(f"/office/rounds/{State.OPEN.value}")
        assert answer.status_code == (error.code if isinstance(error, HTTPException) else error.status)
        return answer.text

    visitor = signed_in("office")
    return page


def said(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]+>", "\n", main)


@pytest.mark.parametrize("why", sorted(reasons.REASONS))
def test_a_chinese_page_says_every_reason_in_chinese(refuse, why):
    page = said(refuse(WrongState("Three English words stand here.", why=why, **ABOUT)))
    assert not ENGLISH.search(page), page
    assert "这一轮已经不在这一步" in page or len(re.findall(r"[\u4e00-\u9fff]", page)) > 20


def test_a_chinese_page_says_every_kind_of_refusal_in_chinese(refuse):
    for kind, known in kinds().items():
        error = SurveyError("Three English words stand here.")
        error.kind, error.status = kind, known.status
        page = said(refuse(error))
        assert not ENGLISH.search(page), f"{kind}: {page}"


def test_kinds_that_staff_meet_have_a_sentence_of_their_own():
    reached = {
        kind for kind, error in kinds().items() if error.__module__.startswith(("survey.office", "survey.storage"))
    }
    reached |= {"not-yet", "not-found", "invalid-input", "same-person", "bad-settings", "key-away", "missing-glyph"}
    assert reached <= set(REFUSALS)


def test_a_reason_names_the_states_by_their_words(refuse):
    page = refuse(WrongState("x", why="needs-state", state="open", wanted=["closed", "opened"]))
    assert "这一轮现在是“开放”，这一步要在“截止／开封”时才能做" in said(page)


def test_not_yet_says_its_reason_alone(refuse):
    page = said(refuse(NotYet("x", why="not-approved")))
    assert "还没有到这一步" in page
    assert "本轮的报告还没有批准" in page


@pytest.mark.parametrize("error", [RequestEntityTooLarge, UnsupportedMediaType, ServiceUnavailable])
def test_what_the_framework_refuses_is_said_in_chinese(refuse, error):
    page = said(refuse(error()))
    assert not ENGLISH.search(page)
    assert error.description not in page


def test_why_a_long_step_failed_is_kept_without_a_language_and_told_in_that_of_the_page(services, signed_in):
    refusal = WrongState("x", why="part-proof", name="张三")
    round_id = State.CLOSED.value
    work = Work(round_id, "count-round", WorkState.FAILED, sentence=reasons.kept(refusal))
    services.work.save_work(work)
    office = signed_in("office")
    assert "张三的部分开封文件不是用本轮的密钥份额做的" in office.get(f"/office/rounds/{round_id}").text
    office.post("/office/language", {"language": "en"}, form_at="/office/rounds")
    assert "The part of 张三 is not made" in office.get(f"/office/rounds/{round_id}").text


def test_what_an_earlier_version_kept_still_gives_the_sentence_of_its_kind(services, signed_in):
    round_id = State.CLOSED.value
    text = "wrong-partial part.bin: the proof of custodian A fails"
    services.work.save_work(Work(round_id, "count-round", WorkState.FAILED, sentence=text))
    page = said(signed_in("office").get(f"/office/rounds/{round_id}").text)
    assert "the proof of" not in page

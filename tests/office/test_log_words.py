"""Every line of the staff log can be read in plain words, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

import survey
from survey.office.log import trail
from survey.office.log import words as log_words
from survey.office.log.words import ACTIONS, RESULTS, action_words, actions_called, result_words
from survey.office.refusals import REFUSALS

TOP = Path(survey.__file__).parent


@pytest.fixture(params=["zh_Hans_CN", "en"])
def language(app, request) -> Iterator[str]:
    with app.test_request_context("/office/"), force_locale(request.param):
        yield request.param


def constants(folder: str, function: str, place: int | str) -> Iterator[str]:
    """Of every call of this function in the folder: the text given there (a place, or a name)."""
    for file in sorted((TOP / folder).rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith(function):
                continue
            given = {keyword.arg: keyword.value for keyword in call.keywords} | dict(enumerate(call.args))
            if isinstance(value := given.get(place), ast.Constant) and isinstance(value.value, str):
                yield value.value


def test_every_endpoint_that_can_be_logged_has_words_in_both_languages(app):
    endpoints = {rule.endpoint.removeprefix("office.") for rule in app.url_map.iter_rules()} - {"asset"}
    assert endpoints - set(ACTIONS) == set()
    assert trail._QUIET - set(ACTIONS) == {"asset"}
    with app.test_request_context("/office/"):
        for code in ACTIONS:
            with force_locale("en"):
                english = action_words(code)
            with force_locale("zh_Hans_CN"):
                assert action_words(code) not in (english, code), code


def test_what_the_command_line_and_the_custodians_log_has_words():
    assert {*constants("cli", "note", 1), *constants("custodian", "note", 2)} <= set(ACTIONS)


def test_every_result_that_a_page_notes_has_words():
    assert set(constants("office", "trail.note", "result")) <= set(RESULTS) | set(REFUSALS)


def test_results_that_count_or_name_a_kind_are_said_too(language):
    for code in ("failed 422", "wrong-partial", "second-factor first"):
        assert result_words(code) != code
    assert result_words("something new") == "something new"


def test_an_action_is_found_by_its_words_as_well(language):
    words = action_words("freeze-round")
    assert actions_called(words, ["close-round", "freeze-round"]) == "freeze-round"
    assert actions_called("close-round", ["close-round"]) == "close-round"
    assert actions_called("nothing like it", ["close-round"]) == "nothing like it"


def test_no_two_codes_of_one_office_page_are_called_alike():
    words = [str(text._args[0]) for code, text in ACTIONS.items() if code not in ("create-round", "print-codes")]
    assert len(words) == len(set(words))
    assert log_words.ACTIONS

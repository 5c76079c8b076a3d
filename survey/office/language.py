"""Chinese first, English complete. The choice is kept in the office session and nowhere else.

msgids are English sentences; survey/translations holds the Chinese. Texts of a questionnaire come in both
languages already and go through in_language().
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale

from survey.audience import serves
from survey.office.addresses import local_address

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"
DEFAULT = "zh_Hans_CN"
LANGUAGES = {DEFAULT: ("zh-CN", "中文"), "en": ("en", "English")}  # locale -> (lang attribute, its own name)


def install(blueprint: Blueprint) -> None:
    @blueprint.record_once
    def set_up(state: BlueprintSetupState) -> None:
        Babel(
            state.app,
            default_locale=DEFAULT,
            default_translation_directories=str(TRANSLATIONS),
            locale_selector=chosen_language,
        )

    @blueprint.post("/language", endpoint="choose-language")
    @serves("public")
    def choose_language() -> ResponseReturnValue:
        _choose(request.form.get("language"))
        return redirect(local_address(request.form.get("next")) or url_for("office.show-login"), 303)

    @blueprint.before_request
    def language_from_address() -> None:
        # A link to the first page may name the language (…/office/login?lang=en); like the button it only changes the
        # reader's session. Elsewhere `lang` is the language of a paper, and says nothing of who fetches it.
        if request.endpoint == "office.show-login" and "lang" in request.args:
            _choose(request.args["lang"])

    @blueprint.context_processor
    def names() -> dict[str, Any]:
        here = chosen_language()
        return {
            "html_lang": LANGUAGES[here][0],
            "other_languages": [(code, *names) for code, names in LANGUAGES.items() if code != here],
            "in_language": in_language,
            "gap": gap(),
        }


def chosen_language() -> str:
    """The session's choice; asked only while a page of the office is made."""
    if request.blueprint != "office":
        return DEFAULT  # others' pages must not touch the session
    language = session.get("language", DEFAULT)
    return language if language in LANGUAGES else DEFAULT


def gap() -> str:
    """What stands between two sentences in a line: after a full-width mark nothing, for it brings its own space."""
    return " " if str(get_locale()) == "en" else ""


def in_language(texts: Mapping[str, Any], prefix: str = "") -> str:
    """texts["zh"] or texts["en"] (with a prefix: texts["grade_zh"] …) by the page's language."""
    wanted = "en" if str(get_locale()) == "en" else "zh"
    return str(texts.get(prefix + wanted) or texts.get(prefix + "zh") or "")


def _choose(language: str | None) -> None:
    if language == "zh":
        language = DEFAULT
    if language in LANGUAGES and session.get("language", DEFAULT) != language:
        session["language"] = language

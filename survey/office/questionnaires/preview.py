"""A questionnaire as the phone shows it: one screen at a time, in the phone's own style, in either language.

The page wears the style of the answer page (/assets/answer.css) and nothing of the office's. The order of the screens
is that of survey/respondent/client/form.js.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from survey.audience import serves
from survey.domain.forms.library import get_content, get_entry
from survey.domain.staff import OFFICE
from survey.office.language import chosen_language
from survey.office.log import trail
from survey.office.needs import Services

Texts = Mapping[str, Any]
_LOCALES = {"zh": ("zh_Hans_CN", "zh-CN"), "en": ("en", "en")}


@dataclass(frozen=True)
class Screen:
    """kind: "start", "choice" or "text"; part and lead stand above the question."""

    kind: str
    question: Texts
    part: Texts | None = None
    lead: Texts | None = None
    options: list[Texts] = field(default_factory=list)
    maximum: object = None


def install(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/questionnaires/<entry_id>/<int:number>/preview", endpoint="preview-questionnaire")
    @serves(OFFICE)
    def preview_questionnaire(entry_id: str, number: int) -> ResponseReturnValue:
        entry = get_entry(services.library, entry_id)
        content = get_content(services.library, entry_id, number)
        trail.note(object=f"{entry.form_id} {entry.version(number).label}")
        screens = list(screens_of(content.document))
        here = min(max(request.args.get("screen", 0, type=int), 0), len(screens) - 1)
        here_language = "en" if chosen_language() == "en" else "zh"
        asked = request.args.get("language", here_language)
        language = asked if asked in _LOCALES else "zh"
        locale, tag = _LOCALES[language]
        back = _("Back to the questionnaire")  # stands outside the phone: in the language of the page it leads to
        with force_locale(locale):  # the phone's buttons, too
            return render_template(
                "office/questionnaire_preview.html",
                entry=entry,
                number=number,
                content=content,
                screens=screens,
                screen=screens[here],
                index=here,
                language=language,
                tag=tag,
                back=back,
                back_tag=_LOCALES[here_language][1],
                said=lambda texts: _said(texts, language),
            )


def screens_of(document: Mapping[str, Any]) -> Iterator[Screen]:
    """The first page, then every question. Also of an unfinished draft: what is missing stays empty."""
    scales = {name: scale["options"] for name, scale in document["scales"].items()}

    def choice(item: Texts, scale: object, part: Texts | None = None, lead: Texts | None = None) -> Screen:
        return Screen("choice", item, part, lead, scales.get(str(scale), []))

    yield Screen("start", document["title"], lead=document.get("intro"))
    for dimension in document["dimensions"]:
        for item in dimension["items"]:
            yield choice(item, dimension["scale"], dimension)
    yield choice(document["overall"], document["overall"]["scale"])
    checklist = document.get("checklist")
    for item in checklist["items"] if checklist else ():
        yield choice(item, checklist["scale"], lead=checklist)
    role = document.get("optional_role_question")
    if role and role["enabled"] is True:
        yield Screen("choice", role, options=role["options"])
    for question in document["open_questions"]:
        yield Screen("text", question, lead=document.get("open_hint"), maximum=question["max_chars"])


def _said(texts: Texts, language: str) -> str:
    """The text in the language, or in Chinese where there is no other, as on the phone."""
    return str(texts.get("en") or texts.get("zh") or "") if language == "en" else str(texts.get("zh") or "")

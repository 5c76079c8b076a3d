"""Sentences about what is wrong in a questionnaire: where, in the words of the editor, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from survey.domain.reading import BadPlace, Rule
from survey.office.faults import Remark
from survey.office.language import in_language

_NAMES = {
    "title": _l("Title"),
    "intro": _l("Introduction"),
    "open_hint": _l("Note above the remarks"),
    "version": _l("Version"),
    "language": _l("Languages"),
    "scales": _l("Scales"),
    "dimensions": _l("Dimensions"),
    "overall": _l("Overall question"),
    "checklist": _l("List of prohibitions"),
    "open_questions": _l("Questions in words"),
    "optional_role_question": _l("Question about the role"),
    "bands": _l("Grades"),
    "reminder_line": _l("Reminder line"),
    "scoring": _l("Scoring"),
    "validity": _l("Participation"),
    "disclosure_control": _l("Small numbers"),
    "composite": _l("Composite score"),
    "items": _l("Items"),
    "options": _l("Options"),
    "parts": _l("Weights of the parts"),
    "zh": _l("Chinese"),
    "en": _l("English"),
    "code": _l("Short name"),
    "weight": _l("Weight"),
    "scale": _l("Scale"),
    "score": _l("Points"),
    "positive": _l("Counts as satisfied"),
    "min": _l("From"),
    "max": _l("To below"),
    "max_chars": _l("Characters at most"),
    "min_batch_size": _l("Asked from (people)"),
    "apply_below": _l("All the same: shown from (ballots)"),
    "min_ballots_for_any_figure": _l("Figures from (ballots)"),
    "min_ballots_for_unit_breakdown": _l("Figures per unit from (ballots)"),
    "min_ballots_for_comments": _l("Remarks from (ballots)"),
    "participation_valid_min": _l("For reference only below (%%)"),
    "participation_reference_only_min": _l("No grade below (%%)"),
    "headline_denominator": _l("Rates refer to"),
}

# Where the editor calls a field otherwise than the document does.
_FIELDS = {
    "scoring.composite.enabled": "scoring.composite",
    "scoring.composite.parts": "scoring.conduct_weight",
    "scoring.composite.parts.0.weight": "scoring.conduct_weight",
    "scoring.composite.parts.1.weight": "scoring.quality_weight",
    "disclosure_control.unanimous_cell_rule.apply_below": "disclosure_control.apply_below",
    "validity": "validity.participation_valid_min",
}


def of_fault(fault: BadPlace, document: Mapping[str, Any]) -> Remark:
    """The fault as the editor tells it; its anchor is the id of the field."""
    path = fault.path.partition(".")[2].replace("[", ".").replace("]", "")
    if fault.rule is Rule.MISSING_KEY:
        path = f"{path}.{fault.about['key']}".lstrip(".")
    return Remark(where(path, document), sentence(fault, document), _FIELDS.get(path, path))


def where(path: str, document: Mapping[str, Any]) -> str:
    """ "dimensions.2.items.0.zh" -> "Dimensions D3, Items D3-1, Chinese"."""
    words: list[str] = []
    space = " " if str(get_locale()) == "en" else ""
    value: Any = document
    for step in path.split("."):
        value = _inside(value, step)
        if step.isdecimal():
            code = value.get("code") if isinstance(value, Mapping) else None
            name = str(code or _("no. %(number)s", number=int(step) + 1))
            words[-1:] = [f"{words[-1]}{space}{name}" if words else name]
        elif step in _NAMES:
            words.append(str(_NAMES[step]) % {})
        elif words and path.startswith("scales."):
            words[-1] = f"{words[-1]}{space}“{scale_words(step, document)}”"
    return _(", ").join(words) or str(_("Questionnaire"))


def of_change(deed: str, path: str, document: Mapping[str, Any]) -> str:
    """What a button has done to the part at a path of the document: "已删除维度D3，可以撤销。" """
    about = {"part": _part(path, document)}
    match deed:
        case "add":
            return _("Added: %(part)s. This can be undone.", **about)
        case "delete":
            return _("Deleted: %(part)s. This can be undone.", **about)
        case "up":
            return _("Moved up: %(part)s. This can be undone.", **about)
        case _:
            return _("Moved down: %(part)s. This can be undone.", **about)


def _part(path: str, document: Mapping[str, Any]) -> str:
    way, _point, last = path.rpartition(".")
    if way == "scales":
        return str(_("scale “%(name)s”", name=scale_words(last, document)))
    if not last.isdecimal():
        return str(_NAMES[last])
    value: Any = document
    for step in path.split("."):
        value = _inside(value, step)
    code = (value.get("code") if isinstance(value, Mapping) else None) or int(last) + 1
    match way.rpartition(".")[2]:
        case "dimensions":
            return str(_("dimension %(code)s", code=code))
        case "items":
            return str(_("item %(code)s", code=code))
        case "options":
            return str(_("option %(code)s", code=code))
        case "bands":
            return str(_("grade %(code)s", code=code))
        case _:
            return str(_("question %(code)s", code=code))


def _inside(value: Any, step: str) -> Any:
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return value.get(step) if isinstance(value, Mapping) else None


def scale_words(name: str, document: Mapping[str, Any]) -> str:
    """A scale as people know it: by its options, in the page's language."""
    scale = document.get("scales", {}).get(name, {})
    options = [in_language(option) for option in scale.get("options", ())]
    return _(" / ").join(filter(None, options)) or name


def sentence(fault: BadPlace, document: Mapping[str, Any] | None = None) -> str:
    """What was expected, and what was found. document: in the editor, which names scales by their options; in a file
    they have their keys.
    """
    if fault.rule in _PLAIN:
        return str(_PLAIN[fault.rule])
    if fault.rule not in _OF_ONE_FIELD:
        return _expected(fault, document)
    found = _(" Found: %(found)s", found=fault.found) if fault.found else _(" Nothing stands there.")
    return _expected(fault, document) + found


_OF_ONE_FIELD = {
    *(Rule.TEXT, Rule.CODE, Rule.NUMBER, Rule.WHOLE, Rule.ABOVE_ZERO),
    *(Rule.ONCE, Rule.FLAG, Rule.CHOICE, Rule.SCALE, Rule.VERSION),
}
_PLAIN = {
    Rule.LANGUAGES: _l("Expected: Chinese, or Chinese and English."),
    Rule.SCORES: _l("Expected: a scale in which at least one option has points."),
    Rule.NO_SCORES: _l("Expected: a scale without points."),
    Rule.POSITIVE: _l("Only an option with points can count as satisfied."),
    Rule.PARTS: _l("Expected: the weights of this form and of the entered score."),
    Rule.LIMITS: _l("Below the one limit there is no grade, so it cannot lie above the other."),
    Rule.SIZE: _l("The file is nested too deeply or too long for a questionnaire."),
    Rule.NO_ENGLISH: _l("The form is in Chinese only, but an English text stands there."),
}


def _expected(fault: BadPlace, document: Mapping[str, Any] | None) -> str:
    about = {key: value for key, value in fault.about.items() if key in ("least", "most", "at", "found", "key")}
    words = fault.about.get("words")
    if fault.rule is Rule.SCALE and document is not None:
        words = [f"“{scale_words(name, document)}”" for name in document["scales"]]
    match fault.rule:
        case Rule.TEXT | Rule.LONG:
            return _("Expected: a text of 1 to %(most)s characters.", **about)
        case Rule.ONE_LINE:
            return _("Expected: plain text on one line.")
        case Rule.CODE:
            return _("Expected: 1 to 16 letters, digits, - or _.")
        case Rule.NUMBER:
            return _("Expected: a number from %(least)s to %(most)s.", **about)
        case Rule.WHOLE:
            return _("Expected: a whole number from %(least)s to %(most)s.", **about)
        case Rule.ABOVE_ZERO:
            return _("Expected: a weight above 0.")
        case Rule.ONCE:
            return _("Expected: a code that stands there only once.")
        case Rule.COUNT:
            return _("Expected: %(least)s to %(most)s entries.", **about)
        case Rule.FLAG:
            return _("Expected: yes or no.")
        case Rule.CHOICE | Rule.SCALE:
            listed = _(", ").join(map(str, words)) if isinstance(words, list) else ""
            return _("Expected: one of %(words)s.", words=listed)
        case Rule.SUM:
            return _("The weights have to sum to 100; now they sum to %(found)s.", **about)
        case Rule.TOO_MANY_ITEMS:
            return _("Expected: at most %(most)s items on the whole form.", **about)
        case Rule.BANDS:
            return _("Grades have to cover 0 to 100 without gap or overlap; look at %(at)s.", **about)
        case Rule.VERSION:
            return _("Expected: a version that no other form of this questionnaire has.")
        case Rule.MISSING_KEY:
            return _("The field “%(key)s” is missing.", **about)
        case Rule.UNKNOWN_KEY:
            return _("The field “%(key)s” is not known.", **about)
        case _:
            return _("Something of another kind was expected here.")

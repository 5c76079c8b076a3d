"""A questionnaire as an XLSForm: what the sheets and columns are called, for writing and for reading.

Sheets survey, choices and settings are plain XLSForm (select_one, text, note, groups, label::Language (code)), which
ODK and Kobo read. What XLSForm has no words for stands in columns of our own (part, weight, max_chars, at_least in
survey; score, satisfied in choices) and in two sheets of our own: bands and rules (docs/questionnaires.md).
Sources: XLSForm reference table (xlsform.org), ODK form language.
"""

from __future__ import annotations

ZH, EN = "label::中文 (zh)", "label::English (en)"
LANGUAGE = "中文 (zh)"

SURVEY, CHOICES, SETTINGS, BANDS, RULES = "survey", "choices", "settings", "bands", "rules"
COLUMNS: dict[str, tuple[str, ...]] = {
    SURVEY: (
        *("type", "name", ZH, EN, "required", "appearance", "constraint", "relevant"),
        *("part", "weight", "max_chars", "at_least"),
    ),
    CHOICES: ("list_name", "name", ZH, EN, "score", "satisfied"),
    SETTINGS: ("form_title", "form_id", "version", "default_language"),
    BANDS: ("name", ZH, EN, "min", "max"),
    RULES: ("rule", "value", "note"),
}

# Parts of the survey sheet. Names of notes begin with _, which no code does.
INTRO, DIMENSION, ITEM, OVERALL = "intro", "dimension", "item", "overall"
CHECKLIST, ROLE, HINT, OPEN = "checklist", "role", "hint", "open"
PARTS = (INTRO, DIMENSION, ITEM, OVERALL, CHECKLIST, ROLE, HINT, OPEN)
NOTES = {INTRO: "_intro", HINT: "_open_hint"}
ROLE_LIST = "role."  # before the code: no scale has a point in its name

# rule -> (path in the document, note). The order of the sheet.
RULE_PATHS: dict[str, tuple[str, str]] = {
    "title_en": ("title.en", "英文标题 / English title"),
    "language": ("language", "zh-CN, en 或 zh-CN / languages of the form"),
    "headline_denominator": ("scoring.headline_denominator", "valid_answers 或 entitled / rates refer to"),
    "composite": ("scoring.composite.enabled", "yes 或 no：是否计算综合得分 / whether a composite score is used"),
    "composite_conduct": ("scoring.composite.parts[0].weight", "本问卷权重 / weight of this form"),
    "composite_quality": ("scoring.composite.parts[1].weight", "质量得分权重 / weight of the entered score"),
    "composite_deductions": (
        "scoring.composite.deductions",
        "yes 或 no：是否可以扣分 / whether points may be taken off",
    ),
    "reminder_line": ("reminder_line", "提醒线，可空 / reminder line, optional"),
    "participation_full": ("validity.participation_valid_min", "参评率低于此数仅供参考 / below: for reference only"),
    "participation_grade": ("validity.participation_reference_only_min", "参评率低于此数不评等次 / below: no grade"),
    "least_figures": ("disclosure_control.min_ballots_for_any_figure", "少于几份不显示数字 / fewer show no figure"),
    "least_units": ("disclosure_control.min_ballots_for_unit_breakdown", "至少 10 / at least 10"),
    "least_remarks": ("disclosure_control.min_ballots_for_comments", "少于几份不显示意见 / fewer show no remark"),
    "unanimous_below": ("disclosure_control.unanimous_cell_rule.apply_below", "至少 10 / at least 10"),
}
YES_NO = ("composite", "composite_deductions")


def constraint(max_chars: object) -> str:
    """What ODK enforces; max_chars is what this program reads."""
    return f"string-length(.) <= {max_chars}"

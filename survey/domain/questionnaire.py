"""The questionnaire: what is asked, in which scales, with which weights and grade bands.

Law: a Questionnaire exists only when it is whole; parse_questionnaire names the first place that is not,
faults_of_questionnaire all of them.
`document` is the structure as it was written (same as the YAML); it goes into manifest and tally record, and
parsing it again gives an equal Questionnaire. Structure and defaults: default-questionnaire.yaml.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path

from survey.domain.forms.form import (
    BLANK,
    Band,
    Checklist,
    Dimension,
    Item,
    OpenQuestion,
    Option,
    Questionnaire,
    Scale,
)
from survey.domain.forms.form_parser import FormParser
from survey.domain.reading import BadPlace, Place, Rule, check_plain

__all__ = [
    "BLANK",
    "Band",
    "Checklist",
    "Dimension",
    "Item",
    "OpenQuestion",
    "Option",
    "Questionnaire",
    "Scale",
    "default_questionnaire",
    "faults_of_questionnaire",
    "parse_questionnaire",
]


@cache
def default_questionnaire() -> Questionnaire:
    """The built-in default (default-questionnaire.yaml)."""
    import yaml  # here, because only this door reads YAML and a phone's server does not need it at start

    path = Path(__file__).with_name("default-questionnaire.yaml")
    return parse_questionnaire(yaml.safe_load(path.read_text("utf-8")), path.name)


def parse_questionnaire(document: object, where: str = "questionnaire") -> Questionnaire:
    """The questionnaire in a document of plain JSON values; raises InvalidSpec naming the place."""
    check_plain(Place(document, where))
    parser = FormParser(Place(copy.deepcopy(document), where))
    questionnaire = parser.questionnaire()
    if parser.root.faults:
        raise parser.root.faults[0]
    return questionnaire


def faults_of_questionnaire(document: object, where: str = "questionnaire") -> list[BadPlace]:
    """Everything that is wrong, in reading order; empty: parse_questionnaire() succeeds."""
    root = Place(document, where)
    try:
        check_plain(root)
        FormParser(root).questionnaire()
    except BadPlace as fault:  # so wrong that nothing behind it can be read
        root.faults.append(fault)
    missing = [f"{fault.path}.{fault.about['key']}" for fault in root.faults if fault.rule is Rule.MISSING_KEY]
    return [fault for fault in root.faults if fault.path not in missing]  # what is missing is said once

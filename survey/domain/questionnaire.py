"""The questionnaire: what is asked, in which scales, with which weights and grade bands.

Law: a Questionnaire exists only when it is whole; parse_questionnaire names the first place that is not.
`document` is the structure as it was written (same as the YAML); it goes into manifest and tally record, and
parsing it again gives an equal Questionnaire. Structure and defaults: default-questionnaire.yaml.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from survey.domain import form_rules
from survey.domain.form import (
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
from survey.domain.reading import Place
from survey.errors import InvalidSpec

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
    "parse_questionnaire",
]

SCHEMA = "xuncha-conduct-questionnaire/1"
POSITIVE_FROM = 75  # options scored so or higher count as satisfied unless they say otherwise
MAX_ITEMS = 100
MAX_QUESTION = 200  # characters of one question


@cache
def default_questionnaire() -> Questionnaire:
    """The built-in default (default-questionnaire.yaml)."""
    import yaml  # here, because only this door reads YAML and a phone's server does not need it at start

    path = Path(__file__).with_name("default-questionnaire.yaml")
    return parse_questionnaire(yaml.safe_load(path.read_text("utf-8")), path.name)


def parse_questionnaire(document: object, where: str = "questionnaire") -> Questionnaire:
    """The questionnaire in a document of plain JSON values; raises InvalidSpec naming the place."""
    _check_plain(Place(document, where))
    return _Parser(Place(copy.deepcopy(document), where)).questionnaire()


class _Parser:
    """One pass over the document; `languages` and `codes` are what all places have in common."""

    def __init__(self, root: Place) -> None:
        self.root = root
        self.codes: dict[str, str] = {}  # code -> the place that has it
        self.languages: tuple[str, ...] = ("zh",)
        self.items = 0

    def questionnaire(self) -> Questionnaire:
        root = self.root
        document = root.mapping(
            "schema id version language title scales dimensions overall bands",
            "intro object_of_evaluation checklist open_questions open_hint optional_role_question scoring"
            " reminder_line validity disclosure_control",
        )
        root.at("schema").choice(SCHEMA)
        self._languages(root.at("language"))
        title_zh, title_en = self._texts(root.at("title"), 100)
        for key, length in (("intro", 2000), ("open_hint", 500)):
            if key in document:
                self._texts(root.at(key), length, lines=True)
        if "object_of_evaluation" in document:
            root.at("object_of_evaluation").choice("team")
        scales = {name: self._scale(name, place) for name, place in root.at("scales").named(1, 20)}
        dimensions = self._dimensions(root.at("dimensions"), scales)
        overall = self._overall(root.at("overall"), scales)
        checklist = self._checklist(root.at("checklist"), scales) if "checklist" in document else None
        role, role_minimum = self._role(root.at("optional_role_question"))
        open_questions = (
            tuple(map(self._open_question, root.at("open_questions").entries(0, 10)))
            if "open_questions" in document
            else ()
        )
        grade_from, full_from = form_rules.participation_limits(root.at("validity"))
        return Questionnaire(
            id=root.at("id").text(60),
            version=root.at("version").text(20),
            title_zh=title_zh,
            title_en=title_en,
            scales=tuple(scales[name] for name in sorted(scales)),
            dimensions=dimensions,
            overall=overall,
            checklist=checklist,
            open_questions=open_questions,
            role=role,
            role_minimum=role_minimum,
            bands=form_rules.bands(root.at("bands"), self._texts),
            headline_denominator=form_rules.headline_denominator(root.at("scoring")),
            reminder_line=root.at("reminder_line").number(0, 100) if "reminder_line" in document else None,
            grade_from=grade_from,
            full_from=full_from,
            composite=form_rules.composite(root.at("scoring").at("composite")),
            unanimous_below=form_rules.unanimous_below(root.at("disclosure_control")),
            document=root.value,  # type: ignore[arg-type]  # mapping() above has checked it
        )

    def _languages(self, place: Place) -> None:
        for entry in place.entries(1, 2):
            entry.choice("zh-CN", "en")
        given = [str(entry.value) for entry in place.entries(1, 2)]
        if "zh-CN" not in given or len(set(given)) != len(given):
            place.fail(f"is {', '.join(given)}", "zh-CN, or zh-CN and en")
        self.languages = ("zh", "en") if "en" in given else ("zh",)

    def _texts(self, place: Place, maximum: int, *, lines: bool = False) -> tuple[str, str]:
        """(zh, en) under a place; a form in Chinese only shows the Chinese text on English pages too."""
        if not isinstance(place.value, dict):
            place.fail("is no mapping", f"a text for each of {', '.join(self.languages)}")
        texts = {}
        for language in self.languages:
            if language not in place.value:
                place.fail(f"has no text in {language}", f"a text for each of {', '.join(self.languages)}")
            texts[language] = place.at(language).text(maximum, lines=lines)
        if "en" in place.value and "en" not in self.languages:
            place.fail("has an English text", "Chinese only, as the language list says")
        return texts["zh"], texts.get("en", texts["zh"])

    def _new_code(self, place: Place) -> str:
        code = place.code()
        if code in self.codes:
            place.fail(f'is "{code}", which {self.codes[code]} has already', "every code once")
        self.codes[code] = place.path
        return code

    def _scale(self, name: str, place: Place) -> Scale:
        document = place.mapping("options", "type required")
        if "type" in document:
            place.at("type").choice("single")
        if "required" in document:
            place.at("required").choice(False)  # nobody is forced to answer
        return Scale(name, self._options(place.at("options")))

    def _options(self, place: Place) -> tuple[Option, ...]:
        options: list[Option] = []
        for entry in place.entries(2, 10):
            document = entry.mapping("code", "zh en score positive")
            code = entry.at("code").code()
            if code == BLANK or code in [option.code for option in options]:
                entry.at("code").fail(f'is "{code}"', f'every option code once and none "{BLANK}"')
            zh, en = self._texts(entry, 40)
            score = None if document.get("score") is None else entry.at("score").number(0, 100)
            positive = score is not None and score >= POSITIVE_FROM
            if "positive" in document:
                positive = entry.at("positive").flag()
                if positive and score is None:
                    entry.at("positive").fail(
                        "is true for an option without a score", "positive only on scored options"
                    )
            options.append(Option(code, zh, en, score, positive))
        return tuple(options)

    def _use_scale(self, place: Place, scales: dict[str, Scale], *, scored: bool) -> Scale:
        name = place.value
        if not isinstance(name, str) or name not in scales:
            place.fail(f'is "{name}"', f"one of the scales {', '.join(scales)}")
        if scored and not scales[name].scored:
            place.fail(f'is "{name}", a scale without any score', "a scale with at least one scored option")
        return scales[name]

    def _items(self, place: Place, scale: Scale) -> Iterator[Item]:
        for entry in place.entries(1, MAX_ITEMS):
            entry.mapping("code", "zh en")
            self.items += 1
            if self.items > MAX_ITEMS:
                entry.fail(f"is item number {self.items}", f"at most {MAX_ITEMS} items on the whole form")
            yield Item(self._new_code(entry.at("code")), *self._texts(entry, MAX_QUESTION), scale)

    def _dimensions(self, place: Place, scales: dict[str, Scale]) -> tuple[Dimension, ...]:
        dimensions = []
        for entry in place.entries(1, 20):
            entry.mapping("code weight scale items", "zh en")
            code = self._new_code(entry.at("code"))
            weight = entry.at("weight").number(0, 100)
            if weight == 0:
                entry.at("weight").fail("is 0", "a weight above 0")
            scale = self._use_scale(entry.at("scale"), scales, scored=True)
            zh, en = self._texts(entry, 100)
            dimensions.append(Dimension(code, weight, zh, en, scale, tuple(self._items(entry.at("items"), scale))))
        total = sum(dimension.weight for dimension in dimensions)
        if total != 100:
            place.fail(f"have weights that sum to {float(total):g}", "100")
        return tuple(dimensions)

    def _overall(self, place: Place, scales: dict[str, Scale]) -> Item:
        document = place.mapping("code scale", "zh en scored")
        if "scored" in document:
            place.at("scored").choice(False)
        scale = self._use_scale(place.at("scale"), scales, scored=True)
        return Item(self._new_code(place.at("code")), *self._texts(place, MAX_QUESTION), scale)

    def _checklist(self, place: Place, scales: dict[str, Scale]) -> Checklist:
        document = place.mapping("code scale items", "zh en scored visibility")
        if "scored" in document:
            place.at("scored").choice(False)
        if "visibility" in document:
            place.at("visibility").choice("restricted")
        scale = self._use_scale(place.at("scale"), scales, scored=False)
        code = self._new_code(place.at("code"))
        zh, en = self._texts(place, MAX_QUESTION)
        return Checklist(code, zh, en, scale, tuple(self._items(place.at("items"), scale)))

    def _open_question(self, place: Place) -> OpenQuestion:
        document = place.mapping("code max_chars", "zh en required")
        if "required" in document:
            place.at("required").choice(False)
        max_chars = place.at("max_chars").whole(1, 2000)
        return OpenQuestion(self._new_code(place.at("code")), *self._texts(place, MAX_QUESTION), max_chars)

    def _role(self, place: Place) -> tuple[Item | None, int]:
        if place.value is None:
            return None, 30
        place.mapping("enabled code options", "zh en min_batch_size")
        minimum = 30
        if place.at("min_batch_size").value is not None:
            minimum = place.at("min_batch_size").whole(30, 100_000)
        enabled = place.at("enabled").flag()
        code = self._new_code(place.at("code"))
        scale = Scale("role", self._options(place.at("options")))
        if scale.scored:
            place.at("options").fail("have scores", "options without scores, for a role is never scored")
        item = Item(code, *self._texts(place, MAX_QUESTION), scale)
        return (item if enabled else None), minimum


def _check_plain(root: Place) -> None:
    """Plain JSON values of moderate depth and size, because the document is frozen into JSON (a YAML date is not)."""
    stack = [(root, 0)]
    seen = 0
    while stack:
        place, depth = stack.pop()
        seen += 1
        if depth > 10 or seen > 5000:
            raise InvalidSpec(f"{root.path} is too deep or too long; expected at most 10 levels and 5000 values.")
        if isinstance(place.value, dict):
            for key, value in place.value.items():
                if not isinstance(key, str):
                    place.fail(f"has the key {key!r}", "keys that are text")
                stack.append((Place(value, f"{place.path}.{key}"), depth + 1))
        elif isinstance(place.value, list):
            stack.extend((Place(value, f"{place.path}[{i}]"), depth + 1) for i, value in enumerate(place.value))
        elif place.value is not None and not isinstance(place.value, (str, int, float, bool)):
            place.fail(f"is a {type(place.value).__name__}", "text, number, true, false, list or mapping (use quotes)")

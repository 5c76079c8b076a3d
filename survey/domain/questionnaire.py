"""The questionnaire: what is asked, in which scales, with which weights and grade bands.

Law: a Questionnaire exists only when it is whole; parse_questionnaire names the first place that is not.
`document` is the structure as it was written (same as the YAML); it goes into manifest and tally record, and
parsing it again gives an equal Questionnaire. Structure and defaults: default-questionnaire.yaml.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from survey.domain.reading import Place
from survey.errors import InvalidSpec

SCHEMA = "xuncha-conduct-questionnaire/1"
BLANK = "blank"  # how an unanswered item is counted; therefore never an option code
POSITIVE_FROM = 75  # options scored so or higher count as satisfied unless they say otherwise
MAX_ITEMS = 100
MAX_QUESTION = 200  # characters of one question
PADDING_STEP = 256


@dataclass(frozen=True)
class Option:
    """score is None for an answer outside the score ("don't know")."""

    code: str
    zh: str
    en: str
    score: Fraction | None = None
    positive: bool = False


@dataclass(frozen=True)
class Scale:
    name: str
    options: tuple[Option, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)

    @property
    def scored(self) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.score is not None)


@dataclass(frozen=True)
class Item:
    """One question answered by one option of its scale."""

    code: str
    zh: str
    en: str
    scale: Scale


@dataclass(frozen=True)
class Dimension:
    code: str
    weight: Fraction
    zh: str
    en: str
    scale: Scale
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Checklist:
    code: str
    zh: str
    en: str
    scale: Scale
    items: tuple[Item, ...]


@dataclass(frozen=True)
class OpenQuestion:
    code: str
    zh: str
    en: str
    max_chars: int  # Unicode code points


@dataclass(frozen=True)
class Band:
    """A grade: minimum <= score < maximum; the top band includes its maximum of 100."""

    code: str
    zh: str
    en: str
    minimum: Fraction
    maximum: Fraction


@dataclass(frozen=True)
class Questionnaire:
    id: str
    version: str
    title_zh: str
    title_en: str
    scales: tuple[Scale, ...]
    dimensions: tuple[Dimension, ...]
    overall: Item
    checklist: Checklist | None
    open_questions: tuple[OpenQuestion, ...]
    role: Item | None  # only when switched on
    role_minimum: int  # people in the pool below which the role question may not be asked
    bands: tuple[Band, ...]  # from the highest to the lowest
    headline_denominator: str  # "valid_answers" or "entitled"
    reminder_line: Fraction | None
    grade_from: Fraction  # participation below which no grade is given
    full_from: Fraction  # participation below which the result is for reference only
    unanimous_below: int  # a cell in which everybody agrees is shown as a band below this many ballots
    document: dict[str, Any] = field(hash=False, repr=False)

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def answerable(self) -> tuple[Item, ...]:
        """Every item that takes an option, in the order of the form."""
        return (
            *self.scored_items,
            self.overall,
            *(self.checklist.items if self.checklist else ()),
            *([self.role] if self.role else ()),
        )

    @cached_property
    def allowed_options(self) -> dict[str, frozenset[str]]:
        """Item code -> its option codes. Cached: the count asks for it once per ballot."""
        return {item.code: frozenset(item.scale.codes) for item in self.answerable}

    @cached_property
    def allowed_lengths(self) -> dict[str, int]:
        """Open question code -> the most code points of its text."""
        return {question.code: question.max_chars for question in self.open_questions}

    @property
    def plaintext_length(self) -> int:
        """Length of every padded plaintext: 4-byte length, the longest possible JSON, zeros up to a multiple of 256."""
        answers = {item.code: max(item.scale.codes, key=len) for item in self.answerable}
        # A code point is at most 4 bytes in UTF-8; an escape (quote, backslash, newline) is 2.
        texts = {question.code: "x" * (4 * question.max_chars) for question in self.open_questions}
        longest = 4 + len(json.dumps({"answers": answers, "texts": texts}, separators=(",", ":")))
        return -(-longest // PADDING_STEP) * PADDING_STEP


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
                self._texts(root.at(key), length)
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
        grade_from, full_from = self._validity(root.at("validity"))
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
            bands=self._bands(root.at("bands")),
            headline_denominator=self._scoring(root.at("scoring")),
            reminder_line=root.at("reminder_line").number(0, 100) if "reminder_line" in document else None,
            grade_from=grade_from,
            full_from=full_from,
            unanimous_below=self._disclosure_control(root.at("disclosure_control")),
            document=root.value,  # type: ignore[arg-type]  # mapping() above has checked it
        )

    def _languages(self, place: Place) -> None:
        for entry in place.entries(1, 2):
            entry.choice("zh-CN", "en")
        given = [str(entry.value) for entry in place.entries(1, 2)]
        if "zh-CN" not in given or len(set(given)) != len(given):
            place.fail(f"is {', '.join(given)}", "zh-CN, or zh-CN and en")
        self.languages = ("zh", "en") if "en" in given else ("zh",)

    def _texts(self, place: Place, maximum: int) -> tuple[str, str]:
        """(zh, en) under a place; a form in Chinese only shows the Chinese text on English pages too."""
        if not isinstance(place.value, dict):
            place.fail("is no mapping", f"a text for each of {', '.join(self.languages)}")
        texts = {}
        for language in self.languages:
            if language not in place.value:
                place.fail(f"has no text in {language}", f"a text for each of {', '.join(self.languages)}")
            texts[language] = place.at(language).text(maximum)
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

    def _bands(self, place: Place) -> tuple[Band, ...]:
        bands: list[Band] = []
        for entry in place.entries(1, 10):
            entry.mapping("code min max", "zh en")
            code = entry.at("code").code()
            if code in [band.code for band in bands]:
                entry.at("code").fail(f'is "{code}" again', "every band code once")
            zh, en = self._texts(entry, 20)
            bands.append(Band(code, zh, en, entry.at("min").number(0, 100), entry.at("max").number(0, 100)))
        bands.sort(key=lambda band: band.minimum, reverse=True)
        edges = [Fraction(100)]
        for band in bands:
            if band.maximum != edges[-1] or band.minimum >= band.maximum:
                place.fail(
                    f"leave a gap or overlap at {float(edges[-1]):g} ({band.code})",
                    "bands that cover 0 to 100, each beginning where the next lower one ends",
                )
            edges.append(band.minimum)
        if edges[-1] != 0:
            place.fail(f"begin at {float(edges[-1]):g}", "bands that cover 0 to 100")
        return tuple(bands)

    def _scoring(self, place: Place) -> str:
        """Only one scoring rule is built; a document that asks for another is refused rather than scored wrongly."""
        if place.value is None:
            return "valid_answers"
        document = place.mapping("", "item_score dimension_score total rounding headline_denominator composite")
        fixed = {
            "item_score": "mean_of_scored_options",
            "dimension_score": "unweighted_mean_of_item_scores",
            "total": "weighted_mean_of_defined_dimensions",
        }
        for key, value in fixed.items():
            if key in document:
                place.at(key).choice(value)
        if "rounding" in document:
            rounding = place.at("rounding")
            rounding.mapping("mode score_decimals rate_decimals when")
            for key, expected in (("mode", "half_up"), ("score_decimals", 2), ("rate_decimals", 1)):
                rounding.at(key).choice(expected)
            rounding.at("when").choice("display_only")
        if "composite" in document:
            place.at("composite").mapping("enabled", "parts")
            place.at("composite").at("enabled").choice(False)
        if "headline_denominator" in document:
            place.at("headline_denominator").choice("valid_answers", "entitled")
        return str(document.get("headline_denominator", "valid_answers"))

    def _validity(self, place: Place) -> tuple[Fraction, Fraction]:
        """(no grade below, reference only below). 0.6667 is read as 2/3: the nearest fraction up to hundredths."""
        grade_from, full_from = Fraction(1, 2), Fraction(2, 3)
        if place.value is None:
            return grade_from, full_from
        document = place.mapping(
            "", "void_if_counted_exceeds_issued participation_valid_min participation_reference_only_min"
        )
        if "void_if_counted_exceeds_issued" in document:
            place.at("void_if_counted_exceeds_issued").choice(True)
        if "participation_valid_min" in document:
            full_from = place.at("participation_valid_min").number(0, 1).limit_denominator(100)
        if "participation_reference_only_min" in document:
            grade_from = place.at("participation_reference_only_min").number(0, 1).limit_denominator(100)
        if grade_from > full_from:
            place.fail("gives no grade at a participation that counts in full", "reference_only_min <= valid_min")
        return grade_from, full_from

    def _disclosure_control(self, place: Place) -> int:
        """The small-number rules may be made stricter here, never weaker (domain/disclosure.py has the rules)."""
        if place.value is None:
            return 10
        document = place.mapping(
            "",
            "min_ballots_for_any_figure min_ballots_for_unit_breakdown min_ballots_for_comments"
            " complementary_suppression pool_small_units_of_same_team unanimous_cell_rule checklist_breakdown",
        )
        for key, least in (
            ("min_ballots_for_any_figure", 5),
            ("min_ballots_for_unit_breakdown", 10),
            ("min_ballots_for_comments", 10),
        ):
            if key in document:
                place.at(key).whole(least, 1000)
        for key in ("complementary_suppression", "pool_small_units_of_same_team"):
            if key in document:
                place.at(key).choice(True)
        if "checklist_breakdown" in document:
            place.at("checklist_breakdown").choice("team_only")
        if "unanimous_cell_rule" not in document:
            return 10
        rule = place.at("unanimous_cell_rule")
        rule.mapping("apply_below show")
        rule.at("show").choice("band_only")
        return rule.at("apply_below").whole(10, 1000)


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

"""From the document of a questionnaire to its parts, going on after every fault that can be gone on from.

Law: nothing made here is used while root.faults is not empty (see questionnaire.parse_questionnaire): what stands for
a faulty part is only there so that reading can go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from survey.domain.forms import form_rules
from survey.domain.forms.form import BLANK, Checklist, Dimension, Item, OpenQuestion, Option, Questionnaire, Scale
from survey.domain.reading import Place, Rule

SCHEMA = "xuncha-conduct-questionnaire/1"
POSITIVE_FROM = 75  # options scored so or higher count as satisfied unless they say otherwise
MAX_ITEMS = 100
MAX_QUESTION = 200  # characters of one question


class FormParser:
    """One pass over the document; `languages` and `codes` are what all places have in common."""

    def __init__(self, root: Place) -> None:
        self.root = root
        self.codes: dict[str, str] = {}  # code -> the place that has it
        self.languages: tuple[str, ...] = ("zh",)
        self.is_chinese_only = False
        self.items = 0

    def questionnaire(self) -> Questionnaire:
        """What stands for a faulty part is never used: see parse_questionnaire."""
        root = self.root
        document = root.mapping(
            "schema id version language title scales dimensions overall bands",
            "intro object_of_evaluation checklist open_questions open_hint optional_role_question scoring"
            " reminder_line validity disclosure_control",
        )
        root.attempt(lambda: root.at("schema").choice(SCHEMA), None)
        root.attempt(lambda: self._languages(root.at("language")), None)
        title_zh, title_en = self._texts(root.at("title"), 100)
        for key, length in (("intro", 2000), ("open_hint", 500)):
            if key in document:
                self._texts(root.at(key), length, lines=True)
        if "object_of_evaluation" in document:
            root.attempt(lambda: root.at("object_of_evaluation").choice("team"), None)
        scales: dict[str, Scale] = root.attempt(lambda: self._scales(root.at("scales")), {})
        dimensions: tuple[Dimension, ...] = root.attempt(lambda: self._dimensions(root.at("dimensions"), scales), ())
        overall = root.attempt(lambda: self._overall(root.at("overall"), scales), _NO_ITEM)
        checklist = None
        if "checklist" in document:
            checklist = root.attempt(lambda: self._checklist(root.at("checklist"), scales), None)
        no_role: tuple[Item | None, int] = (None, 30)
        role, role_minimum = root.attempt(lambda: self._role(root.at("optional_role_question")), no_role)
        open_questions: tuple[OpenQuestion, ...] = ()
        if "open_questions" in document:
            open_questions = root.attempt(lambda: self._open_questions(root.at("open_questions")), ())
        limits = root.attempt(lambda: form_rules.participation_limits(root.at("validity")), (Fraction(0), Fraction(0)))
        reminder_line = None
        if "reminder_line" in document:
            reminder_line = root.attempt(lambda: root.at("reminder_line").number(0, 100), None)
        return Questionnaire(
            id=root.attempt(lambda: root.at("id").text(60), ""),
            version=root.attempt(lambda: root.at("version").text(20), ""),
            title_zh=title_zh,
            title_en=title_en,
            scales=tuple(scales[name] for name in sorted(scales)),
            dimensions=dimensions,
            overall=overall,
            checklist=checklist,
            open_questions=open_questions,
            role=role,
            role_minimum=role_minimum,
            bands=root.attempt(lambda: form_rules.bands(root.at("bands"), self._texts), ()),
            headline_denominator=root.attempt(lambda: form_rules.headline_denominator(root.at("scoring")), ""),
            reminder_line=reminder_line,
            grade_from=limits[0],
            full_from=limits[1],
            composite=root.attempt(lambda: form_rules.composite(root.at("scoring").at("composite")), None),
            unanimous_below=root.attempt(lambda: form_rules.unanimous_below(root.at("disclosure_control")), 10),
            document=root.value,  # type: ignore[arg-type]  # mapping() above has checked it
        )

    def _languages(self, place: Place) -> None:
        for entry in place.entries(1, 2):
            entry.choice("zh-CN", "en")
        given = [str(entry.value) for entry in place.entries(1, 2)]
        if "zh-CN" not in given or len(set(given)) != len(given):
            place.fail(f"is {', '.join(given)}", "zh-CN, or zh-CN and en", Rule.LANGUAGES)
        self.languages = ("zh", "en") if "en" in given else ("zh",)
        self.is_chinese_only = "en" not in given

    def _texts(self, place: Place, maximum: int, *, lines: bool = False) -> tuple[str, str]:
        """(zh, en) under a place; a form in Chinese only shows the Chinese text on English pages too."""
        expected = f"a text for each of {', '.join(self.languages)}"
        if not isinstance(place.value, dict):
            place.note("is no mapping", expected, Rule.KIND)
            return "", ""
        texts = {}
        for language in self.languages:
            if language not in place.value:
                place.note(f"has no text in {language}", expected, Rule.MISSING_KEY, key=language)
                continue
            one = place.at(language)
            texts[language] = one.attempt(partial(one.text, maximum, lines=lines), "")
        if "en" in place.value and "en" not in self.languages and self.is_chinese_only:
            place.at("en").note("is an English text", "Chinese only, as the language list says", Rule.NO_ENGLISH)
        return texts.get("zh", ""), texts.get("en", texts.get("zh", ""))

    def _new_code(self, place: Place) -> str:
        code = place.attempt(place.code, "")
        if code in self.codes:
            place.note(f'is "{code}", which {self.codes[code]} has already', "every code once", Rule.ONCE)
        elif code:
            self.codes[code] = place.path
        return code

    def _scales(self, place: Place) -> dict[str, Scale]:
        return {name: one.attempt(partial(self._scale, name, one), Scale(name, ())) for name, one in place.named(1, 20)}

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
            if option := entry.attempt(partial(self._option, entry, options), None):
                options.append(option)
        return tuple(options)

    def _option(self, entry: Place, before: list[Option]) -> Option:
        document = entry.mapping("code", "zh en score positive")
        code = entry.attempt(entry.at("code").code, "")
        if code == BLANK or (code and code in [option.code for option in before]):
            expected = f'every option code once and none "{BLANK}"'
            entry.at("code").note(f'is "{code}"', expected, Rule.ONCE)
        zh, en = self._texts(entry, 40)
        score = None
        if document.get("score") is not None:
            score = entry.attempt(partial(entry.at("score").number, 0, 100), Fraction(0))
        positive = score is not None and score >= POSITIVE_FROM
        if "positive" in document:
            positive = entry.at("positive").flag()
            if positive and score is None:
                expected = "positive only on scored options"
                entry.at("positive").fail("is true for an option without a score", expected, Rule.POSITIVE)
        return Option(code, zh, en, score, positive)

    def _use_scale(self, place: Place, scales: dict[str, Scale], *, scored: bool) -> Scale:
        name = place.value
        if not isinstance(name, str) or name not in scales:
            place.note(f'is "{name}"', f"one of the scales {', '.join(scales)}", Rule.SCALE, words=list(scales))
            return _NO_SCALE
        if scored and not scales[name].scored:
            expected = "a scale with at least one scored option"
            place.note(f'is "{name}", a scale without any score', expected, Rule.SCORES)
        return scales[name]

    def _items(self, place: Place, scale: Scale) -> Iterator[Item]:
        entries: list[Place] = place.attempt(lambda: place.entries(1, MAX_ITEMS), [])
        for entry in entries:
            if item := entry.attempt(partial(self._item, entry, scale), None):
                yield item

    def _item(self, entry: Place, scale: Scale) -> Item:
        entry.mapping("code", "zh en")
        self.items += 1
        if self.items > MAX_ITEMS:
            expected = f"at most {MAX_ITEMS} items on the whole form"
            entry.fail(f"is item number {self.items}", expected, Rule.TOO_MANY_ITEMS, most=MAX_ITEMS)
        return Item(self._new_code(entry.at("code")), *self._texts(entry, MAX_QUESTION), scale)

    def _dimensions(self, place: Place, scales: dict[str, Scale]) -> tuple[Dimension, ...]:
        entries = place.entries(1, 20)
        dimensions = [entry.attempt(partial(self._dimension, entry, scales), None) for entry in entries]
        whole = [dimension for dimension in dimensions if dimension and dimension.weight]
        total = sum(dimension.weight for dimension in whole)
        if total != 100 and len(whole) == len(dimensions):  # a wrong weight is one fault, not two
            found = f"{float(total):g}"
            place.note(f"have weights that sum to {found}", "100", Rule.SUM, found=found)
        return tuple(whole)

    def _dimension(self, entry: Place, scales: dict[str, Scale]) -> Dimension:
        entry.mapping("code weight scale items", "zh en")
        code = self._new_code(entry.at("code"))
        given = entry.at("weight")
        weight = entry.attempt(partial(given.number, 0, 100), None)
        if weight == 0:
            given.note("is 0", "a weight above 0", Rule.ABOVE_ZERO)
        scale = self._use_scale(entry.at("scale"), scales, scored=True)
        zh, en = self._texts(entry, 100)
        return Dimension(code, weight or Fraction(0), zh, en, scale, tuple(self._items(entry.at("items"), scale)))

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

    def _open_questions(self, place: Place) -> tuple[OpenQuestion, ...]:
        entries = place.entries(0, 10)
        found = [entry.attempt(partial(self._open_question, entry), None) for entry in entries]
        return tuple(question for question in found if question)

    def _open_question(self, place: Place) -> OpenQuestion:
        document = place.mapping("code max_chars", "zh en required")
        if "required" in document:
            place.at("required").choice(False)
        max_chars = place.attempt(lambda: place.at("max_chars").whole(1, 2000), 1)
        return OpenQuestion(self._new_code(place.at("code")), *self._texts(place, MAX_QUESTION), max_chars)

    def _role(self, place: Place) -> tuple[Item | None, int]:
        if place.value is None:
            return None, 30
        place.mapping("enabled code options", "zh en min_batch_size")
        minimum = 30
        if place.at("min_batch_size").value is not None:
            minimum = place.attempt(lambda: place.at("min_batch_size").whole(30, 100_000), 30)
        enabled = place.attempt(lambda: place.at("enabled").flag(), False)
        code = self._new_code(place.at("code"))
        scale = Scale("role", place.attempt(lambda: self._options(place.at("options")), ()))
        if scale.scored:
            expected = "options without scores, for a role is never scored"
            place.at("options").note("have scores", expected, Rule.NO_SCORES)
        item = Item(code, *self._texts(place, MAX_QUESTION), scale)
        return (item if enabled else None), minimum


_NO_SCALE = Scale("", ())
_NO_ITEM = Item("", "", "", _NO_SCALE)  # stands for a faulty one; never leaves this module

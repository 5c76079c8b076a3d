"""Reading a document that a person wrote (YAML, Excel, JSON, the editor), one place at a time.

Law: every refusal is one sentence that names the place, what stands there and what was expected.
A Place never guesses: an unknown key is refused, so that a typing mistake is never silently a default.
Reading goes on after a fault where it can (attempt), so that a person is told all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from fractions import Fraction
from typing import NoReturn, TypeVar

from survey.errors import InvalidSpec

T = TypeVar("T")

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", re.ASCII)


class Rule(Enum):
    """What a fault breaks, for those who say it in another language (about: what the sentence names)."""

    KIND = auto()  # text, number, list or mapping, whatever was expected
    MISSING_KEY = auto()  # key
    UNKNOWN_KEY = auto()  # key
    COUNT = auto()  # least, most
    TEXT = auto()  # most
    LONG = auto()  # most
    ONE_LINE = auto()
    CODE = auto()
    NUMBER = auto()  # least, most
    ABOVE_ZERO = auto()
    WHOLE = auto()  # least, most
    FLAG = auto()
    CHOICE = auto()  # words
    ONCE = auto()
    SUM = auto()  # found
    SCALE = auto()  # words
    SCORES = auto()
    NO_SCORES = auto()
    TOO_MANY_ITEMS = auto()  # most
    LANGUAGES = auto()
    NO_ENGLISH = auto()
    POSITIVE = auto()
    BANDS = auto()  # at
    PARTS = auto()
    LIMITS = auto()
    SIZE = auto()
    VERSION = auto()


class BadPlace(InvalidSpec):
    """One fault: path; what stands there and what was expected, in English; the rule it breaks."""

    def __init__(
        self, path: str, what: str, expected: str, rule: Rule, found: str, about: Mapping[str, object]
    ) -> None:
        super().__init__(f"{path} {what}; expected {expected}.")
        self.path, self.rule, self.found, self.about = path, rule, found, dict(about)


class Place:
    """A value and the path that leads to it, for example "questionnaire.dimensions[2].items[0].code".

    faults: what was found wrong in the whole document so far.
    """

    def __init__(self, value: object, path: str, faults: list[BadPlace] | None = None) -> None:
        self.value = value
        self.path = path
        self.faults: list[BadPlace] = [] if faults is None else faults

    def fail(self, what: str, expected: str, rule: Rule = Rule.KIND, **about: object) -> NoReturn:
        raise self._fault(what, expected, rule, about)

    def note(self, what: str, expected: str, rule: Rule, **about: object) -> None:
        """Keep the fault and read on."""
        self.faults.append(self._fault(what, expected, rule, about))

    def attempt(self, read: Callable[[], T], instead: T) -> T:
        """What read() gives; where it fails the fault is kept, and reading goes on with something harmless instead."""
        try:
            return read()
        except BadPlace as fault:
            self.faults.append(fault)
            return instead

    def _fault(self, what: str, expected: str, rule: Rule, about: Mapping[str, object]) -> BadPlace:
        is_plain = not isinstance(self.value, Mapping | list) and self.value is not None
        return BadPlace(self.path, what, expected, rule, _shown(self.value).strip('"') if is_plain else "", about)

    def mapping(self, required: str, optional: str = "") -> Mapping[str, object]:
        """The mapping that stands here, with these keys (space separated) and no others."""
        if not isinstance(self.value, Mapping):
            self.fail(f"is {_shown(self.value)}", f"a mapping with {', '.join(required.split())}")
        for key in required.split():
            if key not in self.value:
                self.note(f"has no {key}", f"the keys {', '.join(required.split())}", Rule.MISSING_KEY, key=key)
        known = {*required.split(), *optional.split()}
        for key in self.value:
            if key not in known:
                expected = f"only {', '.join(sorted(known))}"
                self.note(f"has the unknown key {_shown(key)}", expected, Rule.UNKNOWN_KEY, key=str(key)[:40])
        return self.value

    def at(self, key: str) -> Place:
        """The value under a key; None when absent. Call mapping() first."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Place(value, f"{self.path}.{key}", self.faults)

    def entries(self, minimum: int, maximum: int) -> list[Place]:
        if not isinstance(self.value, list) or not minimum <= len(self.value) <= maximum:
            what = f"has {len(self.value)} entries" if isinstance(self.value, list) else f"is {_shown(self.value)}"
            self.fail(what, f"a list of {minimum} to {maximum} entries", Rule.COUNT, least=minimum, most=maximum)
        return [Place(value, f"{self.path}[{index}]", self.faults) for index, value in enumerate(self.value)]

    def named(self, minimum: int, maximum: int) -> Iterator[tuple[str, Place]]:
        if not isinstance(self.value, Mapping) or not minimum <= len(self.value) <= maximum:
            expected = f"a mapping of {minimum} to {maximum} named entries"
            self.fail(f"is {_shown(self.value)}", expected, Rule.COUNT, least=minimum, most=maximum)
        for name, value in self.value.items():
            place = Place(value, f"{self.path}.{name}", self.faults)
            if not isinstance(name, str) or not CODE.fullmatch(name):
                place.fail(f"has the name {_shown(name)}", "1 to 16 letters, digits, - or _", Rule.CODE)
            yield name, place

    def text(self, maximum: int, *, lines: bool = False) -> str:
        """A text that is not blank, of at most `maximum` code points, without control characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(f"is {_shown(self.value)}", f"a text of 1 to {maximum} characters", Rule.TEXT, most=maximum)
        if len(self.value) > maximum:
            self.fail(f"has {len(self.value)} characters", f"at most {maximum}", Rule.LONG, most=maximum)
        for char in self.value.strip():
            is_control = char < " " and not (lines and char == "\n")
            if is_control or 0xD800 <= ord(char) < 0xE000 or char in "\ufffe\uffff":  # no file format takes those
                expected = "plain text" + " on one line" * (not lines)
                self.fail("has a control character or half a character", expected, Rule.ONE_LINE)
        return self.value.strip()

    def code(self) -> str:
        if not isinstance(self.value, str) or not CODE.fullmatch(self.value):
            self.fail(f"is {_shown(self.value)}", "a code of 1 to 16 letters, digits, - or _ (in quotes)", Rule.CODE)
        return self.value

    def number(self, minimum: int, maximum: int) -> Fraction:
        """An exact number: 0.1 is one tenth, as it was written."""
        value = self.value
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        # The comparison also refuses infinities and not-a-number, which no Fraction can hold.
        if not is_number or not minimum <= value <= maximum:  # type: ignore[operator]  # a number by now
            expected = f"a number from {minimum} to {maximum}"
            self.fail(f"is {_shown(value)}", expected, Rule.NUMBER, least=minimum, most=maximum)
        return Fraction(str(value))

    def whole(self, minimum: int, maximum: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not minimum <= self.value <= maximum:
            expected = f"a whole number from {minimum} to {maximum}"
            self.fail(f"is {_shown(self.value)}", expected, Rule.WHOLE, least=minimum, most=maximum)
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail(f"is {_shown(self.value)}", "true or false", Rule.FLAG)
        return self.value

    def choice(self, *allowed: object) -> None:
        """Refuse everything but these values. True is not 1 here."""
        if not any(self.value == value and type(self.value) is type(value) for value in allowed):
            words = " or ".join(_shown(value) for value in allowed)
            self.fail(
                f"is {_shown(self.value)}", words, Rule.CHOICE, words=[_shown(value).strip('"') for value in allowed]
            )


def check_plain(root: Place) -> None:
    """Plain JSON values of moderate depth and size, because a document is frozen into JSON (a YAML date is not)."""
    stack = [(root, 0)]
    seen = 0
    while stack:
        place, depth = stack.pop()
        seen += 1
        if depth > 10 or seen > 5000:
            root.fail("is too deep or too long", "at most 10 levels and 5000 values", Rule.SIZE)
        if isinstance(place.value, dict):
            for key, value in place.value.items():
                if not isinstance(key, str):
                    place.fail(f"has the key {key!r}", "keys that are text")
                stack.append((Place(value, f"{place.path}.{key}"), depth + 1))
        elif isinstance(place.value, list):
            stack.extend((Place(value, f"{place.path}[{i}]"), depth + 1) for i, value in enumerate(place.value))
        elif place.value is not None and not isinstance(place.value, (str, int, float, bool)):
            place.fail(f"is a {type(place.value).__name__}", "text, number, true, false, list or mapping (use quotes)")


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list)):
        return "a list" if isinstance(value, list) else "a mapping"
    text = str(value)
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'

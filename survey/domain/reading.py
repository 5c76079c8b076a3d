"""Reading a document that a person wrote (YAML, Excel, JSON), one place at a time.

Law: every refusal is one sentence that names the place, what stands there and what was expected.
A Place never guesses: an unknown key is refused, so that a typing mistake is never silently a default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NoReturn

from survey.errors import InvalidSpec

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}", re.ASCII)


class Place:
    """A value and the path that leads to it, for example "questionnaire.dimensions[2].items[0].code"."""

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def fail(self, what: str, expected: str) -> NoReturn:
        raise InvalidSpec(f"{self.path} {what}; expected {expected}.")

    def mapping(self, required: str, optional: str = "") -> Mapping[str, object]:
        """The mapping that stands here, with these keys (space separated) and no others."""
        if not isinstance(self.value, Mapping):
            self.fail(f"is {_shown(self.value)}", f"a mapping with {', '.join(required.split())}")
        for key in required.split():
            if key not in self.value:
                self.fail(f"has no {key}", f"the keys {', '.join(required.split())}")
        known = {*required.split(), *optional.split()}
        for key in self.value:
            if key not in known:
                self.fail(f"has the unknown key {_shown(key)}", f"only {', '.join(sorted(known))}")
        return self.value

    def at(self, key: str) -> Place:
        """The value under a key; None when absent. Call mapping() first."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Place(value, f"{self.path}.{key}")

    def entries(self, minimum: int, maximum: int) -> list[Place]:
        if not isinstance(self.value, list) or not minimum <= len(self.value) <= maximum:
            what = f"has {len(self.value)} entries" if isinstance(self.value, list) else f"is {_shown(self.value)}"
            self.fail(what, f"a list of {minimum} to {maximum} entries")
        return [Place(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def named(self, minimum: int, maximum: int) -> Iterator[tuple[str, Place]]:
        if not isinstance(self.value, Mapping) or not minimum <= len(self.value) <= maximum:
            self.fail(f"is {_shown(self.value)}", f"a mapping of {minimum} to {maximum} named entries")
        for name, value in self.value.items():
            place = Place(value, f"{self.path}.{name}")
            if not isinstance(name, str) or not CODE.fullmatch(name):
                place.fail(f"has the name {_shown(name)}", "1 to 16 letters, digits, - or _")
            yield name, place

    def text(self, maximum: int, *, lines: bool = False) -> str:
        """A text that is not blank, of at most `maximum` code points, without control characters."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(f"is {_shown(self.value)}", f"a text of 1 to {maximum} characters")
        if len(self.value) > maximum:
            self.fail(f"has {len(self.value)} characters", f"at most {maximum}")
        for char in self.value.strip():
            if (char < " " and not (lines and char == "\n")) or 0xD800 <= ord(char) < 0xE000:
                self.fail("has a control character or half a character", "plain text" + " on one line" * (not lines))
        return self.value.strip()

    def code(self) -> str:
        if not isinstance(self.value, str) or not CODE.fullmatch(self.value):
            self.fail(f"is {_shown(self.value)}", "a code of 1 to 16 letters, digits, - or _ (in quotes)")
        return self.value

    def number(self, minimum: int, maximum: int) -> Fraction:
        """An exact number: 0.1 is one tenth, as it was written."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            self.fail(f"is {_shown(self.value)}", f"a number from {minimum} to {maximum}")
        # The comparison comes first: it also refuses infinities and not-a-number, which no Fraction can hold.
        if not minimum <= self.value <= maximum:
            self.fail(f"is {_shown(self.value)}", f"a number from {minimum} to {maximum}")
        return Fraction(str(self.value))

    def whole(self, minimum: int, maximum: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not minimum <= self.value <= maximum:
            self.fail(f"is {_shown(self.value)}", f"a whole number from {minimum} to {maximum}")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail(f"is {_shown(self.value)}", "true or false")
        return self.value

    def choice(self, *allowed: object) -> None:
        """Refuse everything but these values. True is not 1 here."""
        if not any(self.value == value and type(self.value) is type(value) for value in allowed):
            self.fail(f"is {_shown(self.value)}", " or ".join(_shown(value) for value in allowed))


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (Mapping, list)):
        return "a list" if isinstance(value, list) else "a mapping"
    text = str(value)
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'

"""The one step back in the editor: the document as it was, with what has been typed since.

Law: undoing a change of structure costs nobody a word. Only what differs between the form as it was sent out and as it
came back is typed since, and that goes along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NOT_THERE = object()


def carried(stored: Any, typed: Any, back: Any) -> Any:
    """back with what was typed. stored: what the form showed; typed: what it says now, of the same structure."""
    if isinstance(back, Mapping) and isinstance(stored, Mapping) and isinstance(typed, Mapping):
        return {
            key: carried(stored.get(key, _NOT_THERE), typed.get(key, _NOT_THERE), value) for key, value in back.items()
        } | {key: value for key, value in typed.items() if key not in back and key not in stored}
    if isinstance(back, list) and isinstance(stored, list) and isinstance(typed, list) and len(stored) == len(typed):
        places = _places(stored, back)
        return [
            value if place is None else carried(stored[place], typed[place], value)
            for value, place in zip(back, places, strict=True)
        ]
    return back if typed is _NOT_THERE or typed == stored else typed


def _places(stored: list[Any], back: list[Any]) -> list[int | None]:
    """Where each entry of back stands now; None for one that was deleted. An entry is known by all that is in it, else
    by its code, else by its place where no entry came or went.
    """
    free = list(range(len(stored)))
    places: list[int | None] = [None] * len(back)

    def match(is_same: Any) -> None:
        for number, value in enumerate(back):
            if places[number] is None:
                found = next((place for place in free if is_same(stored[place], value, place, number)), None)
                if found is not None:
                    places[number] = found
                    free.remove(found)

    match(lambda one, value, _place, _number: one == value)
    match(lambda one, value, _place, _number: _code(one) is not None and _code(one) == _code(value))
    if len(stored) == len(back):
        match(lambda _one, _value, place, number: place == number)
    return places


def _code(entry: Any) -> Any:
    return entry.get("code") or None if isinstance(entry, Mapping) else None

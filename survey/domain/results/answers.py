"""The answers of one ballot: written by the page, read once at the count (2-protocol, section 2.3).

Plaintext: UTF-8 JSON {"answers": {item code: option code}, "texts": {question code: text}}; what is unanswered is
absent. Law: any byte string gives Answers or VoidBallot, never another error: a hostile ballot must not stop the
count for everybody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from survey.domain.questionnaire import Questionnaire
from survey.errors import SurveyError

NOT_UTF8 = "not-utf8"
NOT_JSON = "not-json"
WRONG_FORM = "wrong-form"
UNKNOWN_ITEM = "unknown-item"
UNKNOWN_OPTION = "unknown-option"
TEXT_TOO_LONG = "text-too-long"
# The opening adds the reasons of ballots that never become JSON.
BAD_ENC = "bad-enc"
NOT_DECRYPTABLE = "not-decryptable"
BAD_PADDING = "bad-padding"
VOID_REASONS = (
    BAD_ENC, NOT_DECRYPTABLE, BAD_PADDING, NOT_UTF8, NOT_JSON, WRONG_FORM, UNKNOWN_ITEM, UNKNOWN_OPTION, TEXT_TOO_LONG,
)  # fmt: skip

# Controls but the newline, halves of characters and non-characters (no document format can hold them), and marks
# that turn the direction of the text around them (a remark must not rearrange the page it is printed on).
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class VoidBallot(SurveyError):
    """This ballot counts as void; `reason` is one of VOID_REASONS."""

    kind = "void-ballot"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The ballot is void: {reason}.")
        self.reason = reason

    def __reduce__(self) -> tuple[type[VoidBallot], tuple[str]]:
        return VoidBallot, (self.reason,)


@dataclass(frozen=True)
class Answers:
    """options: item code -> option code; texts: question code -> text. What is absent was not answered."""

    options: Mapping[str, str]
    texts: Mapping[str, str]


def encode_answers(options: Mapping[str, str], texts: Mapping[str, str]) -> bytes:
    """The plaintext as the page writes it: compact JSON, unprintable characters as spaces, no empty texts."""
    cleaned = {code: clean(text) for code, text in texts.items()}
    document = {"answers": dict(options), "texts": {code: text for code, text in cleaned.items() if text}}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def clean(text: str) -> str:
    """The text with unprintable characters as spaces, newlines as LF, and no blanks around it."""
    return _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n")).strip()


def parse_answers(questionnaire: Questionnaire, data: bytes) -> Answers:
    """The answers in an unpadded plaintext; raises VoidBallot with the first reason found."""
    document = _load(data)
    if not isinstance(document, dict) or set(document) != {"answers", "texts"}:
        raise VoidBallot(WRONG_FORM)
    return Answers(_options(questionnaire, document["answers"]), _texts(questionnaire, document["texts"]))


def _load(data: bytes) -> object:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise VoidBallot(NOT_UTF8) from None
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates)
    except VoidBallot:
        raise
    except (ValueError, RecursionError):  # RecursionError: thousands of brackets instead of answers
        raise VoidBallot(NOT_JSON) from None


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise VoidBallot(WRONG_FORM)
    return result


def _options(questionnaire: Questionnaire, document: object) -> dict[str, str]:
    if not isinstance(document, dict):
        raise VoidBallot(WRONG_FORM)
    allowed = questionnaire.allowed_options
    for code, option in document.items():
        if code not in allowed:
            raise VoidBallot(UNKNOWN_ITEM)
        if not isinstance(option, str):
            raise VoidBallot(WRONG_FORM)
        if option not in allowed[code]:
            raise VoidBallot(UNKNOWN_OPTION)
    return document


def _texts(questionnaire: Questionnaire, document: object) -> dict[str, str]:
    if not isinstance(document, dict):
        raise VoidBallot(WRONG_FORM)
    allowed = questionnaire.allowed_lengths
    texts = {}
    for code, text in document.items():
        if code not in allowed:
            raise VoidBallot(UNKNOWN_ITEM)
        if not isinstance(text, str) or not text:
            raise VoidBallot(WRONG_FORM)
        if len(text) > allowed[code]:
            raise VoidBallot(TEXT_TOO_LONG)
        # Cleaned here too: a page that is not ours may send what no Word file can hold.
        if cleaned := clean(text):
            texts[code] = cleaned
    return texts

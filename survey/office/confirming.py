"""What cannot be undone asks for a typed word: a slip of the mouse types nothing. Either language's word will do."""

from __future__ import annotations

from flask import request

from survey.office.log import trail
from survey.office.refusals import of_refusal, refuse

DELETE = ("删除", "delete")
REPRINT = ("重印", "reprint")
CLOSE = ("截止", "close")
COUNT = ("开封", "open")
DESTROY = ("销毁", "destroy")
ABANDON = ("作废", "give up")
RESET = ("重设", "reset")
INVITE = ("重发", "again")
APPROVE = ("审定", "approve")
RELEASE = ("反馈", "release")


def is_confirmed(words: tuple[str, str]) -> bool:
    """Where it was not, the next page and the staff log say so."""
    if is_typed(words):
        return True
    trail.note(result="not confirmed")
    refuse(of_refusal("not-confirmed"))
    return False


def is_typed(words: tuple[str, str]) -> bool:
    return request.form.get("confirm", "").strip().lower() in words

"""What cannot be undone asks for a typed word: a slip of the mouse types nothing. Either language's word will do."""

from __future__ import annotations

from flask import request

DELETE = ("删除", "delete")
REPRINT = ("重印", "reprint")
CLOSE = ("截止", "close")
COUNT = ("开封", "open")
DESTROY = ("销毁", "destroy")
ABANDON = ("作废", "give up")
RESET = ("重设", "reset")
INVITE = ("重发", "again")


def is_confirmed(words: tuple[str, str]) -> bool:
    return request.form.get("confirm", "").strip().lower() in words

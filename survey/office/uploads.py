"""How much a form may send, and where it stays: in memory, never in a temporary file.

Law: a partial opening or a list of units leaves nothing on the server's disk. What is too large is refused before it
is read.
"""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

from flask import Blueprint, request

USUAL = 64 * 1024
DRAFT = 4 * 1024 * 1024  # two thousand units, each character of a Chinese name sent as nine
SHEET = 2 * 1024 * 1024 + 64 * 1024
PARTS = 64 * 1024 * 1024  # partial openings: 65 bytes a ballot and custodian
_LIMITS = {
    "office.make-round": DRAFT,
    "office.change-round": DRAFT,
    "office.make-imported": DRAFT,
    "office.change-imported": DRAFT,
    "office.check-import": SHEET,
    "office.check-import-into": SHEET,
    "office.save-questionnaire": DRAFT,
    "office.take-questionnaire": SHEET,
    "office.give-parts": PARTS,
}


def install(blueprint: Blueprint) -> None:
    @blueprint.before_request
    def limit() -> None:
        most = _LIMITS.get(request.endpoint or "", USUAL)
        request.max_content_length = most
        request.max_form_memory_size = min(most, DRAFT)
        request._get_file_stream = _in_memory  # type: ignore[method-assign]  # werkzeug's hook for where files go


def _in_memory(*_about: object, **_more: object) -> BinaryIO:
    return BytesIO()


def uploaded(name: str) -> list[tuple[str, bytes]]:
    """(file name as the browser says it, content) of every file chosen in this field."""
    return [(file.filename or "", file.read()) for file in request.files.getlist(name) if file.filename]

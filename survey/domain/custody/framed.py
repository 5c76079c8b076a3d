"""The form shared by boxes and partial files: one JSON header line, then entries of 65 bytes.

Law: a file that breaks the form is refused by name before anything is done with it; memory stays constant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from survey.crypto.wire import b64url_decode
from survey.domain.ports.partial_files import Readable
from survey.errors import InvalidInput, InvalidSpec

ENTRY_LEN = 65  # one uncompressed P-256 point
HEADER_MAX = 1_000_000  # bytes of the header line


def header_line(header: Mapping[str, Any]) -> bytes:
    return json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"


def read_header(stream: BinaryIO, path: Readable, schema: str) -> tuple[dict[str, Any], int]:
    """The header, and the offset of the first entry. Raises InvalidSpec."""
    line = stream.readline(HEADER_MAX)
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not line.endswith(b"\n") or not isinstance(header, dict) or header.get("schema") != schema:
        raise InvalidSpec(f"{path} is not a file of schema {schema}.")
    return header, len(line)


@dataclass(frozen=True)
class Entries:
    """Every entry after the header, 65 bytes each; can be gone through again and again, in constant memory.

    Going through raises InvalidInput when the last entry is cut.
    """

    path: Readable
    start: int

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            while block := stream.read(ENTRY_LEN * 1024):
                if len(block) % ENTRY_LEN:
                    raise InvalidInput(f"{self.path}: the last entry is cut.")
                for offset in range(0, len(block), ENTRY_LEN):
                    yield block[offset : offset + ENTRY_LEN]


def text_field(document: Mapping[str, Any], path: Readable, name: str) -> str:
    """Raises InvalidSpec."""
    value = document.get(name)
    if not isinstance(value, str):
        raise InvalidSpec(f"{path}: the field {name!r} is missing or is no text.")
    return value


def number_field(document: Mapping[str, Any], path: Readable, name: str) -> int:
    """A whole number, 0 or more. Raises InvalidSpec."""
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidSpec(f"{path}: the field {name!r} is missing or is no whole number.")
    return value


def bytes_field(document: Mapping[str, Any], path: Readable, name: str, length: int) -> bytes:
    """Exactly `length` bytes, written in base64url. Raises InvalidSpec."""
    try:
        value = b64url_decode(text_field(document, path, name))
    except InvalidInput:
        value = b""
    if len(value) != length:
        raise InvalidSpec(f"{path}: the field {name!r} must hold {length} bytes in base64url.")
    return value

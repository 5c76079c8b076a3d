"""A stranger's workbook as plain cells, in bounded memory and time, or one clear reason why not.

Law: nothing in the file is executed or fetched; sizes are checked before anything is unpacked. Sources: ECMA-376
(parts of a workbook), [MS-CFB] (the first bytes of old and of locked workbooks).
"""

from __future__ import annotations

import io
import re
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zipfile import BadZipFile, ZipFile

from survey.errors import InvalidSpec

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED = 24 * 1024 * 1024  # bytes: a small workbook may claim to hold gigabytes
MAX_PARTS = 400
MAX_SHEETS = 20
MAX_ROWS = 2001  # heading and rows of a sheet
MAX_COLUMNS = 8  # columns that are usually read; notes may stand to the right

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and every workbook with a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook with a password ([MS-OFFCRYPTO])
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:]{2,20})"')
# What openpyxl raises for a workbook whose parts are broken; SyntaxError stands for both XML parsers it may use.
_UNREADABLE = (
    BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    RuntimeError,  # a part with a password; NotImplementedError is one too
    OverflowError,
    AssertionError,
)


class Trouble(StrEnum):
    EMPTY = "it is empty (0 bytes)"
    TOO_LARGE = "it is larger than 2 MB; expected a list of teams and units"
    OLD = "it is an old .xls or .et file; expected .xlsx"
    LOCKED = "it has a password; expected .xlsx without password"
    TEXT = "it is a text or web page under another name (such as .csv); expected .xlsx"
    NOT_EXCEL = "it is no Excel workbook; expected .xlsx"
    OTHER_KIND = "it is a workbook of another kind (.ods, .xlsb); expected .xlsx"
    BOMB = "it unpacks to more than any round holds"
    MACROS = "it holds macros; expected .xlsx without macros"
    MERGED = "it has merged cells; expected every value in a cell of its own"
    TOO_MANY_ROWS = "it has more than 2000 rows"
    NO_SHEET = "a sheet is missing"
    BROKEN = "it cannot be read; open it in WPS or Excel and save it again as .xlsx"


class BadWorkbook(InvalidSpec):
    """trouble: why; sheet and cells: where, if it is at one place."""

    kind = "bad-workbook"

    def __init__(self, trouble: Trouble, sheet: str = "", cells: str = "") -> None:
        place = f" (sheet {sheet}{', ' + cells if cells else ''})" if sheet else ""
        super().__init__(f"The workbook is not read: {trouble.value}{place}.")
        self.trouble, self.sheet, self.cells = trouble, sheet, cells


class Odd(StrEnum):
    """A cell that holds no plain value."""

    FORMULA = "a formula"
    ERROR = "an error"
    TRUTH = "TRUE or FALSE"
    DATE = "a date"


@dataclass(frozen=True)
class Sheet:
    """title as written; rows of cells, at most as many as asked for: texts, numbers, date and time without a zone,
    None, or Odd. A number formatted as per cent is a text, as it is seen: "8%".
    """

    title: str
    rows: list[list[Any]]


def oddity(value: Any) -> str:
    """What a cell holds that is neither text nor number, or nothing."""
    return Odd.DATE.value if isinstance(value, datetime) else value.value if isinstance(value, Odd) else ""


def read_workbook(content: bytes, columns: int = MAX_COLUMNS) -> dict[str, Sheet]:
    """Sheets by title in lower case, their first columns. Raises BadWorkbook; nothing else, whatever the bytes are."""
    if not content:
        raise BadWorkbook(Trouble.EMPTY)
    if len(content) > MAX_BYTES:
        raise BadWorkbook(Trouble.TOO_LARGE)
    if content.startswith(_OLD):
        raise BadWorkbook(Trouble.LOCKED if _ENCRYPTED in content else Trouble.OLD)
    if not content.startswith(b"PK") and b"\0" not in content[:4096]:
        raise BadWorkbook(Trouble.TEXT)
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            _check_parts(packed)
            return _sheets(content, packed, columns)
    except _UNREADABLE as error:
        if isinstance(error, BadWorkbook):
            raise
        is_zip = content.startswith(b"PK")
        raise BadWorkbook(Trouble.BROKEN if is_zip else Trouble.NOT_EXCEL) from None


def _check_parts(packed: ZipFile) -> None:
    entries = packed.infolist()
    # The sizes are the archive's own claim; unpacking never gives more than is claimed.
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise BadWorkbook(Trouble.BOMB)
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise BadWorkbook(Trouble.OTHER_KIND)
    if "[content_types].xml" not in names:
        raise BadWorkbook(Trouble.NOT_EXCEL)
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise BadWorkbook(Trouble.MACROS)
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels")):
            content = packed.read(entry)
            # Entities could grow without end; no office program writes a DOCTYPE, or XML that is not UTF-8.
            if b"<!DOCTYPE" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise BadWorkbook(Trouble.BROKEN)


def _sheets(content: bytes, packed: ZipFile, columns: int) -> dict[str, Sheet]:
    import openpyxl  # here, because it takes longer to import than most commands to run

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about drawings and validations, which are not read
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            if len(workbook.worksheets) > MAX_SHEETS:
                raise BadWorkbook(Trouble.BOMB)
            sheets: dict[str, Sheet] = {}
            for worksheet in workbook.worksheets:
                title = str(worksheet.title).strip()
                if merged := _merged(worksheet, packed):
                    raise BadWorkbook(Trouble.MERGED, title, merged)
                sheets.setdefault(title.lower(), Sheet(title, list(_rows(worksheet, title, columns))))
            return sheets
        finally:
            workbook.close()


def _merged(worksheet: Any, packed: ZipFile) -> str:
    """The first merged cells ("A2:A4"), or nothing. A merged cell hides which row a value belongs to."""
    part = str(worksheet._worksheet_path).lstrip("/")  # openpyxl keeps them out of read-only sheets
    found = _MERGED.search(packed.read(part))
    return found.group(1).decode("ascii") if found else ""


def _rows(worksheet: Any, title: str, columns: int) -> Iterator[list[Any]]:
    """Bounded: a sheet may claim a million empty rows."""
    worksheet.reset_dimensions()  # what the sheet claims about its own size is not believed
    for number, row in enumerate(worksheet.iter_rows(max_col=columns), 1):
        cells = [_plain(cell) for cell in row]
        if number > MAX_ROWS:
            if any(cell is not None for cell in cells):
                raise BadWorkbook(Trouble.TOO_MANY_ROWS, title)
            if number > MAX_ROWS + 5000:
                return
            continue
        yield cells


def _plain(cell: Any) -> Any:
    value = cell.value
    kind = getattr(cell, "data_type", "n")
    if value is None:
        return None
    if kind == "f":
        return Odd.FORMULA
    if kind == "e":
        return Odd.ERROR
    if isinstance(value, bool):
        return Odd.TRUTH
    if isinstance(value, datetime) and "h" in str(cell.number_format).lower():
        return value
    if isinstance(value, date | time | timedelta):
        return Odd.DATE  # a day without an hour is no moment, and Excel would say midnight
    if isinstance(value, int | float) and str(cell.number_format).endswith("%"):
        return f"{float(Decimal(str(value)) * 100):g}%"
    if isinstance(value, float) and value.is_integer():
        return int(value)  # Excel has no whole numbers of its own
    if isinstance(value, str):
        return value.strip() or None
    return value

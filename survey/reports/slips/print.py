"""Printed slips: one PDF, 2 x 5 slips on A4, for cutting, folding and drawing by lot.

Law: the slip carries no running number, and the words on it promise only what the system does by itself. The PDF is
made in memory; the caller writes it once and keeps no copy. Printing is refused when a character has no glyph.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typst

from survey.reports.fonts import SANS, check_glyphs, font_files, for_typst
from survey.reports.places import DOCUMENTS
from survey.reports.slips.qr_sheets import qr_sheets
from survey.reports.words import check_mark

_WORDS = (  # one line each on the slip: at most 31 characters
    "1. 纸条由您自己抽取，与姓名无关；请不要登记、拍照、转交。",
    "2. 不用登录、关注、授权；不要姓名、手机号、位置。",
    "3. 答题码只能用一次。当场答、回去答都可以，手机可以合用。",
    "4. 答案在手机上封好才发出，要几位保管人一起才能开封。",
    "5. 投出后不能修改。收录凭据只证明票在箱里，不显示内容。",
    "6. 网络可能知道手机打开过网页，看不到内容。答完请撕掉。",
)
_LABELS = "作风纪律后评估核对码截止扫二维码，或者打开输入答题码　"


@dataclass(frozen=True)
class Slip:
    """One invitation as it is printed.

    url: what the QR says, with code and fingerprint in its fragment; code: XXXX-XXXX-XXXX; fingerprint: 22 characters
    of base64url; address: what a person types (host, short); closes: a text such as "6月30日18时", or None.
    """

    url: str
    code: str
    fingerprint: str
    round_name: str
    team_name: str
    unit_name: str
    address: str
    closes: str | None = None


def slips_pdf(slips: Sequence[Slip], fonts_dir: Path) -> bytes:
    """All slips in the order given (the caller shuffles), ten to a page.

    Raises MissingGlyph naming a character that cannot be printed, SettingsError when the fonts are not installed.
    """
    files = font_files(fonts_dir, SANS)
    names = {name for s in slips for name in (s.round_name, s.team_name, s.unit_name, s.address, s.closes or "")}
    check_glyphs([*sorted(names), *_WORDS, _LABELS], files)
    fonts = for_typst(tuple(files))
    faces: dict[Slip, int] = {}  # a slip without its code -> the page of its face
    pages = [faces.setdefault(replace(slip, url="", code=""), len(faces) + 1) for slip in slips]
    face_pdf = _compiled("slip-face.typ", fonts, faces=_json([_face(slip) for slip in faces]))
    return _compiled(
        "slips.typ",
        fonts,
        faces=_json(list(face_pdf)),
        qrs=qr_sheets([slip.url for slip in slips]),
        slips=_json([{"face": page, "code": slip.code} for slip, page in zip(slips, pages, strict=True)]),
    )


def _compiled(template: str, fonts: typst.Fonts, **inputs: str) -> bytes:
    compiler = typst.Compiler(DOCUMENTS / template, font_paths=fonts, sys_inputs=inputs)
    # No creation time: a file that says when it was made says more than the slip.
    pdf = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
    if not isinstance(pdf, bytes):
        raise TypeError("typst returned no single PDF")
    return pdf


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _face(slip: Slip) -> dict[str, object]:
    title = f"{slip.team_name}作风纪律后评估"
    origin = f"{slip.round_name}　{slip.unit_name}"
    address = f"扫二维码，或者打开 {slip.address} 输入答题码"
    return {
        "fingerprint": check_mark(slip.fingerprint),
        "title": title,
        "title-size": _size(title, 9.5, lines=2),
        "origin": origin,
        "origin-size": _size(origin, 7.5, lines=2),
        "address": address,
        "address-size": _size(address, 7.5, lines=1),
        "closes": slip.closes,
        "words": _WORDS,
    }


def _size(text: str, largest: float, lines: int) -> float:
    """The font size (points) at which the text fits into so many lines of 66 mm; 0.9 for what a line cannot fill."""
    ems = sum(1.0 if ord(char) > 0x2E7F else 0.62 for char in text)
    available = 66 / 25.4 * 72 * lines * (0.9 if lines > 1 else 0.98)
    return round(min(largest, available / ems), 2)

"""Styles of official documents for Word: fonts by the names of the standard, sizes in 号, lines on the grid.

A font that a computer lacks is replaced by the one named beside it in the font table (altName), which WPS and Word
both know.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from survey.reports.blocks import OFFICIAL, Sheet

NAMESPACES = nsdecls("w")
# 225 mm / 22 lines = 28.99 pt: 579 twips fit 22 times. 156 mm / 28 = 15.79 pt, 0.2 pt less than 3号 (in 1/4096 pt).
# The grid is declared for whoever edits the paper; our own styles keep it by exact line and letter spacing, because
# programs disagree about what snaps to it.
GRID = 'w:linePitch="579" w:charSpace="-842"'
LINE = 579
PITCH = -5  # twentieths of a point between the letters of 3号: 28 x 15.75 pt = 441 pt fit into 442.2 pt

FANGSONG, KAITI, HEITI, SONGTI, XIAOBIAOSONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
_ALTERNATIVES = {
    FANGSONG: "仿宋",
    KAITI: "楷体",
    HEITI: "SimHei",
    SONGTI: "SimSun",
    XIAOBIAOSONG: "华文中宋",
}


@dataclass(frozen=True)
class _Style:
    """size in half points; line in twips (exact); before, after in twips; ppr: further paragraph properties.

    name: as python-docx finds it; outline: 0 for the first heading level, None for text.
    """

    name: str
    font: str
    size: int = 32
    line: int | None = LINE
    align: str = "both"
    indent: str = ""
    before: int = 0
    after: int = 0
    keep: bool = False
    outline: int | None = None


_INDENT = 'w:firstLineChars="200" w:firstLine="632"'
_HANGING = 'w:leftChars="600" w:left="1896" w:hangingChars="400" w:hanging="1264"'
_STYLES = (
    _Style("Normal", FANGSONG),
    _Style("正文缩进", FANGSONG, indent=_INDENT),
    _Style("密级位置", HEITI, align="left"),
    _Style("Title", XIAOBIAOSONG, size=44, line=700, align="center", before=579, keep=True),
    _Style("题下", KAITI, align="center", after=579),
    _Style("Heading 1", HEITI, indent=_INDENT, align="left", keep=True, outline=0),
    _Style("Heading 2", KAITI, indent=_INDENT, align="left", keep=True, outline=1),
    _Style("附件标识", HEITI, align="left", keep=True),
    _Style("附件说明", FANGSONG, indent=_HANGING, before=579),
    _Style("附件说明续", FANGSONG, indent=_HANGING),
    _Style("签署", FANGSONG, indent=_INDENT, align="left", before=120, keep=True),
    _Style("表题", HEITI, size=28, line=480, align="center", before=120, keep=True, outline=2),
    _Style("单位", FANGSONG, size=21, line=320, align="right", keep=True),
    _Style("表注", FANGSONG, size=21, line=320, align="both", before=40),
    _Style("图", FANGSONG, line=None, align="center", before=60, after=60),
)  # fmt: skip


def apply(word: WordDocument, sheet: Sheet = OFFICIAL) -> None:
    """Define all styles, in the size of type and with the distance of lines of the sheet."""
    styles = word.styles.element
    given = {_name(element): element for element in styles if element.tag == tag("style")}
    for style in _STYLES:
        if (old := given.get(style.name.lower())) is not None:
            styles.remove(old)
        styles.append(parse_xml(_xml(style, sheet)))
    for name in ("Footer", "Header"):
        element = word.styles[name].element
        for child in list(element):
            if child.tag in (tag("pPr"), tag("rPr")):
                element.remove(child)
        element.append(parse_xml(f'<w:pPr {NAMESPACES}><w:snapToGrid w:val="0"/></w:pPr>'))
        element.append(parse_xml(f"<w:rPr {NAMESPACES}>{fonts(SONGTI)}{_size(28)}</w:rPr>"))
    defaults = styles.find(f"{tag('docDefaults')}/{tag('rPrDefault')}/{tag('rPr')}")
    for child in list(defaults):
        defaults.remove(child)
    # The size belongs here too: the width of a grid cell is the default size and the difference in GRID.
    for xml in (
        fonts(FANGSONG),
        '<w:sz w:val="32"/>',
        '<w:szCs w:val="32"/>',
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>',
    ):
        defaults.append(parse_xml(xml.replace(" ", f" {NAMESPACES} ", 1)))
    _font_table(word)


def _name(element: object) -> str:
    found = element.find(tag("name"))  # type: ignore[attr-defined]  # lxml has no types here
    return "" if found is None else str(found.get(tag("val"))).lower()


def _xml(style: _Style, sheet: Sheet) -> str:
    size, line = style.size, style.line
    if sheet.is_compact and size == 32:
        size, line = round(sheet.size * 2), line and round(sheet.pitch * 20)
    before, after = (min(value, 120) if sheet.is_compact else value for value in (style.before, style.after))
    spacing = f'w:before="{before}" w:after="{after}"'
    spacing += f' w:line="{line}" w:lineRule="exact"' if line else ' w:line="240" w:lineRule="auto"'
    pitch = f'<w:spacing w:val="{PITCH if size == 32 else 0}"/>'
    based = "" if style.name == "Normal" else '<w:basedOn w:val="Normal"/>'
    default = ' w:default="1"' if style.name == "Normal" else ""
    parts = [
        "<w:keepNext/>" if style.keep else "",
        '<w:overflowPunct w:val="0"/>',  # no comma outside the type area
        '<w:snapToGrid w:val="0"/>',
        f"<w:spacing {spacing}/>",
        f"<w:ind {style.indent}/>" if style.indent else "",
        f'<w:jc w:val="{style.align}"/>',
        "" if style.outline is None else f'<w:outlineLvl w:val="{style.outline}"/>',
    ]
    name = style.name.replace("Heading", "heading")  # as Word has it; python-docx says it with a capital
    return (
        f'<w:style {NAMESPACES} w:type="paragraph"{default} w:styleId="{style_id(style.name)}">'
        f'<w:name w:val="{name}"/>{based}<w:qFormat/><w:pPr>{"".join(parts)}</w:pPr>'
        f'<w:rPr>{fonts(style.font)}<w:b w:val="0"/><w:i w:val="0"/><w:color w:val="000000"/>{pitch}{_size(size)}'
        "</w:rPr></w:style>"
    )


def style_id(name: str) -> str:
    return name.replace(" ", "")


def _font_table(word: WordDocument) -> None:
    """Name every font with its substitute, as section "fontTable" of ECMA-376 part 1 (17.8) has it."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in _ALTERNATIVES.items()
    )
    latin = f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/></w:font>'
    for relation in word.part.rels.values():
        if relation.reltype.endswith("/fontTable"):
            relation.target_part._blob = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
                f"<w:fonts {NAMESPACES}>{entries}{latin}</w:fonts>"
            ).encode()


def fonts(name: str) -> str:
    """Run properties that set a font for Chinese and its Latin companion for letters and digits."""
    # The hint makes “ ” — Chinese: these characters belong to both scripts.
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{name}" w:cs="{LATIN}"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def run(text: str, kind: str) -> str:
    """A run of the footer: "footer" 4号宋体, "check" small."""
    size = {"footer": 28, "check": 18}[kind]
    return f'<w:r><w:rPr>{fonts(SONGTI)}{_size(size)}</w:rPr><w:t xml:space="preserve">{text_of(text)}</w:t></w:r>'


def text_of(text: str) -> str:
    """Text for an XML element: escaped, and without the control characters that XML 1.0 forbids."""
    return escape("".join(char for char in text if char in "\t\n" or ord(char) >= 0x20), quote=False)


def tag(name: str) -> str:
    return str(qn(f"w:{name}"))

"""Word files in the layout of official documents: GB/T 9704-2012, sections 5 to 7.

A4, type area 156 x 225 mm (margins 37, 28, 26, 35 mm), 22 lines of 28 characters, 3号仿宋; title 2号小标宋, 一、黑体,
（一）楷体; page number 4号宋体 between dashes, odd pages right, even pages left. Fonts are named, never embedded: the
office's own computer has them, and those of the standard may not be redistributed.

Sets a blocks.Document; knows nothing of figures. The same document gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from survey.reports.blocks import (
    Attachments,
    Block,
    Document,
    Heading,
    NewPage,
    Paragraph,
    Picture,
    Sheet,
    Signatures,
    Table,
    Title,
)
from survey.reports.charts.pictures import png_of
from survey.reports.parcels import NO_DATE, without_times
from survey.reports.word import styles as word_styles
from survey.reports.word.pages import set_footers, set_page
from survey.reports.word.styles import NAMESPACES, style_id
from survey.reports.word.tables import table_xml

PORTRAIT_WIDTH, LANDSCAPE_WIDTH = 156, 225
NOTE_DISTANCE = Pt(8)  # between a note and text or a drawing above it


def render(document: Document, fonts_dir: Path) -> bytes:
    """The .docx file; raises MissingGlyph where a drawing in it lacks one, SettingsError without their fonts."""
    document = document.printable()
    word = docx.Document()
    word_styles.apply(word, document.sheet)
    _properties(word, document)
    section = word.sections[0]
    set_page(section, document.sheet, landscape=False)
    if document.sheet.has_numbers:
        set_footers(section, document.number)
    pictures = [block for block in document.blocks if isinstance(block, Picture)]
    drawn = iter(png_of([(picture.svg, picture.width) for picture in pictures], fonts_dir))
    _head(word, document)
    width = PORTRAIT_WIDTH
    for block in document.blocks:
        if isinstance(block, Attachments | Signatures):
            _keep_with_next(word)
        if isinstance(block, NewPage):
            width = _new_page(word, document.sheet, block)
        else:
            _set(word, block, drawn, width)
    _drop_last_section_break(word)
    if document.lang == "zh":
        _mark_as_chinese(word)
    made = io.BytesIO()
    word.save(made)
    return without_times(made.getvalue())


def _properties(word: WordDocument, document: Document) -> None:
    properties = word.core_properties
    properties.title = "".join(document.title)
    number = f"核验编号 {document.number}" if document.number else ""
    properties.subject = "　".join(filter(None, (document.subject, number)))
    properties.keywords = number
    properties.author = properties.last_modified_by = properties.comments = properties.category = ""
    properties.language = "zh-CN" if document.lang == "zh" else "en"
    properties.created = properties.modified = NO_DATE
    properties.revision = 1
    _drop_what_the_library_brings(word)
    word.settings.odd_and_even_pages_header_footer = True
    # Bound on the left and printed on both sides: the wide margin is the inner one.
    word.settings.element.insert(0, parse_xml(f"<w:mirrorMargins {NAMESPACES}/>"))


def _drop_what_the_library_brings(word: WordDocument) -> None:
    """Its template's thumbnail of an empty page, and the name of the program that saved the template."""
    relations = word.part.package.rels
    for name, relation in list(relations.items()):
        if relation.reltype.endswith(("/thumbnail", "/extended-properties")):
            del relations[name]


def _paragraph(word: WordDocument, text: str, style: str) -> WordParagraph:
    """By the style's id: python-docx would look through all styles for its name, paragraph by paragraph."""
    made = word.add_paragraph(text)
    made._p.style = style_id(style)
    return made


def _head(word: WordDocument, document: Document) -> None:
    if document.mark:
        _paragraph(word, document.mark, "密级位置")
    _title(word, document.title)
    if document.number:
        _paragraph(word, f"（核验编号：{document.number}）", "题下")


def _title(word: WordDocument, lines: Sequence[str]) -> None:
    title = _paragraph(word, "", "Title")
    for number, line in enumerate(lines):
        if number:
            title.add_run().add_break()
        title.add_run(line)


def _set(word: WordDocument, block: Block, drawn: Iterator[bytes], width: int) -> None:
    if isinstance(block, Title):
        _title(word, block.lines)
    elif isinstance(block, Heading):
        _paragraph(word, block.text, f"Heading {block.level}")
    elif isinstance(block, Paragraph):
        style = {"body": "正文缩进", "note": "表注", "plain": "Normal"}[block.style]
        made = _paragraph(word, block.text, style)
        if block.style == "note" and _follows_text(made):
            made.paragraph_format.space_before = NOTE_DISTANCE
        if block.is_ragged:
            made.alignment = WD_ALIGN_PARAGRAPH.LEFT
    elif isinstance(block, Picture):
        _picture(word, block, next(drawn))
    elif isinstance(block, Attachments):
        _attachments(word, block.titles)
    elif isinstance(block, Signatures):
        for number, label in enumerate(block.labels, 1):
            made = _paragraph(word, label, "签署")
            made.paragraph_format.keep_with_next = number < len(block.labels)
    elif isinstance(block, Table):
        _table(word, block, width)


def _follows_text(note: WordParagraph) -> bool:
    """Not a table and not another note, which have the distance of the style."""
    before = note._p.getprevious()
    return before is not None and before.tag.endswith("}p") and before.style != style_id("表注")


def _picture(word: WordDocument, picture: Picture, png: bytes) -> None:
    paragraph = _paragraph(word, "", "图")
    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(min(picture.width, PORTRAIT_WIDTH)))
    shape._inline.docPr.set("descr", picture.alt)
    shape._inline.docPr.set("title", picture.alt.partition("：")[0])


def _attachments(word: WordDocument, titles: Sequence[str]) -> None:
    """ "附件：1. …" one line below the text, further ones aligned under the first, all on one page."""
    for number, title in enumerate(titles, 1):
        lead = "附件：" if number == 1 else "　　　"
        made = _paragraph(word, f"{lead}{number}. {title}", "附件说明" if number == 1 else "附件说明续")
        made.paragraph_format.keep_with_next = number < len(titles)


def _keep_with_next(word: WordDocument) -> None:
    """What was set last stays with what follows: a place to sign never stands alone on a page.

    A note belongs to the text before it, which stays with it.
    """
    for element in reversed([child for child in word.element.body if not child.tag.endswith("}sectPr")]):
        is_table = element.tag.endswith("}tbl")
        for paragraph in (
            element.findall(word_styles.tag("tr"))[-1].iter(word_styles.tag("p")) if is_table else [element]
        ):
            WordParagraph(paragraph, word._body).paragraph_format.keep_with_next = True
        if is_table or element.style != style_id("表注"):
            return


def _table(word: WordDocument, table: Table, width: int) -> None:
    _paragraph(word, f"{table.name}　{table.title}".strip("　"), "表题")
    if table.unit:
        _paragraph(word, table.unit, "单位")
    if table.rows:
        _append(word, table_xml(table, width))
    for note in table.notes:
        _set(word, Paragraph(note, "note"), iter(()), width)


def _new_page(word: WordDocument, sheet: Sheet, block: NewPage) -> int:
    section = word.add_section(WD_SECTION.NEW_PAGE)
    set_page(section, sheet, landscape=block.landscape)
    if block.label:
        _paragraph(word, block.label, "附件标识")
    return LANDSCAPE_WIDTH if block.landscape else PORTRAIT_WIDTH


def _append(word: WordDocument, xml: str) -> None:
    word.element.body._insert_tbl(parse_xml(xml))


def _drop_last_section_break(word: WordDocument) -> None:
    """Word wants a paragraph after a table at the end of a body; make it tiny, so that it starts no page."""
    body = word.element.body
    content = [child for child in body if not child.tag.endswith("sectPr")]
    if content and content[-1].tag.endswith("}tbl"):
        WordParagraph(body._insert_p(parse_xml(f"<w:p {NAMESPACES}/>")), word._body).paragraph_format.line_spacing = Pt(
            1
        )


def _mark_as_chinese(word: WordDocument) -> None:
    """In text set by the library: quotation marks and dashes in the Chinese font (word_styles.fonts does it itself)."""
    for element in word.element.body.iter(word_styles.tag("r")):
        if element.rPr is None:
            element.get_or_add_rPr().append(parse_xml(f'<w:rFonts {NAMESPACES} w:hint="eastAsia"/>'))

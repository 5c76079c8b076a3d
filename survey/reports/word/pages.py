"""Pages of a Word file: size, margins and grid of a section, and its footers (GB/T 9704, sections 5.2 and 7.5)."""

from __future__ import annotations

from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.section import Section
from docx.shared import Mm

from survey.reports.blocks import Sheet
from survey.reports.word import styles as word_styles
from survey.reports.word.styles import NAMESPACES, run

FOOTER = 23  # page bottom to page number: 7 mm below the type area, less the number's own height


def set_page(section: Section, sheet: Sheet, *, landscape: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    # A landscape page is a portrait page turned: bound at its upper edge.
    top, right, bottom, left = sheet.margins
    if landscape:
        top, right, bottom, left = left, bottom, right, top
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance, section.footer_distance = Mm(15), Mm(14 if landscape else min(FOOTER, bottom - 10))
    grid = section._sectPr.find(word_styles.tag("docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)
    section._sectPr.append(parse_xml(f'<w:docGrid {NAMESPACES} w:type="linesAndChars" {word_styles.GRID}/>'))


def set_footers(section: Section, number: str) -> None:
    """Odd pages: number to the right; even pages: to the left. The 核验编号 stands on every page."""
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        page = (
            run("— ", "footer")
            + '<w:r><w:rPr><w:sz w:val="28"/></w:rPr><w:fldChar w:fldCharType="begin"/></w:r>'
            + '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
            + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            + run("1", "footer")
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            + run(" —", "footer")
        )
        check = [run(f"核验编号 {number}", "check"), run("　　", "check")] if number else []
        inner = "".join([*check, page] if side == "right" else [page, *reversed(check)])
        paragraph = parse_xml(
            f'<w:p {NAMESPACES}><w:pPr><w:pStyle w:val="Footer"/><w:ind w:{side}Chars="100" w:{side}="280"/>'
            f'<w:jc w:val="{side}"/></w:pPr>{inner}</w:p>'
        )
        old = footer.paragraphs[0]._p
        old.getparent().replace(old, paragraph)

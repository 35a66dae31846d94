"""Writes DOCX with real heading styles, tables, a running header and page numbers."""

import io
from datetime import date
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from contentlib.demo.documents import blocks, package, theme
from contentlib.demo.documents.source import Authored


def write(asset: Authored, look: theme.Look, today: date) -> bytes:
    """The document's bytes."""
    document = docx.Document()
    document.core_properties.title = asset.title
    document.core_properties.author = theme.COMPANY
    document.core_properties.subject = asset.summary
    document.core_properties.comments = ""
    _set_styles(document, look)
    _set_page(document, look)
    kicker = document.add_paragraph()
    _add(kicker, (blocks.Run(look.kicker),), size=9, colour=theme.MUTED)
    for at, block in enumerate(blocks.parse(asset.body)):
        _lay_out(document, block, look, is_lead=at == 1)
    saved = io.BytesIO()
    document.save(saved)
    return package.settle(saved.getvalue(), today=today)


def _set_styles(document: Any, look: theme.Look) -> None:
    sizes = {"Title": 24, "Heading 1": 15, "Heading 2": 11.5, "Normal": 10.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name = theme.OFFICE_FONT
        style.font.size = Pt(size)
        style.font.bold = name != "Normal"
        colour = {"Normal": theme.BODY, "Heading 1": look.accent}.get(name, theme.INK)
        style.font.color.rgb = RGBColor.from_string(colour)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(script), None)
        fonts.set(qn("w:hAnsi"), theme.OFFICE_FONT)
    document.styles["Normal"].paragraph_format.space_after = Pt(7)
    document.styles["Normal"].paragraph_format.line_spacing = 1.2
    document.styles["Heading 1"].paragraph_format.space_before = Pt(16)
    document.styles["Heading 1"].paragraph_format.space_after = Pt(5)
    border = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        document.styles["Title"].element.pPr.remove(border)


def _set_page(document: Any, look: theme.Look) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2)
    header = section.header.paragraphs[0]
    _add(header, (blocks.Run(theme.COMPANY, bold=True),), size=10, colour=look.accent)
    _add(header, (blocks.Run(f"   {theme.TAGLINE}"),), size=9, colour=theme.MUTED)
    if look.internal:
        mark = (blocks.Run(f"   {theme.INTERNAL_MARK}", bold=True),)
        _add(header, mark, size=9, colour=theme.WARNING)
    footer = section.footer.paragraphs[0]
    address = theme.SITE.removeprefix("https://")
    _add(footer, (blocks.Run(f"{address}   |   page "),), size=8.5, colour=theme.MUTED)
    _add_page_number(footer)


def _lay_out(document: Any, block: blocks.Block, look: theme.Look, *, is_lead: bool) -> None:
    match block:
        case blocks.Heading(level=1, text=text):
            document.add_paragraph(blocks.plain(text), style="Title")
        case blocks.Heading(level=level, text=text):
            document.add_heading(blocks.plain(text), level=level - 1)
        case blocks.Paragraph(text=text):
            _add(document.add_paragraph(), text, size=12.5 if is_lead else None)
        case blocks.Bullets(items=items, ordered=ordered):
            for number, item in enumerate(items, 1):
                _add_item(document, item, f"{number}." if ordered else None)
        case blocks.Table():
            _add_table(document, block, look)
        case blocks.Quote(text=text, source=source):
            _add_quote(document, text, source, look)
        case blocks.Figures(items=figures):
            _add_figures(document, figures, look)
        case blocks.Bars(title=title, items=bars):
            head = ((blocks.Run(title),), (blocks.Run(""),))
            rows = tuple(((blocks.Run(label),), (blocks.Run(f"{v:,g}"),)) for label, v in bars)
            _add_table(document, blocks.Table(head, rows), look)


def _add(
    paragraph: Any, text: blocks.Text, *, size: float | None = None, colour: str | None = None
) -> None:
    for run in text:
        added = paragraph.add_run(run.text)
        added.bold = run.bold or None
        added.italic = run.italic or None
        if size is not None:
            added.font.size = Pt(size)
        if colour is not None:
            added.font.color.rgb = RGBColor.from_string(colour)


def _add_item(document: Any, item: blocks.Text, number: str | None) -> None:
    # Word's own numbering would count on across lists of one document.
    if number is None:
        paragraph = document.add_paragraph(style="List Bullet")
    else:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(0.7)
        paragraph.paragraph_format.first_line_indent = Cm(-0.7)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(0.7))
        _add(paragraph, (blocks.Run(f"{number}\t"),))
    paragraph.paragraph_format.space_after = Pt(3)
    _add(paragraph, item)


def _add_page_number(paragraph: Any) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _shade(cell: Any, colour: str) -> None:
    shading = OxmlElement("w:shd")
    shading.set(qn("w:val"), "clear")
    shading.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shading)


def _add_table(document: Any, block: blocks.Table, look: theme.Look) -> None:
    has_head = any(blocks.plain(text) for text in block.header)
    rows = [block.header, *block.rows] if has_head else list(block.rows)
    table = document.add_table(rows=len(rows), cols=len(block.header))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.style = "Table Grid"
    _soften_grid(table)
    for row, texts in enumerate(rows):
        is_head = has_head and row == 0
        for column, text in enumerate(texts):
            cell = table.cell(row, column)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.space_before = Pt(2)
            if is_head:
                bold = tuple(blocks.Run(run.text, bold=True) for run in text)
                _add(paragraph, bold, size=9.5, colour=theme.PAPER)
                _shade(cell, look.accent)
            else:
                _add(paragraph, text, size=9.5)
                if row % 2 == 0:
                    _shade(cell, theme.SHADE)
    if has_head:
        repeat = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
    document.add_paragraph().paragraph_format.space_after = Pt(2)


def _soften_grid(table: Any) -> None:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for key, value in {"val": "single", "sz": "4", "color": theme.RULE}.items():
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    for side in ("left", "right", "insideV"):
        line = OxmlElement(f"w:{side}")
        line.set(qn("w:val"), "nil")
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _add_quote(document: Any, text: blocks.Text, source: str, look: theme.Look) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(0.8)
    paragraph.paragraph_format.space_before = Pt(8)
    said = tuple(blocks.Run(run.text, italic=True) for run in text)
    quoted = (blocks.Run("\u201c", italic=True), *said, blocks.Run("\u201d", italic=True))
    _add(paragraph, quoted, size=12.5, colour=look.accent)
    if source:
        attribution = document.add_paragraph()
        attribution.paragraph_format.left_indent = Cm(0.8)
        _add(attribution, (blocks.Run(source),), size=9.5, colour=theme.MUTED)


def _add_figures(document: Any, items: tuple[tuple[str, str], ...], look: theme.Look) -> None:
    table = document.add_table(rows=1, cols=len(items))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, (number, caption) in enumerate(items):
        cell = table.cell(0, column)
        _shade(cell, theme.SHADE)
        first = cell.paragraphs[0]
        first.paragraph_format.space_before = Pt(6)
        first.paragraph_format.space_after = Pt(0)
        _add(first, (blocks.Run(number, bold=True),), size=19, colour=look.accent)
        _add(cell.add_paragraph(), (blocks.Run(caption),), size=9, colour=theme.MUTED)
    document.add_paragraph().paragraph_format.space_after = Pt(2)

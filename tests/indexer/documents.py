"""Small real files for tests, made in code."""

import io
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def a_pdf(path: Path, *pages: str, password: str = "") -> Path:
    """A PDF with a page a string; encrypted when there is a password."""
    canvas = Canvas(str(path), pagesize=A4, encrypt=password or None)
    for text in pages:
        for number, line in enumerate(text.splitlines() or [""]):
            canvas.drawString(72, 750 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return path


def a_deck(path: Path, *slides: tuple[str, str, str]) -> Path:
    """A PPTX; each slide is (title, body, speaker notes)."""
    deck = pptx.Presentation()
    for title, body, notes in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    deck.save(str(path))
    return path


def a_deck_with_table(path: Path) -> Path:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Prices"
    shape = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1))
    for row, cells in enumerate((("Plan", "Price"), ("Dock", "400 EUR"))):
        for column, text in enumerate(cells):
            shape.table.cell(row, column).text = text
    deck.save(str(path))
    return path


def a_letter(path: Path) -> Path:
    """A DOCX with a heading, a paragraph, a table and a page break."""
    letter = docx.Document()
    letter.add_heading("Yard rules", level=1)
    letter.add_paragraph("Trailers wait at gate four.")
    table = letter.add_table(rows=2, cols=2)
    for row, cells in enumerate((("Gate", "Use"), ("4", "Inbound"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    letter.add_page_break()
    letter.add_paragraph("The second page speaks of seals.")
    letter.save(str(path))
    return path


def a_workbook(path: Path) -> Path:
    """An XLSX with a visible and a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    sheet.append(["Plan", "Price"])
    sheet.append(["Dock", 400])
    hidden = book.create_sheet("Margins")
    hidden.append(["secret", 0.4])
    hidden.sheet_state = "hidden"
    book.save(str(path))
    return path


def a_zip_bomb(path: Path, *, like: str = "word/document.xml") -> Path:
    """A small file that claims to be Office and inflates to a gigabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        with archive.open(like, "w", force_zip64=True) as entry:
            zeros = bytes(1 << 20)
            for _ in range(1024):
                entry.write(zeros)
    return path


_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def with_entity(path: Path, letter: Path) -> Path:
    """A DOCX whose text asks for a file of the machine through an XML entity."""
    source = zipfile.ZipFile(letter)
    target = io.BytesIO()
    with source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                declared = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
                head, _, rest = data.partition(b"?>")
                data = head + b"?>" + declared + rest.replace(b"Trailers", b"&x;Trailers")
            archive.writestr(name, data)
    path.write_bytes(target.getvalue())
    return path

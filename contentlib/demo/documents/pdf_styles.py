"""Paragraph styles of a PDF, made from the theme."""

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle

from contentlib.demo.documents import theme


def colour(hexadecimal: str) -> Color:
    """A colour of the theme as the PDF library wants it."""
    return HexColor(f"#{hexadecimal}")


class Styles:
    """Paragraph styles of one document; one-pagers are set tighter to stay on one page."""

    def __init__(self, accent: Color, *, tight: bool) -> None:
        size, leading, after = (9.0, 12.4, 4.0) if tight else (10.2, 15.0, 7.0)
        body = ParagraphStyle(
            "body",
            fontName="Helvetica",
            fontSize=size,
            leading=leading,
            spaceAfter=after,
            allowWidows=0,
            allowOrphans=0,
            textColor=colour(theme.BODY),
        )
        self.body = body
        self.lead = ParagraphStyle(
            "lead", parent=body, fontSize=size + 2, leading=leading + 3, spaceAfter=after + 4
        )
        self.item = ParagraphStyle("item", parent=body, spaceAfter=after / 2)
        self.section = ParagraphStyle(
            "section",
            parent=body,
            fontName="Helvetica-Bold",
            fontSize=size + 4,
            leading=leading + 5,
            spaceBefore=after + 3,
            spaceAfter=after,
            textColor=accent,
            keepWithNext=1,
        )
        self.subsection = ParagraphStyle(
            "subsection",
            parent=self.section,
            fontSize=size + 1,
            leading=leading + 1,
            textColor=colour(theme.INK),
        )
        self.cell = ParagraphStyle(
            "cell", parent=body, fontSize=size - 1.2, leading=leading - 3, spaceAfter=0
        )
        self.head = ParagraphStyle(
            "head", parent=self.cell, fontName="Helvetica-Bold", textColor=white
        )
        self.number = ParagraphStyle(
            "number",
            parent=body,
            fontName="Helvetica-Bold",
            fontSize=18 if tight else 20,
            leading=24,
            spaceAfter=2,
            alignment=TA_CENTER,
            textColor=accent,
        )
        self.caption = ParagraphStyle(
            "caption",
            parent=self.cell,
            alignment=TA_CENTER,
            textColor=colour(theme.MUTED),
        )
        self.said = ParagraphStyle(
            "said",
            parent=body,
            fontName="Helvetica-Oblique",
            fontSize=size + 2.2,
            leading=leading + 3.5,
            spaceAfter=3,
            textColor=colour(theme.INK),
        )
        self.source = ParagraphStyle("source", parent=self.cell, textColor=colour(theme.MUTED))

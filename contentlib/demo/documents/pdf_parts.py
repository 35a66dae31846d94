"""The drawn parts of a PDF page: masthead, bar chart, header and footer."""

from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph

from contentlib.demo.documents import theme
from contentlib.demo.documents.pdf_styles import colour

_MARGIN = 20 * mm


def draw_mark(canvas: Canvas, x: float, y: float, size: float, fill: Color) -> None:
    """The company's mark: a gate of two posts and a vane between them."""
    canvas.setFillColor(fill)
    canvas.rect(x, y, size * 0.2, size, stroke=0, fill=1)
    canvas.rect(x + size * 0.8, y, size * 0.2, size, stroke=0, fill=1)
    vane = canvas.beginPath()
    vane.moveTo(x + size * 0.2, y + size)
    vane.lineTo(x + size * 0.48, y + size)
    vane.lineTo(x + size * 0.8, y)
    vane.lineTo(x + size * 0.52, y)
    vane.close()
    canvas.drawPath(vane, stroke=0, fill=1)


class Masthead(Flowable):
    """A band to the page's edges with mark, kind, title and lead; with a height, a whole cover."""

    def __init__(
        self, title: str, lead: str, look: theme.Look, *, bleed: float, height: float | None
    ) -> None:
        super().__init__()
        large = height is not None
        size = 30 if large else 21 if len(title) < 60 else 18
        head = ParagraphStyle(
            "title",
            fontName="Helvetica-Bold",
            fontSize=size,
            leading=size * 1.22,
            textColor=white,
        )
        below = ParagraphStyle(
            "lead",
            fontName="Helvetica",
            fontSize=14 if large else 11,
            leading=20 if large else 15.5,
            textColor=white,
        )
        self._title = Paragraph(escape(title), head)
        self._lead = Paragraph(escape(lead), below)
        self._look = look
        self._bleed = bleed
        self._fixed = height

    def wrap(self, width: float, available: float) -> tuple[float, float]:
        self.width = width
        measure = width * 0.94
        self._title_height = self._title.wrap(measure, available)[1]
        self._lead_height = self._lead.wrap(measure, available)[1]
        natural = 42 * mm + self._title_height + self._lead_height
        self.height = self._fixed or natural
        return width, self.height

    def draw(self) -> None:
        canvas, top = self.canv, self.height
        canvas.saveState()
        canvas.setFillColor(colour(theme.INK))
        canvas.rect(-self._bleed, 0, self.width + 2 * self._bleed, top, stroke=0, fill=1)
        canvas.setFillColor(colour(self._look.accent))
        canvas.rect(-self._bleed, 0, self.width + 2 * self._bleed, 2.2 * mm, stroke=0, fill=1)
        if self._fixed:
            self._draw_slant()
        draw_mark(canvas, 0, top - 19 * mm, 6 * mm, white)
        canvas.setFillColor(white)
        canvas.setFont("Helvetica-Bold", 12)
        canvas.drawString(9 * mm, top - 18 * mm + 1.4 * mm, theme.COMPANY)
        canvas.setFont("Helvetica", 8.5)
        canvas.drawRightString(self.width, top - 18 * mm + 1.6 * mm, self._look.kicker)
        base = self.height * 0.52 if self._fixed else top - 27 * mm - self._title_height
        self._title.drawOn(canvas, 0, base)
        self._lead.drawOn(canvas, 0, base - 5 * mm - self._lead_height)
        canvas.restoreState()

    def _draw_slant(self) -> None:
        canvas = self.canv
        shape = canvas.beginPath()
        shape.moveTo(self.width * 0.35, 2.2 * mm)
        shape.lineTo(self.width + self._bleed, 2.2 * mm)
        shape.lineTo(self.width + self._bleed, self.height * 0.36)
        shape.close()
        canvas.setFillColor(colour(self._look.accent))
        canvas.drawPath(shape, stroke=0, fill=1)


class BarChart(Flowable):
    """Horizontal bars with their labels and values; a negative value grows to the left."""

    _ROW = 17.0

    def __init__(self, items: tuple[tuple[str, float], ...], accent: str) -> None:
        super().__init__()
        self._items = items
        self._accent = accent

    def wrap(self, width: float, _: float) -> tuple[float, float]:
        self.width, self.height = width, self._ROW * len(self._items) + 4
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        labels = max(stringWidth(label, "Helvetica", 9) for label, _ in self._items) + 10
        values = [value for _, value in self._items]
        lowest, highest = min(0.0, *values), max(0.0, *values)
        unit = (self.width - labels - 46) / (highest - lowest)
        zero = labels - lowest * unit + (30 if lowest < 0 else 0)
        for row, (label, value) in enumerate(self._items):
            y = self.height - self._ROW * (row + 1)
            canvas.setFont("Helvetica", 9)
            canvas.setFillColor(colour(theme.BODY))
            canvas.drawString(0, y + 4, label)
            canvas.setFillColor(colour(self._accent if row else theme.INK))
            canvas.rect(zero + min(0.0, value * unit), y + 1, abs(value) * unit, 11, 0, 1)
            canvas.setFillColor(colour(theme.BODY))
            canvas.setFont("Helvetica-Bold", 9)
            canvas.drawString(zero + max(0.0, value * unit) + 5, y + 4, f"{value:,g}")


def draw_header(canvas: Canvas, title: str, accent: Color) -> None:
    """The running head of every page but the first."""
    y = A4[1] - 15 * mm
    draw_mark(canvas, _MARGIN, y - 0.6 * mm, 3.4 * mm, accent)
    canvas.setFillColor(colour(theme.INK))
    canvas.setFont("Helvetica-Bold", 8.5)
    canvas.drawString(_MARGIN + 5 * mm, y, theme.COMPANY)
    canvas.setFillColor(colour(theme.MUTED))
    canvas.setFont("Helvetica", 8)
    shown = title if len(title) <= 80 else title[:77].rstrip() + "..."
    canvas.drawRightString(A4[0] - _MARGIN, y, shown)
    canvas.setStrokeColor(colour(theme.RULE))
    canvas.setLineWidth(0.6)
    canvas.line(_MARGIN, y - 3 * mm, A4[0] - _MARGIN, y - 3 * mm)


def draw_footer(canvas: Canvas, look: theme.Look) -> None:
    """Company, address and, on internal papers, a warning; the page number is added later."""
    canvas.setStrokeColor(colour(theme.RULE))
    canvas.setLineWidth(0.6)
    canvas.line(_MARGIN, 15 * mm, A4[0] - _MARGIN, 15 * mm)
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(colour(theme.MUTED))
    address = theme.SITE.removeprefix("https://")
    canvas.drawString(_MARGIN, 11 * mm, f"{theme.COMPANY}  |  {theme.TAGLINE}  |  {address}")
    if look.internal:
        canvas.setFillColor(colour(theme.WARNING))
        canvas.drawCentredString(A4[0] / 2, 6.5 * mm, theme.INTERNAL_MARK)

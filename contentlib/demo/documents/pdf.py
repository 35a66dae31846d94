"""Writes PDF: a coloured masthead (a whole cover for long papers), then the blocks in order."""

import io
from collections.abc import Iterator
from datetime import date
from xml.sax.saxutils import escape

from reportlab.lib.colors import white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from contentlib.demo.documents import blocks, theme
from contentlib.demo.documents.pdf_parts import BarChart, Masthead, draw_footer, draw_header
from contentlib.demo.documents.pdf_styles import Styles, colour
from contentlib.demo.documents.source import Authored

_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_WITH_COVER = frozenset({"white-paper", "guide"})
_SHORT_TABLE = 9  # rows; a longer one may run over two pages


def write(asset: Authored, look: theme.Look, today: date) -> bytes:
    """The PDF's bytes; the same source gives the same bytes."""
    accent = colour(look.accent)
    styles = Styles(accent, tight=asset.content_type == "one-pager")
    saved = io.BytesIO()
    document = BaseDocTemplate(
        saved,
        pagesize=A4,
        title=asset.title,
        author=theme.COMPANY,
        subject=asset.summary,
        creator=theme.COMPANY,
        lang="en",
        invariant=1,
    )

    def opening_page(canvas: Canvas, _: BaseDocTemplate) -> None:
        draw_footer(canvas, look)

    def next_page(canvas: Canvas, _: BaseDocTemplate) -> None:
        draw_header(canvas, asset.title, accent)
        draw_footer(canvas, look)

    below = 22 * mm
    opening = Frame(_MARGIN, below, _WIDTH, A4[1] - below, 0, 0, 0, 0)
    later = Frame(_MARGIN, below, _WIDTH, A4[1] - below - 24 * mm, 0, 0, 0, 0)
    document.addPageTemplates(
        [
            PageTemplate("opening", [opening], onPage=opening_page),
            PageTemplate("later", [later], onPage=next_page),
        ]
    )
    story = list(_story(asset, look, styles))
    while isinstance(story[-1], Spacer):  # at the foot of a full page it would open another one
        story.pop()
    document.build(story, canvasmaker=_counting(look))
    return saved.getvalue()


def _counting(look: theme.Look) -> type[Canvas]:
    """A canvas that knows how many pages there are, which is only known at the end."""

    class Counting(Canvas):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, object]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFont("Helvetica", 8)
                self.setFillColor(colour(theme.MUTED))
                self.drawRightString(A4[0] - _MARGIN, 11 * mm, f"{number} / {len(self._pages)}")
                super().showPage()
            super().save()

    return Counting


def _story(asset: Authored, look: theme.Look, styles: Styles) -> Iterator[Flowable]:
    parsed = blocks.parse(asset.body)
    title = asset.title
    if parsed and isinstance(parsed[0], blocks.Heading) and parsed[0].level == 1:
        title = blocks.plain(parsed[0].text)
        parsed = parsed[1:]
    lead = ""
    if parsed and isinstance(parsed[0], blocks.Paragraph):
        lead = blocks.plain(parsed[0].text)
        parsed = parsed[1:]
    cover = asset.content_type in _WITH_COVER
    yield NextPageTemplate("later")
    yield Masthead(title, lead, look, bleed=_MARGIN, height=A4[1] - 23 * mm if cover else None)
    yield PageBreak() if cover else Spacer(0, 6 * mm)
    for block in parsed:
        yield from _laid_out(block, look, styles)


def _laid_out(block: blocks.Block, look: theme.Look, styles: Styles) -> Iterator[Flowable]:
    match block:
        case blocks.Heading(level=level, text=text):
            yield Paragraph(_markup(text), styles.section if level <= 2 else styles.subsection)
        case blocks.Paragraph(text=text):
            yield Paragraph(_markup(text), styles.body)
        case blocks.Bullets(items=items, ordered=ordered):
            yield _list(items, ordered, look, styles)
            yield Spacer(0, styles.body.spaceAfter / 2)
        case blocks.Table():
            yield _table(block, look, styles)
            yield Spacer(0, styles.body.spaceAfter + 5)
        case blocks.Quote():
            yield _quote(block, look, styles)
            yield Spacer(0, 10)
        case blocks.Figures(items=items):
            yield _figures(items, styles)
            yield Spacer(0, styles.body.spaceAfter + 3)
        case blocks.Bars(title=title, items=bars):
            yield Paragraph(escape(title), styles.subsection)
            yield BarChart(bars, look.accent)
            yield Spacer(0, 8)


def _markup(text: blocks.Text) -> str:
    marked = []
    for run in text:
        words = escape(run.text).replace("\n", "<br/>")
        for unit in ("%", "\u00b0C"):
            words = words.replace(f" {unit}", f"\u00a0{unit}")
        if run.bold:
            words = f"<b>{words}</b>"
        if run.italic:
            words = f"<i>{words}</i>"
        marked.append(words)
    return "".join(marked)


def _list(
    items: tuple[blocks.Text, ...], ordered: bool, look: theme.Look, styles: Styles
) -> ListFlowable:
    entries = [ListItem(Paragraph(_markup(item), styles.item)) for item in items]
    return ListFlowable(
        entries,
        bulletType="1" if ordered else "bullet",
        start=1 if ordered else "\u2022",
        bulletFormat="%s." if ordered else None,
        bulletFontName="Helvetica-Bold",
        bulletFontSize=styles.body.fontSize,
        bulletColor=colour(look.accent),
        leftIndent=15,
    )


def _table(block: blocks.Table, look: theme.Look, styles: Styles) -> Table:
    rows = [[Paragraph(_markup(text), styles.head) for text in block.header]]
    rows += [[Paragraph(_markup(text), styles.cell) for text in row] for row in block.rows]
    is_long = len(block.rows) > _SHORT_TABLE
    table = Table(
        rows,
        colWidths=_column_widths(block),
        repeatRows=1,
        splitByRow=int(is_long),
        spaceBefore=4,
    )
    has_head = any(blocks.plain(text) for text in block.header)
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, colour(theme.RULE)),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, colour(theme.SHADE)]),
    ]
    if has_head:
        style.append(("BACKGROUND", (0, 0), (-1, 0), colour(look.accent)))
    else:
        style += [("TOPPADDING", (0, 0), (-1, 0), 0), ("BOTTOMPADDING", (0, 0), (-1, 0), 0)]
    table.setStyle(TableStyle(style))
    return table


def _column_widths(block: blocks.Table) -> list[float]:
    """Room for the longest word of each column; the rest is shared by length of text."""
    least, weights = [], []
    for column in range(len(block.header)):
        texts = [blocks.plain(row[column]) for row in (block.header, *block.rows)]
        longest_word = max((len(word) for text in texts for word in text.split()), default=1)
        least.append(longest_word * 5.0 + 14)
        weights.append(min(60, max(map(len, texts))) ** 0.8)
    rest = _WIDTH - sum(least)
    if rest < 0:
        return [_WIDTH * width / sum(least) for width in least]
    shares = [rest * weight / sum(weights) for weight in weights]
    return [width + share for width, share in zip(least, shares, strict=True)]


def _quote(block: blocks.Quote, look: theme.Look, styles: Styles) -> Flowable:
    said = [Paragraph(f"\u201c{_markup(block.text)}\u201d", styles.said)]
    if block.source:
        said.append(Paragraph(escape(block.source), styles.source))
    framed = Table([[said]], colWidths=[_WIDTH], spaceBefore=5)
    framed.setStyle(
        TableStyle(
            [
                ("LINEBEFORE", (0, 0), (0, -1), 3, colour(look.accent)),
                ("BACKGROUND", (0, 0), (-1, -1), colour(theme.SHADE)),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return framed


def _figures(items: tuple[tuple[str, str], ...], styles: Styles) -> Table:
    cells = [
        [Paragraph(escape(number), styles.number), Paragraph(escape(caption), styles.caption)]
        for number, caption in items
    ]
    table = Table([cells], colWidths=[_WIDTH / len(cells)] * len(cells))
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, -1), colour(theme.SHADE)),
                ("LINEAFTER", (0, 0), (-2, -1), 0.5, colour(theme.RULE)),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 10),
            ]
        )
    )
    return table

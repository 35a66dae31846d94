"""The drawn parts of a slide: words, tables, native charts and big figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from contentlib.demo.documents import blocks, theme


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle on a slide, in English metric units."""

    left: int
    top: int
    width: int
    height: int

    def split_below(self, height: int, gap: int) -> tuple["Area", "Area"]:
        """The upper part of the given height, and what is left under it."""
        rest = max(0, self.height - height - gap)
        upper = Area(self.left, self.top, self.width, height)
        return upper, Area(self.left, self.top + height + gap, self.width, rest)

    def split_right(self, width: int, gap: int) -> tuple["Area", "Area"]:
        """The right part of the given width, and what is left of it."""
        rest = self.width - width - gap
        right = Area(self.left + rest + gap, self.top, width, self.height)
        return right, Area(self.left, self.top, rest, self.height)


def paint(shape: Any, colour: str) -> None:
    """Fill a shape with one colour and no outline."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def fill_box(page: Any, area: Area, colour: str) -> Any:
    """A plain rectangle behind everything drawn later."""
    box = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, area.left, area.top, area.width, area.height)
    paint(box, colour)
    # Shapes are read in the order of the tree; backgrounds go first so that titles come on top.
    page.shapes._spTree.remove(box._element)
    page.shapes._spTree.insert(2, box._element)
    return box


def place_title(page: Any, title: str, area: Area, size: int, colour: str) -> None:
    """Use the layout's title placeholder, which is what outlines and screen readers look for."""
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = (
        area.left,
        area.top,
        area.width,
        area.height,
    )
    frame = shape.text_frame
    frame.text = title
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    frame.margin_left = 0
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        _font(paragraph.runs[0], size, colour, bold=True)


def write_text(
    page: Any,
    area: Area,
    lines: Sequence[str],
    *,
    size: float,
    colour: str,
    bold: bool = False,
    right: bool = False,
) -> None:
    """Plain lines in a text box without margins."""
    frame = _frame(page, area)
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = line
        _font(run, size, colour, bold=bold)


def draw_words(page: Any, area: Area, words: Sequence[blocks.Block], look: theme.Look) -> None:
    """Paragraphs, lists and quotes, as large as the area allows."""
    frame = _frame(page, area)
    size = _fitting_size(words, area)
    started = False
    for block in words:
        for mark, text, colour in _lines(block, look):
            paragraph = frame.add_paragraph() if started else frame.paragraphs[0]
            started = True
            paragraph.space_after = Pt(size * 0.55)
            paragraph.line_spacing = 1.08
            if mark:
                _hang(paragraph, size)
                run = paragraph.add_run()
                run.text = f"{mark}\t"
                _font(run, size, look.accent, bold=True)
            for part in text:
                run = paragraph.add_run()
                run.text = part.text
                _font(run, size, colour, bold=part.bold, italic=part.italic)


def _lines(block: blocks.Block, look: theme.Look) -> list[tuple[str, blocks.Text, str]]:
    match block:
        case blocks.Bullets(items=items, ordered=ordered):
            return [
                (f"{number}." if ordered else "\u2022", item, theme.BODY)
                for number, item in enumerate(items, 1)
            ]
        case blocks.Quote(text=text, source=source):
            said = tuple(blocks.Run(run.text, italic=True) for run in text)
            quoted = (blocks.Run("\u201c"), *said, blocks.Run("\u201d"))
            return [("", quoted, look.accent), ("", (blocks.Run(source),), theme.MUTED)]
        case blocks.Paragraph(text=text) | blocks.Heading(text=text):
            return [("", text, theme.BODY)]
    return []


def _fitting_size(words: Sequence[blocks.Block], area: Area) -> float:
    texts = [
        blocks.plain(text) for b in words for _, text, _ in _lines(b, theme.Look("", (), "", False))
    ]
    if any(isinstance(block, blocks.Quote) for block in words) and len(texts) == 2:
        return 26
    fits = (s for s in (24, 22, 20, 18, 16, 14) if _height(texts, area.width, s) <= area.height)
    return next(fits, 13)


def height_of_words(words: Sequence[blocks.Block], width: int) -> int:
    """About how high words will stand in the width, at the size of a line below a table."""
    look = theme.Look("", (), "", False)
    return _height([blocks.plain(t) for b in words for _, t, _ in _lines(b, look)], width, 18)


def _height(texts: Sequence[str], width: int, size: float) -> int:
    a_line = width / Pt(size * 0.5)
    lines = sum(math.ceil(len(text) / a_line) for text in texts)
    return int((lines * 1.3 + len(texts) * 0.55) * Pt(size))


def size_of_table(table: blocks.Table, width: int, height: int) -> int:
    """The largest size of letters, in points, at which the table stays inside the height."""
    fits = (s for s in (20, 18, 16) if height_of_table(table, width, s) <= height)
    return next(fits, 14)


def height_of_table(table: blocks.Table, width: int, size: int) -> int:
    """About how high a table will be when laid out in the width with letters of that size."""
    shares = _shares(table)
    rows = [table.header, *table.rows]
    lines = 0
    for row in rows:
        lines += max(
            math.ceil(len(blocks.plain(text)) * Pt(size * 0.52) / (width * share - Inches(0.2)))
            for text, share in zip(row, shares, strict=True)
        )
    return int(lines * Pt(size * 1.25) + len(rows) * Inches(0.01 * size))


def draw_table(page: Any, area: Area, table: blocks.Table, size: int, look: theme.Look) -> None:
    """A native table with letters of the size, in points; the header row in the accent colour."""
    rows = [table.header, *table.rows]
    shape = page.shapes.add_table(
        len(rows), len(table.header), area.left, area.top, area.width, area.height
    )
    for column, share in zip(shape.table.columns, _shares(table), strict=True):
        column.width = int(area.width * share)
    for at, texts in enumerate(rows):
        for cell, text in zip(shape.table.rows[at].cells, texts, strict=True):
            cell.fill.solid()
            shade = look.accent if at == 0 else theme.SHADE if at % 2 == 0 else theme.PAPER
            cell.fill.fore_color.rgb = RGBColor.from_string(shade)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.margin_top = cell.margin_bottom = Inches(0.003 * size)
            paragraph = cell.text_frame.paragraphs[0]
            for part in text or (blocks.Run(""),):
                run = paragraph.add_run()
                run.text = part.text
                colour = theme.PAPER if at == 0 else theme.BODY
                _font(run, size, colour, bold=at == 0 or part.bold)


def _shares(table: blocks.Table) -> list[float]:
    weights = []
    for column in range(len(table.header)):
        texts = [blocks.plain(row[column]) for row in (table.header, *table.rows)]
        weights.append(max(9.0, min(48.0, max(map(len, texts)))) ** 0.75)
    return [weight / sum(weights) for weight in weights]


def draw_bars(page: Any, area: Area, bars: blocks.Bars, look: theme.Look) -> None:
    """A native bar chart with its values, first entry on top."""
    series = CategoryChartData()
    series.categories = [label for label, _ in bars.items]
    series.add_series(bars.title, [value for _, value in bars.items])
    frame = page.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, area.left, area.top, area.width, area.height, series
    )
    chart = frame.chart
    chart.has_legend = False
    chart.has_title = True
    chart.chart_title.text_frame.text = bars.title
    _font(chart.chart_title.text_frame.paragraphs[0].runs[0], 14, theme.INK, bold=True)
    chart.font.size = Pt(13)
    chart.font.name = theme.OFFICE_FONT
    chart.font.color.rgb = RGBColor.from_string(theme.BODY)
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = RGBColor.from_string(theme.RULE)
    chart.category_axis.has_major_gridlines = False
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    plot = chart.plots[0]
    plot.gap_width = 45
    plot.has_data_labels = True
    plot.data_labels.font.bold = True
    plot.data_labels.font.size = Pt(13)
    plot.data_labels.number_format = "#,##0.0" if _has_decimals(bars) else "#,##0"
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    fill = plot.series[0].format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(look.accent)


def _has_decimals(bars: blocks.Bars) -> bool:
    return any(value != int(value) for _, value in bars.items)


def draw_figures(
    page: Any, area: Area, items: tuple[tuple[str, str], ...], look: theme.Look
) -> None:
    """Big numbers side by side, each with its caption below."""
    gap = Inches(0.25)
    width = (area.width - gap * (len(items) - 1)) // len(items)
    for at, (number, caption) in enumerate(items):
        left = area.left + at * (width + gap)
        tile = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, left, area.top, width, area.height)
        paint(tile, theme.SHADE)
        frame = tile.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        for line, size, colour, bold in (
            (number, 32, look.accent, True),
            (caption, 14, theme.MUTED, False),
        ):
            paragraph = frame.paragraphs[0] if bold else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.CENTER
            run = paragraph.add_run()
            run.text = line
            _font(run, size, colour, bold=bold)


def _frame(page: Any, area: Area) -> Any:
    box = page.shapes.add_textbox(area.left, area.top, area.width, area.height)
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame


def _hang(paragraph: Any, size: float) -> None:
    indent = Pt(size * 1.3)
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(int(indent)))
    properties.set("indent", str(-int(indent)))


def _font(run: Any, size: float, colour: str, *, bold: bool, italic: bool = False) -> None:
    run.font.name = theme.OFFICE_FONT
    run.font.size = Pt(size)
    run.font.bold = bold
    run.font.italic = italic
    run.font.color.rgb = RGBColor.from_string(colour)

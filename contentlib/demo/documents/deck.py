"""Writes PPTX: slides parted by `---`, speaker notes after a line `Notes:`."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pptx
from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches

from contentlib.demo.documents import blocks, deck_parts, package, theme
from contentlib.demo.documents.deck_parts import Area
from contentlib.demo.documents.source import Authored

_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_LEFT = Inches(0.75)
_BODY = Area(_LEFT, Inches(1.95), _WIDTH - 2 * _LEFT, Inches(4.75))
_GAP = Inches(0.35)
_TITLE_ONLY = 5


@dataclass(frozen=True, slots=True)
class Slide:
    """One authored slide: what stands on it, and what the speaker says."""

    blocks: tuple[blocks.Block, ...]
    notes: str


def slides_of(body: str) -> list[Slide]:
    """The slides of a deck's Markdown, in order."""
    slides = []
    for part in re.split(r"^---$", body, flags=re.MULTILINE):
        shown, _, notes = part.partition("\nNotes:\n")
        slides.append(Slide(tuple(blocks.parse(shown)), notes.strip()))
    return slides


def write(asset: Authored, look: theme.Look, today: date) -> bytes:
    """The deck's bytes."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = _WIDTH, _HEIGHT
    deck.core_properties.title = asset.title
    deck.core_properties.author = theme.COMPANY
    deck.core_properties.subject = asset.summary
    slides = slides_of(asset.body)
    for number, slide in enumerate(slides, 1):
        page = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
        title, rest = _title_of(slide, asset)
        if number == 1:
            _draw_cover(page, title, rest, look)
        else:
            _draw_frame(page, title, number, len(slides), look)
            _fill(page, rest, look)
        if slide.notes:
            page.notes_slide.notes_text_frame.text = slide.notes
    saved = io.BytesIO()
    deck.save(saved)
    return package.settle(saved.getvalue(), today=today)


def _title_of(slide: Slide, asset: Authored) -> tuple[str, tuple[blocks.Block, ...]]:
    first = slide.blocks[0] if slide.blocks else None
    if isinstance(first, blocks.Heading):
        return blocks.plain(first.text), slide.blocks[1:]
    return asset.title, slide.blocks


def _draw_cover(page: Any, title: str, rest: Sequence[blocks.Block], look: theme.Look) -> None:
    deck_parts.fill_box(page, Area(0, 0, _WIDTH, _HEIGHT), theme.INK)
    slant = page.shapes.add_shape(
        MSO_SHAPE.RIGHT_TRIANGLE, Inches(8.1), Inches(4.1), _WIDTH - Inches(8.1), Inches(3.4)
    )
    deck_parts.paint(slant, look.accent)
    slant._element.spPr.xfrm.set("flipH", "1")
    top = Area(_LEFT, Inches(0.6), Inches(6), Inches(0.5))
    deck_parts.write_text(page, top, [theme.COMPANY], size=20, colour=theme.PAPER, bold=True)
    kicker = Area(_LEFT, Inches(1.15), Inches(9), Inches(0.4))
    deck_parts.write_text(page, kicker, [look.kicker], size=13, colour=theme.RULE)
    deck_parts.place_title(
        page, title, Area(_LEFT, Inches(2.2), Inches(10.8), Inches(1.7)), 40, theme.PAPER
    )
    lead = [blocks.plain(block.text) for block in rest if isinstance(block, blocks.Paragraph)]
    below = Area(_LEFT, Inches(4.0), Inches(8.6), Inches(1.4))
    deck_parts.write_text(page, below, lead, size=20, colour=theme.PAPER)
    if look.internal:
        mark = Area(_LEFT, Inches(6.8), Inches(6), Inches(0.4))
        deck_parts.write_text(page, mark, [theme.INTERNAL_MARK], size=14, colour=theme.PAPER)


def _draw_frame(page: Any, title: str, number: int, of: int, look: theme.Look) -> None:
    deck_parts.fill_box(page, Area(0, 0, Inches(0.22), _HEIGHT), look.accent)
    size = 30 if len(title) < 58 else 26
    deck_parts.place_title(
        page, title, Area(_LEFT, Inches(0.45), _BODY.width, Inches(1.2)), size, theme.INK
    )
    foot = Area(_LEFT, Inches(6.95), Inches(9), Inches(0.35))
    mark = f"{theme.COMPANY}  |  {theme.INTERNAL_MARK if look.internal else theme.TAGLINE}"
    deck_parts.write_text(page, foot, [mark], size=11, colour=theme.MUTED)
    corner = Area(Inches(11.6), Inches(6.95), Inches(1), Inches(0.35))
    shown = [f"{number} / {of}"]
    deck_parts.write_text(page, corner, shown, size=11, colour=theme.MUTED, right=True)


def _fill(page: Any, content: Sequence[blocks.Block], look: theme.Look) -> None:
    """Figures stand above, a chart or a narrow table beside the words, a wide table above them."""
    area = _BODY
    figures = [block for block in content if isinstance(block, blocks.Figures)]
    visuals = [block for block in content if isinstance(block, (blocks.Table, blocks.Bars))]
    words = [b for b in content if not isinstance(b, (blocks.Table, blocks.Bars, blocks.Figures))]
    if figures:
        tiles = Inches(1.75) if words or visuals else Inches(2.4)
        above, area = area.split_below(tiles, _GAP)
        deck_parts.draw_figures(page, above, figures[0].items, look)
    for visual in visuals[:1]:
        if isinstance(visual, blocks.Table):
            below = deck_parts.height_of_words(words, area.width) + _GAP if words else 0
            size = deck_parts.size_of_table(visual, area.width, int(area.height * 0.92) - below)
            height = deck_parts.height_of_table(visual, area.width, size)
            above, area = area.split_below(height, _GAP)
            deck_parts.draw_table(page, above, visual, size, look)
        elif words:
            beside, area = area.split_right(int(area.width * 0.55), _GAP)
            deck_parts.draw_bars(page, beside, visual, look)
        else:
            deck_parts.draw_bars(page, area, visual, look)
    if words:
        deck_parts.draw_words(page, area, words, look)

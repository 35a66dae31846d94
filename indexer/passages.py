"""Cuts pages into passages: the unit of indexing, about 900 characters between sentence ends.

900 characters keep 98 % of passages within the 256 tokens the embedding model reads
(measured with all-MiniLM-L6-v2). In scripts written without spaces a character is about a
token, so it weighs as four there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contentlib.ports import ExtractedPage, PassageText

TARGET = 900
OVERLAP = 150
_LARGEST_OVERLAP = 220
_WORTH_ENDING_AT_HEADING = TARGET // 2
_SMALL_REST = 120
# A heading alone is no passage: it may carry one long sentence over the target.
_WITH_HEADINGS = TARGET + 200
_DENSE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"  # kana, Han, Hangul
)
_DENSE_WEIGHT = 4

_SENTENCE_END = re.compile(
    r"""
    \n\s*\n                                   # a block ends
    | \n(?=\s*(?:[-*\u2022\u25cf\u25aa]|\d+[.)])\s)  # a list goes on
    | (?<=[.!?\u2026\u061f\u06d4\u0964\u0965])["'\u00bb\u201d\u2019)\]]*\s+   # a sentence ends
    | (?<=[\u3002\uff01\uff1f\uff61])["'\u300d\u300f\uff09]*                # one without a space
    """,
    re.X,
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, heading or table row: a span of the text that is not cut again."""

    start: int
    end: int
    weight: int
    is_heading: bool


def split(pages: Sequence[ExtractedPage]) -> tuple[PassageText, ...]:
    """The passages in reading order, each page's notes after its text. Pure.

    Every passage is `page.text[start:start + len(text)]` (of `page.notes` for notes), none
    crosses a page, together they hold every character but white space at their seams.
    """
    found: list[PassageText] = []
    for page in pages:
        for source, is_notes in ((page.text, False), (page.notes, True)):
            for start, end in _spans(source, page.headings):
                text = source[start:end]
                found.append(PassageText(len(found), page.number, start, text, is_notes))
    return tuple(found)


def _spans(text: str, headings: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    units = list(_units(text, frozenset(headings)))
    first = 0
    while first < len(units):
        last = _last_of_passage(units, first)
        start, end = _trimmed(text, units[first].start, units[last - 1].end)
        if start < end:
            yield start, end
        if last == len(units):
            return
        first = _start_of_next(units, first, last)


def _last_of_passage(units: list[_Unit], first: int) -> int:
    """The index after the last unit of the passage that begins with `first`."""
    weight = 0
    last = first
    while last < len(units):
        unit = units[last]
        room = TARGET if any(not u.is_heading for u in units[first:last]) else _WITH_HEADINGS
        if last > first and weight + unit.weight > room:
            break
        if unit.is_heading and weight >= _WORTH_ENDING_AT_HEADING:
            break
        weight += unit.weight
        last += 1
    rest = sum(unit.weight for unit in units[last : last + 4])
    if last + 4 >= len(units) and rest <= _SMALL_REST:
        return len(units)
    headless = last
    while headless - 1 > first and last < len(units) and units[headless - 1].is_heading:
        headless -= 1
    return headless


def _start_of_next(units: list[_Unit], first: int, last: int) -> int:
    """Some whole sentences are said again, so that a thought at the seam is found either way."""
    start = last
    weight = 0
    while start - 1 > first and not units[last].is_heading:
        weight += units[start - 1].weight
        if weight > _LARGEST_OVERLAP:
            break
        start -= 1
        if weight >= OVERLAP:
            break
    # The overlap must leave room: else the next passage could end where this one did.
    while start < last and _weight_of(units, start, last) + units[last].weight > TARGET:
        start += 1
    return start


def _weight_of(units: Sequence[_Unit], start: int, end: int) -> int:
    return sum(unit.weight for unit in units[start:end])


def _units(text: str, headings: frozenset[str]) -> Iterator[_Unit]:
    for start, end in _sentences(text):
        weight = _weight(text, start, end)
        if weight <= TARGET:
            is_heading = " ".join(text[start:end].split()) in headings
            yield _Unit(start, end, weight, is_heading)
            continue
        for piece_start, piece_end in _pieces(text, start, end):
            yield _Unit(piece_start, piece_end, _weight(text, piece_start, piece_end), False)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for seam in _SENTENCE_END.finditer(text):
        if seam.end() > start and seam.end() < len(text):
            yield start, seam.end()
            start = seam.end()
    if start < len(text):
        yield start, len(text)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence too long for a passage, cut at a line, else at a space, else anywhere."""
    while start < end:
        stop = _reach(text, start, end)
        if stop < end:
            middle = start + (stop - start) // 2
            seam = max(text.rfind("\n", middle, stop), -1)
            if seam < 0:
                seam = max(text.rfind(" ", middle, stop), text.rfind("\t", middle, stop))
            stop = seam + 1 if seam >= 0 else stop
        yield start, stop
        start = stop


def _reach(text: str, start: int, end: int) -> int:
    """How far a piece that begins at `start` can go without weighing too much."""
    stop = min(end, start + TARGET)
    while _weight(text, start, stop) > TARGET:
        stop = start + max(1, (stop - start) * 3 // 4)
    return stop


def _weight(text: str, start: int, end: int) -> int:
    dense = sum(1 for _ in _DENSE.finditer(text, start, end))
    return end - start + (_DENSE_WEIGHT - 1) * dense


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end

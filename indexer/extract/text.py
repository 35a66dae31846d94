"""Plain text and CSV, in whatever encoding."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import clean, one_line
from indexer.extract.encoding import decoded
from indexer.extract.kinds import CSV, Kind
from indexer.extract.sections import Block, add_sections

_ROWS_A_BLOCK = 40


def read_text(path: Path, limits: Limits, kind: Kind) -> ExtractedDocument:
    """One page, or several of about 3000 characters. Raises FileRefused beyond the limits."""
    return text_document(decoded(path.read_bytes()), limits, kind)


def text_document(source: str, limits: Limits, kind: Kind) -> ExtractedDocument:
    """The document of words that are at hand already. Raises FileRefused beyond the limits."""
    allowance = Allowance(limits)
    add_sections(_rows(source) if kind is CSV else _paragraphs(source), allowance)
    return ExtractedDocument(
        format=kind.format, media_type=kind.media_type, pages=allowance.pages()
    )


def _paragraphs(source: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", source.replace("\r\n", "\n").replace("\r", "\n")):
        text = clean(paragraph)
        if text:
            yield Block(text)


def _rows(source: str) -> Iterator[Block]:
    """The rows of the table, some dozens a block; the text as it is where it is no table."""
    lines: list[str] = []
    try:
        dialect = csv.Sniffer().sniff(source[:20_000], delimiters=",;\t|")
        for row in csv.reader(io.StringIO(source.replace("\0", "")), dialect):
            cells = [one_line(cell) for cell in row]
            if any(cells):
                lines.append(" | ".join(cells))
    except csv.Error:
        yield from _paragraphs(source)
        return
    for first in range(0, len(lines), _ROWS_A_BLOCK):
        yield Block("\n".join(lines[first : first + _ROWS_A_BLOCK]))

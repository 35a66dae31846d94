"""Word: the text as printed, pages by its breaks; tracked deletions and hidden text left out.

Pages are parted where the author put a break and where Word last broke the page
(`lastRenderedPageBreak`); a long document without either is cut into sections of a page's
length, so that its page numbers are then estimates.
"""

import re
from pathlib import Path
from typing import Any

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import clean, one_line, title_or_none
from indexer.extract.office import (
    DAMAGED_IN_PART,
    OfficePackage,
    attribute,
    child,
    damaged,
    descendants,
)
from indexer.extract.running import said_elsewhere, without_page_name
from indexer.extract.sections import PAGE_CHARS, Block, add_sections
from indexer.extract.wordprocessing import HARD_BREAK, SOFT_BREAK, Paragraphs, heading_styles

_BREAKS = re.compile(f"([{HARD_BREAK}{SOFT_BREAK}])")


def read_docx(path: Path, limits: Limits) -> ExtractedDocument:
    """Raises FileRefused for a damaged file or one too long."""
    with OfficePackage(path, limits) as package:
        return _read(package, Allowance(limits))


def _read(package: OfficePackage, allowance: Allowance) -> ExtractedDocument:
    main = package.main_part("word/document.xml")
    root = package.xml(main)
    body = child(root, "body") if root is not None else None
    if body is None:
        raise damaged()
    pages = _Pages(allowance)
    paragraphs = Paragraphs(package, main, heading_styles(package, main))
    for block in paragraphs.of(body):
        pages.add(block)
        pages.hold(paragraphs.notes_met())
    pages.close(_running_texts(package, main, body))
    first = next((page.headings[0] for page in allowance if page.headings), None)
    return ExtractedDocument(
        format=kinds.DOCX.format,
        media_type=kinds.DOCX.media_type,
        pages=allowance.pages(),
        title=package.title() or title_or_none(first),
        description=package.description(),
        warnings=(DAMAGED_IN_PART,) if package.is_damaged else (),
    )


class _Pages:
    """Lays blocks on pages as they come; what is held stands at the foot of its page."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._blocks: list[Block] = []
        self._held: list[str] = []
        self._has_breaks = False

    def add(self, block: Block) -> None:
        line: list[str] = []
        for piece in _BREAKS.split(block.text):
            if piece == HARD_BREAK or (piece == SOFT_BREAK and (self._blocks or any(line))):
                self._place("".join(line), block.is_heading)
                line = []
                self._turn()
            elif piece != SOFT_BREAK:
                line.append(piece if piece.strip() or line else "")
        self._place("".join(line), block.is_heading)

    def hold(self, texts: list[str]) -> None:
        self._held += texts

    def close(self, running: list[str]) -> None:
        """The last page, at its foot what runs along on all and says more than they do."""
        said = "\n".join(block.text for block in self._blocks)
        said += "\n".join(page.text for page in self._allowance)
        for text in running:
            if not said_elsewhere(text, said):
                self.hold([text])
                said += f"\n{text}"
        size = sum(len(block.text) for block in self._blocks)
        if self._has_breaks or size <= 2 * PAGE_CHARS:
            self._turn()
            return
        add_sections([*self._blocks, *map(Block, self._held)], self._allowance)

    def _place(self, text: str, is_heading: bool) -> None:
        text = clean(text)
        if text:
            self._blocks.append(Block(text, is_heading))

    def _turn(self) -> None:
        texts = [block.text for block in self._blocks] + self._held
        headings = tuple(one_line(block.text) for block in self._blocks if block.is_heading)
        self._allowance.add("\n\n".join(texts), headings=headings)
        self._blocks, self._held, self._has_breaks = [], [], True


def _running_texts(package: OfficePackage, main: str, body: Any) -> list[str]:
    """The different headers and footers of the document, each once."""
    relations = package.relations(main)
    texts: list[str] = []
    for reference in ("headerReference", "footerReference"):
        for element in descendants(body, reference):
            relation = relations.get(attribute(element, "id"))
            root = package.xml(relation.target) if relation else None
            if root is None or relation is None:
                continue
            blocks = Paragraphs(package, relation.target, frozenset()).of(root)
            text = clean("\n".join(without_page_name(block.text) for block in blocks))
            if sum(map(str.isalpha, text)) >= 3 and text not in texts:
                texts.append(text)
    return texts

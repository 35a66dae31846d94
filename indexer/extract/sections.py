"""Pages for documents that have none: cut at headings and paragraphs."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from indexer.extract.allowance import Allowance

PAGE_CHARS = 3000
_LONGEST_PAGE = 4500
_SHORTEST_BEFORE_HEADING = 1500
_SEAM = re.compile(r"\n|(?<=[.!?。！？])\s|\s")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list or table; `is_heading` says which of them starts a part."""

    text: str
    is_heading: bool = False


def add_sections(blocks: Iterable[Block], allowance: Allowance) -> None:
    """One page of about 3000 characters after the other, each labelled by its first heading.

    A document that fits one page is one page.
    """
    page: list[Block] = []
    size = 0
    for block in _cut_long(blocks):
        starts_anew = block.is_heading and size >= _SHORTEST_BEFORE_HEADING
        if page and (starts_anew or size + len(block.text) > PAGE_CHARS):
            held_back = _trailing_headings(page) if not starts_anew else []
            if len(held_back) < len(page):
                _add_page(page[: len(page) - len(held_back)], allowance)
                page = held_back
                size = sum(len(b.text) + 2 for b in page)
        page.append(block)
        size += len(block.text) + 2
    if page:
        _add_page(page, allowance)


def _cut_long(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        rest = block.text
        while len(rest) > _LONGEST_PAGE:
            seams = [m.start() for m in _SEAM.finditer(rest, PAGE_CHARS // 2, PAGE_CHARS)]
            at = seams[-1] if seams else PAGE_CHARS
            yield Block(rest[:at].rstrip(), block.is_heading)
            rest = rest[at:].lstrip()
        if rest:
            yield Block(rest, block.is_heading)


def _trailing_headings(page: list[Block]) -> list[Block]:
    kept = len(page)
    while kept and page[kept - 1].is_heading:
        kept -= 1
    return page[kept:]


def _add_page(page: list[Block], allowance: Allowance) -> None:
    headings = tuple(" ".join(b.text.split()) for b in page if b.is_heading)
    text = "\n\n".join(b.text for b in page)
    allowance.add(text, label=headings[0][:200] if headings else None, headings=headings)

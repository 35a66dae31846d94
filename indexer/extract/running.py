"""Lines that run along with the pages: headers, footers and page numbers. Pure.

A snippet that begins with them says nothing, and as they stand in every passage they make all
passages alike.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contentlib.ports import ExtractedPage

# So many lines at the beginning or end of a page's text can be its header or footer.
EDGE = 4
_LONGEST = 200
_FEWEST_LETTERS = 3
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAMES = r"(?:pages?|p|slide|sheet|seite|folie|blatt|página|pagina|pág|diapositiva)"
_OF = r"(?:/|\||of|von|de|sur|di|van)"
_COUNTED = re.compile(rf"\W*{_NAMES}?\W*(\d+)\s*{_OF}\s*(\d+)\W*", re.I)
_PAGE_NAME = re.compile(rf"(?<=[^\w\s])\s*{_NAMES}\W*$", re.I)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line at the edge of the page at `page` of the sequence; `at` counts its text's lines."""

    page: int
    number: int
    at: int
    text: str


def without_running_lines(
    pages: Sequence[ExtractedPage], *, only_blocks: bool = False
) -> tuple[ExtractedPage, ...]:
    """The pages without lines that stand at the same edge of most of them, at least of two.

    Such a line is the same on all, or differs only by a number that counts the pages. Headings
    stay, and no word is lost: a line with one that stands nowhere else is kept once, at the foot
    of the first page that had it. A lone "2 / 8" on page 2 of 8 goes too. With `only_blocks` a
    line must stand alone between blank ones, as what a slide has in a box of its own.
    """
    edges = [list(_edges(index, page, only_blocks)) for index, page in enumerate(pages)]
    running = _running(edges, with_text=sum(1 for page in pages if page.text))
    counts = {line for edge in edges for _, line in edge if _counts_pages(line, len(pages))}
    gone = {(line.page, line.at) for line in running | counts}
    if not gone:
        return tuple(pages)
    texts = [
        _closed(line for at, line in enumerate(page.text.split("\n")) if (index, at) not in gone)
        for index, page in enumerate(pages)
    ]
    said = {word for text in texts for word in _words(text)}
    for line in sorted(running, key=lambda line: (line.page, line.at)):
        if not _words(line.text) <= said:
            said |= _words(line.text)
            texts[line.page] = f"{texts[line.page]}\n\n{line.text}".strip()
    return tuple(replace(page, text=text) for page, text in zip(pages, texts, strict=True))


def said_elsewhere(text: str, body: str) -> bool:
    """Whether every word of the text stands in the body too."""
    return _words(text) <= _words(body)


def without_page_name(line: str) -> str:
    """A footer without the word before a number that only the printer fills in: "Acme | page"."""
    return _PAGE_NAME.sub("", line).rstrip(" |/·–—-")


def _running(edges: Sequence[Sequence[tuple[bool, _Line]]], *, with_text: int) -> set[_Line]:
    met: dict[tuple[bool, str], list[_Line]] = {}
    for edge in edges:
        for is_top, line in edge:
            met.setdefault((is_top, _shape(line.text)), []).append(line)
    found: set[_Line] = set()
    for lines in met.values():
        by_text: dict[str, list[_Line]] = {}
        for line in lines:
            by_text.setdefault(line.text, []).append(line)
        alike = max(by_text.values(), key=len)
        if _is_most(alike, with_text) and _says_something(alike[0].text):
            found.update(alike)
        counted = _counting(lines)
        if _is_most(counted, with_text):
            found.update(counted)
    return found


def _edges(index: int, page: ExtractedPage, only_blocks: bool) -> Iterator[tuple[bool, _Line]]:
    """(whether at the top, line) for those that may run along; in a short text both."""
    said = page.text.split("\n")
    headings = [f" {' '.join(heading.split())} " for heading in (*page.headings, page.label or "")]
    lines = [_Line(index, page.number, at, text) for at, text in enumerate(said) if text.strip()]
    for is_top, edge in ((True, lines[:EDGE]), (False, lines[-EDGE:])):
        for line in edge:
            beside = said[max(line.at - 1, 0) : line.at] + said[line.at + 1 : line.at + 2]
            if only_blocks and any(map(str.strip, beside)):
                continue
            bare = f" {' '.join(line.text.split())} "
            if len(bare) <= _LONGEST and not any(bare in heading for heading in headings):
                yield is_top, line


def _shape(text: str) -> str:
    return _NUMBER.sub("#", " ".join(text.casefold().split()))


def _is_most(lines: Sequence[_Line], pages: int) -> bool:
    count = len({line.page for line in lines})
    return count >= 2 and 2 * count > pages


def _says_something(text: str) -> bool:
    """Figures alike on every page may be what the pages are about."""
    return sum(map(str.isalpha, text)) >= _FEWEST_LETTERS


def _counting(lines: Sequence[_Line]) -> list[_Line]:
    """Those in which a number, set apart as a page's is, grows with the pages."""
    by_offset: dict[int, list[_Line]] = {}
    for line in lines:
        for number in {int(n) for n in _NUMBER.findall(line.text) if len(n) <= 5}:
            if _is_set_apart(number, line.text):
                by_offset.setdefault(number - line.number, []).append(line)
    return max(by_offset.values(), key=len, default=[])


def _is_set_apart(number: int, text: str) -> bool:
    """ "Page 3", "| 3", "3 / 8", "- 3 -" and a lone "3" are; "Step 3" and "3 sites" are not."""
    before = rf"(?:^\W*|[|/·•–—-]\s*|\b{_NAMES}\W*)0*{number}"
    after = rf"\b0*{number}\s*"
    is_last = re.search(rf"{before}\W*$", text, re.I)
    is_named = re.search(rf"\b{_NAMES}\W*0*{number}\b", text, re.I)
    is_first = re.search(rf"^\W*{after}(?:[|·•–—]|$)", text)
    is_counted = re.search(rf"{after}{_OF}\s*\d+\b", text, re.I)
    return bool(is_last or is_named or is_first or is_counted)


def _counts_pages(line: _Line, pages: int) -> bool:
    said = _COUNTED.fullmatch(line.text)
    return said is not None and said.groups() == (str(line.number), str(pages))


def _closed(lines: Iterator[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}

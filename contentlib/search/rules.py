"""What is shown of a match, and when a match counts as one. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from contentlib.ports import IndexHit

_WORD = re.compile(r"\w+", re.UNICODE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][”\"')])\s+")
_BLANK_LINE = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"^(?:[-*•●▪–]|\d{1,2}[.)])\s+")
_CELL = " | "
# fmt: off
_TOO_COMMON = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "how", "in",
    "is", "it", "of", "on", "or", "our", "that", "the", "their", "this", "to", "was", "we",
    "what", "when", "which", "who", "with", "you", "your",
    "about", "after", "also", "been", "before", "could", "every", "into", "just", "like", "more",
    "most", "much", "need", "needs", "only", "other", "over", "should", "some", "such", "than",
    "them", "then", "there", "these", "they", "those", "wants", "were", "will", "would",
))
# fmt: on
_SHOWN_CHARS = 300
_ENOUGH_CHARS = 180  # from there on a snippet rather ends with a sentence
_LEAD = 40  # characters before the first word where a long sentence is cut into
_SHORTEST_MARKED = 3
_REPEATED = 0.8  # of a line's words: a header puts a word before the title, or breaks it off
_HEADED_COLUMNS = 3
_LONGEST_HEADER = 120
_BROKEN_LINE = 0.6  # of the longest line of its block: one as long was broken by the page's edge


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a snippet; `is_match` is shown marked."""

    text: str
    is_match: bool


def query_words(text: str) -> tuple[str, ...]:
    """The words of a query that carry meaning, lower case, once each.

    >>> query_words("The ROI of the ROI tool")
    ('roi', 'tool')
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    kept = [word for word in words if word not in _TOO_COMMON]
    return tuple(dict.fromkeys(kept or words))


@lru_cache(maxsize=1 << 15)
def _stem(word: str) -> str:
    # Enough to mark "audits" for "audit"; ranking uses the index's own stemmer.
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def snippet(text: str, words: tuple[str, ...], *, title: str = "") -> tuple[Span, ...]:
    """What a passage says of the words, on one line of some 300 characters, words marked.

    It begins with the sentence or table row that has most of the words, each counted once; " …"
    stands where it is cut. A row is read with its table's header: "Who approves: sales manager".
    Lines that only repeat the `title`, which stands above, are left out. Figures and words of two
    letters count but are not marked.
    """
    stems = frozenset(map(_stem, words))
    return tuple(_marked(_shown(text, stems, title), stems))


def _marked(text: str, stems: frozenset[str]) -> Iterator[Span]:
    at = 0
    for match in _WORD.finditer(text):
        said = match.group().casefold()
        if len(said) >= _SHORTEST_MARKED and not said.isnumeric() and _stem(said) in stems:
            if match.start() > at:
                yield Span(text[at : match.start()], False)
            yield Span(match.group(), True)
            at = match.end()
    if at < len(text):
        yield Span(text[at:], False)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, heading, item of a list or row of a table, with the row that heads it."""

    text: str
    is_row: bool = False
    header: str = ""

    @property
    def is_sentence(self) -> bool:
        return self.is_row or self.text.endswith((".", "!", "?", "…", ".)", ".”", '."'))

    def read(self) -> str:
        """A row with what its header calls each cell, else the text as it stands."""
        cells, names = self.text.split(_CELL), self.header.split(_CELL)
        if not self.header or len(cells) != len(names):
            return self.text
        named = zip(names, cells, strict=True)
        return " · ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)

    def seam(self, following: "_Piece") -> str:
        """What parts it from the next on the one line."""
        if self.is_row and following.is_row:
            return " / "
        return " " if self.is_sentence and not self.is_row else " · "


def _shown(text: str, stems: frozenset[str], title: str) -> str:
    pieces = list(_pieces(text))
    above = _stems_in(title)
    pieces = [piece for piece in pieces if not _repeats(piece, above)] or pieces
    if not pieces:
        return ""

    def worth(at: int) -> tuple[int, bool, int]:
        return len(_stems_in(pieces[at].text) & stems), pieces[at].is_sentence, -at

    best = max(range(len(pieces)), key=worth)
    row = pieces[best].read()
    if pieces[best].header and len(row) <= _SHOWN_CHARS:
        return row
    shown = pieces[best].text
    for one, following in pairwise(pieces[best:]):
        if len(shown) > _SHOWN_CHARS:
            break
        shown += one.seam(following) + following.text
    else:
        # the passage ends here: what stands before fills the room
        for following, one in pairwise(reversed(pieces[: best + 1])):
            more = one.text + one.seam(following) + shown
            if len(more) > _SHOWN_CHARS:
                break
            shown = more
    return _cut(shown, stems)


def _repeats(piece: _Piece, above: set[str]) -> bool:
    said = _stems_in(piece.text)
    return not piece.is_row and len(said & above) >= _REPEATED * len(said)


def _cut(text: str, stems: frozenset[str]) -> str:
    """At most 300 characters and the marks of cutting: from where the words are, and to the end
    of a sentence if that leaves enough."""
    if len(text) <= _SHOWN_CHARS:
        return text
    met = (m.start() for m in _WORD.finditer(text) if _stem(m.group().casefold()) in stems)
    first = next(met, 0)
    begin = ""
    if first > _SHOWN_CHARS - _LEAD:
        begin, text = "… ", text[text.rfind(" ", 0, first - _LEAD) + 1 :]
    if len(text) <= _SHOWN_CHARS:
        return begin + text
    seams = [m.start() for m in _SENTENCE_END.finditer(text, 0, _SHOWN_CHARS + 1)]
    if seams and seams[-1] >= _ENOUGH_CHARS:
        return f"{begin}{text[: seams[-1]]} …"
    stop = text.rfind(" ", 0, _SHOWN_CHARS + 1)
    return f"{begin}{text[: stop if stop > 0 else _SHOWN_CHARS].rstrip(' |/·')} …"


def _stems_in(text: str) -> set[str]:
    return {_stem(word.casefold()) for word in _WORD.findall(text)}


def _pieces(text: str) -> Iterator[_Piece]:
    """Lines broken at the edge of a page are joined again, then cut at their sentences."""
    is_begun = False
    for block in _BLANK_LINE.split(text):
        for is_row, lines in groupby(map(str.strip, block.splitlines()), _is_row):
            if is_row:
                # a table that the passage's beginning cut has lost its header
                yield from _rows(list(lines), is_whole=is_begun)
            else:
                yield from _prose(list(lines))
            is_begun = True


def _is_row(line: str) -> bool:
    return _CELL in f"{line} " or line.startswith(_CELL.lstrip())


def _rows(lines: list[str], *, is_whole: bool) -> Iterator[_Piece]:
    # a second row without a figure may be the head of a second table: then none is believed
    heads = [line for line in lines if not any(map(str.isdigit, line))]
    has_header = is_whole and heads == lines[:1] and _could_be_header(lines[0])
    for at, line in enumerate(lines):
        yield _Piece(line, is_row=True, header=lines[0] if has_header and at else "")


def _could_be_header(row: str) -> bool:
    """Three or more cells, short together, empty at most the first."""
    cells = row.split(_CELL)
    is_short = len(cells) >= _HEADED_COLUMNS and len(row) <= _LONGEST_HEADER
    return is_short and all(map(str.strip, cells[1:]))


def _prose(lines: Sequence[str]) -> Iterator[_Piece]:
    longest = max(map(len, lines), default=0)
    item = ""
    for line, following in pairwise((*lines, "")):
        item = f"{item} {_ITEM.sub('', line)}"
        goes_on = len(line) >= _BROKEN_LINE * longest or line.endswith(",")
        if (goes_on or following[:1].islower()) and not _ITEM.match(following):
            continue
        yield from _sentences(item)
        item = ""
    yield from _sentences(item)


def _sentences(text: str) -> Iterator[_Piece]:
    for sentence in _SENTENCE_END.split(text):
        if sentence.strip():
            yield _Piece(" ".join(sentence.split()))


# By how much an answer that stands out from the rest of the library is trusted the more: of
# the measures tried on two judged libraries, this told questions with an answer from those
# without one best (tests/relevance/README.md).
_STANDING_OUT = 0.02


def fit(hit: IndexHit) -> float:
    """How well an asset answers a question; comparable between questions.

    Its cosine, and a little for each standard deviation by which that exceeds the library's.
    """
    return hit.cosine + _STANDING_OUT * hit.standout


def says_it_all(words: tuple[str, ...], *texts: str) -> bool:
    """Whether every word of the query stands in these texts: then it fits, whatever it means.

    Codes, names and product numbers have no meaning that a model could know.
    """
    held = {_stem(word.casefold()) for text in texts for word in _WORD.findall(text)}
    return bool(words) and all(_stem(word) in held for word in words)

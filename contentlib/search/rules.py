"""What is shown of a match, and when a match counts as one. Pure."""

import re
from dataclasses import dataclass

from contentlib.ports import IndexHit

_WORD = re.compile(r"\w+", re.UNICODE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
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


def _stem(word: str) -> str:
    # Enough to mark "audits" for "audit"; ranking uses the index's own stemmer.
    for ending in ("ies", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def snippet(text: str, words: tuple[str, ...]) -> tuple[Span, ...]:
    """The part of a passage with most of the words, at most 300 characters, words marked."""
    stems = {_stem(word) for word in words}
    matches = [m for m in _WORD.finditer(text) if _is_match(m.group().casefold(), stems)]
    start, end = _window(text, [m.start() for m in matches])
    spans: list[Span] = []
    if start > 0:
        spans.append(Span("… ", False))
    at = start
    for match in matches:
        if match.start() < at or match.end() > end:
            continue
        if match.start() > at:
            spans.append(Span(text[at : match.start()], False))
        spans.append(Span(match.group(), True))
        at = match.end()
    if at < end:
        spans.append(Span(text[at:end], False))
    if end < len(text):
        spans.append(Span(" …", False))
    return tuple(spans)


def _is_match(word: str, stems: set[str]) -> bool:
    return _stem(word) in stems


def _window(text: str, starts: list[int]) -> tuple[int, int]:
    if len(text) <= _SHOWN_CHARS:
        return 0, len(text)
    best_start, best_count = 0, -1
    for candidate in [0, *[m.end() for m in _SENTENCE_END.finditer(text)]]:
        inside = sum(candidate <= at < candidate + _SHOWN_CHARS for at in starts)
        if inside > best_count:
            best_start, best_count = candidate, inside
    end = min(len(text), best_start + _SHOWN_CHARS)
    if end < len(text):
        cut = text.rfind(" ", best_start, end)
        end = cut if cut > best_start else end
    return best_start, end


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

"""Finding words inside a document: the pages that hold them all, and where they stand. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST = 100
_MOST_WORDS = 8
_BEFORE, _AFTER = 60, 120


@dataclass(frozen=True, slots=True)
class Bit:
    """A piece of a page's text; `is_match` for the words that were looked for."""

    text: str
    is_match: bool


def wanted_words(text: str) -> tuple[str, ...]:
    """What was typed, as the words that a page must hold; "" finds nothing.

    >>> wanted_words(" dock  Gates ")
    ('dock', 'Gates')
    """
    return tuple(dict.fromkeys(text[:_LONGEST].split()))[:_MOST_WORDS]


def bits_of(text: str, words: Sequence[str]) -> tuple[Bit, ...] | None:
    """The surroundings of the first word found, in bits; None where a word is missing.

    A word is found inside longer ones too, whatever its case, as in the search of a PDF reader.
    """
    patterns = [re.escape(word) for word in words]
    if not words or not all(re.search(pattern, text, re.IGNORECASE) for pattern in patterns):
        return None
    # the longest first, so that "gates" is marked whole where "gate" is wanted too
    either = re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)
    first = either.search(text)
    if first is None:
        return None
    since = _word_begins(text, first.start() - _BEFORE)
    until = _word_ends(text, first.end() + _AFTER)
    bits = [Bit("… ", False)] if since else []
    at = since
    for match in either.finditer(text, since, until):
        bits += [Bit(text[at : match.start()], False), Bit(match.group(), True)]
        at = match.end()
    bits.append(Bit(text[at:until] + (" …" if until < len(text) else ""), False))
    return tuple(bit for bit in bits if bit.text)


def _word_begins(text: str, at: int) -> int:
    if at <= 0:
        return 0
    space = text.find(" ", at, at + _BEFORE)
    return at if space < 0 else space + 1


def _word_ends(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - _AFTER, at)
    return at if space < 0 else space

"""What a person typed, read as words and quoted phrases. Pure, and total: nothing raises."""

import re
from dataclasses import dataclass

LONGEST_QUERY = 4000
_QUOTES = re.compile("[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]")
_PHRASE = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[^\W_]+")
_LAST_WORD = re.compile(r"[^\W_]+\Z")
SHORTEST_BEGINNING = 2


@dataclass(frozen=True, slots=True)
class TypedQuery:
    """`words` is all that was typed without quotes' marks, `phrases` what stood in quotes.

    `unfinished` is the last word when typing may still go on in it, else empty.
    """

    words: str
    phrases: tuple[str, ...] = ()
    unfinished: str = ""

    @property
    def length(self) -> int:
        """How many different words there are."""
        return len({word.casefold() for word in _WORD.findall(self.words)})


def well_formed(text: str) -> str:
    """The text without lone surrogates and NULs, which no engine takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")


def read_typed(text: str) -> TypedQuery:
    """Reads a search box's text. A quote without its partner is only a mark.

    The last word is unfinished when no blank, mark or closing quote follows it
    and it has at least two characters.
    """
    text = _QUOTES.sub('"', well_formed(text)[:LONGEST_QUERY])
    phrases = tuple(p for p in (found.strip() for found in _PHRASE.findall(text)) if p)
    last = _LAST_WORD.search(text)
    unfinished = last.group() if last and len(last.group()) >= SHORTEST_BEGINNING else ""
    return TypedQuery(text.replace('"', " ").strip(), phrases, unfinished)

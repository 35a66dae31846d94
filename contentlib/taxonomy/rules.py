"""Finding a term by what people call it."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[^\w]+")


def term_key(label: str) -> str:
    """The key of a label: lower case, words joined by '-'.

    >>> term_key("Food & Beverage")
    'food-beverage'
    """
    return _SEPARATORS.sub("-", _folded(label)).strip("-")[:80]


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same to a reader: case, accents and punctuation aside."""
    return term_key(one) == term_key(other)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))

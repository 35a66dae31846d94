"""Phrases in quotes: only assets that say just this come up."""

import re
from array import array
from collections.abc import Sequence

from contentlib.ports import Permitted, SearchIndex

_MARKS = re.compile('["“”„‟«»″]')
_QUOTED = re.compile('"([^"]*)"')
_LETTER = re.compile(r"[^\W_]")
# Who quotes wants few; a phrase that more hold is searched among the best so many of them.
MOST_HOLDING = 1000


def quoted(text: str) -> tuple[str, ...]:
    """The phrases between pairs of quotation marks of any kind; one without its pair is a mark.

    >>> quoted('slides on the “works council"')
    ('works council',)
    """
    found = (phrase.strip() for phrase in _QUOTED.findall(_MARKS.sub('"', text)))
    return tuple(phrase for phrase in found if _LETTER.search(phrase))


def unquoted(text: str) -> str:
    """The same words without any quotation mark."""
    return " ".join(_MARKS.sub(" ", text).split())


def holding(index: SearchIndex, among: Permitted, phrases: Sequence[str]) -> Permitted:
    """Those of the permitted that hold all the phrases in title, summary, facets or passages.

    Words count as the index's keywords do: plural and singular are the same. One search. Raises
    IndexUnavailable.
    """
    asked = " ".join(f'"{phrase}"' for phrase in phrases)
    hits = index.search(asked, among=among, limit=MOST_HOLDING, mode="keyword")
    ids = array("q", sorted(hit.asset_id for hit in hits))
    return Permitted(("holding", tuple(ids)), ids)

"""Mending typing mistakes from the library's own words."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from contentlib.search.quoting import quoted

_WORD = re.compile(r"[^\W\d_]{4,}")
_FEW_LETTERS = 6  # below so many, one mistake is all that is believed


@dataclass(frozen=True, slots=True)
class Mended:
    """A question with its mistakes mended; `changes` are (said, meant) in order."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()


def may_be_mistyped(text: str) -> tuple[str, ...]:
    """The words of a question that may be a mistake, once each.

    Short words, words with digits and those in capitals are codes and names; what stands in
    quotes is meant to the letter.
    """
    if quoted(text):
        return ()
    words = dict.fromkeys(_WORD.findall(text))
    return tuple(word for word in words if not word.isupper())


class Spelling:
    """The words of titles, customers and vocabulary, with how often each occurs."""

    def __init__(self, texts: Iterable[str]) -> None:
        counted = Counter(word.casefold() for text in texts for word in _WORD.findall(text))
        self._counts: Mapping[str, int] = counted
        self._by_first: dict[str, list[str]] = {}
        for word in counted:
            self._by_first.setdefault(word[0], []).append(word)

    def mend(self, text: str, strangers: Collection[str]) -> Mended:
        """Puts the nearest word of the library in place of each stranger.

        Nothing near enough leaves the word as it is.
        """
        changes: list[tuple[str, str]] = []

        def mended(match: re.Match[str]) -> str:
            said = match.group()
            meant = self._nearest(said.casefold()) if said in strangers else None
            if meant is None or meant == said.casefold():
                return said
            changes.append((said, meant))
            return meant

        return Mended(_WORD.sub(mended, text), tuple(changes))

    def _nearest(self, word: str) -> str | None:
        """At one edit from a short word, at most two from a longer one, the same first letter.

        A swap of neighbours is one edit (Damerau). Equally near: the more frequent.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        most = 1 if len(word) < _FEW_LETTERS else 2
        near = process.extract(
            word,
            self._by_first.get(word[0], []),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=most,
            limit=None,
        )
        ranked = sorted(near, key=lambda found: (found[1], -self._counts[found[0]], found[0]))
        return ranked[0][0] if ranked else None

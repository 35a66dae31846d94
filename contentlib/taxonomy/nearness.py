"""How near two terms are, by what the vocabulary says of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from contentlib.taxonomy.queries import TermView, Vocabulary

# Content for Europe is for Germany too, if not as closely as content for Germany.
WITHIN = 0.8
SIBLINGS = 0.5
NEXT_TO = 0.5


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well an asset's terms answer one wanted: `nearness` in [0, 1], 1 is the term itself.

    `through` is the asset's term that comes nearest, None where none comes near.
    """

    wanted: TermView
    nearness: float
    through: TermView | None

    @property
    def in_words(self) -> str:
        """For a person: "Grocery", or "Retail, near Grocery"."""
        if self.through is None or self.through.id == self.wanted.id:
            return self.wanted.label
        return f"{self.through.label}, near {self.wanted.label}"


def agreement(words: Vocabulary, wanted: TermView, held: Iterable[TermView]) -> Agreement:
    """The nearest of an asset's terms of the same facet. Equally near ones: the first."""
    best = Agreement(wanted, 0.0, None)
    for term in held:
        if term.facet == wanted.facet:
            near = nearness(words, wanted, term)
            if near > best.nearness:
                best = Agreement(wanted, near, term)
    return best


def nearness(words: Vocabulary, one: TermView, other: TermView) -> float:
    """1 for the same term, 0 for terms of different facets or families; symmetric.

    Near are a term and those above or below it, terms with the same parent, and terms side by
    side in a facet whose terms follow each other.
    """
    if one.id == other.id:
        return 1.0
    if one.facet != other.facet:
        return 0.0
    if one.id in words.ancestors(other) or other.id in words.ancestors(one):
        return WITHIN
    if one.parent_id is not None and one.parent_id == other.parent_id:
        return SIBLINGS
    facet = words.facet(one.facet)
    if facet is not None and facet.is_ordered and abs(one.position - other.position) == 1:
        return NEXT_TO
    return 0.0

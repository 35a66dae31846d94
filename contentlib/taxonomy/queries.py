"""Reading the vocabulary: small enough to be read whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from contentlib.taxonomy import rules
from contentlib.taxonomy.models import Facet, Synonym, Term


@dataclass(frozen=True, slots=True)
class TermView:
    """A term as pages and matching need it."""

    id: int
    facet: str
    key: str
    label: str
    definition: str
    parent_id: int | None
    position: int
    synonyms: tuple[str, ...]
    review_months: int | None
    internal: bool
    from_employees: int | None = None


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with its terms in order; `is_ordered`: each is near those before and after it."""

    id: int
    key: str
    label: str
    description: str
    many: bool
    terms: tuple[TermView, ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """All facets, with look-ups."""

    facets: tuple[FacetView, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # every search asks caches by it, and it goes through every term
        return hash(self.facets)

    @cached_property
    def terms_by_id(self) -> Mapping[int, TermView]:
        return {term.id: term for facet in self.facets for term in facet.terms}

    def facet(self, key: str) -> FacetView | None:
        return next((facet for facet in self.facets if facet.key == key), None)

    def term(self, facet_key: str, name: str) -> TermView | None:
        """The term of that key, label or synonym, however it is written."""
        facet = self.facet(facet_key)
        if facet is None or not name.strip():
            return None
        wanted = rules.term_key(name)
        by_key = next((t for t in facet.terms if t.key == wanted or t.key == name), None)
        if by_key is not None:
            return by_key
        return next(
            (
                term
                for term in facet.terms
                if any(rules.term_key(word) == wanted for word in (term.label, *term.synonyms))
            ),
            None,
        )

    def by_id(self, term_id: int) -> TermView | None:
        return self.terms_by_id.get(term_id)

    def ancestors(self, term: TermView) -> frozenset[int]:
        """Ids of the terms above it, its own not among them."""
        above: set[int] = set()
        parent = term.parent_id
        while parent is not None and parent not in above:
            above.add(parent)
            found = self.terms_by_id.get(parent)
            parent = found.parent_id if found else None
        return frozenset(above - {term.id})

    def size_band(self, employees: int) -> TermView | None:
        """The band that so many employees fall into; None where no band says where it begins."""
        facet = self.facet("size")
        bands = [t for t in facet.terms if t.from_employees is not None] if facet else []
        reached = [t for t in bands if (t.from_employees or 0) <= employees]
        return max(reached, key=lambda t: t.from_employees or 0, default=None)

    def with_descendants(self, term: TermView) -> frozenset[int]:
        """Ids of the term and all below it: who asks for Europe also means Germany."""
        facet = self.facet(term.facet)
        if facet is None:
            return frozenset({term.id})
        found = {term.id}
        while True:
            more = {t.id for t in facet.terms if t.parent_id in found} - found
            if not more:
                return frozenset(found)
            found |= more


_FacetRow = Row[int, str, str, str, bool, bool]
_TermRow = Row[int, int, str, str, str, int | None, int, int | None, bool, int | None]
_SynonymRow = Row[int, str]


def vocabulary(session: Session) -> Vocabulary:
    """Everything. Three statements; the same object as before where nothing was changed."""
    facets = session.execute(
        select(
            Facet.id, Facet.key, Facet.label, Facet.description, Facet.many, Facet.is_ordered
        ).order_by(Facet.position, Facet.id)
    )
    terms = session.execute(
        select(
            Term.id,
            Term.facet_id,
            Term.key,
            Term.label,
            Term.definition,
            Term.parent_id,
            Term.position,
            Term.review_months,
            Term.internal,
            Term.from_employees,
        ).order_by(Term.position, Term.id)
    )
    synonyms = session.execute(select(Synonym.term_id, Synonym.word).order_by(Synonym.id))
    return _vocabulary_of(tuple(facets), tuple(terms), tuple(synonyms))


# Read as objects, the vocabulary took a quarter of the time of a search. Its rows are read each
# time, so that another process's change is seen at once; only what is made of them is kept.
@lru_cache(maxsize=8)
def _vocabulary_of(
    facets: tuple[_FacetRow, ...],
    terms: tuple[_TermRow, ...],
    synonyms: tuple[_SynonymRow, ...],
) -> Vocabulary:
    words: dict[int, list[str]] = {}
    for term_id, word in synonyms:
        words.setdefault(term_id, []).append(word)
    views: dict[int, list[TermView]] = {}
    keys = {facet_id: key for facet_id, key, *_ in facets}
    for (
        term_id,
        facet_id,
        key,
        label,
        definition,
        parent_id,
        position,
        months,
        internal,
        size,
    ) in terms:
        views.setdefault(facet_id, []).append(
            TermView(
                id=term_id,
                facet=keys[facet_id],
                key=key,
                label=label,
                definition=definition,
                parent_id=parent_id,
                position=position,
                synonyms=tuple(words.get(term_id, ())),
                review_months=months,
                internal=internal,
                from_employees=size,
            )
        )
    return Vocabulary(
        tuple(
            FacetView(
                id=facet_id,
                key=key,
                label=label,
                description=description,
                many=many,
                terms=tuple(views.get(facet_id, ())),
                is_ordered=is_ordered,
            )
            for facet_id, key, label, description, many, is_ordered in facets
        )
    )

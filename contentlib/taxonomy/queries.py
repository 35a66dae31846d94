"""Reading the vocabulary: small enough to be read whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contentlib.taxonomy import rules
from contentlib.taxonomy.models import Facet, Term


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


def vocabulary(session: Session) -> Vocabulary:
    """Everything. Three statements."""
    facets = session.scalars(
        select(Facet)
        .options(selectinload(Facet.terms).selectinload(Term.synonyms))
        .order_by(Facet.position, Facet.id)
    )
    return Vocabulary(tuple(_facet_view(facet) for facet in facets))


def _facet_view(facet: Facet) -> FacetView:
    terms = tuple(
        TermView(
            term.id,
            facet.key,
            term.key,
            term.label,
            term.definition,
            term.parent_id,
            term.position,
            tuple(s.word for s in term.synonyms),
            term.review_months,
            term.internal,
            term.from_employees,
        )
        for term in facet.terms
    )
    return FacetView(
        facet.id, facet.key, facet.label, facet.description, facet.many, terms, facet.is_ordered
    )

"""The vocabulary, so that programs can narrow by it and say what a deal is about."""

from flask import Blueprint
from pydantic import Field

from contentlib.taxonomy.queries import FacetView, vocabulary
from web.api.operation import operation
from web.api.shapes import Answer
from web.transaction import session

bp = Blueprint("vocabulary", __name__)


class Term(Answer):
    """One answer to a facet's question."""

    key: str
    label: str
    definition: str
    parent: str | None = Field(description="Key of the term above: who asks for it means this too")
    synonyms: list[str]


class Facet(Answer):
    """A question asked of each asset."""

    key: str
    label: str
    description: str
    terms: list[Term]


class Vocabulary(Answer):
    """All facets, in their order."""

    facets: list[Facet]


@bp.get("/vocabulary")
@operation("assets:read", answer=Vocabulary)
def get_vocabulary() -> Vocabulary:
    """Facets and terms, with what they mean and what else people call them."""
    return Vocabulary(facets=[_facet(facet) for facet in vocabulary(session()).facets])


def _facet(facet: FacetView) -> Facet:
    keys = {term.id: term.key for term in facet.terms}
    terms = [
        Term(
            key=term.key,
            label=term.label,
            definition=term.definition,
            parent=keys.get(term.parent_id) if term.parent_id is not None else None,
            synonyms=list(term.synonyms),
        )
        for term in facet.terms
    ]
    return Facet(key=facet.key, label=facet.label, description=facet.description, terms=terms)

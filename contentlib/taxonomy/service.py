"""Changing the vocabulary."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import InvalidInput
from contentlib.taxonomy import known, rules
from contentlib.taxonomy.models import Facet, Synonym, Term

# The facets a new library starts with; their terms come with a vocabulary file or an import.
STARTING_FACETS: tuple[tuple[str, str, bool], ...] = (
    ("content_type", "Content type", False),
    ("industry", "Industry", True),
    ("region", "Region", True),
    ("persona", "Persona", True),
    ("stage", "Opportunity stage", True),
    ("product", "Product", True),
    ("competitor", "Competitor", True),
    ("use_case", "Use case", True),
    ("size", "Company size", True),
)

# Their terms follow each other in every library.
ORDERED_FACETS = frozenset({"stage", "size"})


def ensure_starting_facets(session: Session) -> None:
    """Adds those of STARTING_FACETS that are missing; idempotent."""
    known = set(session.scalars(select(Facet.key)))
    for position, (key, label, many) in enumerate(STARTING_FACETS):
        if key not in known:
            session.add(
                Facet(
                    key=key,
                    label=label,
                    many=many,
                    position=position,
                    description="",
                    is_ordered=key in ORDERED_FACETS,
                )
            )
    session.flush()  # callers look facets up by key next


def put_facet(
    session: Session,
    *,
    key: str,
    label: str,
    many: bool,
    position: int,
    description: str = "",
    is_ordered: bool | None = None,
) -> Facet:
    """Adds or updates a facet by its key; where `is_ordered` is not said, stages and sizes are."""
    facet = session.scalar(select(Facet).where(Facet.key == key))
    if facet is None:
        facet = Facet(key=key, label=label, many=many, position=position, description=description)
        session.add(facet)
        session.flush()  # terms refer to it by id
    facet.is_ordered = key in ORDERED_FACETS if is_ordered is None else is_ordered
    facet.label, facet.many = label, many
    facet.position, facet.description = position, description
    return facet


def put_term(
    session: Session,
    *,
    facet: Facet,
    label: str,
    key: str | None = None,
    definition: str = "",
    synonyms: tuple[str, ...] = (),
    parent: Term | None = None,
    review_months: int | None = None,
    internal: bool = False,
    from_employees: int | None = None,
) -> Term:
    """Adds or updates a term by its key; the new synonyms replace the old."""
    wanted = key or rules.term_key(label)
    if not wanted:
        raise InvalidInput("A term needs a name.", {"label": "Give it a name."})
    term = session.scalar(select(Term).where(Term.facet_id == facet.id, Term.key == wanted))
    if term is None:
        position = len(session.scalars(select(Term.id).where(Term.facet_id == facet.id)).all())
        term = Term(facet_id=facet.id, key=wanted, position=position, label=label, definition="")
        session.add(term)
    term.label, term.definition = label[:300], definition
    term.parent, term.review_months, term.internal = parent, review_months, internal
    term.from_employees = from_employees
    term.synonyms = [Synonym(word=word) for word in dict.fromkeys(synonyms) if word.strip()]
    session.flush()  # the next term may name this one as its parent
    return term


def add_unknown_terms(
    session: Session, *, facet_key: str, names: list[str], actor: str, now: datetime
) -> None:
    """Grows the vocabulary from a first import into an empty facet.

    A facet that has terms is never extended by an import: its vocabulary is somebody's work.
    Names that the field commonly uses start with their synonyms and family (`known`).
    """
    facet = session.scalar(select(Facet).where(Facet.key == facet_key))
    if facet is None:
        return
    for start in known.starting_terms(facet_key, names):
        put_term(
            session,
            facet=facet,
            label=start.label,
            synonyms=start.synonyms,
            parent=_term(session, facet, start.parent) if start.parent else None,
            from_employees=start.from_employees,
        )
    audit.note(
        session, actor=actor, act="terms added by import", subject=facet.label, now=now, terms=names
    )


def _term(session: Session, facet: Facet, label: str) -> Term | None:
    wanted = rules.term_key(label)
    return session.scalar(select(Term).where(Term.facet_id == facet.id, Term.key == wanted))

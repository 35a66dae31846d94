"""What a publisher answers to a suggested term: add it, or never again."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset import service
from contentlib.asset.models import Asset, TermRefusal
from contentlib.errors import Conflict, InvalidInput, NotFound
from contentlib.taxonomy.models import Term


def add_terms(
    session: Session, *, asset: Asset, term_ids: Collection[int], member_id: int, now: datetime
) -> list[Term]:
    """Adds terms to those the asset has, as an edit; returns the new ones, [] changes nothing.

    Raises InvalidInput for a term that is none or would make the asset internal, Conflict for a
    second term in a facet that takes one.
    """
    wanted = list(session.scalars(select(Term).where(Term.id.in_(term_ids))))
    if len(wanted) < len(set(term_ids)):
        raise InvalidInput("There is no such term any more.", {"term": "Choose another."})
    known = {term.id for term in asset.terms}
    new = [term for term in wanted if term.id not in known]
    if not new:
        return []
    for term in new:
        if term.facet.key == "content_type" and term.internal:
            raise InvalidInput(
                f"“{term.label}” would make an asset internal: choose it when editing the asset.",
                {"term": "Choose it on the asset's own form."},
            )
    after: dict[str, tuple[int, ...]] = {}
    for term in (*asset.terms, *new):
        if term.facet_id in {added.facet_id for added in new}:
            after[term.facet.key] = (*after.get(term.facet.key, ()), term.id)
    for term in new:
        if not term.facet.many and len(after[term.facet.key]) > 1:
            raise Conflict(
                f"“{asset.title}” has a {term.facet.label.lower()} by now, and takes only one."
            )
    change = service.Edit(term_ids=after)
    service.edit(session, asset=asset, change=change, member_id=member_id, now=now)
    return new


def refuse_term(
    session: Session, *, asset: Asset, term_id: int, member_id: int, now: datetime
) -> Term:
    """Keeps that the term does not fit, so that it is never suggested again; told twice is once.

    Raises NotFound for a term that is none.
    """
    term = session.get(Term, term_id)
    if term is None:
        raise NotFound("There is no such term any more.")
    if session.get(TermRefusal, (asset.id, term_id)) is None:
        session.add(TermRefusal(asset_id=asset.id, term_id=term_id, member_id=member_id, at=now))
    return term

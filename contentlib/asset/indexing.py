"""What the search index should hold, read from the truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, Passage, asset_terms
from contentlib.ports import IndexedAsset, IndexedPassage
from contentlib.taxonomy.models import Synonym, Term


@dataclass(frozen=True, slots=True)
class PassageLine:
    """A passage of a result."""

    id: int
    page: int
    text: str
    is_notes: bool


def passages_by_id(session: Session, ids: Iterable[int]) -> dict[int, PassageLine]:
    """One statement."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = session.scalars(select(Passage).where(Passage.id.in_(wanted)))
    return {p.id: PassageLine(p.id, p.page, p.text, p.is_notes) for p in rows}


def indexed_assets(session: Session, ids: Sequence[int] | None = None) -> list[IndexedAsset]:
    """What the index should hold of these assets, or of all that are not deleted.

    Three statements, whatever the number.
    """
    statement = select(Asset.id, Asset.title, Asset.summary, Asset.customer).where(
        Asset.state != "deleted", Asset.current_version_id.is_not(None)
    )
    passages_statement = select(Asset.id, Passage.id, Passage.text).join(
        Passage, Passage.version_id == Asset.current_version_id
    )
    words_statement = (
        select(asset_terms.c.asset_id, Term.label, Synonym.word)
        .join(Term, Term.id == asset_terms.c.term_id)
        .outerjoin(Synonym, Synonym.term_id == Term.id)
    )
    if ids is not None:
        statement = statement.where(Asset.id.in_(ids))
        passages_statement = passages_statement.where(Asset.id.in_(ids))
        words_statement = words_statement.where(asset_terms.c.asset_id.in_(ids))
    passages: dict[int, list[IndexedPassage]] = {}
    for asset_id, passage_id, text in session.execute(passages_statement.order_by(Passage.id)):
        passages.setdefault(asset_id, []).append(IndexedPassage(passage_id, text))
    words: dict[int, dict[str, None]] = {}
    ordered = words_statement.order_by(Term.id, Synonym.id)
    for asset_id, label, synonym in session.execute(ordered):
        entry = words.setdefault(asset_id, {})
        entry[label] = None
        if synonym:
            entry[synonym] = None
    return [
        IndexedAsset(
            asset_id=asset_id,
            title=title,
            summary=summary,
            facets=(*words.get(asset_id, {}), *([customer] if customer else [])),
            passages=tuple(passages.get(asset_id, ())),
        )
        for asset_id, title, summary, customer in session.execute(statement.order_by(Asset.id))
    ]

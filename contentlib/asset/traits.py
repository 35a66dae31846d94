"""What ranking and the rules of suggesting need to know of assets, for many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, asset_terms


@dataclass(frozen=True, slots=True)
class Traits:
    """An asset beyond its words."""

    asset_id: int
    state: str
    published_at: datetime | None
    review_by: date | None
    expires_on: date | None
    customer: str | None
    reference_rights: str
    rights_regions: tuple[str, ...]
    customer_competitors: tuple[str, ...]
    term_ids: frozenset[int] = field(default_factory=frozenset)


def traits_of(session: Session, asset_ids: Sequence[int]) -> dict[int, Traits]:
    """By asset id; whoever asks has decided who may see them. Two statements."""
    if not asset_ids:
        return {}
    terms: dict[int, set[int]] = {}
    for asset_id, term_id in session.execute(
        select(asset_terms.c.asset_id, asset_terms.c.term_id).where(
            asset_terms.c.asset_id.in_(asset_ids)
        )
    ):
        terms.setdefault(asset_id, set()).add(term_id)
    rows = session.execute(
        select(
            Asset.id,
            Asset.state,
            Asset.published_at,
            Asset.review_by,
            Asset.expires_on,
            Asset.customer,
            Asset.reference_rights,
            Asset.rights_regions,
            Asset.customer_competitors,
        ).where(Asset.id.in_(asset_ids))
    )
    return {
        row.id: Traits(
            asset_id=row.id,
            state=row.state,
            published_at=row.published_at,
            review_by=row.review_by,
            expires_on=row.expires_on,
            customer=row.customer,
            reference_rights=row.reference_rights,
            rights_regions=tuple(row.rights_regions),
            customer_competitors=tuple(row.customer_competitors),
            term_ids=frozenset(terms.get(row.id, ())),
        )
        for row in rows
    }

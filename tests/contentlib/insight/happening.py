"""What happens in stories about finding: searches, recommendations, opens, sends, reading."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from contentlib.asset.models import Asset
from contentlib.crm.models import Account, Opportunity
from contentlib.engagement.models import View, Visit
from contentlib.ids import public_id
from contentlib.insight.window import Window, default_window
from contentlib.library import Library
from contentlib.member import queries as members
from contentlib.member import service as hiring
from contentlib.member.rules import Viewer
from contentlib.recommendation import service as recommending
from contentlib.search import service as searching
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.models import Share
from contentlib.taxonomy import service as taxonomy
from contentlib.taxonomy.models import Term
from contentlib.usage import service as usage
from tests.factories import MONDAY

WINDOW: Window = default_window(now=MONDAY, days=90, time_zone="UTC")
LATELY = MONDAY - timedelta(days=10)
LONG_AGO = MONDAY - timedelta(days=200)


def crowd(library: Library, count: int) -> list[Viewer]:
    """So many more reps."""
    with library.database.unit_of_work() as session:
        return [
            members.viewer_of(
                session,
                hiring.add(
                    session,
                    actor="test",
                    email=f"rep{number}@contentlib.example",
                    role="rep",
                    name=f"Rep {number}",
                    team="East",
                    now=LONG_AGO,
                ),
            )
            for number in range(count)
        ]


def ids_of(library: Library, public_ids: Sequence[str]) -> list[int]:
    with library.database.reading() as session:
        found = dict(session.execute(select(Asset.public_id, Asset.id)).all())
    return [found[wanted] for wanted in public_ids]


def new_deal(
    library: Library, owner: Viewer, name: str, *, industry: str = "", stage: str = ""
) -> tuple[int, str]:
    """A deal with terms that are in the vocabulary by then; returns its id and public id."""
    with library.database.unit_of_work() as session:
        account = Account(
            public_id=public_id(), external_id=name, name=f"{name} Ltd", created_at=LONG_AGO
        )
        if industry:
            account.terms = [_term(session, "industry", industry)]
        session.add(account)
        session.flush()
        deal = Opportunity(
            public_id=public_id(),
            external_id=name,
            name=name,
            account_id=account.id,
            owner_id=owner.member_id,
            stage_id=_term(session, "stage", stage).id if stage else None,
            currency="EUR",
            notes="",
            created_at=LONG_AGO,
        )
        session.add(deal)
        session.flush()
        return deal.id, deal.public_id


def _term(session, facet_key: str, label: str) -> Term:  # type: ignore[no-untyped-def]
    facet = taxonomy.put_facet(
        session, key=facet_key, label=facet_key.title(), many=True, position=1
    )
    return taxonomy.put_term(session, facet=facet, label=label)


def search(
    library: Library,
    who: Viewer,
    text: str,
    shown: Sequence[str],
    *,
    deal: int | None = None,
    at: datetime = LATELY,
) -> str:
    """A settled search that showed these assets in this order; returns its public id."""
    answered = searching.Answered(
        public_id(), text, {}, tuple(ids_of(library, shown)), True, opportunity_id=deal
    )
    for told in searching.record_settled(library.hits, who, answered, now=at):
        told.result(timeout=10)
    return answered.public_id


def recommendation(
    library: Library, who: Viewer, shown: Sequence[str], *, deal: int, at: datetime = LATELY
) -> str:
    told = recommending.Recommended(
        public_id(), {}, tuple(ids_of(library, shown)), True, 0.5, opportunity_id=deal
    )
    for written in recommending.record_settled(library.hits, who, told, now=at):
        written.result(timeout=10)
    return told.public_id


def open_from(
    library: Library, who: Viewer, asset: str, list_id: str, *, at: datetime = LATELY
) -> None:
    (asset_id,) = ids_of(library, [asset])
    row = usage.opening(
        who, asset_id=asset_id, surface="search", search_public_id=list_id, rank=1, now=at
    )
    usage.record_opening(library.hits, row).result(timeout=10)


def share(
    library: Library, who: Viewer, asset: str, *, deal: str | None, at: datetime = LATELY
) -> str:
    with library.database.unit_of_work() as session:
        made = shares.create(
            session, viewer=who, asset_public_ids=[asset], opportunity_public_id=deal, now=at
        )
        return made.public_id


def send(
    library: Library,
    who: Viewer,
    asset: str,
    *,
    deal: str | None,
    at: datetime = LATELY,
    evidence: str = "app_mail",
) -> None:
    link = share(library, who, asset, deal=deal, at=at)
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Share).where(Share.public_id == link)).one()
        sending.record_share_sent(
            session, shares=[found], evidence=evidence, source_key=f"{evidence}:{link}", now=at
        )


def read(library: Library, link: str, *, at: datetime, visitor_class: str = "human") -> None:
    """Somebody outside, or a machine, looks at the first page of a link."""
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Share).where(Share.public_id == link)).one()
        visit = Visit(
            share_id=found.id,
            visitor_key="k" * 64,
            started_at=at,
            last_at=at,
            visitor_class=visitor_class,
            reasons=[],
            rule_version=1,
        )
        session.add(visit)
        session.flush()
        (item,) = found.items
        session.execute(
            insert(View).values(
                visit_id=visit.id,
                share_id=found.id,
                asset_id=item.asset_id,
                version_id=item.asset.current_version_id,
                page=1,
                started_at=at,
                last_at=at,
                attention_ms=5000,
            )
        )

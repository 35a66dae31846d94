"""How tests tell what left: messages with files, plain addresses and links of ours."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from contentlib.asset.models import Asset, AssetVersion
from contentlib.crm.models import Account, Contact, Opportunity
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending.reports import Item, Report, tell

BEA = "bea@buyer.example"


def item_of(library: Library, asset_public_id: str, *, as_address: bool = False) -> Item:
    """The asset's current file attached, or its page's plain address."""
    with library.database.reading() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == asset_public_id)).one()
        assert asset.current_version_id is not None
        item = Item(asset.id, asset.current_version_id, "attachment", "same file")
    return replace(item, channel="link", method="own address") if as_address else item


def message(
    library: Library,
    sender: Viewer,
    *items: Item,
    at: datetime | None = None,
    key: str = "",
    recipients: tuple[str, ...] = (BEA,),
) -> Report:
    """What the extension says of a mail that the server took."""
    return Report(
        member_id=sender.member_id,
        source="extension",
        source_key=f"gmail:{key or public_id()}",
        evidence="mail_confirmed",
        surface="gmail",
        at=at or library.clock.now(),
        items=items,
        recipients=recipients,
    )


def told(library: Library, report: Report) -> str:
    """Tells it; returns the message's key."""
    with library.database.unit_of_work() as session:
        return tell(session, report, now=library.clock.now()).message_key


def newer_version(library: Library, asset_public_id: str, *, at: datetime) -> None:
    """Another file takes the asset's place."""
    with library.database.unit_of_work() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == asset_public_id)).one()
        old = session.get_one(AssetVersion, asset.current_version_id)
        added = AssetVersion(
            asset_id=asset.id,
            number=old.number + 1,
            file_name=old.file_name,
            file_sha256=public_id(40).encode().hex()[:64].ljust(64, "0"),
            size=old.size,
            format=old.format,
            media_type=old.media_type,
            page_count=old.page_count,
            warnings=[],
            added_at=at,
        )
        session.add(added)
        session.flush()
        asset.current_version_id = added.id


def deal_with_bea(library: Library, owner: Viewer, *, name: str = "Docks for Bay") -> int:
    """An open deal with Bea's company; its id."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        account = session.scalar(select(Account))
        if account is None:
            account = Account(public_id=public_id(), external_id="a", name="Bay", created_at=now)
            session.add(account)
            session.flush()
            session.add(
                Contact(
                    public_id=public_id(),
                    account_id=account.id,
                    email=BEA,
                    name="Bea",
                    created_at=now,
                )
            )
        deal = Opportunity(
            public_id=public_id(),
            external_id=public_id(),
            name=name,
            account_id=account.id,
            owner_id=owner.member_id,
            currency="EUR",
            notes="",
            created_at=now,
        )
        session.add(deal)
        session.flush()
        return deal.id

"""What the tests of the extension's doors share: what a rep's browser sees, asks and tells."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from contentlib.asset.models import Asset, AssetVersion
from contentlib.clock import FixedClock
from contentlib.crm.models import Account, Contact, Opportunity
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending.models import Send
from tests.web.api.calling import Program

BEA = "bea@buyer.example"


def version_of(library: Library, asset_public_id: str) -> AssetVersion:
    with library.database.reading() as session:
        return session.scalars(
            select(AssetVersion)
            .join(Asset, AssetVersion.asset_id == Asset.id)
            .where(Asset.public_id == asset_public_id)
            .order_by(AssetVersion.number.desc())
        ).first()  # type: ignore[return-value]


def seen(library: Library, *items: dict[str, str], **said: Any) -> dict[str, Any]:
    return {
        "id": public_id(),
        "kind": "sent",
        "site": "gmail",
        "message": "m1",
        "at": library.clock.now().isoformat(),
        "recipients": [BEA],
        "items": list(items),
        **said,
    }


def tell(browser: Program, *events: dict[str, Any]) -> Any:
    return browser.post("/extension/events", {"events": list(events)})


def sends(library: Library) -> list[tuple[str, str, str]]:
    with library.database.reading() as session:
        rows = session.scalars(select(Send).order_by(Send.id))
        return [(send.evidence, send.channel, send.method) for send in rows]


def open_deal(
    library: Library, owner: Viewer, *, name: str, account: str, contact: str = ""
) -> str:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        of = Account(public_id=public_id(), external_id=account, name=account, created_at=now)
        session.add(of)
        session.flush()
        if contact:
            session.add(
                Contact(
                    public_id=public_id(),
                    account_id=of.id,
                    email=contact,
                    name="",
                    created_at=now,
                )
            )
        deal = Opportunity(
            public_id=public_id(),
            external_id=f"0065g00000{name[:5]:x<5}",
            name=name,
            account_id=of.id,
            owner_id=owner.member_id,
            currency="EUR",
            notes="",
            created_at=now,
        )
        session.add(deal)
        return deal.public_id


def tracked_link(browser: Program, asset: str, **said: Any) -> str:
    made = browser.post(
        "/extension/links", {"assets": [asset], "recipients": [BEA], **said}, status=201
    )
    return str(made["links"][0]["address"])


def let_pass(library: Library, **time: float) -> None:
    assert isinstance(library.clock, FixedClock)
    library.clock.move(timedelta(**time))

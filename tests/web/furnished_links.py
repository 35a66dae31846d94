"""Links of every kind and what became of them: who read, who did not count, what was told."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.engagement.models import Download, Unfurl, View, Visit
from contentlib.library import Library
from contentlib.notification.models import Notification
from contentlib.share.models import Share, ShareCode
from contentlib.share.queries import ShareLine, listed
from tests.cast import Cast
from tests.web.browsing import submit

TITLE = (
    "How a grocer with eleven cold stores in four countries let carriers book their own docks, "
    "halved the hours that drivers wait and stopped paying detention, told by their head of "
    "transport in Donaudampfschifffahrt"
)
LONG_ADDRESS = "wilhelmina.featherstonehaugh-cholmondeley@purchasing.northern-provisions.example"
PASSCODE = "Open, Sesame"


def shares(
    library: Library, cast: Cast, rosa: FlaskClient, assets: Mapping[str, str], deal: str
) -> tuple[str, str, str]:
    """Public ids of one that is read and of one that ended, and the name of a batch."""
    to_share = {"asset": [assets["story"], assets["plain"]], "opportunity": deal}
    everything = {
        "recipients": f"{LONG_ADDRESS}, bea@buyer.example",
        "message": "Dear Bea,\n\nas promised, with the table on page 3. " * 4,
        "expiry": "30",
        "download": "watermarked",
        "version": "pinned",
        "max_visits": "50",
        "passcode": PASSCODE,
        "notice": "digest",
    }
    submit(rosa, "/shares", {**to_share, **everything, "way": "sent"})
    submit(rosa, "/shares", {"asset": assets["plain"], "expiry": "7"})
    each = {"recipients": f"{LONG_ADDRESS}\nann@x.example\nbob@x.example", "each": "yes"}
    batch = submit(rosa, "/shares", {**to_share, **each}).split("/batches/")[1].split("?")[0]
    with library.database.reading() as session:
        own = listed(session, cast.rosa).lines
    read, ended = (_of_title(own, title) for title in (TITLE, "Parcel hubs in Europe"))
    submit(rosa, f"/shares/{ended}/revocation", {})
    return read, ended, batch


def _of_title(own: Iterable[ShareLine], title: str) -> str:
    """The one of these with this title that belongs to no batch."""
    return next(s.public_id for s in own if s.batch is None and s.titles[0] == title)


def visits(library: Library, share_id: str) -> None:
    """One of each class, one under a proved address, one that asked not to be followed."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        share = session.scalars(select(Share).where(Share.public_id == share_id)).one()
        code = ShareCode(
            share_id=share.id,
            email=LONG_ADDRESS,
            code_hash="h" * 64,
            created_at=now,
            expires_at=now,
            used_at=now,
        )
        session.add(code)
        session.flush()
        at = now - timedelta(days=1)
        verified = _visit(session, share, at, "verified", pages=9, code_id=code.id)
        _visit(session, share, at, "human", pages=3)
        _visit(session, share, at, "human", pages=3, is_private=True)
        _visit(session, share, at, "unclear", reasons=["opened two seconds after it was sent"])
        machine = _visit(session, share, at, "machine", pasted_into="Microsoft Teams")
        _visit(session, share, at, "colleague")
        item = share.items[0]
        session.add(Unfurl(share_id=share.id, visit_id=machine.id, service="Slack", at=at))
        session.add(
            Download(
                share_id=share.id,
                asset_id=item.asset_id,
                version_id=item.pinned_version_id,
                visitor_key="v" * 64,
                by_colleague=False,
                at=at,
                visit_id=verified.id,
            )
        )


def _visit(
    session: Session, share: Share, at: datetime, visitor_class: str, *, pages: int = 0, **of: Any
) -> Visit:
    visit = Visit(
        share_id=share.id,
        visitor_key=visitor_class.ljust(64, "k"),
        started_at=at,
        last_at=at,
        visitor_class=visitor_class,
        reasons=of.pop("reasons", ["turned pages", "scrolled", "asked for the pictures of pages"]),
        rule_version=1,
        device="phone",
        **of,
    )
    session.add(visit)
    session.flush()
    for number in range(1, pages + 1):
        session.add(
            View(
                visit_id=visit.id,
                share_id=share.id,
                asset_id=share.items[0].asset_id,
                version_id=share.items[0].pinned_version_id,
                page=number,
                started_at=at,
                last_at=at,
                attention_ms=7_000 * number,
            )
        )
    return visit


def news(library: Library, cast: Cast, share_id: str) -> None:
    now = library.clock.now()
    said = f"{LONG_ADDRESS} opened “{TITLE}”: pages 1, 2, 3, 4 in 3 min 20 s."
    each = {"member_id": cast.rosa.member_id, "path": f"/shares/{share_id}", "text": said}
    with library.database.unit_of_work() as session:
        for key, told in {
            "new": {"kind": "first", "is_provisional": True},
            "old": {"kind": "return", "read_at": now},
            "gone": {"kind": "first", "withdrawn_at": now},
        }.items():
            session.add(Notification(key=key, at=now - timedelta(hours=1), **each, **told))


def preset(client: FlaskClient, name: str, **rules: str) -> None:
    submit(client, "/shares/presets", {"preset_name": name[:80], **rules})

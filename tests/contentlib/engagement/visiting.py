"""Links and what comes in on them, as it is written down, for tests of what is made of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contentlib.engagement import service as engagement
from contentlib.engagement.rules import PageAttention
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import service as shares
from contentlib.share.models import ShareCode
from contentlib.share.queries import door
from tests.factories import make_asset

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one asset of three pages."""

    share_id: int
    asset_id: int
    version_id: int


def link(
    library: Library, maker: Viewer, title: str = "Docks", *, batch: str | None = None
) -> Link:
    asset = make_asset(library, title, "one", "two", "three")
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        share = shares.create(session, viewer=maker, asset_public_ids=[asset], now=now)
        share.batch = batch
        session.flush()
        opened = door(session, share.public_id, today=now.date())
    assert opened is not None
    item = opened.items[0]
    return Link(share.id, item.asset_id, item.version_id)


def asks(
    library: Library,
    opened: Link,
    *,
    at_s: float = 0,
    agent: str = CHROME,
    visitor: str = "visitor",
    network: str = "198.51.100.0/24",
    **hit: Any,
) -> None:
    """A request for the first page, `at_s` seconds from now."""
    row = engagement.hit_row(
        share_id=opened.share_id,
        asset_id=opened.asset_id,
        version_id=opened.version_id,
        page=1,
        kind="page",
        method="GET",
        user_agent=agent,
        network=network,
        visitor_key=visitor,
        by_colleague=hit.pop("by_colleague", False),
        now=library.clock.now() + timedelta(seconds=at_s),
        **hit,
    )
    engagement.record_hits(library.hits, [row]).result(timeout=20)


def tells(
    library: Library,
    opened: Link,
    *,
    at_s: float = 0,
    ms: int = 20_000,
    visitor: str = "visitor",
    ordinal: int = 1,
    touched: bool = True,
    **beat: Any,
) -> None:
    """The first page tells that it was looked at for so long."""
    rows = engagement.beat_rows(
        [PageAttention(1, ms)],
        view_key=f"{opened.share_id} {visitor}",
        ordinal=ordinal,
        share_id=opened.share_id,
        asset_id=opened.asset_id,
        version_id=opened.version_id,
        visitor_key=visitor,
        by_colleague=beat.pop("by_colleague", False),
        trusted_input=touched,
        signals={"device": "phone"},
        now=library.clock.now() + timedelta(seconds=at_s),
        **beat,
    )
    engagement.record_beats(library.hits, rows).result(timeout=20)


def reads(
    library: Library,
    opened: Link,
    *,
    at_s: float = 0,
    visitor: str = "visitor",
    touched: bool = True,
    code_email: str | None = None,
    by_colleague: bool = False,
    is_private: bool = False,
    **hit: Any,
) -> None:
    """Somebody asks for the first page and looks at it for twenty seconds."""
    whose = {
        "visitor": visitor,
        "by_colleague": by_colleague,
        "is_private": is_private,
        "code_id": _code(library, opened, code_email) if code_email else None,
    }
    asks(library, opened, at_s=at_s, **whose, **hit)
    tells(library, opened, at_s=at_s + 20, touched=touched, **whose)


def _code(library: Library, opened: Link, email: str) -> int:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        code = ShareCode(
            share_id=opened.share_id,
            email=email,
            code_hash="h" * 64,
            created_at=now,
            expires_at=now + timedelta(minutes=10),
            used_at=now,
        )
        session.add(code)
        session.flush()
        return code.id

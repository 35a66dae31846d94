"""Who lets their browser tell what leaves: paired extensions, and what they saw.

Seven reps in ten have the extension. Theirs is confirmed where others' is only declared or
inferred; it also sees files and plain addresses leave, which nobody tracks.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, AssetVersion
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member import devices, tokens
from contentlib.member.models import ApiToken
from contentlib.member.rules import Viewer
from contentlib.sending import coverage
from contentlib.sending import service as sending
from contentlib.sending.reports import Doubtful, Item, Report, hold_for_review, tell
from contentlib.share.models import Share

_BROWSERS = ("Chrome 142 on Windows", "Edge 142 on Windows", "Chrome 142 on macOS", "Firefox 145")
_DAYS_OFF = 0.08
_KEPT_A_COPY = 0.4


@dataclass(frozen=True, slots=True)
class Watching:
    """The members whose browsers tell what leaves; `chance` is of its own."""

    library: Library
    chance: random.Random
    member_ids: frozenset[int]

    def sees(self, viewer: Viewer) -> bool:
        return viewer.member_id in self.member_ids


def pair_browsers(
    library: Library, viewers: list[Viewer], *, since: datetime, seed: int
) -> Watching:
    """Pairs a browser of seven reps in ten, some time before the history begins."""
    chance = random.Random(seed)  # noqa: S311
    with_extension = [viewer for viewer in viewers if chance.random() < 0.7]
    with library.database.unit_of_work() as session:
        for viewer in with_extension:
            code = devices.offer_code(session, viewer=viewer, now=since)
            devices.pair(
                session, code=code, browser=chance.choice(_BROWSERS), version="0.1.0", now=since
            )
    return Watching(library, chance, frozenset(v.member_id for v in with_extension))


def report_for_duty(watching: Watching, morning: datetime) -> None:
    """The sign of life of a working day; somebody is always ill."""
    zone = ZoneInfo(watching.library.settings.time_zone)
    with watching.library.database.unit_of_work() as session:
        for member_id in sorted(watching.member_ids):
            if watching.chance.random() >= _DAYS_OFF:
                for token_id in session.scalars(
                    select(ApiToken.id).where(ApiToken.member_id == member_id)
                ).all():
                    tokens.note_use(session, token_id=token_id, now=morning)
                coverage.note_day(
                    session,
                    member_id=member_id,
                    source="extension",
                    day=morning.astimezone(zone).date(),
                )


def see_link_leave(session: Session, share: Share, at: datetime) -> None:
    """The link went out by webmail, and the extension saw the mail server take it."""
    sending.record_share_sent(
        session, shares=[share], evidence="mail_confirmed", source_key=public_id(), now=at
    )


def send_untracked(
    watching: Watching, viewer: Viewer, asset_id: int, buyer: str, at: datetime
) -> None:
    """Now and then the file itself is attached, or its page's address pasted."""
    what = watching.chance.random()
    if not watching.sees(viewer) or what >= 0.16:
        return
    with watching.library.database.unit_of_work() as session:
        source_url = session.get_one(Asset, asset_id).source_url
        versions = session.scalars(
            select(AssetVersion.id)
            .where(AssetVersion.asset_id == asset_id, AssetVersion.added_at <= at)
            .order_by(AssetVersion.number)
        ).all()
        if not versions:
            return
        # what lies in a folder of one's own gets old there
        version_id = versions[0] if watching.chance.random() < _KEPT_A_COPY else versions[-1]
        by_address = what < 0.05 and source_url
        item = Item(
            asset_id,
            version_id,
            "link" if by_address else "attachment",
            "own address" if by_address else "same file",
        )
        message = _message(viewer, buyer, at, (item,))
        if what >= 0.13:
            hold_for_review(session, message, [_edited(version_id)], now=at)
        else:
            tell(session, message, now=at)


def _message(viewer: Viewer, buyer: str, at: datetime, items: tuple[Item, ...]) -> Report:
    return Report(
        member_id=viewer.member_id,
        source="extension",
        source_key=f"gmail:{public_id()}",
        evidence="mail_confirmed",
        surface="gmail",
        at=at + timedelta(seconds=20),
        items=items,
        recipients=(buyer,),
    )


def _edited(version_id: int) -> Doubtful:
    return Doubtful(
        file_name="proposal.pdf",
        file_sha256=public_id(40).encode().hex()[:64].ljust(64, "0"),
        candidates=(
            {"version_id": version_id, "verdict": "pages of", "score": 0.31, "pages": [1, 2]},
        ),
    )

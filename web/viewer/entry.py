"""Stepping over the threshold of a share: who comes in, and the note taken of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contentlib.engagement import service as engagement
from contentlib.ids import read_token
from contentlib.library import Library
from contentlib.share.queries import Door, SharedItem, door
from web.viewer import guesses
from web.viewer.recording import recorded
from web.viewer.visitor import Visitor, visitor


class Refused(Exception):
    """The link opens nothing: for whatever reason, the answer is the same page."""

    def __init__(self, status: int = 404) -> None:
        super().__init__()
        self.status = status


@dataclass(frozen=True, slots=True)
class Entry:
    """A visitor who was let in; `code_id` is the one-time code by which they proved an address."""

    library: Library
    door: Door
    visitor: Visitor
    now: datetime
    code_id: int | None = None

    def item(self, position: int) -> SharedItem:
        """The asset at a position of the share. Raises Refused."""
        for item in self.door.items:
            if item.position == position:
                return item
        raise Refused

    def record(
        self,
        kind: str,
        item: SharedItem | None = None,
        page: int | None = None,
        *,
        is_taken: bool = False,
        wait: bool = True,
    ) -> None:
        """Takes note of a request, and of a download where the file was taken."""
        _record(self, kind, item, page, is_taken=is_taken, wait=wait)


def enter(library: Library, session: Session, token: str) -> Entry:
    """Lets the visitor of a link in. Three statements, four where visits are limited.

    Raises Refused for a token we did not make and for a share that is over, alike.
    """
    now = library.clock.now()
    share_public_id = read_token(token, key=library.signing_key, purpose="share")
    if share_public_id is None:
        raise Refused(429 if guesses.is_one_too_many() else 404)
    found = door(session, share_public_id, today=now.date())
    if found is None:
        raise Refused
    entry = Entry(library, found, visitor(library, session, share_public_id, now=now), now)
    refusal = engagement.admit(
        session,
        found,
        now=now,
        visitor_key=entry.visitor.key,
        gap=timedelta(minutes=library.settings.visit_gap_minutes),
    )
    if refusal is not None:
        entry.record("refused", wait=False)
        raise Refused
    return entry


def _record(
    entry: Entry,
    kind: str,
    item: SharedItem | None,
    page: int | None,
    *,
    is_taken: bool,
    wait: bool,
) -> None:
    hit = engagement.hit_row(
        share_id=entry.door.share_id,
        asset_id=item.asset_id if item else None,
        version_id=item.version_id if item else None,
        page=page,
        kind=kind,
        now=entry.now,
        code_id=entry.code_id,
        **entry.visitor.hit(),
    )
    hits = entry.library.hits
    writes = [lambda: engagement.record_hits(hits, [hit])]
    if is_taken and item is not None:
        taken = engagement.download_row(
            share_id=entry.door.share_id,
            asset_id=item.asset_id,
            version_id=item.version_id,
            visitor_key=entry.visitor.key,
            by_colleague=entry.visitor.by_colleague,
            now=entry.now,
            code_id=entry.code_id,
            is_private=entry.visitor.is_private,
        )
        writes.append(lambda: engagement.record_download(hits, taken))
    recorded(*writes, wait=wait)

"""Assets whose text is nearly the same: they stand in each other's way."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.asset.visibility import PermittedCache
from contentlib.insight.findability.sent_queries import sends_of
from contentlib.insight.window import Window
from contentlib.member.rules import Viewer
from contentlib.ports import SearchIndex
from contentlib.search.similar import copies_among

# A copy with another title may stand behind assets with a card more like it.
_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An asset with nearly the same text: `shared` of all their wording, in [0, 1], is in both.

    `sends` and `own_sends` are of the window, by reps; None reads "fewer than 5 reps".
    """

    line: AssetLine
    shared: float
    is_newer: bool
    sends: int | None
    own_sends: int | None

    @property
    def is_sent_more(self) -> bool | None:
        """None where it may not be told, or both are sent as often."""
        if self.sends is None or self.own_sends is None or self.sends == self.own_sends:
            return None
        return self.sends > self.own_sends


def near_duplicates(
    session: Session,
    index: SearchIndex,
    cache: PermittedCache,
    viewer: Viewer,
    line: AssetLine,
    *,
    window: Window,
    today: date,
) -> tuple[NearDuplicate, ...]:
    """Those the member may see, most shared wording first. At most seven statements.

    Raises IndexUnavailable.
    """
    among = cache.permitted(session, viewer, today=today)
    neighbours = index.like(line.id, among=among, limit=_LOOKED_AT)
    copies = copies_among(session, {(line.id, n.asset_id): n.likeness for n in neighbours})
    if not copies:
        return ()
    shared = {asset_id: share for (_, asset_id), share in copies.items()}
    lines = lines_by_id(session, list(shared), today=today)
    sends = sends_of(session, viewer, [line.id, *shared], window=window)
    found = [
        NearDuplicate(
            line=lines[asset_id],
            shared=share,
            is_newer=_is_newer(lines[asset_id], line),
            sends=sends[asset_id],
            own_sends=sends[line.id],
        )
        for asset_id, share in shared.items()
        if asset_id in lines
    ]
    return tuple(sorted(found, key=lambda d: (-d.shared, d.line.id)))


def _is_newer(one: AssetLine, other: AssetLine) -> bool:
    """By the day of publication; a draft is newer than what is published."""
    if one.published_at is None or other.published_at is None:
        both_drafts = one.published_at == other.published_at
        return one.id > other.id if both_drafts else one.published_at is None
    return (one.published_at, one.id) > (other.published_at, other.id)

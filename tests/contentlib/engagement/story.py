"""A share that is read, in the words of a story: what came in, and what was made of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from contentlib.asset.models import Asset
from contentlib.engagement import folding
from contentlib.engagement import service as engagement
from contentlib.engagement.models import Beat, Download, Hit, Unfurl, View, Visit
from contentlib.engagement.rules import PageAttention
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share
from tests.cast import hire
from tests.factories import MONDAY, make_asset

GAP = timedelta(minutes=30)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True)
class Told:
    """A beat in the words of a story: seconds since Monday morning, seconds of attention."""

    at_s: int
    pages: tuple[tuple[int, int], ...]
    ordinal: int = 1
    loading: str = "w"
    visitor: str = "bea"
    by_colleague: bool = False
    loaded_s: int | None = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and whether the file was taken by it."""

    at_s: int
    kind: str = "page"
    page: int = 1
    visitor: str = "bea"
    method: str = "GET"
    agent: str = CHROME
    is_taken: bool = False
    more: tuple[tuple[str, Any], ...] = ()


class Story:
    """A share that is read."""

    def __init__(self, library: Library) -> None:
        self.library = library
        rosa = hire(library).rosa
        public_id = make_asset(library, "Dock scheduling", "one", "two", "three")
        with library.database.unit_of_work() as session:
            shares.create(session, viewer=rosa, asset_public_ids=[public_id], now=MONDAY)
        with library.database.reading() as session:
            asset = session.scalars(select(Asset)).one()
            self.share_id = session.scalars(select(Share.id)).one()
            self.asset_id, self.version_id = asset.id, asset.current_version_id

    def tell(self, *beats: Told) -> None:
        rows: list[dict[str, Any]] = []
        for told in beats:
            rows += engagement.beat_rows(
                [PageAttention(page, seconds * 1000) for page, seconds in told.pages],
                view_key=told.loading,
                ordinal=told.ordinal,
                share_id=self.share_id,
                asset_id=self.asset_id,
                version_id=self.version_id or 0,
                visitor_key=told.visitor,
                by_colleague=told.by_colleague,
                trusted_input=True,
                signals={"device": "phone"},
                now=MONDAY + timedelta(seconds=told.at_s),
                loaded_at=None
                if told.loaded_s is None
                else MONDAY + timedelta(seconds=told.loaded_s),
            )
        engagement.record_beats(self.library.hits, rows).result(timeout=20)

    def ask(self, *asked: Asked) -> None:
        """Requests on the link; each is written down as it would be."""
        for one in asked:
            at = MONDAY + timedelta(seconds=one.at_s)
            whose = {"share_id": self.share_id, "visitor_key": one.visitor, "by_colleague": False}
            row = engagement.hit_row(
                **whose,
                asset_id=self.asset_id,
                version_id=self.version_id,
                page=one.page,
                kind=one.kind,
                method=one.method,
                user_agent=one.agent,
                network="203.0.113.0/24",
                now=at,
                **dict(one.more),
            )
            engagement.record_hits(self.library.hits, [row]).result(timeout=20)
            if one.is_taken:
                taken = engagement.download_row(
                    **whose, asset_id=self.asset_id, version_id=self.version_id or 0, now=at
                )
                engagement.record_download(self.library.hits, taken).result(timeout=20)

    def happen(self, *signs: "Told | Asked") -> None:
        for sign in signs:
            if isinstance(sign, Told):
                self.tell(sign)
            else:
                self.ask(sign)

    def fold(self) -> int:
        with self.library.database.unit_of_work() as session:
            return folding.fold(session, gap=GAP, now=MONDAY)

    def visits(self) -> list[tuple[int, int, str, tuple[tuple[int, int], ...]]]:
        """Each visit as (begins, ends, class, ((page, seconds), ...)), in the order of time."""
        with self.library.database.reading() as session:
            found = []
            for visit in session.scalars(select(Visit).order_by(Visit.started_at, Visit.last_at)):
                views = session.scalars(
                    select(View).where(View.visit_id == visit.id).order_by(View.page)
                )
                found.append(
                    (
                        _seconds(visit.started_at),
                        _seconds(visit.last_at),
                        visit.visitor_class,
                        tuple((view.page, view.attention_ms // 1000) for view in views),
                    )
                )
            return sorted(found)

    def ids(self) -> list[int]:
        with self.library.database.reading() as session:
            return list(session.scalars(select(Visit.id).order_by(Visit.id)))

    def kept(self) -> list[str]:
        with self.library.database.reading() as session:
            return list(session.scalars(select(Hit.kind).order_by(Hit.id)))

    def unfurls(self) -> list[tuple[int, str]]:
        with self.library.database.reading() as session:
            found = session.scalars(select(Unfurl).order_by(Unfurl.at))
            return [(_seconds(unfurl.at), unfurl.service) for unfurl in found]

    def outcome(self) -> Any:
        """All that folding makes, without the numbers of rows."""
        with self.library.database.reading() as session:
            judged = [
                (
                    _seconds(visit.started_at),
                    visit.visitor_key,
                    visit.rule,
                    tuple(visit.reasons),
                    visit.is_private,
                    visit.device,
                )
                for visit in session.scalars(select(Visit))
            ]
            whose = {
                table.__tablename__: sorted(
                    (_seconds(row.at), row.visitor_key, owner)
                    for row, owner in session.execute(
                        select(table, Visit.started_at).outerjoin(Visit, table.visit_id == Visit.id)
                    )
                    if owner is not None
                )
                for table in (Hit, Beat, Download)
            }
        return self.visits(), sorted(judged, key=str), whose, self.unfurls()

    def forget(self) -> None:
        """Takes all visits and views away, as if nothing had been folded."""
        with self.library.database.unit_of_work() as session:
            for table in (Beat, Hit, Download):
                session.execute(update(table).values(visit_id=None))
            for derived in (View, Unfurl, Visit):
                session.execute(delete(derived))

    def erase(self) -> None:
        self.forget()
        with self.library.database.unit_of_work() as session:
            for table in (Beat, Hit, Download):
                session.execute(delete(table))


def _seconds(moment: Any) -> int:
    return int((moment - MONDAY).total_seconds())

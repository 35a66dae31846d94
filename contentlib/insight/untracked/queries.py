"""The report of untracked use: by asset and team, outdated versions first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.orm import Session, aliased

from contentlib.asset.models import AssetVersion
from contentlib.asset.queries import AssetLine, lines_by_id
from contentlib.insight import events
from contentlib.insight.window import Window
from contentlib.member.models import Member, Team
from contentlib.member.rules import SMALLEST_GROUP_FOR_MARKETERS, Viewer
from contentlib.sending.models import Send


@dataclass(frozen=True, slots=True)
class TeamUse:
    """How often a team sent the asset untracked. `team` None: of no team, or of small ones."""

    team: str | None
    files: int
    addresses: int
    outdated: int

    @property
    def sends(self) -> int:
        return self.files + self.addresses


@dataclass(frozen=True, slots=True)
class UntrackedRow:
    """An asset that left where nobody sees whether it was read.

    `outdated`: of these sends those of a version that was not the newest when it left.
    `tracked`: sends of it by link in the same window, to compare.
    """

    line: AssetLine
    files: int
    addresses: int
    outdated: int
    reps: int | None
    tracked: int
    newest_at: datetime
    teams: tuple[TeamUse, ...] = field(default=())

    @property
    def sends(self) -> int:
        return self.files + self.addresses


@dataclass(frozen=True, slots=True)
class UntrackedReport:
    """All that the page, the export and the API say about untracked use."""

    window: Window
    rows: tuple[UntrackedRow, ...]
    reps_in_scope: int
    reps_reporting: int

    @property
    def send_coverage(self) -> float | None:
        """Reps whose extension or mailbox reported / reps in scope; None without reps."""
        return self.reps_reporting / self.reps_in_scope if self.reps_in_scope else None

    def total(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Left:
    asset_id: int
    member_id: int
    team: str | None
    channel: str
    is_outdated: bool
    at: datetime


def untracked(session: Session, viewer: Viewer, *, window: Window, today: date) -> UntrackedReport:
    """Per asset: sends by reps in which no link of ours was, as files and as plain addresses;
    of those the sends of a version that was not the newest when it left; sends by link beside.

    Only what was seen leaving counts, by the extension, in a mailbox or in the CRM. A manager
    sees their teams; a marketer sees no team, and no number of reps, where fewer than five are
    behind it. Most outdated sends first.

    Eight statements, whatever the number of assets.
    """
    left = _left(session, viewer, window)
    tracked = _tracked(session, viewer, window)
    by_asset: dict[int, list[_Left]] = {}
    for each in left:
        by_asset.setdefault(each.asset_id, []).append(each)
    lines = lines_by_id(session, sorted(by_asset), today=today)
    smallest = 1 if viewer.can("see names in reports") else SMALLEST_GROUP_FOR_MARKETERS
    rows = [
        _row(lines[asset_id], found, tracked.get(asset_id, 0), smallest)
        for asset_id, found in by_asset.items()
        if asset_id in lines
    ]
    rows.sort(key=lambda row: (-row.outdated, -row.sends, row.line.title.casefold()))
    scope = events.reps_in_scope(session, window)
    return UntrackedReport(
        window=window,
        rows=tuple(rows),
        reps_in_scope=len(scope),
        reps_reporting=events.reps_reporting(session, window, scope),
    )


def _left(session: Session, viewer: Viewer, window: Window) -> list[_Left]:
    sent, newer = aliased(AssetVersion), aliased(AssetVersion)
    is_outdated = exists().where(
        newer.asset_id == Send.asset_id, newer.number > sent.number, newer.added_at <= Send.at
    )
    rows = session.execute(
        select(Send.asset_id, Send.member_id, Team.name, Send.channel, is_outdated, Send.at)
        .join(sent, Send.version_id == sent.id)
        .join(Member, Send.member_id == Member.id)
        .outerjoin(Team, Member.team_id == Team.id)
        .where(
            Send.role == "rep",
            Send.share_id.is_(None),
            Send.evidence != "declared",
            events.within(Send.at, window),
            _of(viewer),
        )
    )
    return [_Left(*row) for row in rows]


def _tracked(session: Session, viewer: Viewer, window: Window) -> Mapping[int, int]:
    rows = session.execute(
        select(Send.asset_id, func.count())
        .join(Member, Send.member_id == Member.id)
        .where(
            Send.role == "rep",
            Send.share_id.is_not(None),
            Send.evidence != "declared",
            events.within(Send.at, window),
            _of(viewer),
        )
        .group_by(Send.asset_id)
    )
    return dict(rows.all())


def _of(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role == "manager":
        return Member.team_id.in_(viewer.seen_team_ids)
    return true()


def _row(line: AssetLine, left: list[_Left], tracked: int, smallest: int) -> UntrackedRow:
    reps = len({each.member_id for each in left})
    return UntrackedRow(
        line=line,
        files=sum(each.channel != "link" for each in left),
        addresses=sum(each.channel == "link" for each in left),
        outdated=sum(each.is_outdated for each in left),
        reps=reps if reps >= smallest else None,
        tracked=tracked,
        newest_at=max(each.at for each in left),
        teams=_teams(left, smallest),
    )


def _teams(left: list[_Left], smallest: int) -> tuple[TeamUse, ...]:
    """Each team with enough reps behind it; the rest together, if they are enough."""
    by_team: dict[str | None, list[_Left]] = {}
    for each in left:
        by_team.setdefault(each.team, []).append(each)
    small = [team for team, found in by_team.items() if _reps(found) < smallest]
    rest = [each for team in small for each in by_team.pop(team)]
    if rest and _reps(rest) >= smallest:
        by_team[None] = [*by_team.get(None, []), *rest]
    uses = [
        TeamUse(
            team,
            files=sum(each.channel != "link" for each in found),
            addresses=sum(each.channel == "link" for each in found),
            outdated=sum(each.is_outdated for each in found),
        )
        for team, found in by_team.items()
    ]
    return tuple(sorted(uses, key=lambda use: (-use.outdated, -use.sends, use.team or "~")))


def _reps(left: list[_Left]) -> int:
    return len({each.member_id for each in left})

"""Presets of rules: a member's own, and everybody's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from contentlib.audit import service as audit
from contentlib.errors import Conflict, NotFound, NotPermitted
from contentlib.ids import public_id
from contentlib.member.rules import Viewer
from contentlib.share.models import SharePreset
from contentlib.share.preset_rules import PresetRules, checked_preset


@dataclass(frozen=True, slots=True)
class PresetLine:
    """A preset that a member may use; `may_remove` says whether it is theirs to take away."""

    public_id: str
    name: str
    rules: PresetRules
    is_everybodys: bool
    may_remove: bool


def usable(session: Session, viewer: Viewer) -> list[PresetLine]:
    """Everybody's first, then their own, by name. One statement."""
    rows = session.scalars(
        select(SharePreset)
        .where(_usable_by(viewer))
        .order_by(SharePreset.member_id.is_not(None), SharePreset.name)
    )
    return [
        PresetLine(
            public_id=row.public_id,
            name=row.name,
            rules=PresetRules.from_json(row.rules),
            is_everybodys=row.member_id is None,
            may_remove=row.member_id is not None or viewer.can("manage vocabulary"),
        )
        for row in rows
    ]


def save(
    session: Session,
    *,
    viewer: Viewer,
    name: str,
    rules: PresetRules,
    for_everybody: bool,
    now: datetime,
) -> SharePreset:
    """Keeps the rules under a name. Raises InvalidInput, NotPermitted, and Conflict where the
    name is taken."""
    words, settled = checked_preset(name, rules)
    if for_everybody and not viewer.can("manage vocabulary"):
        raise NotPermitted("Only marketers and admins make presets for everybody.")
    member_id = None if for_everybody else viewer.member_id
    # null is never equal to null, so the table's constraint does not keep everybody's apart
    there = select(SharePreset.id).where(
        SharePreset.name == words,
        SharePreset.member_id.is_(None) if for_everybody else SharePreset.member_id == member_id,
    )
    if session.scalar(there) is not None:
        raise Conflict(f"There is a preset “{words}” already; choose another name.")
    added = SharePreset(
        public_id=public_id(),
        member_id=member_id,
        name=words,
        rules=settled.to_json(),
        created_at=now,
    )
    session.add(added)
    session.flush()  # callers refer to it by its public id
    if for_everybody:
        audit.note(session, actor=viewer.email, act="preset added", subject=words, now=now)
    return added


def remove(session: Session, *, viewer: Viewer, preset_public_id: str, now: datetime) -> None:
    """Links that were made with it stay as they are. Raises NotFound, NotPermitted."""
    row = session.scalar(
        select(SharePreset).where(SharePreset.public_id == preset_public_id, _usable_by(viewer))
    )
    if row is None:
        raise NotFound("There is no such preset.")
    if row.member_id is None:
        if not viewer.can("manage vocabulary"):
            raise NotPermitted("Only marketers and admins take away presets of everybody.")
        audit.note(session, actor=viewer.email, act="preset removed", subject=row.name, now=now)
    session.delete(row)


def _usable_by(viewer: Viewer) -> ColumnElement[bool]:
    return SharePreset.member_id.is_(None) | (SharePreset.member_id == viewer.member_id)

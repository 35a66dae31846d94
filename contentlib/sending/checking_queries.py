"""Whether the sends are what their events say: the one roll-up of this slice, looked over."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.sending.merging import sends_of
from contentlib.sending.models import Send, SendReport
from contentlib.sending.rolling_up import ROLLED_UP, corrections_of, reports_of, values_of

_MESSAGES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Differing:
    """A message whose sends are not what its reports and corrections say."""

    member_id: int
    message_key: str


def differing_messages(session: Session) -> Iterator[Differing]:
    """Every message is computed again from its events. Four statements for five hundred of them."""
    for member_id in session.scalars(select(SendReport.member_id).distinct()).all():
        for keys in _keys(session, member_id):
            stored: dict[str, dict[int, dict[str, object]]] = {key: {} for key in keys}
            for send in session.scalars(
                select(Send).where(Send.member_id == member_id, Send.message_key.in_(keys))
            ):
                stored[send.message_key][send.asset_id] = {
                    name: getattr(send, name) for name in ROLLED_UP
                }
            reports = reports_of(session, member_id, keys)
            said = corrections_of(session, member_id, keys)
            for key in keys:
                told = [report for report in reports if report.message_key == key]
                made = sends_of(told, said.get(key, ()))
                wanted = {asset_id: values_of(send) for asset_id, send in made.items()}
                if wanted != stored[key]:
                    yield Differing(member_id, key)


def sends_without_reports(session: Session) -> int:
    """Sends of which no event tells. One statement."""
    told = (
        select(SendReport.id)
        .where(SendReport.member_id == Send.member_id, SendReport.message_key == Send.message_key)
        .exists()
    )
    return len(session.scalars(select(Send.id).where(~told)).all())


def _keys(session: Session, member_id: int) -> Iterator[list[str]]:
    last = ""
    while True:
        keys = session.scalars(
            select(SendReport.message_key)
            .where(SendReport.member_id == member_id, SendReport.message_key > last)
            .distinct()
            .order_by(SendReport.message_key)
            .limit(_MESSAGES_AT_ONCE)
        ).all()
        if not keys:
            return
        yield list(keys)
        last = keys[-1]

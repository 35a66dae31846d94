"""Assets about to be shared: whether they may leave the house, and what to mind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset import rules
from contentlib.asset.models import Asset
from contentlib.asset.queries import AssetLine, lines_by_id, standing
from contentlib.asset.visibility import visible_to
from contentlib.errors import NotFound
from contentlib.member.rules import Viewer


@dataclass(frozen=True, slots=True)
class Candidate:
    """An asset as the share dialog shows it. `refusal` is the sentence why it must stay."""

    line: AssetLine
    refusal: str | None
    cautions: tuple[str, ...]
    customer: str | None


def candidates(
    session: Session, viewer: Viewer, public_ids: Sequence[str], *, today: date
) -> list[Candidate]:
    """In the order asked for. Raises NotFound when one is not there for this member.

    Three statements.
    """
    wanted = list(dict.fromkeys(public_ids))
    found = {
        asset.public_id: asset
        for asset in session.scalars(
            select(Asset).where(Asset.public_id.in_(wanted), visible_to(viewer, today=today))
        )
    }
    if len(found) < len(wanted):
        raise NotFound("There is no such asset, or it is not published.")
    lines = lines_by_id(session, [asset.id for asset in found.values()], today=today)
    return [
        Candidate(
            line=lines[asset.id],
            refusal=rules.refusal_to_send(standing(asset), today=today),
            cautions=tuple(_cautions(asset, today)),
            customer=asset.customer,
        )
        for asset in (found[public_id] for public_id in wanted)
    ]


def _cautions(asset: Asset, today: date) -> list[str]:
    said = []
    if asset.review_by is not None and asset.review_by < today:
        said.append(f"Its review was due on {_day(asset.review_by)}; it may be outdated.")
    if asset.expires_on is not None:
        said.append(f"It expires on {_day(asset.expires_on)}; the link shows it until then.")
    if asset.reference_rights == "on_request":
        said.append("Ask the customer before you send it: reference rights are on request.")
    if asset.reference_rights == "anonymous":
        said.append("Do not name the customer in your message: the story is anonymous.")
    if asset.rights_regions:
        said.append(f"The customer may be referred to only in {', '.join(asset.rights_regions)}.")
    if asset.rights_until is not None:
        said.append(f"The right to refer to the customer ends on {_day(asset.rights_until)}.")
    return said


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"

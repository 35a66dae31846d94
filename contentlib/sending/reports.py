"""Taking in what a source says of a message: the one door by which sends come to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

Source = Literal["extension", "mailbox", "app", "crm", "declared"]
Evidence = Literal["mail_confirmed", "mailbox", "app_mail", "crm", "declared"]
Channel = Literal["link", "attachment", "other"]


@dataclass(frozen=True, slots=True)
class Item:
    """An asset in a message. `method`: how it was recognised (see `SendReportItem`)."""

    asset_id: int
    version_id: int
    channel: Channel
    method: str
    share_id: int | None = None
    score: float = 1.0
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says of one message. `source_key` names the message within the source.

    `recipients` are addresses outside; of them domains and known contacts are kept. `surface`
    is where it was seen: gmail, outlook, linkedin, mailbox, bcc, app ... `at` is when the
    message left.
    """

    member_id: int
    source: Source
    source_key: str
    evidence: Evidence
    surface: str
    at: datetime
    items: tuple[Item, ...]
    recipients: tuple[str, ...] = ()
    opportunity_id: int | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An attachment to be looked at by its sender; `candidates` as `AttachmentReview` has them."""

    file_name: str
    file_sha256: str
    candidates: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a report. `is_known`: the source had told of the message before."""

    message_key: str
    is_known: bool
    sends: int


def tell(session: Session, report: Report, *, now: datetime) -> Told:
    """Keeps the report, joins it with what others said of the message, makes its sends anew."""
    raise NotImplementedError


def hold_for_review(
    session: Session, report: Report, doubtful: Sequence[Doubtful], *, now: datetime
) -> int:
    """Keeps attachments for their sender to look at; returns how many were new."""
    raise NotImplementedError

"""A mail as reading gives it, and what became of it: for tests of taking mail in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.ports import ReadMail
from contentlib.reacting.mail import Taken, take_mail
from contentlib.sending.models import Send
from contentlib.share import service as shares
from contentlib.share.rules import ShareRules
from tests.factories import MONDAY

BUYER = "ann@buyer.example"


def share_of(library: Library, maker: Viewer, *public_ids: str, **rules: Any) -> str:
    with library.database.unit_of_work() as session:
        made = shares.create(
            session,
            viewer=maker,
            asset_public_ids=public_ids,
            wanted_rules=ShareRules(**rules),
            now=library.clock.now(),
        )
        public_id = made.public_id
    return library.share_address(public_id)


def a_mail(*links: str, sender: str = "rosa@contentlib.example", **values: Any) -> ReadMail:
    mail = ReadMail(
        message_id="1@mail.example",
        sent_at=MONDAY - timedelta(hours=1),
        sender=sender,
        recipients=(BUYER,),
        addresses=links,
    )
    return replace(mail, **values)


def take(library: Library, mail: ReadMail, member: Viewer | None = None) -> Taken:
    return take_mail(library, mail, member=member, told_by="import")


def sends_in(library: Library) -> list[Send]:
    with library.database.reading() as session:
        return list(session.scalars(select(Send).order_by(Send.id)))


def rows_of(library: Library, table: Any) -> int:
    with library.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0

"""What becomes of one message: whose it is, to whom it went, and what of ours was in it."""

import logging
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contentlib.asset import service as assets
from contentlib.asset.models import Asset
from contentlib.library import Library
from contentlib.member.models import Member, ReportingDay
from contentlib.ports import MailAttachment
from contentlib.reacting.mail import Intake, Taken, take_mail
from contentlib.reacting.mailboxes import address_for_copies, whose_copies
from contentlib.sending.models import AttachmentReview, SendReport
from tests.cast import Cast, hire
from tests.contentlib.reacting.mailing import BUYER, a_mail, rows_of, sends_in, share_of, take
from tests.factories import MONDAY, content, make_asset, make_library, statements

PAGE = "https://www.acme.example/study/"


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


def test_a_share_link_to_a_buyer_is_a_send_of_each_asset_behind_it(
    library: Library, cast: Cast
) -> None:
    link = share_of(library, cast.rosa, make_asset(library, "One"), make_asset(library, "Two"))
    assert take(library, a_mail(link)) == Taken("sent", sends=2)
    found = sends_in(library)
    assert {(s.evidence, s.method, s.channel) for s in found} == {("mailbox", "share link", "link")}
    assert {(s.member_id, s.at) for s in found} == {
        (cast.rosa.member_id, MONDAY - timedelta(hours=1))
    }
    assert [s.recipient_domains for s in found] == [["buyer.example"]] * 2
    assert all(s.share_id is not None for s in found)


def test_a_colleague_s_link_is_sent_by_whoever_mails_it(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.ravi, make_asset(library))
    assert take(library, a_mail(link)).status == "sent"
    assert [send.member_id for send in sends_in(library)] == [cast.rosa.member_id]


@pytest.mark.parametrize(
    "change",
    [
        lambda link: f"{link}/",
        lambda link: f"{link}?utm_source=x#top",
        lambda link: f"{link}/2/file",
        lambda link: link.replace("http://127.0.0.1:8000", "HTTP://127.0.0.1:8000"),
    ],
)
def test_a_link_is_ours_with_whatever_stands_behind_it(
    library: Library, cast: Cast, change: Any
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(change(link))).status == "sent"


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link[:-1] + ("x" if link[-1] != "x" else "y"),
        lambda link: link.replace("127.0.0.1", "127.0.0.2"),
        lambda link: link.replace(":8000", ":8001"),
        lambda link: link.replace("/s/", "/t/"),
        lambda link: f"https://evil.example/?u={link}",
        lambda link: "https://[broken/s/x",
    ],
)
def test_what_only_looks_like_our_link_is_nothing_of_ours(
    library: Library, cast: Cast, change: Any
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(change(link))).status == "nothing of ours"


def test_the_address_of_a_library_page_is_a_send_without_a_link_of_ours(
    library: Library, cast: Cast
) -> None:
    make_asset(library, "The study", source_url=PAGE)
    mail = a_mail("http://acme.example/study?utm_campaign=spring", "https://other.example/")
    assert take(library, mail) == Taken("sent", sends=1)
    (send,) = sends_in(library)
    assert (send.method, send.share_id, send.channel) == ("own address", None, "link")


def test_of_two_assets_with_one_address_the_published_one_was_sent(
    library: Library, cast: Cast
) -> None:
    published = make_asset(library, "Out", source_url=PAGE)
    make_asset(library, "Not yet out", source_url=PAGE, publish=False)
    assert take(library, a_mail(PAGE)) == Taken("sent", sends=1)
    with library.database.reading() as session:
        asset = session.scalar(select(Asset).where(Asset.public_id == published))
    assert asset is not None
    assert [send.asset_id for send in sends_in(library)] == [asset.id]


def test_an_old_mail_sent_the_version_that_was_current_then(library: Library, cast: Cast) -> None:
    public_id = make_asset(library, "Grows", now=MONDAY - timedelta(days=30))
    link = share_of(library, cast.rosa, public_id)
    with library.database.unit_of_work() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == public_id)).one()
        first = asset.current_version_id
        assets.add_version(
            session,
            asset=asset,
            content=content(library, "Rewritten.", file_name="new.txt"),
            member_id=None,
            now=MONDAY,
        )
        session.flush()
        second = asset.current_version_id
    take(library, a_mail(link, sent_at=MONDAY - timedelta(days=3)))
    take(library, a_mail(link, message_id="2@x", sent_at=MONDAY + timedelta(hours=1)))
    assert [send.version_id for send in sends_in(library)] == [first, second]


def test_mail_to_colleagues_alone_is_no_send(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    inside = (cast.mira.email, "legal@contentlib.example", "rosa+fairs@contentlib.example")
    taken = take(library, a_mail(link, recipients=inside))
    assert taken.status == "not a send"
    assert rows_of(library, SendReport) == 0
    assert take(library, a_mail(link, recipients=(*inside, BUYER))).status == "sent"


def test_a_mail_that_names_no_recipient_is_no_send(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(link, recipients=())).status == "not a send"


@pytest.mark.parametrize("kind", ["bounce", "receipt", "complaint", "auto reply", "calendar"])
def test_what_nobody_wrote_is_no_send(library: Library, cast: Cast, kind: Any) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(link, kind=kind)).status == "not a send"


def test_without_a_mailbox_s_owner_the_sender_must_be_an_active_member(
    library: Library, cast: Cast
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    for sender in (BUYER, "former@contentlib.example", None):
        assert take(library, a_mail(link, sender=sender)).status == "not a member's"
    with library.database.unit_of_work() as session:
        session.get_one(Member, cast.ravi.member_id).active = False
    assert take(library, a_mail(link, sender=cast.ravi.email)).status == "not a member's"
    assert take(library, a_mail(link, sender="rosa+x@contentlib.example")).status == "sent"


def test_in_a_member_s_mailbox_only_their_own_mail_counts(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    for sender in (BUYER, cast.ravi.email, "rosa@old.example"):
        assert take(library, a_mail(link, sender=sender), cast.rosa).status == "not a member's"
    alias = Intake(library, member=cast.rosa, told_by="import", aliases=["Rosa@Old.example"]).take(
        a_mail(link, sender="rosa@old.example", recipients=(BUYER, "rosa@old.example"))
    )
    assert alias.status == "sent"
    assert [send.member_id for send in sends_in(library)] == [cast.rosa.member_id]


def test_in_a_sent_folder_mail_is_the_owner_s_unless_a_colleague_s_name_is_on_it(
    library: Library, cast: Cast
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    shared = a_mail(link, sender="sales@acme.example")
    assert take_mail(library, shared, member=cast.rosa, told_by="imap").status == "sent"
    of_ravi = a_mail(link, sender=cast.ravi.email, message_id="2@x")
    assert take_mail(library, of_ravi, member=cast.rosa, told_by="imap").status == "not a member's"


def test_by_blind_copy_the_secret_says_whose_it_is_and_the_sender_can_only_deny_it(
    library: Library, cast: Cast
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))

    def status(sender: str | None) -> str:
        mail = a_mail(link, sender=sender, message_id=f"{sender}")
        return take_mail(library, mail, member=cast.rosa, told_by="bcc").status

    assert status(cast.rosa.email) == "sent"
    assert status("rosa.rep@contentlib.example") == "sent"
    assert status(BUYER) == "not a member's"
    assert status(cast.ravi.email) == "not a member's"
    assert status(None) == "not a member's"


def test_the_address_for_copies_is_the_member_s_own_and_cannot_be_made_up(tmp_path: Any) -> None:
    library = _library_with_copies(tmp_path)
    address = address_for_copies(library, "b7k2m9qhx4tz5w")
    assert address is not None
    assert address == address.lower()
    assert len(address.split("@")[0]) <= 64
    assert whose_copies(library, address.upper()) == "b7k2m9qhx4tz5w"
    token = address.split("@")[0].removeprefix("bcc+")
    for wrong in (
        address.replace("b7k2", "b7k3"),
        address[:-1],
        f"bcc+{token[:-1]}{'a' if token[-1] != 'a' else 'b'}@in.acme.example",
        f"bcc+{token}@other.example",
        f"other+{token}@in.acme.example",
        "bcc@in.acme.example",
        "bcc+@in.acme.example",
        "",
        "bcc+\udc80@in.acme.example",
    ):
        assert whose_copies(library, wrong) is None, wrong
    library.close()


def _library_with_copies(folder: Any) -> Library:
    from tests.databases import sqlite_urls

    with sqlite_urls() as make:
        make(folder)
    return make_library(folder, bcc_address="bcc@in.acme.example")


def test_the_same_message_told_again_is_known(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(link)).status == "sent"
    assert take(library, a_mail(link)).status == "known"
    again = take_mail(library, a_mail(link), member=cast.rosa, told_by="bcc")
    assert again.status == "known"
    assert len(sends_in(library)) == 1


def test_a_message_without_our_material_leaves_no_row_and_no_word(
    library: Library, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = rows_of(library, SendReport), rows_of(library, AttachmentReview)
    file = MailAttachment("Geheimer Vertrag.txt", "text/plain", b"our secret contract " * 40)
    mail = a_mail("https://secret.example/contract", attachments=(file,))
    with statements(library) as seen:
        assert take(library, mail).status == "nothing of ours"
    written = [s for s in seen if s.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [s.split()[2] for s in written] == ["reporting_days"]
    assert (rows_of(library, SendReport), rows_of(library, AttachmentReview)) == before
    for word in ("secret", "Vertrag", BUYER, "1@mail.example"):
        assert word not in caplog.text


def test_a_message_with_nothing_to_look_at_asks_the_database_nothing(
    library: Library, cast: Cast
) -> None:
    intake = Intake(library, member=cast.rosa, told_by="imap")
    intake.take(a_mail())
    with statements(library) as seen:
        assert intake.take(a_mail(message_id="2@x")).status == "nothing of ours"
    assert seen == []


def test_the_statements_do_not_grow_with_the_links(library: Library, cast: Cast) -> None:
    intake = Intake(library, member=cast.rosa, told_by="imap")
    intake.take(a_mail())
    many = [f"https://news.example/{number}" for number in range(500)]
    with statements(library) as seen:
        intake.take(a_mail(*many))
    assert len(seen) == 1, seen


@pytest.mark.parametrize("at", [None, MONDAY + timedelta(days=400)])
def test_a_message_that_cannot_be_dated_is_refused_where_it_holds_something_of_ours(
    library: Library, cast: Cast, at: datetime | None
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    assert take(library, a_mail(link, sent_at=at)).status == "refused"
    assert take(library, a_mail("https://x.example/", sent_at=at)).status == "nothing of ours"
    assert rows_of(library, SendReport) == 0


def test_an_import_notes_the_days_of_the_owner_s_messages_once_each(
    library: Library, cast: Cast
) -> None:
    intake = Intake(library, member=None, told_by="import")
    for hours in (1, 2, 30):
        intake.take(a_mail(sent_at=MONDAY - timedelta(hours=hours)))
    intake.take(a_mail(sender=BUYER, sent_at=MONDAY - timedelta(days=9)))
    with library.database.reading() as session:
        rows = session.execute(
            select(ReportingDay.member_id, ReportingDay.source, ReportingDay.day)
        )
        noted = sorted(tuple(row) for row in rows)
    assert noted == [
        (cast.rosa.member_id, "mailbox", date(2026, 3, 1)),
        (cast.rosa.member_id, "mailbox", date(2026, 3, 2)),
    ]


def test_blind_copies_tell_of_no_day(library: Library, cast: Cast) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    take_mail(library, a_mail(link), member=cast.rosa, told_by="bcc")
    assert rows_of(library, ReportingDay) == 0

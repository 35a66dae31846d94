"""Files that come with a mail: which are ours, which somebody must look at, which are nothing."""

from typing import Any

import pytest
from sqlalchemy import select

from contentlib.library import Library
from contentlib.ports import MailAttachment
from contentlib.reacting.mail import Intake, Taken
from contentlib.recognition.rules import Candidate, Recognition
from contentlib.sending.models import AttachmentReview, SendReport
from tests.cast import Cast, hire
from tests.contentlib.reacting.mailing import a_mail, rows_of, sends_in, share_of, take
from tests.factories import make_asset
from tests.mail_stock import make_known


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


WORDS = " ".join(f"word{n} stands here and nowhere else" for n in range(60))


@pytest.mark.parametrize(
    ("body", "method"),
    [
        (WORDS.encode(), "same file"),
        (WORDS.upper().replace(" ", "\n").encode(), "same text"),
    ],
)
def test_an_attached_file_of_ours_is_a_send(
    library: Library, cast: Cast, body: bytes, method: str
) -> None:
    make_asset(library, "The study", WORDS)
    make_known(library)
    file = MailAttachment("renamed.txt", "text/plain", body)
    assert take(library, a_mail(attachments=(file,))) == Taken("sent", sends=1)
    (send,) = sends_in(library)
    assert (send.channel, send.method, send.share_id) == ("attachment", method, None)


def _recognised(certain: bool) -> Any:
    candidate = Candidate(1, 1, 1, "edited copy", 0.3, (1,))
    return lambda _file, _hash: Recognition("edited copy", certain, (candidate,))


def test_a_file_we_are_not_sure_of_waits_for_its_sender(library: Library, cast: Cast) -> None:
    make_asset(library, "The study", WORDS)
    file = MailAttachment("copy.txt", "text/plain", b"something like it")
    intake = Intake(library, member=cast.rosa, told_by="import", recognise=_recognised(False))
    assert intake.take(a_mail(attachments=(file,))) == Taken("to review", reviews=1)
    assert sends_in(library) == []
    with library.database.reading() as session:
        (held,) = session.scalars(select(AttachmentReview)).all()
    assert (held.file_name, held.member_id) == ("copy.txt", cast.rosa.member_id)
    assert held.candidates[0]["verdict"] == "edited copy"
    assert intake.take(a_mail(attachments=(file,))).status == "known"


def test_a_link_and_a_doubtful_file_are_told_in_one_unit_of_work(
    library: Library, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = share_of(library, cast.rosa, make_asset(library))
    file = MailAttachment("copy.txt", "text/plain", b"something like it")
    mail = a_mail(link, attachments=(file,))
    intake = Intake(library, member=cast.rosa, told_by="imap", recognise=_recognised(False))
    with monkeypatch.context() as patched:

        def fails(*_: object, **__: object) -> None:
            raise OSError("the machine stops here")

        patched.setattr("contentlib.sending.reports.hold_for_review", fails)
        with pytest.raises(OSError, match="stops here"):
            intake.take(mail)
    assert rows_of(library, SendReport) == 0
    assert intake.take(mail) == Taken("sent", sends=1, reviews=1)


@pytest.mark.parametrize(
    "file",
    [
        MailAttachment("logo.png", "image/png", b"x" * 90_000, is_inline=True),
        MailAttachment("logo.png", "image/png", b"x" * 900),
        MailAttachment("smime.p7s", "application/pkcs7-signature", b"x"),
        MailAttachment("invite.ics", "text/calendar", b"BEGIN:VCALENDAR"),
        MailAttachment("card.vcf", "text/vcard", b"BEGIN:VCARD"),
        MailAttachment("empty.pdf", "application/pdf", b""),
    ],
)
def test_logos_signatures_and_the_like_are_not_looked_at(
    library: Library, cast: Cast, file: MailAttachment
) -> None:
    intake = Intake(library, member=cast.rosa, told_by="imap", recognise=_recognised(True))
    assert intake.take(a_mail(attachments=(file,))).status == "nothing of ours"


def test_a_file_that_is_shown_inline_and_is_no_picture_is_looked_at(
    library: Library, cast: Cast
) -> None:
    make_asset(library, "The study", WORDS)
    file = MailAttachment("study.pdf", "application/pdf", b"%PDF", is_inline=True)
    intake = Intake(library, member=cast.rosa, told_by="imap", recognise=_recognised(True))
    assert intake.take(a_mail(attachments=(file,))).status == "sent"

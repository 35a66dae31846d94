"""Mailboxes that tell by themselves: Sent folders that are polled, blind copies that come in."""

import logging
import smtplib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contentlib.library import Library
from contentlib.member.models import Member, ReportingDay
from contentlib.reacting.mailboxes import (
    ACCOUNTS_FILE,
    address_for_copies,
    listen_for_blind_copies,
    poll_mailboxes,
    take_blind_copies,
)
from contentlib.sending.models import Send, SendReport
from tests.cast import Cast, hire
from tests.contentlib.mailbox.imap_server import Folder, Mailbox, imap_server, put
from tests.contentlib.mailbox.letters import letter
from tests.factories import MONDAY, make_asset, make_library
from tests.mail_stock import share
from tests.servers import free_port


@pytest.fixture
def library(tmp_path: Path, new_sqlite: Callable[[Path], str]) -> Iterator[Library]:
    new_sqlite(tmp_path)
    opened = make_library(tmp_path, bcc_address="bcc@in.acme.example", bcc_port=free_port())
    yield opened
    opened.close()


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def link(library: Library, cast: Cast) -> str:
    make_asset(library)
    return share(library, cast.rosa, 1)


def _letter(link: str, **values: Any) -> EmailMessage:
    return letter(
        f"As promised: {link}",
        sender="rosa@contentlib.example",
        Date="Mon, 02 Mar 2026 08:00:00 +0000",
        **values,
    )


def _sends(library: Library) -> list[tuple[int, str]]:
    with library.database.reading() as session:
        rows = session.execute(
            select(Send.member_id, SendReport.surface).join(
                SendReport, SendReport.message_key == Send.message_key
            )
        )
        return [(member_id, surface) for member_id, surface in rows]


def _list_account(library: Library, port: int, **values: str) -> None:
    told = {"address": "rosa@contentlib.example", "user": "rosa", "password": "secret"} | values
    lines = "\n".join(f'{name} = "{value}"' for name, value in told.items())
    path = library.settings.data_dir / ACCOUNTS_FILE
    path.write_text(f'[[account]]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{lines}\n')
    path.chmod(0o600)


def test_what_stands_in_a_sent_folder_becomes_sends(
    library: Library, cast: Cast, link: str
) -> None:
    sent = Folder("Sent", marks="\\Sent")
    put(sent, _letter(link).as_bytes(), on=MONDAY.date())
    put(sent, _letter("https://other.example/", Message_ID="<2@x>").as_bytes(), on=MONDAY.date())
    mailbox = Mailbox(password="secret", folders=[sent])
    with imap_server(mailbox) as port:
        _list_account(library, port)
        poll_mailboxes(library)
        assert _sends(library) == [(cast.rosa.member_id, "mailbox")]
        poll_mailboxes(library)
        assert mailbox.said.count("LOGIN") == 1, "polled again before it was due"
        library.clock.move(  # type: ignore[attr-defined]  # a FixedClock
            MONDAY.replace(hour=10) - MONDAY
        )
        put(sent, _letter(link, Message_ID="<3@x>").as_bytes(), on=MONDAY.date())
        poll_mailboxes(library)
    assert len(_sends(library)) == 2
    with library.database.reading() as session:
        days = session.scalars(select(ReportingDay)).all()
    assert [(d.member_id, d.source, d.day) for d in days] == [
        (cast.rosa.member_id, "mailbox", MONDAY.date())
    ]


def test_without_a_file_of_accounts_nothing_is_polled(library: Library) -> None:
    poll_mailboxes(library)
    assert not (library.settings.data_dir / "mail").exists()


@pytest.mark.parametrize("values", [{"password": "wrong"}, {"address": "nobody@x.example"}])
def test_an_account_that_cannot_be_read_is_told_without_its_secret_and_notes_no_day(
    library: Library,
    cast: Cast,
    caplog: pytest.LogCaptureFixture,
    values: dict[str, str],
) -> None:
    with imap_server(Mailbox(password="secret", folders=[Folder("Sent")])) as port:
        _list_account(library, port, **values)
        poll_mailboxes(library)
    (record,) = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "secret" not in record.getMessage()
    with library.database.reading() as session:
        assert session.scalars(select(ReportingDay)).all() == []


def test_a_file_of_accounts_that_others_can_read_is_told_and_not_used(
    library: Library, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    _list_account(library, 9)
    (library.settings.data_dir / ACCOUNTS_FILE).chmod(0o644)
    poll_mailboxes(library)
    assert "600" in caplog.text


def _public_id(library: Library, member_id: int) -> str:
    with library.database.reading() as session:
        return session.get_one(Member, member_id).public_id


def _address(library: Library, member_id: int) -> str:
    found = address_for_copies(library, _public_id(library, member_id))
    assert found is not None
    return found


def test_a_blind_copy_comes_in_by_smtp_and_becomes_a_send(
    library: Library, cast: Cast, link: str
) -> None:
    stop = listen_for_blind_copies(library)
    try:
        with smtplib.SMTP("127.0.0.1", library.settings.bcc_port, timeout=10) as client:
            client.send_message(
                _letter(link),
                from_addr="bounces@relay.example",
                to_addrs=[_address(library, cast.rosa.member_id).upper()],
            )
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.send_message(_letter(link), to_addrs=["bcc+forged@in.acme.example"])
    finally:
        stop()
    waiting = library.settings.data_dir / "mail" / "new"
    assert len(list(waiting.iterdir())) == 1
    take_blind_copies(library)
    assert _sends(library) == [(cast.rosa.member_id, "bcc")]
    assert list(waiting.iterdir()) == []


def test_a_second_worker_on_the_machine_does_not_listen_and_goes_on(
    library: Library, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    stop = listen_for_blind_copies(library)
    try:
        listen_for_blind_copies(library)()
    finally:
        stop()
    assert "cannot be awaited" in caplog.text


def test_without_an_address_for_copies_nobody_listens(
    tmp_path: Path, new_sqlite: Callable[[Path], str]
) -> None:
    new_sqlite(tmp_path / "other")
    library = make_library(tmp_path / "other", bcc_port=free_port())
    listen_for_blind_copies(library)()
    assert address_for_copies(library, "b7k2m9qhx4tz5w") is None
    library.close()


def _waits(library: Library, raw: bytes, member: str) -> Path:
    from contentlib.adapters.mailbox.blind_copies import BlindCopies

    BlindCopies(library.settings.data_dir / "mail").put(raw, member=member)
    return library.settings.data_dir / "mail"


def test_copies_wait_while_the_database_is_away(
    library: Library, cast: Cast, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    folder = _waits(library, _letter(link).as_bytes(), _public_id(library, cast.rosa.member_id))
    with monkeypatch.context() as patched:

        def away(*_: object, **__: object) -> None:
            raise OperationalError("x", {}, OSError("away"))

        patched.setattr("contentlib.sending.reports.tell", away)
        with pytest.raises(OperationalError):
            take_blind_copies(library)
    assert len(list((folder / "new").iterdir())) == 1
    take_blind_copies(library)
    assert len(_sends(library)) == 1


def test_a_copy_that_can_never_be_taken_is_put_aside_without_a_word_of_it(
    library: Library,
    cast: Cast,
    link: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = _waits(library, _letter(link).as_bytes(), _public_id(library, cast.rosa.member_id))

    def stumbles(*_: object, **__: object) -> None:
        raise ValueError("As promised, the secret words")

    monkeypatch.setattr("contentlib.sending.reports.tell", stumbles)
    take_blind_copies(library)
    assert list((folder / "new").iterdir()) == []
    assert len(list((folder / "failed").iterdir())) == 1
    assert "ValueError" in caplog.text
    assert "secret words" not in caplog.text


def test_a_copy_of_somebody_who_left_is_dropped(library: Library, cast: Cast, link: str) -> None:
    with library.database.unit_of_work() as session:
        session.get_one(Member, cast.rosa.member_id).active = False
    folder = _waits(library, _letter(link).as_bytes(), _public_id(library, cast.rosa.member_id))
    take_blind_copies(library)
    assert _sends(library) == []
    assert list((folder / "new").iterdir()) == []

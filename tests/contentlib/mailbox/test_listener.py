"""The small mail server for blind copies, over a real socket."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import SMTP
from ipaddress import ip_network
from pathlib import Path

import pytest

from contentlib.adapters.mailbox import listener
from contentlib.adapters.mailbox.blind_copies import BlindCopies
from contentlib.errors import Unavailable
from tests.contentlib.mailbox.letters import letter

OURS = "bcc+rosa1@in.acme.example"
LOCAL = (ip_network("127.0.0.0/8"),)


def _whose(address: str) -> str | None:
    return "rosa1" if address.lower() == OURS else None


class _Kept(list[tuple[bytes, str]]):
    def keep(self, raw: bytes, member: str) -> None:
        self.append((raw, member))


@contextmanager
def _listening(keep: object = None, **values: object) -> Iterator[smtplib.SMTP]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    plain = {"host": "127.0.0.1", "port": port, "networks": LOCAL, "max_bytes": 10_000}
    stop = listener.start(**{**plain, "whose": _whose, "keep": keep, **values})  # type: ignore[arg-type]
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            yield client
    finally:
        stop()


def test_a_blind_copy_is_kept_as_it_came_with_whose_it_is() -> None:
    kept = _Kept()
    long_line = "a line of more than a thousand letters " * 100
    message = (
        letter("x").as_bytes(policy=SMTP) + f"Hello\r\n.\r\n..dots\r\n{long_line}\r\n".encode()
    )
    with _listening(kept.keep) as client:
        client.sendmail("rosa@acme.example", [OURS.upper()], message)
    assert kept == [(message, "rosa1")]


def test_mail_for_any_other_address_is_refused_before_it_is_sent() -> None:
    kept = _Kept()
    with _listening(kept.keep) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
            client.sendmail("a@b.example", ["ann@buyer.example", "bcc@in.acme.example"], b"x")
        assert {code for code, _ in raised.value.recipients.values()} == {550}
        both = client.sendmail("a@b.example", ["ann@buyer.example", OURS], b"Subject: x\n\ny")
        assert set(both) == {"ann@buyer.example"}
    assert len(kept) == 1


def test_mail_from_outside_the_networks_is_refused() -> None:
    with (
        _listening(_Kept().keep, networks=(ip_network("10.0.0.0/8"),)) as client,
        pytest.raises(smtplib.SMTPSenderRefused) as raised,
    ):
        client.sendmail("rosa@acme.example", [OURS], b"x")
    assert raised.value.smtp_code == 550


def test_a_message_that_is_too_large_is_refused() -> None:
    kept = _Kept()
    with _listening(kept.keep) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail("rosa@acme.example", [OURS], b"x\r\n" * 20_000)
    assert kept == []


def test_what_cannot_be_kept_is_not_confirmed_and_may_come_again() -> None:
    def full(_raw: bytes, _member: str) -> None:
        raise OSError("no space left")

    with _listening(full) as client, pytest.raises(smtplib.SMTPDataError) as raised:
        client.sendmail("rosa@acme.example", [OURS], b"x")
    assert raised.value.smtp_code == 452


def test_a_port_that_is_taken_is_told_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(Unavailable, match="cannot be awaited"),
            _listening(_Kept().keep, port=taken.getsockname()[1]),
        ):
            pass


def test_copies_wait_in_their_order_and_go_once_they_are_done(tmp_path: Path) -> None:
    copies = BlindCopies(tmp_path / "mail")
    assert list(copies.waiting()) == []
    for number in range(3):
        copies.put(f"{number}".encode(), member="rosa1")
    waiting = list(copies.waiting())
    assert [(each.raw(), each.member) for each in waiting] == [
        (b"0", "rosa1"),
        (b"1", "rosa1"),
        (b"2", "rosa1"),
    ]
    copies.done(waiting[0])
    copies.failed(waiting[1])
    assert [each.raw() for each in copies.waiting()] == [b"2"]
    assert [path.read_bytes() for path in (tmp_path / "mail" / "failed").iterdir()] == [b"1"]
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_copies_are_on_the_disk_before_they_are_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    synced: list[str] = []
    real = os.fsync

    def note(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink().relative_to(tmp_path)))
        real(handle)

    monkeypatch.setattr(os, "fsync", note)
    BlindCopies(tmp_path / "mail").put(b"x", member="rosa1")
    assert [name.split("/")[1] for name in synced] == ["tmp", "new"]


def test_too_many_waiting_copies_are_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contentlib.adapters.mailbox.blind_copies._MOST_WAITING", 2)
    copies = BlindCopies(tmp_path / "mail")
    copies.put(b"1", member="a")
    copies.put(b"2", member="a")
    with pytest.raises(OSError, match="too many"):
        copies.put(b"3", member="a")

"""Reading a Sent folder over a real socket."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contentlib.adapters.mailbox.accounts import Account, Marks, read_accounts
from contentlib.adapters.mailbox.imap import new_messages
from contentlib.errors import DeliveryFailed, InvalidInput
from tests.contentlib.mailbox.imap_server import Folder, Mailbox, imap_server, put

SINCE = datetime.now(UTC).date() - timedelta(days=90)
INBOX = Folder("INBOX")


def _account(port: int, **values: Any) -> Account:
    plain: dict[str, Any] = {"password": 'pass word"1', "security": "none"}
    return Account(
        address="rosa@acme.example", host="127.0.0.1", user="rosa", port=port, **{**plain, **values}
    )


def _read(
    mailbox: Mailbox, kept: Path, *, max_bytes: int = 1 << 20, **values: Any
) -> list[tuple[int, bytes]]:
    """A poll as a worker does it: each message is marked once it is taken."""
    with imap_server(mailbox) as port:
        # the marks are kept by account, whose port is another in each run of the server
        account = _account(port, **values)
        marks = Marks(kept, account)
        found = []
        for uid, raw in new_messages(account, marks, since=SINCE, max_bytes=max_bytes):
            found.append((uid, raw))
            marks.reached(uid)
        return found


def test_the_folder_marked_as_sent_is_read_and_nothing_in_it_changed(tmp_path: Path) -> None:
    sent = Folder("Gesendete Objekte", marks="\\HasNoChildren \\Sent")
    mailbox = Mailbox(folders=[INBOX, Folder("Sent"), sent])
    one, two = put(sent, b"Subject: 1\r\n\r\nx"), put(sent, b"Subject: 2\r\n\r\ny")
    assert _read(mailbox, tmp_path) == [
        (one, b"Subject: 1\r\n\r\nx"),
        (two, b"Subject: 2\r\n\r\ny"),
    ]
    assert set(mailbox.said) <= {
        "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT",
    }  # fmt: skip


def test_a_message_is_fetched_once_and_new_ones_the_next_time(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent])
    put(sent, b"1")
    assert len(_read(mailbox, tmp_path)) == 1
    assert _read(mailbox, tmp_path) == []
    new = put(sent, b"2")
    assert _read(mailbox, tmp_path) == [(new, b"2")]
    assert len(mailbox.fetched) == 2


def test_a_poll_that_broke_off_goes_on_where_it_was(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent], fails_after=3)
    uids = [put(sent, b"x") for _ in range(5)]
    with pytest.raises(DeliveryFailed):
        _read(mailbox, tmp_path)
    mailbox.fails_after = None
    assert [uid for uid, _ in _read(mailbox, tmp_path)] == uids[3:]


def test_a_server_that_numbers_its_messages_anew_is_read_from_the_start(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent])
    put(sent, b"1")
    _read(mailbox, tmp_path)
    sent.uid_validity = 2
    assert len(_read(mailbox, tmp_path)) == 1


def test_the_first_look_goes_no_further_back_than_asked(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent])
    put(sent, b"old", on=date(2020, 1, 1))
    put(sent, b"new")
    assert [raw for _, raw in _read(mailbox, tmp_path)] == [b"new"]


def test_a_large_message_is_passed_over_without_being_fetched(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent])
    large, small = put(sent, b"x" * 2000), put(sent, b"y")
    assert _read(mailbox, tmp_path, max_bytes=1000) == [(large, b""), (small, b"y")]
    assert mailbox.fetched == [small]
    assert _read(mailbox, tmp_path, max_bytes=1000) == []


def test_one_poll_takes_no_more_than_some_hundreds(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent])
    for _ in range(730):
        put(sent, b"x")
    assert [len(_read(mailbox, tmp_path)) for _ in range(3)] == [500, 230, 0]


def test_a_folder_may_be_named_in_any_language(tmp_path: Path) -> None:
    sent = Folder("Envoy&AOk-s &- lus")
    mailbox = Mailbox(folders=[sent])
    put(sent, b"x")
    assert len(_read(mailbox, tmp_path, folder="Envoyés & lus")) == 1


def test_a_bearer_token_signs_in_where_passwords_do_not(tmp_path: Path) -> None:
    sent = Folder("Sent")
    mailbox = Mailbox(folders=[sent], password="ya29.token")
    put(sent, b"x")
    (tmp_path / "token").write_text("ya29.token\n")
    found = _read(mailbox, tmp_path, password="", token_file=str(tmp_path / "token"))
    assert len(found) == 1
    assert "AUTHENTICATE" in mailbox.said


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"password": "wrong"}, "refused the sign-in of rosa"),
        ({"folder": "Nowhere"}, "has no folder Nowhere"),
        ({"security": "starttls"}, "offers no encryption"),
        ({"security": "tls"}, "does not answer"),
    ],
)
def test_what_goes_wrong_is_one_sentence_without_the_secret(
    tmp_path: Path, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DeliveryFailed, match=sentence) as raised:
        _read(Mailbox(folders=[INBOX, Folder("Sent")]), tmp_path, **values)
    assert "pass word" not in str(raised.value)


def test_a_server_that_is_not_there_is_told_so() -> None:
    account = _account(9)
    with pytest.raises(DeliveryFailed):
        list(new_messages(account, Marks(Path("/nowhere"), account), since=SINCE, max_bytes=1))


FILE = """
[[account]]
address = "Rosa@Acme.example"
host = "imap.acme.example"
user = "rosa"
password_file = "{secret}"
aliases = ["rosa@old.example"]
"""


def _file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "mailboxes.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_accounts_are_read_from_a_file_with_their_secrets_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    (account,) = read_accounts(_file(tmp_path, FILE.format(secret=tmp_path / "secret")))
    assert (account.address, account.port, account.security) == ("rosa@acme.example", 993, "tls")
    assert account.aliases == ("rosa@old.example",)
    assert account.secret() == "s3cret"
    assert read_accounts(tmp_path / "none.toml") == ()


def test_a_secret_stands_in_no_repr() -> None:
    assert "pass word" not in repr(_account(1))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_of_passwords_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InvalidInput, match="600"):
        read_accounts(_file(tmp_path, FILE, mode))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[account]\n", "not TOML"),
        ("x = 1\n", r"\[\[account\]\]"),
        ("[[account]]\nhost = 'x'\nuser = 'x'\npassword = 'x'\n", "needs address"),
        ("[[account]]\naddress='a'\nhost='x'\nuser='x'\n", "one of password"),
        (
            "[[account]]\naddress='a'\nhost='x'\nuser='x'\npassword='x'\ntoken_file='x'\n",
            "one of password",
        ),
        ("[[account]]\naddress='a'\nhost='x'\nuser='x'\npassword='x'\nport='993'\n", "port"),
        ("[[account]]\naddress='a'\nhost='x'\nuser='x'\npassword='x'\ncolour='x'\n", "colour"),
        ("[[account]]\naddress='a'\nhost='x'\nuser='x'\npassword='x'\nsecurity='ssl'\n", "tls"),
        (
            "[[account]]\naddress='a'\nhost='imap.x'\nuser='x'\npassword='x'\nsecurity='none'\n",
            "only a server on this machine",
        ),
    ],
)
def test_what_a_file_of_accounts_gets_wrong_is_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        read_accounts(_file(tmp_path, text))


def test_a_mailbox_is_due_again_after_its_time(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    account = _account(993)
    assert Marks(tmp_path, account).is_due(now, 10)
    Marks(tmp_path, account).tried(now)
    assert not Marks(tmp_path, account).is_due(now + timedelta(minutes=9), 10)
    assert Marks(tmp_path, account).is_due(now + timedelta(minutes=10), 10)
    assert Marks(tmp_path, account).is_due(now - timedelta(days=1), 10)


def test_marks_that_were_damaged_are_as_if_there_were_none(tmp_path: Path) -> None:
    account = _account(993)
    marks = Marks(tmp_path, account)
    marks.last_uid(1)
    marks.reached(50)
    (path,) = tmp_path.iterdir()
    assert Marks(tmp_path, account).last_uid(1) == 50
    path.write_bytes(b"\xff{")
    assert Marks(tmp_path, account).last_uid(1) == 0

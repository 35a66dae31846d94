"""Which message, when, who to whom, and of what kind."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contentlib.adapters.mailbox.message import read_message
from tests.contentlib.mailbox.letters import letter, raw

NINE = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Tue, 04 Mar 2025 10:00:00 +0100", NINE),
        ("Tue, 4 Mar 2025 14:30 +0530", NINE),
        ("4 Mar 25 01:00:00 PST", NINE),
        ("Tue, 04 Mar 2025 09:00:00 GMT", NINE),
        ("Tue, 04 Mar 2025 09:00:00 -0000", NINE),
        ("Tue, 04 Mar 2025 21:45:00 +1245 (+1245)", NINE),
        ("Tue, 04 Mar 2025 18:00:00 +0900 (JST)", NINE),
        ("Tue, 04 Mar 2025 10:00:00 GMT+01:00", NINE),
        ("Tue Mar  4 01:00:00 PST 2025", NINE),
    ],
)
def test_a_date_is_read_with_its_zone(written: str, meant: datetime) -> None:
    assert read_message(raw(f"Date: {written}")).sent_at == meant


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 31 Feb 2025 10:00:00 +0100",
        "Tue, 04 Mar 2025 25:00:00 +0100",
        "Tue, 04 Mar 2025 10:00:00",
        "Tue, 04 Mar 2025 10:00:00 +9900",
        "Tue, 04 Mar 2025 10:00:00 XYZ",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "Tue, 04 Mar 99999 10:00:00 +0000",
        "yesterday",
        "",
    ],
)
def test_an_impossible_date_is_none_and_is_never_guessed(written: str) -> None:
    assert read_message(raw(f"Date: {written}\nSubject: x")).sent_at is None


def test_without_a_date_the_first_server_s_time_counts() -> None:
    mail = read_message(
        raw(
            "Received: from b by c; Tue, 04 Mar 2025 09:30:00 +0000\n"
            "Received: from a by b; Tue, 04 Mar 2025 10:00:00 +0100\n"
            "Date: soon"
        )
    )
    assert mail.sent_at == NINE


@given(st.datetimes(datetime(1981, 1, 1), datetime(2090, 1, 1)), st.integers(-840, 840))
def test_whatever_zone_a_clock_shows_the_moment_is_the_same(at: datetime, minutes: int) -> None:
    sign, ahead = "-" if minutes < 0 else "+", abs(minutes)
    written = f"{at:%a, %d %b %Y %H:%M:%S} {sign}{ahead // 60:02}{ahead % 60:02}"
    read = read_message(raw(f"Date: {written}")).sent_at
    assert read is not None
    told = (read - at.replace(tzinfo=UTC, microsecond=0)).total_seconds() / 60
    assert told == -minutes


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("<a.b@c.example>", "a.b@c.example"),
        ("  <a.b@c.example>  (added)", "a.b@c.example"),
        ("<a.b\n @c.example>", "a.b@c.example"),
        ("a.b@c.example", "a.b@c.example"),
    ],
)
def test_a_message_id_is_the_same_however_it_is_written(written: str, meant: str) -> None:
    assert read_message(raw(f"Message-ID: {written}")).message_id == meant


def test_a_message_without_an_id_is_known_by_its_bytes_whatever_its_line_ends() -> None:
    with_lf = raw("Subject: x", "Hello\nthere\n")
    with_crlf = with_lf.replace(b"\n", b"\r\n") + b"\r\n"
    one, same = read_message(with_lf), read_message(with_crlf)
    assert one.message_id == same.message_id
    assert one.message_id.startswith("sha256:")
    assert one.message_id != read_message(raw("Subject: x", "Hello\nwhere\n")).message_id


def test_an_endless_message_id_is_shortened_without_losing_what_tells_it_apart() -> None:
    one = read_message(raw(f"Message-ID: <{'a' * 900}1@x>")).message_id
    other = read_message(raw(f"Message-ID: <{'a' * 900}2@x>")).message_id
    assert one != other
    assert len(one) < 200


def test_recipients_are_all_of_to_cc_and_bcc_lower_case_and_once() -> None:
    mail = read_message(
        raw(
            'To: "Lee, Ann" <Ann@Buyer.Example>, bob@buyer.example\n'
            "Cc: ANN@buyer.example, =?utf-8?q?J=C3=B6rg?= <joerg@buyer.example>\n"
            "Bcc: bcc+x@in.example"
        )
    )
    assert mail.recipients == (
        "ann@buyer.example",
        "bob@buyer.example",
        "joerg@buyer.example",
        "bcc+x@in.example",
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("The team: ann@b.example, Bob <bob@b.example>;", ("ann@b.example", "bob@b.example")),
        ("undisclosed-recipients:;", ()),
        ("ann@b.example,, <>, @, nobody, bob@b.example", ("ann@b.example", "bob@b.example")),
        ("Ann Lee ann@b.example", ("ann@b.example",)),
        ('"ann@b.example" <real@b.example>', ("real@b.example",)),
        ("<<<<>>>>(((", ()),
    ],
)
def test_groups_and_garbage_among_recipients_survive(written: str, meant: tuple[str, ...]) -> None:
    assert read_message(raw(f"To: {written}")).recipients == meant


def test_an_ordinary_letter_is_a_message() -> None:
    mail = read_message(letter().as_bytes())
    assert (mail.kind, mail.sender) == ("message", "rosa@acme.example")


REPORT = 'Content-Type: multipart/report; report-type={}; boundary="b"'
STATUS = "--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: {}\n\nx: y\n--b--\n"


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (raw(REPORT.format("delivery-status"), STATUS.format("message/delivery-status")), "bounce"),
        (raw(REPORT.format("x-odd"), STATUS.format("text/plain")), "bounce"),
        (raw("Return-Path: <>\nFrom: a@b.example"), "bounce"),
        (raw("X-Failed-Recipients: ann@b.example"), "bounce"),
        (raw("From: Mail Delivery Subsystem <MAILER-DAEMON@b.example>"), "bounce"),
        (
            raw(
                REPORT.format("disposition-notification"),
                STATUS.format("message/disposition-notification"),
            ),
            "receipt",
        ),
        (raw("Content-Type: message/disposition-notification"), "receipt"),
        (
            raw(REPORT.format("feedback-report"), STATUS.format("message/feedback-report")),
            "complaint",
        ),
        (raw("Auto-Submitted: auto-replied"), "auto reply"),
        (raw("Return-Path: <>\nAuto-Submitted: auto-replied (vacation)"), "auto reply"),
        (raw("Precedence: auto_reply"), "auto reply"),
        (raw("Auto-Submitted: no"), "message"),
        (raw("Content-Type: text/calendar; method=REQUEST"), "calendar"),
        (
            raw(
                'Content-Type: multipart/alternative; boundary="b"',
                STATUS.format("text/calendar; method=REPLY"),
            ),
            "calendar",
        ),
        (
            raw(
                'Content-Type: multipart/mixed; boundary="b"',
                STATUS.format("text/calendar\nContent-Disposition: attachment; filename=a.ics"),
            ),
            "message",
        ),
    ],
)
def test_what_is_no_letter_of_a_person_is_known(mail: bytes, kind: str) -> None:
    assert read_message(mail).kind == kind

"""Links and files of a message, and messages that mean no good."""

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contentlib.adapters.mailbox.links import written_in
from contentlib.adapters.mailbox.message import read_message
from tests.contentlib.mailbox.letters import OTHER, SHARE, letter, raw
from tests.contentlib.mailbox.wrapping import by_proofpoint_3, by_safelinks


def _links(message: EmailMessage) -> tuple[str, ...]:
    return read_message(message.as_bytes()).addresses


@pytest.mark.parametrize(
    "text",
    [
        f"See {SHARE}.",
        f"See ({SHARE}), please",
        f"See <{SHARE}>!",
        f"See <URL:{SHARE}>",
        f'See "{SHARE}"',
        f"*{SHARE}*",
        f"See [study]({SHARE})",
        f"资料在这里：{SHARE}。谢谢",
        f"<{SHARE[:40]}\n{SHARE[40:]}>",
        f"> not quoted\n\n{SHARE}\n",
        SHARE.replace("https", "HTTPS"),
    ],
)
def test_a_link_is_found_whatever_stands_around_it(text: str) -> None:
    assert [link.lower() for link in _links(letter(text))] == [SHARE.lower()]


def test_links_keep_brackets_that_belong_to_them() -> None:
    assert written_in("https://x.example/a_(b) and (https://x.example/a_(b))") == (
        "https://x.example/a_(b)",
        "https://x.example/a_(b)",
    )


def test_links_of_text_and_html_come_in_order_and_each_once() -> None:
    html = (
        f'<map><area href="{OTHER}"></map><a href="{by_safelinks(SHARE)}">{SHARE}</a>'
        '<a href="mailto:a@b.example">write</a> https://third.example/x '
        f'<link href="https://style.example/x.css"><script>"https://script.example/"</script>'
    )
    assert _links(letter(f"First {OTHER}", html=html)) == (
        OTHER,
        SHARE,
        "https://third.example/x",
    )


def test_a_wrapped_link_is_found_in_any_transfer_encoding() -> None:
    for encoding in ("7bit", "quoted-printable", "base64"):
        message = letter()
        message.set_content(f"See\n{by_proofpoint_3(SHARE)}\n", cte=encoding)
        assert _links(message) == (SHARE,), encoding


@pytest.mark.parametrize(
    ("charset", "coded_as"),
    [
        ("utf-8", "utf-8"),
        ("iso-8859-1", "cp1252"),
        ("utf-16", "utf-16"),
        ("shift_jis", "shift_jis"),
        ("no-such-charset", "utf-8"),
        ("punycode", "utf-8"),
        ("utf-16", "ascii"),
        ("utf-7", "utf-7"),
        ("", "latin-1"),
    ],
)
def test_a_body_is_read_in_the_charset_it_claims_or_in_one_that_fits(
    charset: str, coded_as: str
) -> None:
    body = base64.encodebytes(f"See {SHARE}\n".encode(coded_as)).decode()
    head = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: base64"
    assert read_message(raw(head, body)).addresses == (SHARE,)


def test_attachments_come_with_name_type_and_bytes() -> None:
    message = letter(html="<img src=cid:logo>")
    message.add_attachment(
        b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="Angebot für Köln.pdf"
    )
    message.add_attachment(b"notes", maintype="text", subtype="plain", filename="notes.txt")
    message.get_payload(0).get_payload(1).add_related(
        b"\x89PNG", maintype="image", subtype="png", cid="<logo>", disposition="inline"
    )
    found = {
        (a.file_name, a.media_type, a.body, a.is_inline)
        for a in read_message(message.as_bytes()).attachments
    }
    assert found == {
        ("Angebot für Köln.pdf", "application/pdf", b"%PDF-1.4 x", False),
        ("notes.txt", "text/plain", b"notes", False),
        ("", "image/png", b"\x89PNG", True),
    }


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ("attachment; filename*=utf-8''k%C3%B6ln.pdf", "köln.pdf"),
        ("attachment; filename*0*=utf-8''k%C3%B6; filename*1*=ln.pdf", "köln.pdf"),
        ('attachment; filename="=?utf-8?B?a8O2bG4ucGRm?="', "köln.pdf"),
        ('attachment; filename="=?iso-8859-1?Q?k=F6ln.pdf?="', "köln.pdf"),
        ('attachment; filename="../../etc/passwd"', ".. .. etc passwd"),
        ('attachment; filename="a\\\\b:c.pdf"', "a b:c.pdf"),
        ("attachment; filename=" + "a" * 3000 + ".pdf", "a" * 235 + ".pdf"),
    ],
)
def test_a_file_name_is_decoded_and_leads_nowhere(disposition: str, name: str) -> None:
    head = f"Content-Type: application/pdf\nContent-Disposition: {disposition}"
    assert read_message(raw(head)).attachments[0].file_name == name


def test_a_mail_that_is_attached_in_base64_against_the_standard_is_read() -> None:
    inner = base64.encodebytes(letter(f"See {SHARE}").as_bytes()).decode()
    body = (
        "--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: message/rfc822\n"
        f"Content-Transfer-Encoding: base64\n\n{inner}\n--b--\n"
    )
    mail = read_message(raw('Content-Type: multipart/mixed; boundary="b"', body))
    assert mail.addresses == (SHARE,)


def test_winmail_dat_is_left_as_a_file() -> None:
    message = letter()
    message.add_attachment(
        b"\x78\x9f\x3e\x22x", maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    assert [a.file_name for a in read_message(message.as_bytes()).attachments] == ["winmail.dat"]


def test_more_parts_or_deeper_ones_than_are_read_are_told_as_a_problem() -> None:
    many = "".join(f"--b\nContent-Type: text/plain\n\nhttps://x.example/{n}\n" for n in range(900))
    mail = read_message(raw('Content-Type: multipart/mixed; boundary="b"', f"{many}--b--\n"))
    assert 0 < len(mail.addresses) < 900
    assert mail.problems

    deep = "Subject: x\n\nhttps://deepest.example/\n"
    for _ in range(40):
        deep = f"Content-Type: message/rfc822\n\n{deep}"
    mail = read_message(deep.encode())
    assert mail.addresses == ()
    assert mail.problems


def test_a_part_nested_a_thousandfold_leaves_the_headers_readable() -> None:
    head = "From: rosa@acme.example\nMessage-ID: <1@x>\nContent-Type: multipart/mixed; boundary=b0"
    body = "".join(
        f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n\n" for n in range(3000)
    )
    mail = read_message(raw(head, body))
    assert (mail.sender, mail.message_id) == ("rosa@acme.example", "1@x")
    assert mail.problems


def test_very_many_links_are_cut_off() -> None:
    mail = read_message(letter("\n".join(f"https://x.example/{n}" for n in range(5000))).as_bytes())
    assert len(mail.addresses) == 2000


ODD = [
    b"",
    b"\n\n\n",
    b"\x00" * 3000,
    b"From ann@x.example Mon Jun  1 04:28:28 2009\nSubject: x\n\ny",
    b"Content-Type: multipart/mixed\n\nno boundary",
    b'Content-Type: multipart/mixed; boundary=""\n\n--\n\n----\n',
    b"Content-Type: text/plain; charset==?x?=\nContent-Transfer-Encoding: base64\n\n@@@",
    b"Content-Type: ;;;=\nContent-Disposition: ;filename*=x'y'%%\n\nz",
    b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n\xff\xfe",
    b"Content-Type: message/external-body; access-type=x\n\nx",
    b"Content-Type: text/html\n\n" + b"<div>" * 20_000 + b"<a href='https://x.example/'>x",
    b"To: " + b"<" * 9000 + b"a@b.example\n\nx",
    b"To: " + b"(" * 9000 + b"\nDate: " + b"9" * 9000 + b"\n\nx",
    b"Subject: =?utf-8?B?" + b"A" * 9000 + b"?=\nFrom: =?x?Q?=FF?= <a@b.example>\n\nx",
    b"Content-Type: text/plain; name*0*=x''%FF; name*9999999999=y\n\nx",
]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_odd_bytes_are_read_as_something(number: int) -> None:
    assert read_message(ODD[number]).message_id


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_without_a_crash(body: bytes) -> None:
    assert read_message(body).message_id


_NAMES = (
    *("From", "To", "Cc", "Date", "Message-ID", "Subject", "Received", "Return-Path"),
    *("Content-Type", "Content-Disposition", "Content-Transfer-Encoding", "Auto-Submitted"),
)
_VALUES = st.one_of(
    st.sampled_from(
        (
            "multipart/mixed; boundary=b",
            "multipart/report; report-type=",
            "message/rfc822",
            "text/html; charset=utf-7",
            'text/plain; charset="',
            "attachment; filename*=utf-8''%",
            "base64",
            "=?utf-8?B?/w==?=",
            "<>",
            "a@b.example, c: d@e.example;",
        )
    ),
    st.text(max_size=60),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(_NAMES), _VALUES), max_size=8),
    st.lists(
        st.sampled_from(("--b", "--b--", "", "<a href='http://x", "> y", SHARE, "=3D=")),
        max_size=12,
    ),
)
def test_any_headers_over_any_body_are_read_without_a_crash(
    head: list[tuple[str, str]], body: list[str]
) -> None:
    lines = [f"{name}: {value}" for name, value in head]
    text = "\n".join(lines) + "\n\n" + "\n".join(body)
    mail = read_message(text.encode("utf-8", "surrogatepass"))
    assert all(address.startswith(("http", "HTTP")) for address in mail.addresses)

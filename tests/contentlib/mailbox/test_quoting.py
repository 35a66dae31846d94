"""What a message newly sends, and what it only quotes."""

import pytest

from contentlib.adapters.mailbox.message import read_message
from contentlib.ports import ReadMail
from tests.contentlib.mailbox.letters import OTHER, SHARE, letter

ANSWERS_IN_TEXT = {
    "gmail": f"Fine.\n\nOn Tue, Mar 4, 2025 at 10:00 AM Rosa <r@a.example> wrote:\n\n> {SHARE}",
    "broken over two lines": (
        f"Fine.\n\nOn Tue, Mar 4, 2025 at 10:00 AM Rosa Rep <\nrosa@a.example> wrote:\n\n{SHARE}\n"
    ),
    "not marked": f"Fine.\n\nOn Mar 4, 2025, at 10:00, Rosa <rosa@a.example> wrote:\n\n{SHARE}\n",
    "german": f"Gut.\n\nAm 04.03.2025 um 10:00 schrieb Rosa Rep:\n\n> Siehe {SHARE}\n",
    "german, not marked": f"Gut.\n\nAm Di., 4. März 2025 um 10:00 Uhr schrieb Rosa:\n{SHARE}\n",
    "french": f"Bien.\n\nLe mar. 4 mars 2025 à 10:00, Rosa <r@a.example> a écrit :\n{SHARE}\n",
    "spanish": f"Vale.\n\nEl mar, 4 mar 2025 a las 10:00, Rosa (<r@a.ex>) escribió:\n{SHARE}\n",
    "italian": f"Bene.\n\nIl giorno mar 4 mar 2025 alle 10:00 Rosa <r@a.ex> ha scritto:\n{SHARE}",
    "dutch": f"Goed.\n\nOp di 4 mrt 2025 om 10:00 schreef Rosa <r@a.example>:\n{SHARE}\n",
    "portuguese": f"Bom.\n\nEm ter., 4 de mar. de 2025 às 10:00, Rosa <r@a.ex> escreveu:\n{SHARE}",
    "polish": f"Tak.\n\nwt., 4 mar 2025 o 10:00 Rosa <r@a.example> napisał(a):\n{SHARE}\n",
    "swedish": f"Ja.\n\nDen tis 4 mars 2025 kl 10:00 skrev Rosa <r@a.example>:\n{SHARE}\n",
    "japanese": f"はい。\n\n2025年3月4日(火) 10:00 Rosa <r@a.example>のメール:\n{SHARE}\n",
    "original message": f"Ok.\n\n-----Original Message-----\nFrom: Rosa\n\nSee {SHARE}\n",
    "outlook, german": f"Ok.\n\n-----Ursprüngliche Nachricht-----\nVon: Rosa\n\n{SHARE}\n",
    "outlook, no dashes": (
        f"Ok.\n\nFrom: Rosa <r@a.example>\nSent: Tuesday, March 4\nTo: Ann\nSubject: x\n\n{SHARE}"
    ),
    "outlook, french": (
        f"Oui.\n\nDe : Rosa <r@a.ex>\nEnvoyé : mardi 4 mars 2025\nÀ : Ann\nObjet : x\n\n{SHARE}"
    ),
    "outlook, in stars": f"Ok.\n\n*From:* Rosa\n*Sent:* today\n*To:* Ann\n*Subject:* x\n\n{SHARE}",
}


def _read(text: str, **values: str) -> ReadMail:
    return read_message(letter(text, **values).as_bytes())


@pytest.mark.parametrize("name", ANSWERS_IN_TEXT)
def test_an_answer_does_not_send_what_it_quotes(name: str) -> None:
    mail = _read(ANSWERS_IN_TEXT[name], subject="Re: Next steps")
    assert (mail.addresses, mail.quoted_addresses) == ((), (SHARE,))


ANSWERS_IN_HTML = {
    "gmail": (
        '<div>Fine.</div><div class="gmail_quote"><div class="gmail_attr">On Tue, Rosa wrote:</div>'
        '<blockquote class="gmail_quote">{}</blockquote></div>'
    ),
    "apple mail": '<div>Fine.<div><blockquote type="cite"><div>{}</div></blockquote></div></div>',
    "thunderbird": (
        '<p>Fine.</p><div class="moz-cite-prefix">Am 04.03.2025 um 10:00 schrieb Rosa:</div>'
        '<blockquote type="cite">{}</blockquote>'
    ),
    "outlook": (
        "<div class=WordSection1><p>Fine.</p><div style='border:none;border-top:solid #E1E1E1 "
        "1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>Von:</b> Rosa<br><b>Gesendet:</b> Dienstag</p>"
        "</div><p>{}</p></div>"
    ),
    "outlook on the web": (
        '<div>Fine.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Rosa</div>'
        "<div>{}</div>"
    ),
    "outlook that came through outlook": (
        '<div>Fine.</div><hr><div id="x_divRplyFwdMsg">Rosa</div><div>{}</div>'
    ),
    "outlook on a phone": (
        '<div>Fine.</div><div id="mail-editor-reference-message-container"><div>{}</div></div>'
    ),
    "yahoo": '<div>Fine.</div><div id="y" class="yahoo_quoted"><div>{}</div></div>',
    "proton": '<div>Fine.</div><div class="protonmail_quote">{}</div>',
    "a head in words": (
        "<p>Ok.</p><p><b>From:</b> Rosa<br><b>Sent:</b> Tuesday<br><b>To:</b> Ann<br>"
        "<b>Subject:</b> x</p><p>{}</p>"
    ),
}


@pytest.mark.parametrize("name", ANSWERS_IN_HTML)
def test_an_answer_in_html_does_not_send_what_it_quotes(name: str) -> None:
    link = f'<a href="{SHARE}">the study</a>'
    mail = _read("Fine.", html=ANSWERS_IN_HTML[name].format(link), subject="Re: Next steps")
    assert (mail.addresses, mail.quoted_addresses) == ((), (SHARE,))


@pytest.mark.parametrize("name", ANSWERS_IN_HTML)
def test_what_stands_above_a_quotation_is_sent(name: str) -> None:
    quoted = ANSWERS_IN_HTML[name].format(f'<a href="{SHARE}">x</a>')
    mail = _read("Fine.", html=f'<p>New: <a href="{OTHER}">y</a></p>{quoted}')
    assert (mail.addresses, mail.quoted_addresses) == ((OTHER,), (SHARE,))


def test_what_stands_between_and_under_marked_lines_is_sent() -> None:
    mail = _read(f"On 4 March Ann <a@b.example> wrote:\n> Which one?\n{OTHER}\n> {SHARE}\nBest\n")
    assert (mail.addresses, mail.quoted_addresses) == ((OTHER,), (SHARE,))


@pytest.mark.parametrize(
    "html",
    [
        '<p>Hello</p><div class="gmail_signature"><a href="{}">our study</a></div>',
        '<p>Hello</p><div id="Signature"><p><a href="{}">our study</a></p></div>',
        '<p>Hello</p><pre class="moz-signature">-- <br><a href="{}">our study</a></pre>',
    ],
)
def test_a_link_in_a_signature_is_sent_to_nobody(html: str) -> None:
    in_html = _read("Hello", html=html.format(SHARE))
    in_text = _read(f"Hello {OTHER}\n-- \nRosa Rep\n{SHARE}\n")
    assert (in_html.addresses, in_html.quoted_addresses) == ((), (SHARE,))
    assert (in_text.addresses, in_text.quoted_addresses) == ((OTHER,), (SHARE,))


def test_a_forward_does_not_send_the_signature_above_it() -> None:
    text = (
        f"For you.\n-- \nRosa\n{OTHER}\n\n---------- Forwarded message ---------\n"
        f"From: Ravi\n\n{SHARE}\n"
    )
    mail = _read(text, subject="Fwd: Study")
    assert (mail.addresses, mail.quoted_addresses) == ((SHARE,), (OTHER,))


def test_a_link_that_is_quoted_and_written_once_more_is_sent() -> None:
    mail = _read(f"Here it is again: {SHARE}\n\n> {SHARE}\n")
    assert (mail.addresses, mail.quoted_addresses) == ((SHARE,), ())


def test_a_text_that_lost_its_marks_does_not_outweigh_the_html_that_has_them() -> None:
    html = f'<p>Fine.</p><div class="gmail_quote"><a href="{SHARE}">x</a></div>'
    mail = _read(f"Fine.\n\nRosa\nSee {SHARE}\n", html=html)
    assert (mail.addresses, mail.quoted_addresses) == ((), (SHARE,))


def test_a_sentence_that_only_sounds_like_a_quotation_quotes_nothing() -> None:
    mail = _read(f"On our pages we wrote:\n{SHARE}\nFrom: our team\n")
    assert mail.addresses == (SHARE,)


@pytest.mark.parametrize(
    "subject",
    ["Fwd: Study", "FW: Study", "WG: Studie", "TR: Étude", "RV: x", "I: x", "Doorst: x", "转发：x"],
)
def test_a_forward_sends_what_it_carries(subject: str) -> None:
    text = f"For you.\n\nFrom: Ravi\nSent: Tuesday\nTo: Rosa\nSubject: Study\n\n{SHARE}\n"
    assert _read(text, subject=subject).addresses == (SHARE,)


@pytest.mark.parametrize(
    "text",
    [
        f"For you.\n\n---------- Forwarded message ---------\nFrom: Ravi\n\n{SHARE}\n",
        f"For you.\n\nBegin forwarded message:\n\n> From: Ravi\n>\n> {SHARE}\n",
        f"Für Sie.\n\n-------- Weitergeleitete Nachricht --------\nVon: Ravi\n\n{SHARE}\n",
    ],
)
def test_a_forward_under_a_subject_of_its_own_is_known_by_its_words(text: str) -> None:
    assert _read(text, subject="The study you asked for").addresses == (SHARE,)


def test_an_answer_to_a_forward_sends_nothing() -> None:
    text = (
        "Fine.\n\nOn Tue, Mar 4, 2025 Ann <a@b.example> wrote:\n\n"
        f"> ---------- Forwarded message ---------\n> From: Ravi\n> {SHARE}\n"
    )
    assert _read(text, subject="Re: Fwd: Study").addresses == ()


def test_a_message_attached_to_another_is_sent_with_its_links_and_files() -> None:
    inner = letter(f"Fine.\n\n> {SHARE}\n", subject="Re: x")
    inner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="in.pdf")
    outer = letter("See the attached mail.")
    outer.add_attachment(inner)
    mail = read_message(outer.as_bytes())
    assert mail.addresses == (SHARE,)
    assert [attachment.file_name for attachment in mail.attachments] == ["in.pdf"]


def test_a_mail_attached_as_a_file_is_opened_too() -> None:
    outer = letter("See the attached mail.")
    inner = letter(f"See {SHARE}").as_bytes()
    outer.add_attachment(inner, maintype="application", subtype="octet-stream", filename="a.eml")
    assert read_message(outer.as_bytes()).addresses == (SHARE,)

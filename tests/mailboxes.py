"""Mailboxes made up for tests, with the truth about what each message sends.

Letters are written as bytes by hand, the way different mail programs write them.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

from tests.contentlib.mailbox.wrapping import WRAPPERS
from tests.mail_bytes import Attached, calendar, coded, file_part, many, typed

_BEGINNING = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Material:
    """What letters are made of. Links and pages are (address, ids of the assets behind it)."""

    links: Sequence[tuple[str, frozenset[int]]]
    pages: Sequence[tuple[str, frozenset[int]]]
    files: Sequence[Attached]
    foreign: Sequence[Attached]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message. `sends` are the ids of the assets that it sends to somebody outside."""

    raw: bytes
    at: datetime
    kind: str
    sends: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Draft:
    """A letter before it is bytes."""

    text: str
    html: str = ""
    sends: frozenset[int] = frozenset()
    sender: str = ""
    to: str = ""
    subject: str = "Next steps"
    headers: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    carried: bytes = b""
    report: bytes = b""
    has_id: bool = True


class MailboxMaker:
    """Makes letters of one member's mailbox; the same seed makes the same letters."""

    def __init__(
        self, material: Material, *, owner: str, colleagues: Sequence[str], seed: int = 1
    ) -> None:
        self._material = material
        self._owner = owner
        self._colleagues = colleagues
        self._chance = random.Random(seed)
        self._number = 0

    def letters(self, count: int) -> Iterator[Letter]:
        """So many messages, one in thirty of them a second time."""
        kinds = [kind for kind, share in _KINDS for _ in range(share)]
        last: Letter | None = None
        for _ in range(count):
            if last is not None and self._chance.random() < 1 / 30:
                yield last
                continue
            last = self.letter(self._chance.choice(kinds))
            yield last

    def letter(self, kind: str) -> Letter:
        self._number += 1
        # a minute apart and never twice, so that the moment names the message
        zone = timezone(timedelta(minutes=self._chance.choice((-480, -300, 0, 60, 330, 720))))
        at = (_BEGINNING + timedelta(minutes=self._number * 20)).astimezone(zone)
        draft = getattr(self, f"_{kind}")()
        draft = replace(
            draft,
            sender=draft.sender or f"Rosa Rep <{self._owner}>",
            to=draft.to or self._buyer(),
            has_id=self._chance.random() > 0.05,
        )
        return Letter(self._written(draft, at), at.astimezone(UTC), kind, draft.sends)

    def _buyer(self) -> str:
        return f'"Lee, Ann {self._number}" <Ann.{self._number}@Buyer{self._number % 97}.example>'

    def _link(self) -> tuple[str, frozenset[int]]:
        return self._chance.choice(self._material.links)

    def _other(self) -> str:
        return f"https://news.example/{self._number}/why-docks-wait?utm_source=mail"

    def _plain(self) -> _Draft:
        return _Draft("Thank you for the call. Shall we talk on Tuesday?")

    def _other_links(self) -> _Draft:
        return _Draft(f"I read this: {self._other()}", _html(self._other()))

    def _newsletter(self) -> _Draft:
        body = "".join(f'<p><a href="{self._other()}&n={n}">Story {n}</a></p>' for n in range(12))
        return _Draft(
            "Our stories", body, sender="News <news@letters.example>", to=f"<{self._owner}>"
        )

    def _link_in_text(self) -> _Draft:
        link, assets = self._link()
        return _Draft(f"As promised:\n{link}.\nBest, Rosa", sends=assets)

    def _link_in_html(self) -> _Draft:
        link, assets = self._link()
        return _Draft("As promised.", _html(link), sends=assets)

    def _two_links(self) -> _Draft:
        (one, first), (two, second) = self._link(), self._link()
        text = f"The study: <{one}>\nand the sheet: {two}"
        return _Draft(text, _html(one) + _html(two), sends=first | second)

    def _wrapped(self) -> _Draft:
        link, assets = self._link()
        names = sorted(WRAPPERS)
        for _ in range(self._chance.choice((1, 1, 2))):
            link = WRAPPERS[self._chance.choice(names)](link)
        return _Draft(f"Once more: {link}", _html(link), sends=assets)

    def _page(self) -> _Draft:
        page, assets = self._chance.choice(self._material.pages)
        return _Draft(f"On our site: {page}?utm_source=rosa#top", sends=assets)

    def _reply_gmail(self) -> _Draft:
        link, _ = self._link()
        head = "On Tue, Mar 4, 2025 at 10:00 AM Rosa Rep &lt;rosa@x.example&gt; wrote:<br>"
        html = (
            f'<div dir="ltr">Glad you liked it.</div><div class="gmail_quote"><div dir="ltr" '
            f'class="gmail_attr">{head}</div><blockquote class="gmail_quote">{_html(link)}'
            "</blockquote></div>"
        )
        text = (
            "Glad you liked it.\n\nOn Tue, Mar 4, 2025 at 10:00 AM Rosa Rep <rosa@x.example>\n"
            f"wrote:\n\n> As promised: {link}\n> Rosa\n"
        )
        return _Draft(text, html, subject="Re: Next steps")

    def _reply_outlook(self) -> _Draft:
        link, _ = self._link()
        head = (
            "<b>Von:</b> Rosa Rep<br><b>Gesendet:</b> Dienstag, 4. März 2025 10:00<br>"
            "<b>An:</b> Ann Lee<br><b>Betreff:</b> Nächste Schritte"
        )
        html = (
            "<div class=WordSection1><p>Gern.</p><div style='border:none;border-top:solid #E1E1E1 "
            f"1.0pt;padding:3.0pt 0cm 0cm 0cm'><p>{head}</p></div>{_html(link)}</div>"
        )
        text = (
            "Gern.\n\nVon: Rosa Rep <rosa@x.example>\nGesendet: Dienstag, 4. März 2025 10:00\n"
            f"An: Ann Lee\nBetreff: Nächste Schritte\n\nWie versprochen: {link}\n"
        )
        return _Draft(text, html, subject="AW: Nächste Schritte")

    def _reply_outlook_web(self) -> _Draft:
        link, _ = self._link()
        html = (
            '<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> '
            f"Rosa<br><b>Sent:</b> today</div><div>{_html(link)}</div>"
        )
        return _Draft("Yes.", html, subject="RE: Next steps")

    def _reply_with_new_link(self) -> _Draft:
        old, _ = self._link()
        new, assets = self._link()
        if new == old:
            return self._link_in_text()
        text = (
            f"Here is the newer one: {new}\n\n-----Original Message-----\nFrom: Rosa\n"
            f"Sent: Tuesday\nTo: Ann\nSubject: x\n\nSee {old}\n"
        )
        return _Draft(text, sends=assets, subject="RE: Next steps")

    def _forward(self) -> _Draft:
        link, assets = self._link()
        text = (
            "For you.\n\n---------- Forwarded message ---------\nFrom: Ravi\n"
            f"Date: Mon, 3 Mar 2025\nSubject: The study\nTo: Rosa\n\nLook: {link}\n"
        )
        subject = self._chance.choice(("Fwd: The study", "WG: The study", "TR: The study"))
        return _Draft(text, sends=assets, subject=subject)

    def _forward_attached(self) -> _Draft:
        link, assets = self._link()
        inner = f"From: ravi@x.example\nTo: {self._owner}\nSubject: The study\n\nLook: {link}\n"
        return _Draft("See the attached mail.", sends=assets, carried=inner.encode())

    def _file(self) -> _Draft:
        file = self._chance.choice(self._material.files)
        named = replace(file, name=f"Für Sie {self._number}.docx")
        assets = frozenset((file.asset_id,)) if file.asset_id is not None else frozenset()
        return _Draft("Attached.", sends=assets, files=(named, _LOGO))

    def _foreign_file(self) -> _Draft:
        return _Draft("The contract.", files=(self._chance.choice(self._material.foreign), _LOGO))

    def _bounce(self) -> _Draft:
        link, _ = self._link()
        report = f"To: ann@gone.example\nFrom: {self._owner}\nSubject: x\n\nAs promised: {link}\n"
        return _Draft(
            "It could not be delivered.",
            sender="Mail Delivery System <MAILER-DAEMON@mx.example>",
            to=f"<{self._owner}>",
            headers=("Return-Path: <>", "Auto-Submitted: auto-replied"),
            report=report.encode(),
        )

    def _receipt(self) -> _Draft:
        link, _ = self._link()
        report = f"From: ann@buyer.example\nSubject: x\n\nI opened {link}\n"
        return _Draft("Rosa has read it.", report=report.encode(), subject="Read: x")

    def _auto_reply(self) -> _Draft:
        link, _ = self._link()
        return _Draft(f"I am away. Meanwhile: {link}", headers=("Auto-Submitted: auto-replied",))

    def _invitation(self) -> _Draft:
        link, _ = self._link()
        return _Draft(f"BEGIN:VCALENDAR\nDESCRIPTION:{link}\nEND:VCALENDAR", subject="Invitation")

    def _to_colleagues(self) -> _Draft:
        link, _ = self._link()
        return _Draft(f"Have you seen {link}?", to=", ".join(self._colleagues))

    def _of_stranger(self) -> _Draft:
        link, _ = self._link()
        return _Draft(f"You sent me {link}", sender=self._buyer(), to=f"<{self._owner}>")

    def _written(self, draft: _Draft, at: datetime) -> bytes:
        is_invitation = draft.text.startswith("BEGIN:VCALENDAR")
        head = [
            *draft.headers,
            f"Date: {format_datetime(at)}",
            f"From: {draft.sender}",
            f"To: {draft.to}",
            f"Subject: {draft.subject}",
            "MIME-Version: 1.0",
        ]
        if draft.has_id:
            head.append(f"Message-ID: <{self._number}.{at.timestamp():.0f}@mail.example>")
        content = calendar(draft.text) if is_invitation else self._body(draft)
        if draft.report:
            reported = typed("text/rfc822-headers", draft.report)
            kind = "delivery-status" if "Delivery" in draft.sender else "disposition-notification"
            status = typed(f"message/{kind}", b"Reporting-MTA: dns; mx.example\n\nAction: failed\n")
            content = many(f"report; report-type={kind}", [content, status, reported])
        elif draft.carried or draft.files:
            inner = [typed("message/rfc822", draft.carried)] if draft.carried else []
            content = many("mixed", [content, *inner, *map(file_part, draft.files)])
        return "\n".join(head).encode() + b"\n" + content

    def _body(self, draft: _Draft) -> bytes:
        text = coded("text/plain", draft.text, self._chance)
        if not draft.html:
            return text
        page = f"<html><body>{draft.html}</body></html>"
        return many("alternative", [text, coded("text/html", page, self._chance)])


# How many of each kind stand in a hundred and one letters.
_KINDS: tuple[tuple[str, int], ...] = (
    ("plain", 24), ("other_links", 8), ("newsletter", 8), ("link_in_text", 6),
    ("link_in_html", 6), ("two_links", 3), ("wrapped", 5), ("page", 3), ("reply_gmail", 6),
    ("reply_outlook", 4), ("reply_outlook_web", 3), ("reply_with_new_link", 3), ("forward", 3),
    ("forward_attached", 2), ("file", 4), ("foreign_file", 3), ("bounce", 2), ("receipt", 1),
    ("auto_reply", 1), ("invitation", 1), ("to_colleagues", 2), ("of_stranger", 3),
)  # fmt: skip
KINDS = tuple(kind for kind, _ in _KINDS)


def _html(link: str) -> str:
    escaped = link.replace("&", "&amp;")
    return f'<p>As promised, <a href="{escaped}">the study</a>.</p>'


_LOGO = Attached("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(900), None, "image/png", is_inline=True)


def write_mbox(path: Path, letters: Iterator[Letter]) -> list[Letter]:
    """The letters as an mbox, whose "From " lines within letters are escaped; returns them
    without their bytes."""
    kept = []
    with path.open("wb") as file:
        for letter in letters:
            file.write(f"From rosa@x.example {letter.at:%a %b %d %H:%M:%S %Y}\n".encode())
            file.write(letter.raw.replace(b"\nFrom ", b"\n>From ") + b"\n\n")
            kept.append(replace(letter, raw=b""))
    return kept


def write_eml_files(folder: Path, letters: Iterator[Letter]) -> list[Letter]:
    """Each letter a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for number, letter in enumerate(letters):
        (folder / f"{number:06}.eml").write_bytes(letter.raw)
        kept.append(replace(letter, raw=b""))
    return kept

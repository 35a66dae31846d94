"""One-time codes: ten minutes, five tries, used once, never in clear."""

import json
import threading
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import func, select

from contentlib.errors import TooManyAttempts
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.reactions import REACTIONS, tidy
from contentlib.share import codes, service
from contentlib.share.models import Share, ShareCode
from contentlib.share.rules import ShareRules
from tests.cast import Cast, hire
from tests.factories import make_asset

ANN = "ann@x.example"


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def share_id(library: Library, cast: Cast) -> int:
    return _share(library, cast)


def _share(library: Library, cast: Cast, *allowed: str) -> int:
    asset = make_asset(library, "Dock story")
    with library.database.unit_of_work() as session:
        made = service.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset],
            wanted_rules=ShareRules(asks_email=True, allowed=allowed),
            can_mail=True,
            now=library.clock.now(),
        )
        return made.id


def _ask(library: Library, share_id: int, address: str = ANN) -> None:
    with library.database.unit_of_work() as session:
        codes.ask(
            session,
            share_id=share_id,
            address=address,
            key=library.signing_key,
            now=library.clock.now(),
        )


def _enter(library: Library, share_id: int, code: str, address: str = ANN) -> int | None:
    with library.database.unit_of_work() as session:
        return codes.enter(
            session,
            share_id=share_id,
            address=address,
            code=code,
            key=library.signing_key,
            now=library.clock.now(),
        )


def _newest(library: Library) -> str:
    """The digits that the last mail would hold."""
    with library.database.reading() as session:
        row = session.scalars(select(ShareCode).order_by(ShareCode.id.desc()).limit(1)).one()
        return codes.code_of(row, key=library.signing_key)


def _move(library: Library, **by: float) -> None:
    library.clock.move(timedelta(**by))  # type: ignore[attr-defined]


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_is_six_digits_and_opens_once(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    code = _newest(library)
    assert len(code) == 6 and code.isdecimal()
    code_id = _enter(library, share_id, f" {code[:3]} {code[3:]} ")
    assert code_id is not None
    assert _enter(library, share_id, code) is None
    with library.database.reading() as session:
        assert codes.proven_address(session, share_id=share_id, code_id=code_id) == ANN


def test_a_code_opens_for_ten_minutes(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    code = _newest(library)
    _move(library, minutes=10)
    assert _enter(library, share_id, code) is None


def test_a_newer_code_ends_the_older_one(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    old = _newest(library)
    _ask(library, share_id)
    assert _newest(library) != old
    assert _enter(library, share_id, old) is None
    assert _enter(library, share_id, _newest(library)) is not None


def test_after_five_wrong_tries_the_right_one_comes_too_late(
    library: Library, share_id: int
) -> None:
    _ask(library, share_id)
    code = _newest(library)
    for _ in range(5):
        assert _enter(library, share_id, _another(code)) is None
    assert _enter(library, share_id, code) is None


def test_the_fifth_try_may_still_be_right(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    code = _newest(library)
    for _ in range(4):
        _enter(library, share_id, _another(code))
    assert _enter(library, share_id, code) is not None


def test_a_code_belongs_to_its_address_and_its_link(
    library: Library, cast: Cast, share_id: int
) -> None:
    other = _share(library, cast)
    _ask(library, share_id)
    code = _newest(library)
    assert _enter(library, share_id, code, "bob@x.example") is None
    assert _enter(library, other, code) is None
    code_id = _enter(library, share_id, code)
    assert code_id is not None
    with library.database.reading() as session:
        assert codes.proven_address(session, share_id=other, code_id=code_id) is None


def test_a_code_that_was_not_entered_proves_nothing(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    with library.database.reading() as session:
        code_id = session.scalars(select(ShareCode.id)).one()
        assert codes.proven_address(session, share_id=share_id, code_id=code_id) is None


def test_of_many_who_enter_the_same_code_at_once_one_is_let_in(
    library: Library, share_id: int
) -> None:
    _ask(library, share_id)
    code = _newest(library)
    found: list[int | None] = []
    ready = threading.Barrier(4)

    def enter() -> None:
        ready.wait()
        found.append(_enter(library, share_id, code))

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(code_id is not None for code_id in found) == 1


def test_tries_made_at_once_each_count(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    wrong = _another(_newest(library))
    ready = threading.Barrier(8)

    def enter() -> None:
        ready.wait()
        _enter(library, share_id, wrong)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with library.database.reading() as session:
        assert session.scalars(select(ShareCode.attempts)).one() == codes.MOST_ATTEMPTS


def test_an_address_gets_three_codes_in_ten_minutes(library: Library, share_id: int) -> None:
    for _ in range(3):
        _ask(library, share_id)
    with pytest.raises(TooManyAttempts) as refusal:
        _ask(library, share_id)
    assert refusal.value.retry_after_s == 600
    _ask(library, share_id, "bob@x.example")
    _move(library, minutes=10)
    _ask(library, share_id)


def test_a_link_gives_twenty_codes_an_hour(library: Library, cast: Cast, share_id: int) -> None:
    for n in range(20):
        _ask(library, share_id, f"reader{n}@x.example")
    with pytest.raises(TooManyAttempts):
        _ask(library, share_id, "late@x.example")
    _ask(library, _share(library, cast), "late@x.example")
    _move(library, hours=1)
    _ask(library, share_id, "late@x.example")


def test_those_who_ask_at_once_get_no_more_than_that(library: Library, share_id: int) -> None:
    ready = threading.Barrier(6)

    def ask() -> None:
        ready.wait()
        with suppress(TooManyAttempts):
            _ask(library, share_id)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with library.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ShareCode)) == 3


def test_neither_the_row_nor_the_job_holds_the_code(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    with library.database.reading() as session:
        row = session.scalars(select(ShareCode)).one()
        job = session.scalars(select(Job).where(Job.reaction == "mail_share_code")).one()
    assert job.payload == {"code_id": row.id}
    code = codes.code_of(row, key=library.signing_key)
    assert code not in json.dumps(job.payload) and row.code_hash != code
    assert codes.code_of(row, key=b"another key") != code


def test_asking_leaves_the_same_traces_for_who_may_and_who_may_not(
    library: Library, cast: Cast
) -> None:
    share_id = _share(library, cast, "@x.example")
    for address in ("ann@x.example", "eve@evil.example"):
        _ask(library, share_id, address)
    with library.database.reading() as session:
        asked = session.scalars(select(ShareCode.email).order_by(ShareCode.id)).all()
        jobs = session.scalar(
            select(func.count()).select_from(Job).where(Job.reaction == "mail_share_code")
        )
    assert (list(asked), jobs) == (["ann@x.example", "eve@evil.example"], 2)


class Outbox:
    """A mailer that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    def send(self, message: EmailMessage) -> None:
        # through bytes, as on the wire
        read = message_from_bytes(message.as_bytes(), policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.sent.append(read)


def _mailed(library: Library) -> list[EmailMessage]:
    """Runs the mail reactions of all jobs once; what they sent."""
    outbox = Outbox()
    with_mail = _with(library, outbox)
    with library.database.reading() as session:
        waiting = session.scalars(
            select(Job).where(Job.reaction.in_(("mail_share_code", "mail_asking")))
        ).all()
    for job in waiting:
        REACTIONS[job.reaction].run(with_mail, [job.payload])
    return outbox.sent


def _with(library: Library, mailer: Outbox) -> Library:
    from dataclasses import replace

    return replace(library, mailer=mailer)


def test_the_mail_holds_the_code_the_sender_and_the_link(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    (mail,) = _mailed(library)
    text = mail.get_content()
    with library.database.reading() as session:
        public_id = session.get_one(Share, share_id).public_id
    assert _newest(library) in text and library.share_address(public_id) in text
    assert "Rosa, Your company" in text
    assert (mail["To"], mail["Auto-Submitted"]) == (ANN, "auto-generated")
    assert _newest(library) not in mail["Subject"]
    assert "Dock story" not in mail.as_string()


def test_sending_the_mail_again_is_the_same_message(library: Library, share_id: int) -> None:
    _ask(library, share_id)
    assert _mailed(library)[0]["Message-ID"] == _mailed(library)[0]["Message-ID"]


def test_only_an_address_that_may_open_the_link_is_written_to(library: Library, cast: Cast) -> None:
    share_id = _share(library, cast, "@x.example")
    _ask(library, share_id, "eve@evil.example")
    _ask(library, share_id, "ann@x.example")
    assert [mail["To"] for mail in _mailed(library)] == ["ann@x.example"]


@pytest.mark.parametrize("what", ["over", "used", "revoked"])
def test_a_code_that_opens_nothing_any_more_is_not_mailed(
    library: Library, cast: Cast, share_id: int, what: str
) -> None:
    _ask(library, share_id)
    if what == "over":
        _move(library, minutes=10)
    elif what == "used":
        _enter(library, share_id, _newest(library))
    else:
        with library.database.unit_of_work() as session:
            share = session.get_one(Share, share_id)
            service.revoke(
                session,
                viewer=cast.rosa,
                share_public_id=share.public_id,
                now=library.clock.now(),
            )
    assert _mailed(library) == []


def test_codes_that_nobody_used_are_forgotten_after_a_day_and_used_ones_stay(
    library: Library, share_id: int
) -> None:
    _ask(library, share_id)
    assert _enter(library, share_id, _newest(library)) is not None
    _ask(library, share_id, "bob@x.example")
    _move(library, hours=25)
    tidy(library)
    with library.database.reading() as session:
        assert session.scalars(select(ShareCode.email)).all() == [ANN]


def _asks_maker(library: Library, share_id: int, **words: str) -> None:
    with library.database.unit_of_work() as session:
        share = session.get_one(Share, share_id)
        told = {"email": "bea@buyer.example", "name": "Bea", "text": "May I see it?", **words}
        service.ask_maker(session, share_public_id=share.public_id, now=library.clock.now(), **told)


def test_a_visitors_words_go_to_the_maker_who_answers_straight_to_the_visitor(
    library: Library, share_id: int
) -> None:
    _asks_maker(library, share_id)
    (mail,) = _mailed(library)
    assert mail["To"] == "Rosa <rosa@contentlib.example>"
    assert mail["Reply-To"] == "Bea <bea@buyer.example>"
    assert "> May I see it?" in mail.get_content() and "Dock story" in mail.get_content()


def test_words_with_line_breaks_in_odd_places_make_no_header(
    library: Library, share_id: int
) -> None:
    _asks_maker(library, share_id, name="Bea\r\nBcc: all@x.example", text="a\nBcc: b@x.example")
    (mail,) = _mailed(library)
    assert mail["Bcc"] is None
    assert "Bcc: all@x.example" in mail["Reply-To"]


def test_a_maker_who_left_is_not_written_to(library: Library, cast: Cast, share_id: int) -> None:
    from contentlib.member.models import Member

    _asks_maker(library, share_id)
    with library.database.unit_of_work() as session:
        session.get_one(Member, cast.rosa.member_id).active = False
    assert _mailed(library) == []


def test_a_link_that_never_was_is_asked_for_in_silence(library: Library) -> None:
    with library.database.unit_of_work() as session:
        for unknown in (None, "bcdfghjkmnpqrs"):
            service.ask_maker(
                session,
                share_public_id=unknown,
                email="bea@buyer.example",
                name="",
                text="Hello?",
                now=library.clock.now(),
            )
    with library.database.reading() as session:
        assert session.scalars(select(Job).where(Job.reaction == "mail_asking")).all() == []


def test_the_codes_of_a_maildir_library_land_in_its_folder(tmp_path: Path, new_sqlite) -> None:  # type: ignore[no-untyped-def]
    from contentlib.worker import Worker
    from tests.factories import make_library

    new_sqlite(tmp_path)
    library = make_library(tmp_path, mail_url=f"maildir:{tmp_path / 'outbox'}")
    share_id = _share(library, hire(library))
    _ask(library, share_id)
    Worker(library).drain()
    (mail,) = (tmp_path / "outbox" / "new").iterdir()
    assert _newest(library) in mail.read_text()
    library.close()

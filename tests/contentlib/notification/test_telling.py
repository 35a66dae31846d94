"""A rep hears of the first reader and of those who come back; never of machines."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import update

from contentlib.adapters.mail.mailers import open_mailer
from contentlib.engagement.models import Visit
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.member.models import Member
from contentlib.notification import queries, service
from contentlib.notification.models import Notification
from contentlib.notification.queries import NotificationLine
from contentlib.reactions import fold_beats, notify, tell_of_visit
from contentlib.share.models import Share
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.contentlib.engagement.visiting import Link, link, reads
from tests.web.viewing import rows_of

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def mailing(library: Library, tmp_path: Path) -> Library:
    """The library with a mail server, which is a folder."""
    return replace(library, mailer=open_mailer(f"maildir:{tmp_path / 'mail'}"))


def _settle(library: Library) -> None:
    fold_beats(library)
    Worker(library).drain(periodic=False)
    notify(library)


def _told(library: Library, cast: Cast) -> list[NotificationLine]:
    with library.database.reading() as session:
        return queries.listed(session, cast.rosa, now=library.clock.now())


def _unread(library: Library, cast: Cast) -> int:
    with library.database.reading() as session:
        return queries.unread(session, cast.rosa, now=library.clock.now())


def _mails(tmp_path: Path) -> list[EmailMessage]:
    files = sorted(tmp_path.glob("mail/new/*"))
    return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]  # type: ignore[misc]


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


def _with_notice(library: Library, opened: Link, notice: str) -> None:
    with library.database.unit_of_work() as session:
        session.execute(update(Share).where(Share.id == opened.share_id).values(notice=notice))


def _becomes(library: Library, visitor_class: str) -> None:
    """The last visit is judged anew, as when a network is put on the list."""
    visit = rows_of(library, Visit)[-1]
    with library.database.unit_of_work() as session:
        session.get_one(Visit, visit.id).visitor_class = visitor_class
    tell_of_visit(library, [{"visit_id": visit.id}])


def _visited(library: Library, opened: Link, *, after: timedelta = timedelta(), **how: str) -> None:
    """Somebody reads, and five minutes later what came in was looked at."""
    library.clock.move(after)  # type: ignore[attr-defined]
    reads(library, opened, **how)  # type: ignore[arg-type]
    library.clock.move(timedelta(seconds=30))  # type: ignore[attr-defined]
    _settle(library)
    library.clock.move(timedelta(minutes=5))  # type: ignore[attr-defined]
    _settle(library)


def test_the_first_reader_is_told_after_three_minutes_with_what_they_read(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened)
    library.clock.move(timedelta(minutes=2))  # type: ignore[attr-defined]
    _settle(library)
    assert _told(library, cast) == [] and _unread(library, cast) == 0
    library.clock.move(timedelta(minutes=1, seconds=30))  # type: ignore[attr-defined]
    _settle(library)
    (line,) = _told(library, cast)
    assert line.text == "Somebody opened “Docks”: page 1 in 20 s."
    assert (line.kind, line.state, line.is_new) == ("first", "so far", True)
    assert _unread(library, cast) == 1


def test_what_was_told_grows_while_they_read_on_and_is_closed_when_they_left(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    _visited(library, opened)
    library.clock.move(timedelta(hours=1))  # type: ignore[attr-defined]
    _settle(library)
    (line,) = _told(library, cast)
    assert line.state == "final"


def test_a_second_visit_soon_after_is_no_news_and_one_after_quiet_days_is(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    _visited(library, opened)
    _visited(library, opened, after=timedelta(hours=5), visitor="another")
    assert len(_told(library, cast)) == 1
    _visited(library, opened, after=timedelta(days=4), visitor="third")
    newest, _ = _told(library, cast)
    assert (newest.kind, newest.text) == (
        "return",
        "Somebody came back to “Docks”: page 1 in 20 s.",
    )


def test_machines_and_people_who_ask_not_to_be_followed_are_never_told_of(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    _visited(library, opened, agent="curl/8.5", visitor="machine")
    reads(library, opened, visitor="private", is_private=True)
    library.clock.move(timedelta(minutes=9))  # type: ignore[attr-defined]
    _settle(library)
    assert _told(library, cast) == [] and rows_of(library, Notification) == []


def test_a_link_pasted_into_a_chat_is_told_once_as_such(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    _visited(library, opened, agent=SLACK, visitor="slack")
    _visited(library, opened, after=timedelta(days=1), agent=SLACK, visitor="slack again")
    (line,) = _told(library, cast)
    assert line.text == "Your link was pasted into Slack: others may read it there."


def test_a_reader_who_turns_out_to_be_a_machine_before_anybody_heard_leaves_no_trace(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    reads(library, opened)
    library.clock.move(timedelta(minutes=1))  # type: ignore[attr-defined]
    _settle(library)
    _becomes(library, "machine")
    library.clock.move(timedelta(minutes=9))  # type: ignore[attr-defined]
    _settle(library)
    assert _told(library, cast) == []
    # the next one is a person, and the first that the rep hears of
    _visited(library, opened, visitor="person")
    (line,) = _told(library, cast)
    assert (line.kind, line.state) == ("first", "so far")


def test_who_already_had_the_mail_gets_a_correction(
    mailing: Library, cast: Cast, tmp_path: Path
) -> None:
    _visited(mailing, link(mailing, cast.rosa))
    _becomes(mailing, "machine")
    _settle(mailing)
    first, correction = sorted(_mails(tmp_path), key=lambda mail: "A correction" in _text(mail))
    assert first["Subject"] == "Somebody opened “Docks”: page 1 in 20 s."
    assert "that was a machine, no person" in _text(correction)
    assert [line.state for line in _told(mailing, cast)] == ["final", "withdrawn"]


def test_a_mail_leaves_once_and_says_where_to_look(
    mailing: Library, cast: Cast, tmp_path: Path
) -> None:
    _visited(mailing, link(mailing, cast.rosa))
    for _ in range(3):
        _settle(mailing)
    (mail,) = _mails(tmp_path)
    assert mail["To"] == f"{cast.rosa.name} <{cast.rosa.email}>"
    assert f"{mailing.settings.base_url}/shares/" in _text(mail)


def test_many_within_an_hour_wait_for_one_digest(
    mailing: Library, cast: Cast, tmp_path: Path
) -> None:
    links = [link(mailing, cast.rosa, f"Deck {n}") for n in range(9)]
    for opened in links:
        reads(mailing, opened, visitor=f"v{opened.share_id}")
    mailing.clock.move(timedelta(minutes=4))  # type: ignore[attr-defined]
    _settle(mailing)
    assert len(_mails(tmp_path)) == mailing.settings.notices_per_hour == 6
    mailing.clock.move(timedelta(hours=5))  # type: ignore[attr-defined]
    _settle(mailing)
    (digest,) = [m for m in _mails(tmp_path) if m["Subject"] == "3 things about your links"]
    assert all(f"“Deck {n}”" in _text(digest) for n in (6, 7, 8))
    assert len(_told(mailing, cast)) == 9


@pytest.mark.parametrize(("notice", "in_app", "mails"), [("digest", 1, 0), ("none", 0, 0)])
def test_a_link_is_told_of_as_its_maker_wants(
    mailing: Library, cast: Cast, tmp_path: Path, notice: str, in_app: int, mails: int
) -> None:
    opened = link(mailing, cast.rosa)
    _with_notice(mailing, opened, notice)
    _visited(mailing, opened)
    assert len(_told(mailing, cast)) == in_app
    assert len(_mails(tmp_path)) == mails
    mailing.clock.move(timedelta(hours=5))  # type: ignore[attr-defined]
    _settle(mailing)
    assert len(_mails(tmp_path)) == in_app


def test_without_a_mail_server_nothing_waits_to_be_mailed(library: Library, cast: Cast) -> None:
    _visited(library, link(library, cast.rosa))
    (row,) = rows_of(library, Notification)
    assert row.mail == "none"


def test_being_told_twice_of_the_same_judgement_tells_once(library: Library, cast: Cast) -> None:
    _visited(library, link(library, cast.rosa))
    jobs = [job for job in rows_of(library, Job) if job.reaction == "tell_of_visit"]
    assert len(jobs) == 1
    for _ in range(2):
        tell_of_visit(library, [jobs[0].payload])
    assert len(rows_of(library, Notification)) == 1


def test_what_was_told_stays_where_it_stood_when_its_reader_proves_an_address_later(
    library: Library, cast: Cast
) -> None:
    _visited(library, link(library, cast.rosa))
    (before,) = _told(library, cast)
    library.clock.move(timedelta(minutes=20))  # type: ignore[attr-defined]
    _becomes(library, "verified")
    (after,) = _told(library, cast)
    assert (after.id, after.at) == (before.id, before.at)


def test_an_earlier_reader_of_whom_we_hear_later_is_no_second_first(
    library: Library, cast: Cast
) -> None:
    opened = link(library, cast.rosa)
    library.clock.move(timedelta(hours=2))  # type: ignore[attr-defined]
    _visited(library, opened)
    (before,) = _told(library, cast)
    reads(library, opened, visitor="earlier", at_s=-5400)
    _settle(library)
    assert _told(library, cast) == [before]


def test_two_visits_that_were_one_are_told_of_once(library: Library, cast: Cast) -> None:
    _visited(library, link(library, cast.rosa))
    (told,) = rows_of(library, Notification)
    with library.database.unit_of_work() as session:
        service.follow_merge(session, visit_id=told.visit_id or 0, into_visit_id=77)
    assert [row.visit_id for row in rows_of(library, Notification)] == [77]
    with library.database.unit_of_work() as session:
        service.follow_merge(session, visit_id=5, into_visit_id=77)
    assert len(rows_of(library, Notification)) == 1


def test_reading_marks_only_ones_own(library: Library, cast: Cast) -> None:
    _visited(library, link(library, cast.rosa))
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        service.mark_read(session, viewer=cast.ravi, now=now)
    assert _unread(library, cast) == 1
    with library.database.unit_of_work() as session:
        service.mark_read(session, viewer=cast.rosa, now=now)
    assert _unread(library, cast) == 0


def test_a_colleague_who_left_is_not_told(library: Library, cast: Cast) -> None:
    opened = link(library, cast.rosa)
    with library.database.unit_of_work() as session:
        session.execute(update(Member).where(Member.id == cast.rosa.member_id).values(active=False))
    _visited(library, opened)
    assert rows_of(library, Notification) == []

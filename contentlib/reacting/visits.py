"""Visits: made of what came in, judged again, and told to whoever made the link."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contentlib.engagement import acts
from contentlib.engagement import service as engagement
from contentlib.engagement.models import Unfurl
from contentlib.events import jobs
from contentlib.events.jobs import Payload
from contentlib.library import Library
from contentlib.notification import service as notifications
from contentlib.share import codes


def fold_beats(library: Library) -> None:
    """Makes visits and views of what was asked, seen and taken since the last time."""
    gap = timedelta(minutes=library.settings.visit_gap_minutes)
    acts.fold_what_is_new(library.database, gap=gap, now=library.clock.now())


def judge_again(library: Library) -> None:
    """Judges visits anew that older rules judged, as long as their raw requests are kept."""
    now = library.clock.now()
    acts.judge_outdated(library.database, since=now - _kept(library), now=now)


def judge_listed(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges past visits by a network that was put on a list."""
    for payload in payloads:
        acts.judge_network(library.database, **payload, is_listed=True, now=library.clock.now())


def judge_unlisted(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges past visits without a network that was taken off its list."""
    for payload in payloads:
        acts.judge_network(library.database, **payload, is_listed=False, now=library.clock.now())


def judge_sent(library: Library, payloads: Sequence[Payload]) -> None:
    """Judges the visits of links anew, now that we know when they left."""
    sends = [(p["share_id"], datetime.fromisoformat(p["sent_at"])) for p in payloads]
    acts.judge_sent(library.database, sends, now=library.clock.now())


def tell_of_visit(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the makers of links of people's visits, and takes back what was a machine's."""
    now, policy = library.clock.now(), _policy(library)
    for visit_id in dict.fromkeys(payload["visit_id"] for payload in payloads):
        with library.database.unit_of_work() as session:
            notifications.tell_of_visit(session, visit_id=visit_id, policy=policy, now=now)


def follow_merged_visit(library: Library, payloads: Sequence[Payload]) -> None:
    """Lets what was told of a visit stand for the one that it turned out to be part of."""
    with library.database.unit_of_work() as session:
        for payload in payloads:
            notifications.follow_merge(session, **payload)


def tell_of_unfurl(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the makers of links where they were pasted."""
    now, policy = library.clock.now(), _policy(library)
    for payload in payloads:
        with library.database.unit_of_work() as session:
            unfurl = session.get(Unfurl, payload["unfurl_id"])
            if unfurl is not None:
                notifications.tell_of_unfurl(
                    session,
                    share_id=unfurl.share_id,
                    service=unfurl.service,
                    policy=policy,
                    now=now,
                )


def tell_of_asking(library: Library, payloads: Sequence[Payload]) -> None:
    """Tells the maker of a link in the app that somebody could not open it."""
    for payload in payloads:
        with library.database.unit_of_work() as session:
            notifications.tell_of_asking(
                session,
                share_id=payload["share_id"],
                email=payload["email"],
                text=payload["text"],
                policy=_policy(library),
                now=library.clock.now(),
            )


def _policy(library: Library) -> notifications.Policy:
    settings = library.settings
    return notifications.Policy(
        quiet=timedelta(hours=settings.return_after_hours),
        most_mails_an_hour=settings.notices_per_hour,
        can_mail=library.mailer is not None,
    )


def tidy(library: Library) -> None:
    """Forgets what need not be kept: old jobs, salts, and raw requests past their retention."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        jobs.prune_done(session, before=now - timedelta(days=7))
        codes.forget_unused(session, before=now - timedelta(days=1))
        engagement.forget_old_salts(session, now=now)
    acts.forget_old_requests(library.database, before=now - _kept(library))


def _kept(library: Library) -> timedelta:
    return timedelta(days=library.settings.hit_retention_days)

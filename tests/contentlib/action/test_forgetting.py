"""A person is forgotten: their address stands nowhere any more, and every count is as it was."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from contentlib import schema
from contentlib.action.forgetting import Held, forget, held
from contentlib.audit.queries import latest
from contentlib.crm.models import Contact
from contentlib.engagement.models import Visit
from contentlib.engagement.queries import visits_of
from contentlib.engagement.share_figures import of_shares
from contentlib.errors import InvalidInput
from contentlib.events.jobs import Job
from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.search.models import SearchEvent
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.models import Share, ShareRecipient
from tests.cast import Cast, hire
from tests.contentlib.engagement.visiting import Link, link, reads
from tests.factories import make_asset
from web.cli.report import OPERATOR
from web.reports import REPORTS, build

BEA = "bea.o'neil+sales@buyer.example"
OTHER = "joan-bea.o'neil+sales@buyer.example"


@pytest.fixture
def cast(library: Library) -> Cast:
    return hire(library)


@pytest.fixture
def opened(library: Library, cast: Cast) -> Link:
    """A contact who was mailed a link, asked for a code, read it and is talked about."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        session.add(Contact(public_id="bea", email=BEA, name="Bea O'Neil", created_at=now))
    made = link(library, cast.rosa)
    with library.database.unit_of_work() as session:
        share = session.get_one(Share, made.share_id)
        share.message = f"Dear Bea O'Neil, as said to {BEA.upper()}: the docks."
        share.rules = {**share.rules, "allowed": [BEA, OTHER]}
        contact = session.scalars(select(Contact)).one()
        for email, name, contact_id in ((BEA, "Bea", contact.id), (OTHER, "Joan", None)):
            session.add(
                ShareRecipient(share_id=share.id, email=email, name=name, contact_id=contact_id)
            )
        session.flush()
        session.refresh(share)
        sending.record_share_sent(
            session, shares=[share], evidence="app_mail", source_key="1", now=now
        )
        shares.mail(
            session,
            viewer=cast.rosa,
            share_public_id=share.public_id,
            subject=f"For {BEA}",
            body="Dear Bea O'Neil, docks.",
            now=now,
        )
        session.add(
            SearchEvent(
                public_id="s1",
                member_id=cast.rosa.member_id,
                role="rep",
                text=f"what did {BEA} ask?",
                facets={"who": [{"deep": BEA}]},
                shown=0,
                confident=False,
                at=now,
            )
        )
    reads(library, made, code_email=BEA, at_s=60)
    fold_beats(library)
    return made


def _everything(library: Library) -> str:
    """All rows of all tables as text."""
    with library.database.reading() as session:
        rows = [
            [table.name, *map(str, row)]
            for table in schema.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    return json.dumps(rows, ensure_ascii=False)


def _counts(library: Library, opened: Link) -> list[object]:
    with library.database.reading() as session:
        figures = of_shares(session, [opened.share_id])
        reports = [
            build(library, session, OPERATOR, name, first=None, last=None) for name in REPORTS
        ]
    return [figures, reports]


def test_the_address_stands_nowhere_afterwards_and_neither_does_the_name(
    library: Library, opened: Link
) -> None:
    assert BEA in _everything(library)
    found = forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    told = _everything(library).casefold()
    assert BEA not in told.replace(OTHER, "")
    assert "bea o'neil" not in told
    assert found.rows["contacts"] == found.rows["share_codes"] == found.rows["searches"] == 1


def test_whoever_has_a_longer_address_is_not_touched(library: Library, opened: Link) -> None:
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    with library.database.reading() as session:
        share = session.get_one(Share, opened.share_id)
        recipients = session.scalars(select(ShareRecipient).order_by(ShareRecipient.id)).all()
    assert share.rules["allowed"][1] == recipients[1].email == OTHER
    assert recipients[1].name == "Joan"


def test_every_count_is_as_it_was(library: Library, opened: Link) -> None:
    library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    before = _counts(library, opened)
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    assert _counts(library, opened) == before
    with library.database.reading() as session:
        (visit,) = visits_of(session, opened.share_id)
        assert visit.visitor_class == "verified"
        assert visit.reader is not None and visit.reader.startswith("forgotten-")
        assert session.scalars(select(Visit.code_id)).one() is not None


def test_the_same_person_is_one_placeholder_everywhere(library: Library, opened: Link) -> None:
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    with library.database.reading() as session:
        share = session.get_one(Share, opened.share_id)
        recipient = session.scalars(select(ShareRecipient).order_by(ShareRecipient.id)).first()
        contact = session.scalars(select(Contact)).one()
    assert recipient is not None and recipient.contact_id == contact.id
    assert {share.rules["allowed"][0], recipient.email} == {contact.email}
    assert contact.email.startswith("forgotten-")


def test_a_second_time_there_is_nothing_to_forget(library: Library, opened: Link) -> None:
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    before = _everything(library)
    again = forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    assert again == Held({}, 0)
    assert _everything(library) == before


def test_it_is_in_the_audit_log_without_the_address(library: Library, opened: Link) -> None:
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    with library.database.reading() as session:
        (line,) = [line for line in latest(session) if line.act == "contact forgotten"]
    assert line.subject.startswith("forgotten-") and line.detail["contacts"] == 1


def test_a_job_that_waits_is_kept_without_the_address(library: Library, opened: Link) -> None:
    with library.database.reading() as session:
        before = session.scalars(select(Job.id).order_by(Job.id)).all()
    forget(library.database, contact=BEA, actor="adam", now=library.clock.now())
    with library.database.reading() as session:
        assert session.scalars(select(Job.id).order_by(Job.id)).all() == before
        (mail,) = session.scalars(select(Job).where(Job.reaction == "mail_share"))
    assert mail.payload["subject"].startswith("For forgotten-")
    assert mail.payload["body"] == "Dear a forgotten contact, docks."


def test_an_asset_that_prints_the_address_is_told_of_and_left(library: Library) -> None:
    make_asset(library, "Whom to ask", f"Ask {BEA} about docks.")
    with library.database.reading() as session:
        found = held(session, BEA)
    assert found.is_empty and found.assets > 0
    assert forget(library.database, contact=BEA, actor="a", now=library.clock.now()).rows == {}


def test_what_is_no_address_and_what_is_a_members_is_refused(library: Library, cast: Cast) -> None:
    for wrong in ("", "bea", cast.rosa.email):
        with pytest.raises(InvalidInput):
            forget(library.database, contact=wrong, actor="adam", now=library.clock.now())

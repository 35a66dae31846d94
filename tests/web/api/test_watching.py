"""What a browser saw leave, and what becomes of it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from contentlib.asset.models import AssetVersion
from contentlib.crm.models import Opportunity
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.sending.models import AttachmentReview, Send
from tests.cast import Cast
from tests.contentlib.sending.telling import newer_version
from tests.factories import make_asset
from tests.web.api.calling import Program, device_of
from tests.web.api.rep_browser import BEA, open_deal, seen, sends, tell, tracked_link, version_of


def test_a_link_that_left_is_a_confirmed_send_of_its_deal(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = open_deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    event = seen(library, {"link": tracked_link(browser, docks, deal=deal)})
    assert tell(browser, event) == {"taken": [event["id"]], "refused": []}
    with library.database.reading() as session:
        send = session.scalars(select(Send)).one()
        assert (send.evidence, send.channel, send.recipient_domains) == (
            "mail_confirmed",
            "link",
            ["buyer.example"],
        )
        assert send.version_id == version_of(library, docks).id
        assert session.get_one(Opportunity, send.opportunity_id).public_id == deal


def test_an_event_told_again_changes_nothing(
    library: Library, browser: Program, docks: str
) -> None:
    event = seen(library, {"link": tracked_link(browser, docks)})
    for _ in range(3):
        assert tell(browser, event)["taken"] == [event["id"]]
    assert len(sends(library)) == 1


def test_a_file_is_known_by_its_hash_and_a_page_by_any_variant_of_its_address(
    library: Library, browser: Program, docks: str
) -> None:
    file = {"file_sha256": version_of(library, docks).file_sha256, "file_name": "renamed.pdf"}
    page = {"page": "http://us.example/docks?utm_campaign=x#top"}
    tell(browser, seen(library, file), seen(library, page, message="m2"))
    assert sends(library) == [
        ("mail_confirmed", "attachment", "same file"),
        ("mail_confirmed", "link", "own address"),
    ]


def test_one_file_behind_two_assets_is_for_its_sender_to_say(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    twin = make_asset(library, "Docks, again", "Docks wait for trucks.")
    same = version_of(library, docks).file_sha256
    with library.database.unit_of_work() as session:
        session.get_one(AssetVersion, version_of(library, twin).id).file_sha256 = same
    tell(browser, seen(library, {"file_sha256": same, "file_name": "docks.pdf"}))
    with library.database.reading() as session:
        review = session.scalars(select(AttachmentReview)).one()
        assert (review.file_name, len(review.candidates)) == ("docks.pdf", 2)
    assert sends(library) == []


def test_an_older_version_is_told_as_what_it_is(
    library: Library, browser: Program, docks: str
) -> None:
    old = version_of(library, docks)
    newer_version(library, docks, at=library.clock.now())
    tell(browser, seen(library, {"file_sha256": old.file_sha256, "file_name": "docks.pdf"}))
    with library.database.reading() as session:
        assert session.scalars(select(Send.version_id)).one() == old.id


@pytest.mark.parametrize("kind", ["probably_sent", "scheduled"])
def test_what_was_not_seen_leaving_is_no_more_than_declared(
    library: Library, browser: Program, docks: str, kind: str
) -> None:
    tell(browser, seen(library, {"link": tracked_link(browser, docks)}, kind=kind, site="linkedin"))
    assert sends(library) == [("declared", "link", "share link")]


def test_an_undone_mail_is_no_send_and_sent_after_all_it_is(
    library: Library, browser: Program, docks: str
) -> None:
    sent = seen(library, {"link": tracked_link(browser, docks)})
    tell(browser, sent, seen(library, kind="taken_back"))
    assert sends(library) == []
    tell(browser, {**sent, "id": public_id()})
    assert sends(library) == [("mail_confirmed", "link", "share link")]


def test_a_mail_to_colleagues_is_no_send(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    event = seen(library, {"link": tracked_link(browser, docks)}, recipients=[cast.wes.email])
    assert tell(browser, event)["taken"] == [event["id"]]
    assert sends(library) == []


def test_what_is_not_ours_is_refused_for_good_and_its_neighbours_are_taken(
    library: Library, browser: Program, docks: str
) -> None:
    forged = seen(library, {"link": f"{library.settings.base_url}/s/nothing"}, message="m2")
    good = seen(library, {"link": tracked_link(browser, docks)})
    told = tell(browser, forged, good)
    assert told["taken"] == [good["id"]]
    assert told["refused"] == [
        {"id": forged["id"], "reason": "Nothing in this message is of this library."}
    ]


def test_a_browser_whose_clock_runs_ahead_dates_nothing_into_the_future(
    library: Library, browser: Program, docks: str
) -> None:
    ahead = (library.clock.now() + timedelta(days=2)).isoformat()
    tell(browser, seen(library, {"link": tracked_link(browser, docks)}, at=ahead))
    with library.database.reading() as session:
        assert session.scalars(select(Send.at)).one() == library.clock.now()


def test_a_colleagues_link_that_this_member_sends_is_this_members_send(
    app: Flask, library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    of_wes = Program(app.test_client(), device_of(library, cast.wes).secret)
    tell(browser, seen(library, {"link": tracked_link(of_wes, docks)}))
    with library.database.reading() as session:
        assert session.scalars(select(Send.member_id)).one() == cast.rosa.member_id


def test_another_teams_deal_is_not_taken_for_the_mails(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = open_deal(library, cast.wes, name="Gates", account="West")
    tell(browser, seen(library, {"link": tracked_link(browser, docks)}, deal=deal))
    with library.database.reading() as session:
        assert session.scalars(select(Send.opportunity_id)).one() is None

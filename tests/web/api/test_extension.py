"""What the browser extension asks of the library, and what it tells."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from contentlib.asset.models import Asset, AssetVersion
from contentlib.clock import FixedClock
from contentlib.crm.models import Account, Contact, Opportunity
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member import devices
from contentlib.member.models import ApiToken, ReportingDay
from contentlib.member.rules import Viewer
from contentlib.sending.models import AttachmentReview, Send
from contentlib.share.models import Share
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.api.calling import Program, device_of, settle_uses
from web import create_app

BEA = "bea@buyer.example"


@pytest.fixture
def app(library: Library) -> Iterator[Flask]:
    made = create_app(library)
    yield made
    settle_uses(made)


@pytest.fixture
def browser(app: Flask, library: Library, cast: Cast) -> Program:
    """Rosa's."""
    return Program(app.test_client(), device_of(library, cast.rosa).secret)


@pytest.fixture
def docks(library: Library, cast: Cast) -> str:
    """A published asset that is also a page of our site."""
    asset = make_asset(library, "Docks", "Docks wait for trucks.")
    with library.database.unit_of_work() as session:
        found = session.scalars(select(Asset).where(Asset.public_id == asset)).one()
        found.source_url = "https://www.us.example/docks/"
    return asset


def _version(library: Library, asset_public_id: str) -> AssetVersion:
    with library.database.reading() as session:
        return session.scalars(
            select(AssetVersion)
            .join(Asset, AssetVersion.asset_id == Asset.id)
            .where(Asset.public_id == asset_public_id)
            .order_by(AssetVersion.number.desc())
        ).first()  # type: ignore[return-value]


def _seen(library: Library, *items: dict[str, str], **said: Any) -> dict[str, Any]:
    return {
        "id": public_id(),
        "kind": "sent",
        "site": "gmail",
        "message": "m1",
        "at": library.clock.now().isoformat(),
        "recipients": [BEA],
        "items": list(items),
        **said,
    }


def _tell(browser: Program, *events: dict[str, Any]) -> Any:
    return browser.post("/extension/events", {"events": list(events)})


def _sends(library: Library) -> list[tuple[str, str, str]]:
    with library.database.reading() as session:
        rows = session.scalars(select(Send).order_by(Send.id))
        return [(send.evidence, send.channel, send.method) for send in rows]


# --- pairing --------------------------------------------------------------------------------------


def _code(library: Library, viewer: Viewer) -> str:
    with library.database.unit_of_work() as session:
        return devices.offer_code(session, viewer=viewer, now=library.clock.now())


def _shows(app: Flask, code: str) -> Any:
    return app.test_client().post("/api/v1/extension/pair", json={"code": code})


def test_a_code_pairs_one_browser_however_it_is_typed(
    app: Flask, library: Library, cast: Cast
) -> None:
    code = _code(library, cast.rosa)
    paired = _shows(app, f" {code.lower().replace('-', ' ')} ")
    assert paired.status_code == 201
    assert paired.json["member"] == {"name": "Rosa", "email": cast.rosa.email}
    browser = Program(app.test_client(), paired.json["token"])
    assert browser.get("/extension/catalogue")["assets"] == {}
    assert _shows(app, code).status_code == 404


def test_a_code_is_good_for_ten_minutes(app: Flask, library: Library, cast: Cast) -> None:
    code = _code(library, cast.rosa)
    _pass(library, minutes=10)
    refusal = _shows(app, code)
    assert refusal.status_code == 404
    assert "ask for a new one" in refusal.json["error"]["message"]


def test_a_new_code_ends_the_one_before(app: Flask, library: Library, cast: Cast) -> None:
    old, new = _code(library, cast.rosa), _code(library, cast.rosa)
    assert _shows(app, old).status_code == 404
    assert _shows(app, new).status_code == 201


def test_trying_codes_out_is_slowed_down_and_a_right_one_is_never_counted(
    app: Flask, library: Library, cast: Cast
) -> None:
    for _ in range(3):
        assert _shows(app, _code(library, cast.rosa)).status_code == 201
    answers = [_shows(app, f"AAAA-00{n:02}").status_code for n in range(21)]
    assert answers == [404] * 20 + [429]
    refusal = _shows(app, _code(library, cast.rosa))
    assert refusal.status_code == 429 and int(refusal.headers["Retry-After"]) > 0


def test_only_hashes_of_codes_and_tokens_are_kept(app: Flask, library: Library, cast: Cast) -> None:
    code = _code(library, cast.rosa)
    secret = _shows(app, code).json["token"]
    with library.database.engine.connect() as connection:
        kept = "".join(connection.connection.iterdump())  # type: ignore[attr-defined]
    assert code not in kept and code.replace("-", "") not in kept and secret not in kept


def test_a_device_that_is_unpaired_opens_nothing_any_more(
    app: Flask, library: Library, cast: Cast, browser: Program
) -> None:
    browser.call("DELETE", "/extension/device")
    browser.get("/extension/catalogue", status=401)
    with library.database.reading() as session:
        assert session.scalars(select(ApiToken.revoked_at)).one() is not None


def _pass(library: Library, **time: float) -> None:
    assert isinstance(library.clock, FixedClock)
    library.clock.move(timedelta(**time))


# --- the catalogue --------------------------------------------------------------------------------


def test_the_catalogue_knows_files_and_pages_by_the_beginning_of_their_hashes(
    library: Library, browser: Program, docks: str
) -> None:
    told = browser.get("/extension/catalogue")
    version = _version(library, docks)
    assert told["files"] == [[version.file_sha256[:16], docks, 1]]
    assert [asset for _, asset in told["pages"]] == [docks]
    assert told["assets"][docks] == {"title": "Docks", "current": 1, "can_send": True}
    assert told["share_prefix"] == f"{library.settings.base_url}/s/"


def test_the_catalogue_has_no_draft_and_no_title_of_what_was_withdrawn(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    make_asset(library, "A secret draft", publish=False)
    with library.database.unit_of_work() as session:
        session.scalars(select(Asset).where(Asset.public_id == docks)).one().state = "archived"
    told = browser.get("/extension/catalogue")
    assert (told["assets"], len(told["files"])) == ({}, 1)
    assert told["files"][0][1] == docks


def test_an_unchanged_catalogue_is_not_sent_again(browser: Program, docks: str) -> None:
    first = browser.call("GET", "/extension/catalogue")
    again = browser.call(
        "GET", "/extension/catalogue", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_asking_for_the_catalogue_is_a_sign_of_life_once_a_day(
    library: Library, browser: Program
) -> None:
    for _ in range(2):
        browser.get("/extension/catalogue")
    _pass(library, days=1)
    browser.get("/extension/catalogue")
    with library.database.reading() as session:
        days = session.scalars(select(ReportingDay.day).order_by(ReportingDay.day)).all()
    assert [day.isoformat() for day in days] == ["2026-03-02", "2026-03-03"]


def test_a_blind_browser_counts_as_silent_until_it_sees_again(
    library: Library, browser: Program
) -> None:
    def tell(state: str) -> Any:
        return browser.post("/extension/health", {"sites": {"gmail": {"state": state}}})

    assert tell("blind") == {"sites": {"gmail": "blind"}}
    browser.get("/extension/catalogue")
    with library.database.reading() as session:
        assert session.scalars(select(ReportingDay)).all() == []
    tell("working")
    browser.get("/extension/catalogue")
    with library.database.reading() as session:
        assert len(session.scalars(select(ReportingDay)).all()) == 1


# --- deals and links ------------------------------------------------------------------------------


def _deal(library: Library, owner: Viewer, *, name: str, account: str, contact: str = "") -> str:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        of = Account(public_id=public_id(), external_id=account, name=account, created_at=now)
        session.add(of)
        session.flush()
        if contact:
            session.add(
                Contact(
                    public_id=public_id(),
                    account_id=of.id,
                    email=contact,
                    name="",
                    created_at=now,
                )
            )
        deal = Opportunity(
            public_id=public_id(),
            external_id=f"0065g00000{name[:5]:x<5}",
            name=name,
            account_id=of.id,
            owner_id=owner.member_id,
            currency="EUR",
            notes="",
            created_at=now,
        )
        session.add(deal)
        return deal.public_id


def test_a_mail_is_about_the_open_deal_of_its_recipients(
    library: Library, cast: Cast, browser: Program
) -> None:
    wanted = _deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    _deal(library, cast.rosa, name="Yards", account="Other", contact="carl@other.example")
    _deal(library, cast.wes, name="Gates", account="West", contact="bo@buyer.example")
    (deal,) = browser.post("/extension/deals", {"recipients": [BEA.upper()]})["deals"]
    assert deal == {
        "id": wanted,
        "name": "Docks",
        "account": "Bay",
        "stage": None,
        "is_own": True,
    }


def test_a_stranger_at_a_known_company_leads_to_its_deal_but_not_at_a_public_mail_provider(
    library: Library, cast: Cast, browser: Program
) -> None:
    _deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    _deal(library, cast.rosa, name="Yards", account="Solo", contact="ann@gmail.com")
    told = browser.post("/extension/deals", {"recipients": ["new@buyer.example", "bo@gmail.com"]})
    assert [deal["name"] for deal in told["deals"]] == ["Docks"]


def test_a_record_of_the_crm_leads_to_its_deal_in_either_length(
    library: Library, cast: Cast, browser: Program
) -> None:
    _deal(library, cast.rosa, name="Docks", account="Bay")
    for record in ("0065g00000Docks", "0065g00000DocksQAZ"):
        told = browser.post("/extension/deals", {"crm": "salesforce", "record": record})
        assert [deal["name"] for deal in told["deals"]] == ["Docks"], record


def test_links_are_made_for_each_recipient_and_once_for_one_key(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = _deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    asked = {"assets": [docks], "recipients": [BEA], "deal": deal, "for_each": True}
    told = [
        browser.post("/extension/links", asked, status=201, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert told[0] == told[1]
    (link,) = told[0]["links"]
    assert (link["recipients"], link["titles"]) == ([BEA], ["Docks"])
    with library.database.reading() as session:
        share = session.scalars(select(Share)).one()
        assert link["address"] == library.share_address(share.public_id)
        assert share.opportunity_id is not None


def test_what_must_not_leave_gets_no_link_by_this_door_either(
    library: Library, browser: Program
) -> None:
    internal = make_asset(library, "Battlecard", audience="internal")
    refusal = browser.post("/extension/links", {"assets": [internal]}, status=422)
    assert "Battlecard" in refusal["error"]["message"]


# --- what left ------------------------------------------------------------------------------------


def _link(browser: Program, asset: str, **said: Any) -> str:
    made = browser.post(
        "/extension/links", {"assets": [asset], "recipients": [BEA], **said}, status=201
    )
    return str(made["links"][0]["address"])


def test_a_link_that_left_is_a_confirmed_send_of_its_deal(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = _deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    event = _seen(library, {"link": _link(browser, docks, deal=deal)})
    assert _tell(browser, event) == {"taken": [event["id"]], "refused": []}
    with library.database.reading() as session:
        send = session.scalars(select(Send)).one()
        assert (send.evidence, send.channel, send.recipient_domains) == (
            "mail_confirmed",
            "link",
            ["buyer.example"],
        )
        assert send.version_id == _version(library, docks).id
        assert session.get_one(Opportunity, send.opportunity_id).public_id == deal


def test_an_event_told_again_changes_nothing(
    library: Library, browser: Program, docks: str
) -> None:
    event = _seen(library, {"link": _link(browser, docks)})
    for _ in range(3):
        assert _tell(browser, event)["taken"] == [event["id"]]
    assert len(_sends(library)) == 1


def test_a_file_is_known_by_its_hash_and_a_page_by_any_variant_of_its_address(
    library: Library, browser: Program, docks: str
) -> None:
    file = {"file_sha256": _version(library, docks).file_sha256, "file_name": "renamed.pdf"}
    page = {"page": "http://us.example/docks?utm_campaign=x#top"}
    _tell(browser, _seen(library, file), _seen(library, page, message="m2"))
    assert _sends(library) == [
        ("mail_confirmed", "attachment", "same file"),
        ("mail_confirmed", "link", "own address"),
    ]


def test_one_file_behind_two_assets_is_for_its_sender_to_say(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    twin = make_asset(library, "Docks, again", "Docks wait for trucks.")
    same = _version(library, docks).file_sha256
    with library.database.unit_of_work() as session:
        session.get_one(AssetVersion, _version(library, twin).id).file_sha256 = same
    _tell(browser, _seen(library, {"file_sha256": same, "file_name": "docks.pdf"}))
    with library.database.reading() as session:
        review = session.scalars(select(AttachmentReview)).one()
        assert (review.file_name, len(review.candidates)) == ("docks.pdf", 2)
    assert _sends(library) == []


def test_an_older_version_is_told_as_what_it_is(
    library: Library, browser: Program, docks: str
) -> None:
    old = _version(library, docks)
    _add_version(library, docks)
    _tell(browser, _seen(library, {"file_sha256": old.file_sha256, "file_name": "docks.pdf"}))
    with library.database.reading() as session:
        assert session.scalars(select(Send.version_id)).one() == old.id


def _add_version(library: Library, asset_public_id: str) -> None:
    with library.database.unit_of_work() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == asset_public_id)).one()
        old = session.get_one(AssetVersion, asset.current_version_id)
        newer = AssetVersion(
            asset_id=asset.id,
            number=2,
            file_name=old.file_name,
            file_sha256="f" * 64,
            size=old.size,
            format=old.format,
            media_type=old.media_type,
            page_count=0,
            warnings=[],
            added_at=library.clock.now(),
        )
        session.add(newer)
        session.flush()
        asset.current_version_id = newer.id


@pytest.mark.parametrize("kind", ["probably_sent", "scheduled"])
def test_what_was_not_seen_leaving_is_no_more_than_declared(
    library: Library, browser: Program, docks: str, kind: str
) -> None:
    _tell(browser, _seen(library, {"link": _link(browser, docks)}, kind=kind, site="linkedin"))
    assert _sends(library) == [("declared", "link", "share link")]


def test_an_undone_mail_is_no_send_and_sent_after_all_it_is(
    library: Library, browser: Program, docks: str
) -> None:
    sent = _seen(library, {"link": _link(browser, docks)})
    _tell(browser, sent, _seen(library, kind="taken_back"))
    assert _sends(library) == []
    _tell(browser, {**sent, "id": public_id()})
    assert _sends(library) == [("mail_confirmed", "link", "share link")]


def test_a_mail_to_colleagues_is_no_send(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    event = _seen(library, {"link": _link(browser, docks)}, recipients=[cast.wes.email])
    assert _tell(browser, event)["taken"] == [event["id"]]
    assert _sends(library) == []


def test_what_is_not_ours_is_refused_for_good_and_its_neighbours_are_taken(
    library: Library, browser: Program, docks: str
) -> None:
    forged = _seen(library, {"link": f"{library.settings.base_url}/s/nothing"}, message="m2")
    good = _seen(library, {"link": _link(browser, docks)})
    told = _tell(browser, forged, good)
    assert told["taken"] == [good["id"]]
    assert told["refused"] == [
        {"id": forged["id"], "reason": "Nothing in this message is of this library."}
    ]


def test_a_browser_whose_clock_runs_ahead_dates_nothing_into_the_future(
    library: Library, browser: Program, docks: str
) -> None:
    ahead = (library.clock.now() + timedelta(days=2)).isoformat()
    _tell(browser, _seen(library, {"link": _link(browser, docks)}, at=ahead))
    with library.database.reading() as session:
        assert session.scalars(select(Send.at)).one() == library.clock.now()


def test_a_colleagues_link_that_this_member_sends_is_this_members_send(
    app: Flask, library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    of_wes = Program(app.test_client(), device_of(library, cast.wes).secret)
    _tell(browser, _seen(library, {"link": _link(of_wes, docks)}))
    with library.database.reading() as session:
        assert session.scalars(select(Send.member_id)).one() == cast.rosa.member_id


def test_another_teams_deal_is_not_taken_for_the_mails(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = _deal(library, cast.wes, name="Gates", account="West")
    _tell(browser, _seen(library, {"link": _link(browser, docks)}, deal=deal))
    with library.database.reading() as session:
        assert session.scalars(select(Send.opportunity_id)).one() is None

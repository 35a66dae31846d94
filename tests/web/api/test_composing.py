"""While a mail is written: which deal it is about, and tracked links for it."""

from sqlalchemy import select

from contentlib.library import Library
from contentlib.share.models import Share
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.api.calling import Program
from tests.web.api.rep_browser import BEA, open_deal


def test_a_mail_is_about_the_open_deal_of_its_recipients(
    library: Library, cast: Cast, browser: Program
) -> None:
    wanted = open_deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    open_deal(library, cast.rosa, name="Yards", account="Other", contact="carl@other.example")
    open_deal(library, cast.wes, name="Gates", account="West", contact="bo@buyer.example")
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
    open_deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
    open_deal(library, cast.rosa, name="Yards", account="Solo", contact="ann@gmail.com")
    told = browser.post("/extension/deals", {"recipients": ["new@buyer.example", "bo@gmail.com"]})
    assert [deal["name"] for deal in told["deals"]] == ["Docks"]


def test_a_record_of_the_crm_leads_to_its_deal_in_either_length(
    library: Library, cast: Cast, browser: Program
) -> None:
    open_deal(library, cast.rosa, name="Docks", account="Bay")
    for record in ("0065g00000Docks", "0065g00000DocksQAZ"):
        told = browser.post("/extension/deals", {"crm": "salesforce", "record": record})
        assert [deal["name"] for deal in told["deals"]] == ["Docks"], record


def test_links_are_made_for_each_recipient_and_once_for_one_key(
    library: Library, cast: Cast, browser: Program, docks: str
) -> None:
    deal = open_deal(library, cast.rosa, name="Docks", account="Bay", contact=BEA)
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

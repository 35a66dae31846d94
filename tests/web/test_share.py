"""Sharing: the dialog, the ways out of the house, the list of links, and one link."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from contentlib.engagement.models import Download, View, Visit
from contentlib.ids import read_token
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending.models import Send
from contentlib.share import queries
from contentlib.share import service as shares
from contentlib.share.models import Share, ShareItem
from contentlib.share.rules import ShareRules
from contentlib.share.service import Recipient
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.factories import content, csrf_token, make_asset, make_library, sign_in, statements
from web import create_app


@pytest.fixture
def rosa(library: Library, cast: Cast) -> FlaskClient:
    """Rosa's browser, signed in."""
    return browser(library, cast.rosa)


def browser(library: Library, viewer: Viewer) -> FlaskClient:
    return sign_in(create_app(library).test_client(), viewer)


def post(client: FlaskClient, path: str, *, json: bool = True, **fields: Any) -> Any:
    token = csrf_token(client.get("/shares").text)
    headers = {"X-CSRFToken": token, "Accept": "application/json" if json else "text/html"}
    return client.post(path, data=fields, headers=headers)


def share(library: Library, viewer: Viewer, *assets: str, **values: Any) -> str:
    """A link through the service; returns its public id."""
    with library.database.unit_of_work() as session:
        made = shares.create(
            session, viewer=viewer, asset_public_ids=assets, now=library.clock.now(), **values
        )
        return made.public_id


def visit(
    library: Library,
    share_id: str,
    *pages: tuple[int, int],
    visitor_class: str = "human",
    reader: str = "r",
    reasons: tuple[str, ...] = ("scrolled",),
) -> None:
    """One sitting on a link: pages with their attention in ms."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        found = session.query(Share).filter_by(public_id=share_id).one()
        asset = found.items[0].asset
        sitting = Visit(
            share_id=found.id,
            visitor_key=reader * 64,
            started_at=now,
            last_at=now,
            visitor_class=visitor_class,
            reasons=list(reasons),
            rule_version=1,
            device="phone",
        )
        session.add(sitting)
        session.flush()
        for page, attention_ms in pages:
            session.add(
                View(
                    visit_id=sitting.id,
                    share_id=found.id,
                    asset_id=asset.id,
                    version_id=asset.current_version_id,
                    page=page,
                    started_at=now,
                    last_at=now,
                    attention_ms=attention_ms,
                )
            )


def evidence(library: Library) -> list[str]:
    with library.database.reading() as session:
        return [send.evidence for send in session.query(Send).order_by(Send.id)]


# --- the dialog ---


def test_the_dialog_shows_what_is_shared_and_the_three_ways_out(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    one, other = make_asset(library, "Dock story"), make_asset(library, "Yard datasheet")
    page = rosa.get(f"/share/new?asset={one}&asset={other}").text
    assert "Share 2 assets" in page
    assert page.index("Dock story") < page.index("Yard datasheet")
    for way in ("copy", "mail", "sent"):
        assert f'value="{way}"' in page or way == "mail"
    assert "A copied link is not counted as sent until it is read or you say so." in page


def test_mail_is_disabled_with_its_reason_where_no_mail_server_is_set_up(
    library: Library, rosa: FlaskClient
) -> None:
    page = rosa.get(f"/share/new?asset={make_asset(library)}").text
    assert "Not possible here: no mail server is set up." in page


def test_the_dialog_without_an_asset_says_where_to_begin(rosa: FlaskClient) -> None:
    assert "Choose what to share first" in rosa.get("/share/new").text


def test_the_dialog_warns_of_an_overdue_review_and_of_reference_rights(
    library: Library, rosa: FlaskClient
) -> None:
    asset = make_asset(
        library,
        review_by=date(2026, 1, 31),
        customer="Hallstrom",
        reference_rights="on_request",
        rights_regions=["Nordics"],
    )
    page = rosa.get(f"/share/new?asset={asset}").text
    assert "Its review was due on 31 Jan 2026; it may be outdated." in page
    assert "reference rights are on request" in page
    assert "The customer may be referred to only in Nordics." in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"audience": "internal"}, "for colleagues only"),
        ({"reference_rights": "none"}, "has not given the right to be referred to"),
        ({"rights_until": date(2026, 3, 1)}, "The right to refer to this customer has ended."),
    ],
)
def test_what_must_not_leave_the_house_is_refused_at_either_door(
    library: Library, rosa: FlaskClient, values: dict[str, Any], sentence: str
) -> None:
    asset = make_asset(library, "House only", **values)
    dialog = rosa.get(f"/share/new?asset={asset}").text
    assert sentence in dialog
    assert 'value="copy"' not in dialog
    by_script = post(rosa, "/shares", asset=asset)
    assert by_script.status_code == 422
    assert sentence in by_script.json["error"]["message"]
    by_form = post(rosa, "/shares", json=False, asset=asset)
    assert by_form.status_code == 422
    assert sentence in by_form.text
    assert _count(library) == 0


def test_the_rest_can_be_shared_when_one_of_several_must_stay(
    library: Library, rosa: FlaskClient
) -> None:
    good, bad = make_asset(library, "Good"), make_asset(library, "Bad", audience="internal")
    page = rosa.get(f"/share/new?asset={good}&asset={bad}").text
    assert "Share the other 1" in page
    assert f"/share/new?asset={good}" in page


@pytest.mark.parametrize("publish", [True, False])
def test_an_asset_that_a_rep_may_not_see_is_not_there(
    library: Library, rosa: FlaskClient, publish: bool
) -> None:
    asset = make_asset(library, publish=False) if not publish else "nothing"
    assert rosa.get(f"/share/new?asset={asset}").status_code == 404
    assert post(rosa, "/shares", asset=asset).status_code == 404


# --- making a link ---


def test_copying_makes_a_link_whose_address_opens_it_and_records_no_send(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), way="copy")
    assert answer.status_code == 201
    token = answer.json["address"].removeprefix(f"{library.settings.base_url}/s/")
    assert read_token(token, key=library.signing_key, purpose="share") == answer.json["share"]
    assert answer.json["page"] == f"/shares/{answer.json['share']}?new=1"
    assert evidence(library) == []


def test_a_script_may_send_json_with_nothing_but_the_assets(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    assets = [make_asset(library, "One"), make_asset(library, "Two")]
    token = csrf_token(rosa.get("/shares").text)
    answer = rosa.post(
        "/shares",
        json={"asset": assets, "recipients": ["ann@x.example", "bob@y.example"]},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert answer.status_code == 201
    line = _line(library, cast.rosa, answer.json["share"])
    assert line.asset_public_ids == tuple(assets)
    assert line.recipients == ("ann@x.example", "bob@y.example")
    assert line.rules == ShareRules()


def test_without_a_script_the_new_link_stands_on_its_page_with_its_address(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(rosa, "/shares", json=False, asset=make_asset(library))
    assert answer.status_code == 303
    page = rosa.get(answer.location).text
    assert "Your link is ready" in page
    assert f"{library.settings.base_url}/s/" in page


def test_recipients_pasted_with_names_are_taken_each_once(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        recipients='Ann Lee <ann@x.example>, "Roy, Bob" <bob@y.example>;\nann@x.example',
    )
    line = _line(library, cast.rosa, answer.json["share"])
    assert line.recipients == ("ann@x.example", "bob@y.example")


def test_a_recipient_that_is_no_address_is_named_and_the_dialog_keeps_what_was_typed(
    library: Library, rosa: FlaskClient
) -> None:
    asset = make_asset(library)
    answer = post(
        rosa,
        "/shares",
        json=False,
        asset=asset,
        recipients="ann@x.example, Bob",
        message="Have a look, please",
    )
    assert answer.status_code == 422
    assert "“Bob” is not an e-mail address." in answer.text
    assert "ann@x.example, Bob" in answer.text
    assert "Have a look, please" in answer.text
    assert _count(library) == 0


@pytest.mark.parametrize(
    ("fields", "ends_on"),
    [
        ({"expiry": "none"}, None),
        ({"expiry": "7"}, date(2026, 3, 9)),
        ({"expiry": "30"}, date(2026, 4, 1)),
        ({"expiry": "date", "expires_on": "2026-03-20"}, date(2026, 3, 20)),
    ],
)
def test_a_link_ends_at_the_end_of_the_chosen_day(
    library: Library, cast: Cast, rosa: FlaskClient, fields: dict[str, str], ends_on: date | None
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), **fields)
    expires_at = _line(library, cast.rosa, answer.json["share"]).rules.expires_at
    assert (expires_at and expires_at.date()) == ends_on
    assert expires_at is None or (expires_at.hour, expires_at.minute) == (23, 59)


@pytest.mark.parametrize("expires_on", ["2026-03-01", "soon", ""])
def test_a_last_day_that_is_gone_or_no_day_is_refused(
    library: Library, rosa: FlaskClient, expires_on: str
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), expiry="date", expires_on=expires_on)
    assert answer.status_code == 422
    assert "expires_on" in answer.json["error"]["fields"]


def test_a_pinned_link_without_download_keeps_both_rules(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    asset = make_asset(library)
    answer = post(rosa, "/shares", asset=asset, version="pinned", download="no")
    rules = _line(library, cast.rosa, answer.json["share"]).rules
    assert (rules.follows_current, rules.allows_download) == (False, False)
    with library.database.reading() as session:
        assert session.query(ShareItem).one().pinned_version_id is not None


def test_a_link_without_the_form_token_is_not_made(library: Library, rosa: FlaskClient) -> None:
    answer = rosa.post("/shares", data={"asset": make_asset(library)})
    assert answer.status_code == 400
    assert _count(library) == 0


# --- sending it ---


def test_making_a_link_and_noting_it_as_sent_records_a_declared_send(
    library: Library, rosa: FlaskClient
) -> None:
    post(rosa, "/shares", asset=make_asset(library), way="sent")
    assert evidence(library) == ["declared"]


def test_saying_twice_that_it_was_sent_counts_once(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    made = share(library, cast.rosa, make_asset(library))
    for _ in range(2):
        assert post(rosa, f"/shares/{made}/sent", json=False).status_code == 303
    assert evidence(library) == ["declared"]


def test_mailing_without_a_mail_server_is_refused_and_leaves_no_link(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        way="mail",
        recipients="ann@x.example",
        subject="For you",
    )
    assert answer.status_code == 422
    assert "No mail server is set up here" in answer.json["error"]["message"]
    assert _count(library) == 0


def test_a_mailed_link_is_sent_once_the_server_took_the_mail(
    tmp_path: Path, new_sqlite: Any
) -> None:
    new_sqlite(tmp_path / "library")
    library = make_library(tmp_path / "library", mail_url=f"maildir:{tmp_path / 'mails'}")
    rosa = browser(library, hire(library).rosa)
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        way="mail",
        recipients="Ann <ann@x.example>",
        subject="The case we spoke of",
        message="Page 2 is yours.",
    )
    assert answer.status_code == 201
    assert evidence(library) == []
    Worker(library).drain(periodic=False)
    assert evidence(library) == ["app_mail"]
    (mail,) = [path for path in (tmp_path / "mails").rglob("*") if path.is_file()]
    written = mail.read_text()
    assert "Subject: The case we spoke of" in written
    assert answer.json["address"].rsplit("/", 1)[1][:14] in written
    library.close()


def test_mailing_to_nobody_is_refused_and_leaves_no_link(tmp_path: Path, new_sqlite: Any) -> None:
    new_sqlite(tmp_path / "library")
    library = make_library(tmp_path / "library", mail_url=f"maildir:{tmp_path / 'mails'}")
    rosa = browser(library, hire(library).rosa)
    answer = post(
        rosa, "/shares", json=False, asset=make_asset(library), way="mail", subject="Hello"
    )
    assert answer.status_code == 422
    assert "Say who gets the mail." in answer.text
    assert _count(library) == 0
    library.close()


# --- the list ---


def test_the_list_without_links_says_how_to_begin(rosa: FlaskClient) -> None:
    assert "No links yet" in rosa.get("/shares").text


def test_the_list_tells_of_each_link_how_it_was_sent_and_read(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    copied = share(library, cast.rosa, make_asset(library, "Only copied"))
    read = share(library, cast.rosa, make_asset(library, "Read by Bea"))
    visit(library, read, (1, 30_000), reader="b")
    visit(library, read, (1, 10_000), reader="c")
    visit(library, copied, visitor_class="machine")
    page = rosa.get("/shares").text
    assert "copied only" in page
    assert "sent: it was read" in page
    assert "<strong>2 visits</strong> by at least 2 readers" in page
    assert "1 page read, 40 s" in page
    assert "No visit by a person; 1 unclear or by machines" in page


def test_the_list_can_be_narrowed_to_one_asset(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    one, other = make_asset(library, "Dock story"), make_asset(library, "Yard datasheet")
    share(library, cast.rosa, one)
    share(library, cast.rosa, other)
    page = rosa.get(f"/shares?asset={one}").text
    assert "Dock story" in page and "Yard datasheet" not in page
    assert "Nobody shared this asset yet" in rosa.get("/shares?asset=nothing").text


def test_the_list_is_paged(library: Library, cast: Cast, rosa: FlaskClient) -> None:
    asset = make_asset(library)
    for _ in range(31):
        share(library, cast.rosa, asset)
    assert "1–30 of 31" in rosa.get("/shares").text
    assert "31–31 of 31" in rosa.get("/shares?offset=30").text


def test_a_manager_sees_the_shares_of_their_team_and_a_rep_only_their_own(
    library: Library, cast: Cast
) -> None:
    share(library, cast.rosa, make_asset(library, "Rosa sent this"))
    share(library, cast.wes, make_asset(library, "Wes sent this"))
    nora = browser(library, cast.nora).get("/shares?of=team").text
    assert "Rosa sent this" in nora and "Wes sent this" not in nora
    adam = browser(library, cast.adam).get("/shares?of=team").text
    assert "Rosa sent this" in adam and "Wes sent this" in adam
    ravi = browser(library, cast.ravi).get("/shares?of=team").text
    assert "Rosa sent this" not in ravi and "My team" not in ravi


def test_more_links_cost_no_more_statements(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    def cost() -> int:
        with statements(library) as seen:
            rosa.get("/shares")
        return len(seen)

    first = share(library, cast.rosa, make_asset(library))
    visit(library, first, (1, 1000))
    few = cost()
    for number in range(8):
        visit(library, share(library, cast.rosa, make_asset(library, f"A{number}")), (1, 1000))
    assert cost() == few


# --- one link ---


def test_one_link_shows_its_pages_visits_and_downloads(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    asset = make_asset(library, "Dock story", "First page.", "Second page.", "Third page.")
    made = share(library, cast.rosa, asset, recipients=[Recipient("bea@buyer.example", "Bea")])
    visit(library, made, (1, 5_000), (2, 65_000))
    visit(library, made, visitor_class="machine", reasons=("known scanner",))
    visit(library, made, visitor_class="unclear", reasons=("no input",))
    visit(library, made, visitor_class="colleague", reasons=("signed in",))
    _download(library, made)
    page = rosa.get(f"/shares/{made}").text
    assert "bea@buyer.example" in page
    assert "<small>at least</small> 1" in page
    assert "1 min 5 s" in page and "not read" in page
    assert "Because: known scanner" in page and "Because: no input" in page
    assert "signed in" not in page
    assert "<b>1</b><span>download" in page


def test_a_link_of_another_team_is_not_there(library: Library, cast: Cast) -> None:
    made = share(library, cast.rosa, make_asset(library))
    for stranger in (cast.wes, cast.walt, cast.ravi):
        assert browser(library, stranger).get(f"/shares/{made}").status_code == 404


def test_a_manager_reads_a_link_of_their_team_but_gets_neither_address_nor_buttons(
    library: Library, cast: Cast
) -> None:
    made = share(library, cast.rosa, make_asset(library))
    nora = browser(library, cast.nora)
    page = nora.get(f"/shares/{made}").text
    assert "by Rosa" in page
    assert "/s/" not in page and "Revoke the link" not in page
    assert post(nora, f"/shares/{made}/revocation").status_code == 404
    assert post(nora, f"/shares/{made}/sent").status_code == 404


def test_a_revoked_link_says_so_and_offers_a_new_one(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    made = share(library, cast.rosa, make_asset(library))
    assert post(rosa, f"/shares/{made}/revocation", json=False).status_code == 303
    page = rosa.get(f"/shares/{made}").text
    assert "revoked 2 Mar 2026" in page
    assert "This link admits nobody any more." in page
    assert "Revoke the link" not in page
    assert "revoked 2 Mar 2026" in rosa.get("/shares").text


def test_an_ended_link_is_marked_as_ended(library: Library, cast: Cast, rosa: FlaskClient) -> None:
    ends = library.clock.now() + timedelta(days=1)
    made = share(library, cast.rosa, make_asset(library), wanted_rules=ShareRules(expires_at=ends))
    assert "ends 3 Mar 2026" in rosa.get(f"/shares/{made}").text
    library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    rosa = browser(library, cast.rosa)
    assert "ended 3 Mar 2026" in rosa.get(f"/shares/{made}").text


def test_an_asset_that_may_no_longer_be_sent_is_marked_in_its_link(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    from contentlib.asset import service as assets

    asset = make_asset(library)
    made = share(library, cast.rosa, asset)
    with library.database.unit_of_work() as session:
        today = library.clock.now().date()
        found = assets.for_change(session, cast.mira, asset, today=today)
        assets.move(session, asset=found, to="archived", member_id=None, now=library.clock.now())
    assert "No longer shown to readers" in rosa.get(f"/shares/{made}").text


def test_a_pinned_link_tells_that_a_newer_version_is_current(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    from contentlib.asset import service as assets

    asset = make_asset(library)
    made = share(library, cast.rosa, asset, wanted_rules=ShareRules(follows_current=False))
    newer = content(library, "All new words.")
    with library.database.unit_of_work() as session:
        now = library.clock.now()
        found = assets.for_change(session, cast.mira, asset, today=now.date())
        assets.add_version(session, asset=found, content=newer, member_id=None, now=now)
    assert "version 1, 2 is current" in rosa.get(f"/shares/{made}").text


def test_more_pages_and_visits_cost_no_more_statements(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    def cost(public_id: str) -> int:
        with statements(library) as seen:
            assert rosa.get(f"/shares/{public_id}").status_code == 200
        return len(seen)

    small = share(library, cast.rosa, make_asset(library, "Small", "One page."))
    visit(library, small, (1, 1000))
    large = share(library, cast.rosa, make_asset(library, "Large", *(f"P{n}" for n in range(40))))
    for number in range(10):
        visit(library, large, *((page, 1000) for page in range(1, 20)), reader=str(number))
    assert cost(large) == cost(small)


def _line(library: Library, viewer: Viewer, public_id: str) -> queries.ShareLine:
    with library.database.reading() as session:
        return queries.visible_share(session, viewer, public_id)


def _count(library: Library) -> int:
    with library.database.reading() as session:
        return session.query(Share).count()


def _download(library: Library, public_id: str) -> None:
    with library.database.unit_of_work() as session:
        found = session.query(Share).filter_by(public_id=public_id).one()
        asset = found.items[0].asset
        session.add(
            Download(
                share_id=found.id,
                asset_id=asset.id,
                version_id=asset.current_version_id,
                visitor_key="r" * 64,
                by_colleague=False,
                at=library.clock.now(),
            )
        )

"""Links given to buyers: the list, and one link with what its readers did."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from contentlib.asset import service as assets
from contentlib.engagement.models import Download, View, Visit
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.share import service as shares
from contentlib.share.models import Share
from contentlib.share.rules import ShareRules
from contentlib.share.service import Recipient
from tests.cast import Cast
from tests.factories import content, csrf_token, make_asset, sign_in, statements
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
    assert "bea@<wbr>buyer.example" in page
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


def _download(library: Library, public_id: str) -> None:
    """The file is taken in the first visit of the link."""
    with library.database.unit_of_work() as session:
        found = session.query(Share).filter_by(public_id=public_id).one()
        sitting = session.query(Visit).filter_by(share_id=found.id).first()
        assert sitting is not None
        asset = found.items[0].asset
        session.add(
            Download(
                share_id=found.id,
                asset_id=asset.id,
                version_id=asset.current_version_id,
                visitor_key="r" * 64,
                by_colleague=False,
                visit_id=sitting.id,
                at=library.clock.now(),
            )
        )

"""The page of networks: offices, machines, and what a change does to past visits."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contentlib.audit.queries import latest
from contentlib.engagement.models import Hit, Visit
from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.worker import Worker
from contentlib.workspace.queries import known_networks
from tests.cast import Cast
from tests.web.browsing import browser_of, page, submit
from tests.web.viewing import Shared, buyer, share_of, view_token

LATER = timedelta(seconds=20)


@pytest.fixture
def admin(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.adam)


def _read(library: Library, app: Flask, shared: Shared, address: str) -> None:
    """A buyer at this address looks at the first page for twelve seconds."""
    client = buyer(app, address=address)
    token = view_token(client.get(shared.path).text)
    library.clock.move(LATER)  # type: ignore[attr-defined]
    told = {"token": token, "ordinal": 1, "pages": {"1": 12_000}, "input": True, "signals": {}}
    assert client.post(f"{shared.path}/beat", json=told).status_code == 204
    fold_beats(library)


def _classes(library: Library) -> list[str]:
    with library.database.reading() as session:
        return list(session.scalars(select(Visit.visitor_class).order_by(Visit.id)))


def _act(client: FlaskClient, address: str, **fields: Any) -> str:
    submit(client, address, fields)
    return page(client, "/networks")


def _works(library: Library) -> None:
    Worker(library).drain(periodic=False)


def test_an_office_is_added_and_removed(library: Library, admin: FlaskClient) -> None:
    told = _act(admin, "/networks/offices", cidr="203.0.113.9/24", label="HQ")
    assert "203.0.113.0/24" in told and "HQ" in told
    again = submit(
        admin, "/networks/offices", {"cidr": "203.0.113.0/24", "label": "HQ"}, status=422
    )
    assert "is on the list already" in again
    _act(admin, "/networks/offices/1/remove")
    with library.database.reading() as session:
        assert known_networks(session).offices == ()
        acts = [line.act for line in latest(session)]
    assert acts[:2] == ["own network removed", "own network added"]


def test_machines_are_added_and_removed_and_their_row_is_kept(
    library: Library, admin: FlaskClient
) -> None:
    fields = {"cidr": "198.51.100.0/24", "label": "A test farm", "certainty": "certain"}
    told = _act(admin, "/networks/machines", **fields)
    assert "A test farm" in told and "are certainly machines" in told
    assert "is on the list already" in submit(admin, "/networks/machines", fields, status=422)
    _act(admin, "/networks/machines/1/remove")
    submit(admin, "/networks/machines", fields)
    with library.database.reading() as session:
        assert [entry.id for entry in known_networks(session).machines] == [2]


@pytest.mark.parametrize("odd", ["", "office", "203.0.113.0/99", "0.0.0.0/0", "::/0"])
@pytest.mark.parametrize("kind", ["offices", "machines"])
def test_what_is_no_network_is_refused(admin: FlaskClient, kind: str, odd: str) -> None:
    submit(admin, f"/networks/{kind}", {"cidr": odd, "certainty": "certain"}, status=422)


def test_machines_need_a_word_on_how_sure_we_are(admin: FlaskClient) -> None:
    told = submit(admin, "/networks/machines", {"cidr": "198.51.100.0/24"}, status=422)
    assert "Choose certain or probable" in told and 'value="198.51.100.0/24"' in told


def test_a_network_can_be_marked_from_elsewhere(admin: FlaskClient) -> None:
    assert 'value="198.51.100.0/24"' in page(admin, "/networks?cidr=198.51.100.0/24")


def test_the_ranges_of_the_product_are_shown_with_their_source(admin: FlaskClient) -> None:
    told = page(admin, "/networks")
    assert "Microsoft Exchange Online Protection" in told and "40.92.0.0/15" in told
    assert "Source: Barracuda Campus" in told


def test_marking_machines_takes_past_visits_from_people_and_back(
    library: Library, cast: Cast, app: Flask, admin: FlaskClient
) -> None:
    shared = share_of(library, cast.rosa)
    _read(library, app, shared, "198.51.100.20")
    _read(library, app, shared, "203.0.113.5")
    assert _classes(library) == ["human", "human"]
    submit(
        admin,
        "/networks/machines",
        {"cidr": "198.51.100.0/24", "label": "A test farm", "certainty": "certain"},
    )
    _works(library)
    assert _classes(library) == ["machine", "human"]
    told = page(admin, "/networks")
    assert "198.51.100.0/24 listed as machines" in told
    assert "1 visit judged again; 1 from human to machine" in told
    submit(admin, "/networks/machines/1/remove", {})
    _works(library)
    assert _classes(library) == ["human", "human"]
    assert "1 from machine to human" in page(admin, "/networks")


def test_an_office_named_late_takes_its_past_visits_out_and_back(
    library: Library, cast: Cast, app: Flask, admin: FlaskClient
) -> None:
    _read(library, app, share_of(library, cast.rosa), "2001:db8:7::5")
    submit(admin, "/networks/offices", {"cidr": "2001:db8::/32", "label": "HQ"})
    _works(library)
    assert _classes(library) == ["colleague"]
    submit(admin, "/networks/offices/1/remove", {})
    _works(library)
    assert _classes(library) == ["human"]


def test_a_range_narrower_than_what_is_kept_holds_from_now_on(
    library: Library, cast: Cast, app: Flask, admin: FlaskClient
) -> None:
    shared = share_of(library, cast.rosa)
    _read(library, app, shared, "198.51.100.20")
    told = _act(
        admin, "/networks/machines", cidr="198.51.100.16/28", label="Scan", certainty="certain"
    )
    assert "it holds from now on only" in told and "holds only what came since then" in told
    _works(library)
    assert _classes(library) == ["human"]
    library.clock.move(timedelta(hours=1))  # type: ignore[attr-defined]
    _read(library, app, shared, "198.51.100.20")
    _read(library, app, shared, "198.51.100.99")
    assert _classes(library) == ["human", "machine"]
    with library.database.reading() as session:
        stored = session.scalars(select(Hit.network_ids).order_by(Hit.id)).all()
    assert stored == [[], ["op:1:198.51.100.16/28"], []]
    submit(admin, "/networks/machines/1/remove", {})
    _works(library)
    assert _classes(library) == ["human", "human"]


def test_a_narrow_office_that_is_removed_gives_back_what_came_with_its_name(
    library: Library, cast: Cast, app: Flask, admin: FlaskClient
) -> None:
    submit(admin, "/networks/offices", {"cidr": "203.0.113.64/26", "label": "HQ"})
    _read(library, app, share_of(library, cast.rosa), "203.0.113.70")
    assert _classes(library) == ["colleague"]
    submit(admin, "/networks/offices/1/remove", {})
    _works(library)
    assert _classes(library) == ["human"]


@pytest.mark.parametrize("name", ["mira", "nora", "rosa"])
def test_nobody_but_an_admin_sees_or_changes_networks(app: Flask, cast: Cast, name: str) -> None:
    client = browser_of(app, getattr(cast, name))
    assert client.get("/networks").status_code == 403
    submit(client, "/networks/offices", {"cidr": "203.0.113.0/24"}, status=403)
    assert "/networks" not in page(client, "/")


def test_the_page_of_members_leads_to_the_networks(admin: FlaskClient) -> None:
    assert 'href="/networks"' in page(admin, "/members")

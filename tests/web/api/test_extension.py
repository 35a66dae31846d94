"""Pairing a browser, and the catalogue by which it knows what is ours."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from contentlib.asset.models import Asset
from contentlib.library import Library
from contentlib.member import devices
from contentlib.member.models import ApiToken, ReportingDay
from contentlib.member.rules import Viewer
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.api.calling import Program
from tests.web.api.rep_browser import let_pass, version_of


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
    let_pass(library, minutes=10)
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


# --- the catalogue ---


def test_the_catalogue_knows_files_and_pages_by_the_beginning_of_their_hashes(
    library: Library, browser: Program, docks: str
) -> None:
    told = browser.get("/extension/catalogue")
    version = version_of(library, docks)
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
    let_pass(library, days=1)
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

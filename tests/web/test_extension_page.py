"""The extension's page: a code, the browsers that are paired, and those that have gone blind."""

import re
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.member import devices
from contentlib.member.models import Member
from tests.cast import Cast, hire
from tests.factories import make_library, sign_in
from tests.web.api.calling import Program, device_of, settle_uses
from web import create_app


@pytest.fixture
def app(library: Library) -> Flask:
    return create_app(library)


@pytest.fixture
def client(app: Flask, cast: Cast) -> FlaskClient:
    return sign_in(app.test_client(), cast.rosa)


def _post(client: FlaskClient, path: str) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/extension").text)
    assert token is not None
    return client.post(path, data={"csrf_token": token.group(1)}, follow_redirects=True).text


def test_a_rep_gets_a_code_that_pairs_a_browser(app: Flask, client: FlaskClient) -> None:
    shown = _post(client, "/extension/codes")
    code = re.search(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>", shown)
    assert code is not None
    paired = app.test_client().post(
        "/api/v1/extension/pair", json={"code": code.group(1), "browser": "Chromium 156"}
    )
    assert paired.status_code == 201
    shown = client.get("/extension").text
    assert "Chromium 156" in shown and code.group(1) not in shown


def test_a_rep_ends_a_pairing_and_that_browser_stands_outside(
    app: Flask, library: Library, cast: Cast, client: FlaskClient
) -> None:
    secret = device_of(library, cast.rosa).secret
    path = re.search(r'action="(/extension/devices/[^"]+)"', client.get("/extension").text)
    assert path is not None
    assert "is not paired any more" in _post(client, path.group(1))
    Program(app.test_client(), secret).get("/extension/catalogue", status=401)
    settle_uses(app)


def test_a_rep_sees_and_ends_no_browser_of_others(
    app: Flask, library: Library, cast: Cast, client: FlaskClient
) -> None:
    other = device_of(library, cast.ravi)
    assert "Chromium" not in client.get("/extension").text
    shown = _post(client, f"/extension/devices/{other.device_public_id}/revocation")
    assert "There is no such device" in shown
    Program(app.test_client(), other.secret).get("/extension/catalogue")
    settle_uses(app)


def test_devices_stand_here_and_not_among_the_tokens(
    library: Library, cast: Cast, client: FlaskClient
) -> None:
    device_of(library, cast.rosa)
    assert "Extension in" not in client.get("/tokens").text


def test_an_admin_is_told_which_site_cannot_be_watched_any_more(
    app: Flask, library: Library, cast: Cast
) -> None:
    for who, state in ((cast.rosa, "blind"), (cast.wes, "working")):
        secret = device_of(library, who).secret
        Program(app.test_client(), secret).post(
            "/extension/health", {"sites": {"gmail": {"state": state}}}
        )
    settle_uses(app)
    shown = " ".join(sign_in(app.test_client(), cast.adam).get("/extension").text.split())
    assert "<strong>Gmail cannot be watched any more</strong> by 1 of 2 browsers" in shown
    assert "blind on Gmail" in shown
    rosa = sign_in(app.test_client(), cast.rosa).get("/extension").text
    assert "cannot be watched" not in rosa and "blind on Gmail" in rosa


def test_a_new_code_is_asked_for_by_a_form_and_never_by_a_link(client: FlaskClient) -> None:
    assert client.get("/extension/codes").status_code == 405


def test_an_address_for_blind_copies_is_shown_to_its_member_alone(
    tmp_path: Path, new_sqlite: Callable[[Path], str]
) -> None:
    new_sqlite(tmp_path)
    with closing(make_library(tmp_path, bcc_address="bcc@library.example")) as library:
        people = hire(library)
        shown = {}
        for who in (people.rosa, people.ravi):
            page = sign_in(create_app(library).test_client(), who).get("/extension").text
            found = re.search(r"<code>(bcc\+[a-z0-9_-]+@library\.example)</code>", page)
            assert found is not None
            shown[who.name] = found.group(1)
        assert shown["Rosa"] != shown["Ravi"]


def test_without_such_an_address_nothing_is_said_of_it(client: FlaskClient) -> None:
    assert "blind copies" not in client.get("/extension").text


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_the_packed_extension_is_to_be_had(client: FlaskClient, browser: str) -> None:
    answer = client.get(f"/extension/contentlib-{browser}.zip")
    assert answer.content_type == "application/zip"
    assert "manifest.json" in ZipFile(BytesIO(answer.data)).namelist()
    again = client.get(
        f"/extension/contentlib-{browser}.zip", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_there_is_no_extension_for_a_browser_we_do_not_know(client: FlaskClient) -> None:
    assert client.get("/extension/contentlib-netscape.zip").status_code == 404


def test_codes_of_who_is_gone_pair_nothing(app: Flask, library: Library, cast: Cast) -> None:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        code = devices.offer_code(session, viewer=cast.rosa, now=now)
    with library.database.unit_of_work() as session:
        session.query(Member).filter(Member.email == cast.rosa.email).update({"active": False})
    refused = app.test_client().post("/api/v1/extension/pair", json={"code": code})
    assert refused.status_code == 404

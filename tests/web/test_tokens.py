"""The page on which members make API tokens, see them and end them."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.member import token_queries
from contentlib.member.token_queries import TokenLine
from tests.cast import Cast
from tests.factories import csrf_token, statements
from tests.web.api.calling import Program, token_of
from tests.web.browsing import browser_of, page, submit

FORM = {"name": "Spreadsheet", "scope": ["search", "assets:read"], "days": "90"}


@pytest.fixture
def adam(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.adam)


def _secret(body: str) -> str:
    found = re.search(r'<code id="secret">([^<]+)</code>', body)
    assert found is not None
    return unescape(found.group(1))


def _tokens(library: Library, cast: Cast) -> list[TokenLine]:
    with library.database.reading() as session:
        return token_queries.listed(session, cast.adam, now=library.clock.now())


def test_a_member_makes_a_token_and_sees_its_secret_once(
    app: Flask, library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    body = submit(rosa, "/tokens", FORM, status=201)
    secret = _secret(body)
    Program(app.test_client(), secret).get("/vocabulary")
    assert secret not in page(rosa, "/tokens")
    (line,) = _tokens(library, cast)
    assert (line.name, line.member_email) == ("Spreadsheet", cast.rosa.email)
    assert line.scopes == ("assets:read", "search")
    assert line.expires_at is not None
    assert (line.expires_at - line.created_at).days == 90


def test_the_secret_is_in_no_cookie_and_no_cache(rosa: FlaskClient) -> None:
    token = csrf_token(rosa.get("/").get_data(as_text=True))
    answer = rosa.post("/tokens", data={**FORM, "csrf_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    assert _secret(answer.get_data(as_text=True)) not in str(answer.headers)


def test_a_token_can_have_no_end(library: Library, cast: Cast, rosa: FlaskClient) -> None:
    assert "no end" in submit(rosa, "/tokens", {**FORM, "days": ""}, status=201)
    assert _tokens(library, cast)[0].expires_at is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Say which program will hold it."),
        ({"scope": []}, "Choose at least one."),
        ({"scope": ["everything"]}, "Choose from the list."),
        ({"days": "7"}, "Choose from the list."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    library: Library, cast: Cast, rosa: FlaskClient, wrong: dict[str, object], sentence: str
) -> None:
    body = submit(rosa, "/tokens", {**FORM, **wrong}, status=422)
    assert sentence in body
    if "name" not in wrong:
        assert 'value="Spreadsheet"' in body
    assert _tokens(library, cast) == []


def test_a_form_sent_twice_makes_one_token_and_says_so(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    submit(rosa, "/tokens", FORM, status=201)
    assert "There is already a token named" in submit(rosa, "/tokens", FORM, status=422)
    assert len(_tokens(library, cast)) == 1


def test_a_revoked_token_opens_nothing_and_the_page_says_so(
    app: Flask, library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    issued = token_of(library, cast.rosa, name="Old program")
    assert submit(rosa, f"/tokens/{issued.public_id}/revoke", {}) == "/tokens"
    body = page(rosa, "/tokens")
    assert "“Old program” opens nothing any more." in body
    assert "revoked" in body
    assert f"/tokens/{issued.public_id}/revoke" not in body
    assert Program(app.test_client(), issued.secret).call("GET", "/vocabulary").status_code == 401


def test_a_member_sees_and_revokes_only_their_own(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    of_ravi = token_of(library, cast.ravi, name="Ravi's program")
    assert "Ravi&#39;s program" not in page(rosa, "/tokens")
    submit(rosa, f"/tokens/{of_ravi.public_id}/revoke", {}, status=404)
    assert _tokens(library, cast)[0].is_live


def test_an_admin_sees_and_revokes_everybodys(
    library: Library, cast: Cast, adam: FlaskClient
) -> None:
    of_ravi = token_of(library, cast.ravi, name="A program of Ravi")
    body = page(adam, "/tokens")
    assert "Tokens of others" in body
    assert cast.ravi.email in body
    submit(adam, f"/tokens/{of_ravi.public_id}/revoke", {})
    assert not _tokens(library, cast)[0].is_live


def test_a_name_is_shown_as_text_whatever_is_in_it(rosa: FlaskClient) -> None:
    body = submit(rosa, "/tokens", {**FORM, "name": "<img src=x>'\""}, status=201)
    assert "<img src=x>" not in body
    assert "&lt;img src=x&gt;" in body


def test_the_page_costs_the_same_however_many_tokens_there_are(
    library: Library, cast: Cast, adam: FlaskClient
) -> None:
    token_of(library, cast.adam)
    with statements(library) as few:
        page(adam, "/tokens")
    for number in range(8):
        token_of(library, cast.rosa, name=f"Program {number}")
    with statements(library) as many:
        body = page(adam, "/tokens")
    assert body.count("/revoke") == 9
    assert len(many) == len(few), many

"""Members, for admins."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.member import queries
from tests.cast import PASSWORD, Cast
from tests.factories import csrf_token, sign_in
from web import create_app


@pytest.fixture
def app(library: Library) -> Flask:
    return create_app(library)


@pytest.fixture
def admin(app: Flask, cast: Cast) -> FlaskClient:
    return sign_in(app.test_client(), cast.adam)


def _post(client: FlaskClient, path: str, **form: str) -> tuple[int, str]:
    token = csrf_token(client.get("/members").text)
    answer = client.post(path, data={**form, "csrf_token": token}, follow_redirects=True)
    return answer.status_code, answer.text


def _member(library: Library, email: str) -> queries.MemberLine:
    with library.database.reading() as session:
        return next(line for line in queries.listed(session) if line.email == email)


def test_everybody_is_listed_with_role_and_team(admin: FlaskClient) -> None:
    page = admin.get("/members").text
    for told in ("mira@contentlib.example", "team North", "Walt", "manager"):
        assert told in page


def test_a_member_who_was_added_can_sign_in(app: Flask, admin: FlaskClient) -> None:
    status, page = _post(
        admin,
        "/members",
        email="Zoe@Contentlib.example",
        name="Zoe",
        role="rep",
        team="South",
        password=PASSWORD,
    )
    assert status == 200 and "Zoe may sign in now." in page and "team South" in page
    zoe = _member(app.extensions["library"], "zoe@contentlib.example")
    client = app.test_client()
    token = csrf_token(client.get("/sign-in").text)
    answer = client.post(
        "/sign-in", data={"email": zoe.email, "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code in (302, 303)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": "mira@contentlib.example"}, "There is already a member"),
        ({"password": "short"}, "at least 10 characters"),
        ({"role": "owner"}, "is not a role"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    admin: FlaskClient, wrong: dict[str, str], sentence: str
) -> None:
    form = {"email": "zoe@contentlib.example", "name": "Zoe Typed", "role": "rep"}
    status, page = _post(admin, "/members", **{**form, "password": PASSWORD, **wrong})
    assert status == 422 and sentence in page and "Zoe Typed" in page


def test_role_team_and_activity_are_changed(library: Library, admin: FlaskClient) -> None:
    rosa = _member(library, "rosa@contentlib.example")
    _post(admin, f"/members/{rosa.public_id}", role="manager", team="East")
    now = _member(library, "rosa@contentlib.example")
    assert (now.role, now.team, now.active) == ("manager", "East", False)


def test_an_admin_cannot_lock_themself_out(library: Library, admin: FlaskClient) -> None:
    adam = _member(library, "adam@contentlib.example")
    status, page = _post(admin, f"/members/{adam.public_id}", role="rep", active="1")
    assert status == 409 and "your own admin rights" in page
    assert _member(library, "adam@contentlib.example").role == "admin"


def test_a_new_password_signs_out_whoever_had_the_old_one(
    app: Flask, library: Library, cast: Cast, admin: FlaskClient
) -> None:
    rosa = sign_in(app.test_client(), cast.rosa)
    assert rosa.get("/shares").status_code == 200
    line = _member(library, cast.rosa.email)
    _post(admin, f"/members/{line.public_id}/password", password="a new long password")
    assert rosa.get("/shares").status_code == 302


@pytest.mark.parametrize("name", ["mira", "nora", "rosa"])
def test_nobody_but_an_admin_sees_or_changes_members(app: Flask, cast: Cast, name: str) -> None:
    client = sign_in(app.test_client(), getattr(cast, name))
    assert client.get("/members").status_code == 403
    token = csrf_token(client.get("/").text)
    form = {"email": "eve@contentlib.example", "role": "admin", "csrf_token": token}
    assert client.post("/members", data=form).status_code == 403


def test_no_form_is_taken_without_its_token(admin: FlaskClient) -> None:
    assert admin.post("/members", data={"email": "eve@contentlib.example"}).status_code == 400

"""Signing in: what the right password opens, what everything else tells - nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from contentlib.clock import FixedClock
from contentlib.library import Library
from contentlib.member import service
from tests.cast import PASSWORD, Cast
from tests.factories import csrf_token, sign_in
from tests.web.browsing import page, rows
from web import create_app
from web.pages.sign_in import own_path


def _try(client: FlaskClient, email: str, password: str, **more: str) -> tuple[int, str]:
    token = csrf_token(page(client, "/sign-in"))
    answer = client.post(
        "/sign-in", data={"email": email, "password": password, "csrf_token": token, **more}
    )
    return answer.status_code, answer.headers.get("Location") or answer.get_data(as_text=True)


def _told(body: str) -> str:
    return body.split('role="alert"')[1].split("</p>")[0]


def test_the_right_password_opens_the_library(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    assert _try(client, " Rosa@Contentlib.Example ", PASSWORD) == (303, "/")
    assert cast.rosa.name in page(client, "/")


def test_a_page_that_needs_a_member_leads_to_the_door_and_back(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    sent_away = client.get("/library?view=list")
    assert sent_away.status_code == 302
    door = page(client, sent_away.headers["Location"])
    assert 'name="next" value="/library?view=list"' in door
    assert _try(client, cast.rosa.email, PASSWORD, next="/library?view=list") == (
        303,
        "/library?view=list",
    )


def test_wrong_password_unknown_address_and_resting_account_read_the_same(
    app: Flask, library: Library, cast: Cast
) -> None:
    client = app.test_client()
    wrong = _try(client, cast.rosa.email, "not this one")
    unknown = _try(client, "nobody@contentlib.example", PASSWORD)
    for _ in range(library.settings.lockout_attempts - 1):
        _try(client, cast.rosa.email, "not this one")
    resting = _try(client, cast.rosa.email, PASSWORD)
    assert [status for status, _ in (wrong, unknown, resting)] == [401, 401, 401]
    assert _told(wrong[1]) == _told(unknown[1]) == _told(resting[1])
    assert "rests for a while" in _told(wrong[1])


def test_wrong_passwords_are_counted_though_the_answer_is_a_refusal(
    app: Flask, library: Library, cast: Cast
) -> None:
    _try(app.test_client(), cast.rosa.email, "not this one")
    failed = rows(
        library, "SELECT failed_sign_ins FROM members WHERE email = :e", e=cast.rosa.email
    )
    assert failed == [(1,)]


def test_an_account_that_rested_long_enough_opens_again(
    app: Flask, library: Library, cast: Cast
) -> None:
    client = app.test_client()
    for _ in range(library.settings.lockout_attempts):
        _try(client, cast.rosa.email, "not this one")
    clock = library.clock
    assert isinstance(clock, FixedClock)
    clock.move(timedelta(minutes=library.settings.lockout_minutes))
    assert _try(client, cast.rosa.email, PASSWORD)[0] == 303


def test_what_was_typed_stays_but_for_the_password(app: Flask, cast: Cast) -> None:
    _, body = _try(app.test_client(), cast.rosa.email, "not this one")
    assert cast.rosa.email in body
    assert "not this one" not in body


def test_signing_in_begins_a_new_session(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    sign_in(client, cast.rosa)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.permanent


def test_signing_out_ends_it(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.rosa)
    token = csrf_token(page(client, "/"))
    assert client.post("/sign-out", data={"csrf_token": token}).status_code == 303
    assert "You are signed out." in page(client, "/sign-in")
    assert client.get("/").status_code == 302


def test_signing_out_and_in_need_the_form_token(app: Flask, cast: Cast) -> None:
    client = app.test_client()
    assert client.post("/sign-in", data={"email": cast.rosa.email}).status_code == 400
    sign_in(client, cast.rosa)
    assert client.post("/sign-out").status_code == 400


def test_who_is_signed_in_is_not_asked_again(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.rosa)
    assert client.get("/sign-in?next=/library").headers["Location"] == "/library"


def test_a_new_password_ends_the_old_sign_in(app: Flask, library: Library, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.rosa)
    (public_id,) = rows(
        library, "SELECT public_id FROM members WHERE email = :e", e=cast.rosa.email
    )[0]
    with library.database.unit_of_work() as session:
        service.set_password(
            session,
            actor="test",
            member_public_id=public_id,
            password="another long one",
            now=library.clock.now(),
        )
    assert client.get("/").status_code == 302


def test_an_empty_installation_says_how_the_first_account_is_made(library: Library) -> None:
    assert "contentlib user add" in page(create_app(library).test_client(), "/sign-in")


@pytest.mark.parametrize(
    "leads_away",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        " /x",
        "library",
    ],
)
def test_the_way_on_never_leads_away(app: Flask, cast: Cast, leads_away: str) -> None:
    assert _try(app.test_client(), cast.rosa.email, PASSWORD, next=leads_away) == (303, "/")


@given(st.text(alphabet="/\\:.@?#%ehtps \t\n"))
def test_any_way_on_is_a_path_of_ours(wanted: str) -> None:
    found = own_path(wanted, home="/")
    assert found == "/" or (found == wanted and found[0] == "/" and found[1:2] not in ("/", "\\"))

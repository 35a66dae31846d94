"""Who gets in: a genuine token within its scopes, and nothing else."""

from datetime import timedelta

import pytest
from flask import Flask

from contentlib.clock import FixedClock
from contentlib.library import Library
from contentlib.member import queries, service, token_queries, tokens
from tests.cast import Cast
from tests.factories import sign_in, statements
from tests.web.api.calling import Program, program_of, settle_uses, token_of


def _refused(program: Program, path: str = "/vocabulary") -> dict[str, str]:
    answer = program.call("GET", path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    told = answer.get_json()["error"]
    assert set(told) == {"code", "message", "fields"}
    return {"challenge": answer.headers["WWW-Authenticate"], **told}


def _move(library: Library, by: timedelta) -> None:
    assert isinstance(library.clock, FixedClock)
    library.clock.move(by)


def test_a_genuine_token_opens_what_its_scopes_say(app: Flask, cast: Cast) -> None:
    reads = program_of(app, cast.rosa, "assets:read")
    assert reads.get("/vocabulary")["facets"] == []
    told = reads.get("/search?q=dock", status=403)["error"]
    assert told["code"] == "not_permitted"
    assert "search" in told["message"]


@pytest.mark.parametrize(
    "shown",
    [None, "", "Bearer", "Bearer ", "Bearer clt_wrong", "Basic cm9zYTpwdw==", "Bearer \xff"],
)
def test_without_a_genuine_token_the_answer_is_401_with_a_challenge(
    app: Flask, shown: str | None
) -> None:
    headers = {} if shown is None else {"Authorization": shown}
    answer = app.test_client().get("/api/v1/vocabulary", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=contentlib")
    assert answer.get_json()["error"]["code"] == "unauthorized"


def test_a_cookie_opens_nothing_of_the_api(app: Flask, cast: Cast) -> None:
    browser = sign_in(app.test_client(), cast.adam)
    assert browser.get("/library").status_code == 200
    assert browser.get("/api/v1/vocabulary").status_code == 401


def test_a_token_opens_no_page(app: Flask, rosas: Program) -> None:
    answer = app.test_client().get(
        "/library", headers={"Authorization": f"Bearer {rosas.secret}", "Accept": "text/html"}
    )
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_an_ended_token_opens_nothing(app: Flask, library: Library, cast: Cast) -> None:
    secret = token_of(library, cast.rosa, days=1).secret
    program = Program(app.test_client(), secret)
    program.get("/vocabulary")
    _move(library, timedelta(days=1))
    assert "error=invalid_token" in _refused(program)["challenge"]


def test_a_revoked_token_opens_nothing_from_then_on(
    app: Flask, library: Library, cast: Cast
) -> None:
    issued = token_of(library, cast.rosa)
    program = Program(app.test_client(), issued.secret)
    program.get("/vocabulary")
    with library.database.unit_of_work() as session:
        tokens.revoke(
            session,
            actor=cast.rosa,
            token_public_id=issued.public_id,
            now=library.clock.now(),
        )
    _refused(program)


def test_the_token_of_a_member_who_left_opens_nothing(
    library: Library, cast: Cast, rosas: Program
) -> None:
    with library.database.unit_of_work() as session:
        rosa = queries.by_email(session, cast.rosa.email)
        assert rosa is not None
        service.change(
            session,
            actor=cast.adam,
            member_public_id=rosa.public_id,
            role="rep",
            team_id=None,
            active=False,
            now=library.clock.now(),
        )
    _refused(rosas)


def test_the_last_use_is_noted_once_a_minute(app: Flask, library: Library, cast: Cast) -> None:
    program = program_of(app, cast.rosa)

    def last_used() -> object:
        settle_uses(app)
        with library.database.reading() as session:
            return token_queries.listed(session, cast.rosa, now=library.clock.now())[0].last_used_at

    assert last_used() is None
    program.get("/vocabulary")
    first = library.clock.now()
    assert last_used() == first
    _move(library, timedelta(seconds=59))
    with statements(library) as seen:
        program.get("/vocabulary")
        assert last_used() == first
    assert not [statement for statement in seen if statement.startswith("UPDATE")]
    _move(library, timedelta(seconds=1))
    program.get("/vocabulary")
    assert last_used() == library.clock.now()


def test_a_refused_call_is_still_a_use(app: Flask, library: Library, cast: Cast) -> None:
    program_of(app, cast.rosa, "assets:read").get("/search?q=dock", status=403)
    settle_uses(app)
    with library.database.reading() as session:
        (line,) = token_queries.listed(session, cast.rosa, now=library.clock.now())
    assert line.last_used_at == library.clock.now()


def test_no_request_waits_for_the_write_lock_to_note_a_use(
    library: Library, rosas: Program
) -> None:
    with library.database.unit_of_work():
        rosas.get("/vocabulary")

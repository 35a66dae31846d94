"""The address before a link, proved by a code, as a buyer meets it."""

import pytest
from flask import Flask
from sqlalchemy import select

from contentlib.engagement.models import Download, Hit
from contentlib.errors import InvalidInput
from contentlib.library import Library
from contentlib.share import service as shares
from contentlib.share.models import Share, ShareCode
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.factories import make_asset
from tests.web.gating import ANN, PASSCODE, TITLE, code_for, gated, is_at, proven, send
from tests.web.viewing import buyer, rows_of, viewer_app


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


def test_an_address_is_proved_by_a_code_and_its_reader_is_known_from_then_on(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    asked = send(client, share, "email", email=" Ann@X.Example")
    assert (asked.status_code, is_at(asked)) == (200, "Enter the code")
    answer = send(client, share, "code", email=ANN, code=code_for(library, ANN))
    assert answer.status_code == 303
    assert TITLE in client.get(share.path).text
    client.get(f"{share.path}/1/file")
    (code,) = rows_of(library, ShareCode)
    assert code.used_at is not None
    hits = rows_of(library, Hit)
    assert [(h.kind, h.method, h.code_id) for h in hits] == [
        ("gate", "GET", None),
        ("gate", "POST", None),
        ("gate", "POST", None),
        ("page", "GET", code.id),
        ("download", "GET", code.id),
    ]
    assert [d.code_id for d in rows_of(library, Download)] == [code.id]


def test_nobody_learns_who_is_allowed(library: Library, cast: Cast, app: Flask) -> None:
    share = gated(library, cast, allowed=("@x.example",))
    pages = {}
    for address in ("ann@x.example", "eve@evil.example"):
        client = buyer(app)
        asked = send(client, share, "email", email=address)
        wrong = send(client, share, "code", email=address, code="000000")
        for name, page in (("asked", asked), ("wrong", wrong)):
            told = page.text.replace(address, "ADDRESS")
            headers = {k: v for k, v in page.headers if k != "Content-Length"}
            pages.setdefault(name, []).append((page.status_code, told, headers))
    assert pages["asked"][0] == pages["asked"][1]
    assert pages["wrong"][0] == pages["wrong"][1]


def test_who_is_not_allowed_gets_in_with_no_code_whatever(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, allowed=("@x.example",)), buyer(app)
    send(client, share, "email", email="eve@evil.example")
    # guessed, for it was mailed to nobody
    code = code_for(library, "eve@evil.example")
    send(client, share, "code", email="eve@evil.example", code=code)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    assert client.get(f"{share.path}/1/file").status_code == 403


def test_an_address_that_is_taken_off_the_list_opens_nothing_any_more(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, allowed=("@x.example",)), buyer(app)
    proven(library, client, share)
    assert TITLE in client.get(share.path).text
    with library.database.unit_of_work() as session:
        row = session.scalars(select(Share)).one()
        row.rules = {**row.rules, "allowed": ["@y.example"]}
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"


def test_a_wrong_code_is_told_counted_and_opens_nothing(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    send(client, share, "email", email=ANN)
    right = code_for(library, ANN)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = send(client, share, "code", email=ANN, code=wrong)
        assert answer.status_code == 403 and "does not open the link" in answer.text
    assert send(client, share, "code", email=ANN, code=right).status_code == 403
    assert [row.attempts for row in rows_of(library, ShareCode)] == [5]


def test_a_code_opens_one_browser(library: Library, cast: Cast, app: Flask) -> None:
    share, ann, other = gated(library, cast, asks_email=True), buyer(app), buyer(app)
    proven(library, ann, share)
    answer = send(other, share, "code", email=ANN, code=code_for(library, ANN))
    assert answer.status_code == 403
    assert is_at(other.get(share.path)) == "Confirm your e-mail address"


def test_codes_for_an_address_are_bounded(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    answers = [send(client, share, "email", email=ANN) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "600"
    assert len(rows_of(library, ShareCode)) == 3


def test_what_is_no_address_is_told(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    for step in ("email", "code"):
        answer = send(client, share, step, email="ann at x", code="123456")
        assert answer.status_code == 422 and "“ann at x” is not an e-mail address" in answer.text
    assert rows_of(library, ShareCode) == []


def test_the_passcode_comes_first_and_no_code_is_mailed_before_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE, asks_email=True), buyer(app)
    answer = send(client, share, "email", email=ANN)
    assert is_at(answer) == "Enter the passcode"
    assert rows_of(library, ShareCode) == []
    send(client, share, "passcode", passcode=PASSCODE)
    assert is_at(client.get(share.path)) == "Confirm your e-mail address"
    proven(library, client, share)
    assert TITLE in client.get(share.path).text


def test_the_footer_tells_of_the_cookie_where_there_is_one(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, asks_email=True), buyer(app)
    proven(library, client, share)
    page = client.get(share.path).text
    assert "one cookie remembers for 12 hours" in page and "no cookie is set" not in page


def test_without_a_mail_server_a_link_that_asks_for_an_address_is_not_made(
    library: Library, cast: Cast
) -> None:
    asset = make_asset(library)
    for rules in (ShareRules(asks_email=True), ShareRules(allowed=("x.example",))):
        with (
            pytest.raises(InvalidInput, match="needs a mail server"),
            library.database.unit_of_work() as session,
        ):
            shares.create(
                session,
                viewer=cast.rosa,
                asset_public_ids=[asset],
                wanted_rules=rules,
                now=library.clock.now(),
            )

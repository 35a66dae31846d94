"""The passcode before a link as a buyer meets it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from contentlib.library import Library
from contentlib.share.gates import with_passcode
from contentlib.share.models import Share, ShareCode
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.web.gating import ANN, PASSCODE, TITLE, gated, is_at, send
from tests.web.viewing import buyer, rows_of, viewer_app


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


def test_a_passcode_stands_before_the_page_and_opens_it(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    page = client.get(share.path)
    assert (page.status_code, is_at(page)) == (200, "Enter the passcode")
    answer = send(client, share, "passcode", passcode=f" {PASSCODE} ")
    assert (answer.status_code, answer.location) == (303, share.path)
    assert TITLE in client.get(share.path).text
    assert client.get(f"{share.path}/1/file").status_code == 200


def test_a_wrong_passcode_is_told_and_opens_nothing(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    answer = send(client, share, "passcode", passcode="sesame")
    assert answer.status_code == 403 and "That is not the passcode" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_the_proof_is_a_cookie_for_this_link_alone_and_for_twelve_hours(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    cookie = send(client, share, "passcode", passcode=PASSCODE).headers["Set-Cookie"]
    assert cookie.startswith("share_proof=")
    parts = set(cookie.split("; ")[1:])
    assert {f"Path={share.path}", "HttpOnly", "SameSite=Lax", "Max-Age=43200"} <= parts
    assert "Secure" not in parts and PASSCODE not in cookie
    library.clock.move(timedelta(hours=12))  # type: ignore[attr-defined]
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_over_https_the_proof_never_leaves_it(
    library: Library, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    settings = library.settings.model_copy(update={"secure_cookies": True})
    app = viewer_app(replace(library, settings=settings))
    share = gated(library, cast, PASSCODE)
    answer = send(buyer(app), share, "passcode", passcode=PASSCODE)
    assert "Secure" in answer.headers["Set-Cookie"].split("; ")


def test_the_proof_for_one_link_opens_no_other_with_the_same_passcode(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, other = gated(library, cast, PASSCODE), gated(library, cast, PASSCODE)
    client = buyer(app)
    send(client, share, "passcode", passcode=PASSCODE)
    cookie = client.get_cookie("share_proof", path=share.path)
    assert cookie is not None
    client.set_cookie("share_proof", cookie.value, path=other.path)
    assert is_at(client.get(other.path)) == "Enter the passcode"


@pytest.mark.parametrize("value", ["", "nonsense", "x" * 4_000, "eyJhIjoxfQ.signature"])
def test_a_cookie_that_is_not_ours_proves_nothing(
    library: Library, cast: Cast, app: Flask, value: str
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    client.set_cookie("share_proof", value, path=share.path)
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_a_changed_passcode_asks_everybody_again(library: Library, cast: Cast, app: Flask) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    send(client, share, "passcode", passcode=PASSCODE)
    with library.database.unit_of_work() as session:
        row = session.scalars(select(Share)).one()
        row.rules = with_passcode(ShareRules.from_json(row.rules), "Another one").to_json()
    assert is_at(client.get(share.path)) == "Enter the passcode"


def test_a_link_without_a_gate_sets_no_cookie_and_has_no_gate_to_post_to(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast), buyer(app)
    for step in ("passcode", "email", "code"):
        answer = send(client, share, step, passcode="x", email=ANN, code="123456")
        assert (answer.status_code, answer.location) == (303, share.path)
        assert "Set-Cookie" not in answer.headers
    assert rows_of(library, ShareCode) == []


def test_after_the_gate_the_page_that_was_asked_for_opens(
    library: Library, cast: Cast, app: Flask
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    page = client.get(f"{share.path}/1/3").text
    assert f'name="back" value="{share.path}/1/3"' in page
    answer = send(client, share, "passcode", passcode=PASSCODE, back=f"{share.path}/1/3")
    assert answer.location == f"{share.path}/1/3"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/library", "\\\\e"])
def test_the_gate_leads_nowhere_else(library: Library, cast: Cast, app: Flask, back: str) -> None:
    share = gated(library, cast, PASSCODE)
    for wanted in (back, f"{share.path}{back}"):
        answer = send(buyer(app), share, "passcode", passcode=PASSCODE, back=wanted)
        assert answer.location == share.path


def test_trying_passcodes_out_is_bounded_before_anything_is_hashed(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share, client = gated(library, cast, PASSCODE), buyer(app)
    hashed: list[str] = []

    def note(_rules: ShareRules, text: str) -> bool:
        hashed.append(text)
        return False

    monkeypatch.setattr("contentlib.share.gates.passcode_opens", note)
    answers = [send(client, share, "passcode", passcode=f"try {n}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
    assert len(hashed) == 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 600
    assert "tried too often" in answers[-1].text
    elsewhere = buyer(app, address="198.51.100.9")
    assert send(elsewhere, share, "passcode", passcode="x").status_code == 403


def test_from_many_networks_wrong_passcodes_are_bounded_by_the_link(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, PASSCODE)
    monkeypatch.setattr(
        "contentlib.share.gates.passcode_opens", lambda _rules, text: text == PASSCODE
    )
    statuses = []
    for n in range(61):
        client = buyer(app, address=f"10.0.{n}.1")
        statuses.append(send(client, share, "passcode", passcode="no").status_code)
    assert statuses == [403] * 60 + [429]


def test_a_whole_company_that_knows_the_passcode_gets_in_from_one_network(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = gated(library, cast, PASSCODE)
    monkeypatch.setattr("contentlib.share.gates.passcode_opens", lambda *_: True)
    statuses = {
        send(buyer(app), share, "passcode", passcode=PASSCODE).status_code for _ in range(70)
    }
    assert statuses == {303}

"""The share dialog: what it warns of and refuses, the link it makes, and the ways out."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from contentlib.ids import read_token
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.sending.models import Send
from contentlib.share import queries
from contentlib.share.models import Share, ShareItem
from contentlib.share.rules import ShareRules
from contentlib.worker import Worker
from tests.cast import Cast, hire
from tests.factories import csrf_token, make_asset, make_library, sign_in
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


def evidence(library: Library) -> list[str]:
    with library.database.reading() as session:
        return [send.evidence for send in session.query(Send).order_by(Send.id)]


def test_the_dialog_shows_what_is_shared_and_the_three_ways_out(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    one, other = make_asset(library, "Dock story"), make_asset(library, "Yard datasheet")
    page = rosa.get(f"/share/new?asset={one}&asset={other}").text
    assert "Share 2 assets" in page
    assert page.index("Dock story") < page.index("Yard datasheet")
    assert 'value="copy"' in page and 'value="sent"' in page and "Send by mail" in page
    assert "A copied link is not counted as sent until it is read or you say so." in page


def test_mail_is_disabled_with_its_reason_where_no_mail_server_is_set_up(
    library: Library, rosa: FlaskClient
) -> None:
    page = rosa.get(f"/share/new?asset={make_asset(library)}").text
    assert "Not possible here: no mail server is set up." in page


def test_the_dialog_without_an_asset_says_where_to_begin(rosa: FlaskClient) -> None:
    assert "Choose what to share first" in rosa.get("/share/new").text


def test_the_dialog_warns_of_an_overdue_review_and_of_reference_rights(
    library: Library, rosa: FlaskClient
) -> None:
    asset = make_asset(
        library,
        review_by=date(2026, 1, 31),
        customer="Hallstrom",
        reference_rights="on_request",
        rights_regions=["Nordics"],
    )
    page = rosa.get(f"/share/new?asset={asset}").text
    assert "Its review was due on 31 Jan 2026; it may be outdated." in page
    assert "reference rights are on request" in page
    assert "The customer may be referred to only in Nordics." in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"audience": "internal"}, "for colleagues only"),
        ({"reference_rights": "none"}, "has not given the right to be referred to"),
        ({"rights_until": date(2026, 3, 1)}, "The right to refer to this customer has ended."),
    ],
)
def test_what_must_not_leave_the_house_is_refused_at_either_door(
    library: Library, rosa: FlaskClient, values: dict[str, Any], sentence: str
) -> None:
    asset = make_asset(library, "House only", **values)
    dialog = rosa.get(f"/share/new?asset={asset}").text
    assert sentence in dialog
    assert 'value="copy"' not in dialog
    by_script = post(rosa, "/shares", asset=asset)
    assert by_script.status_code == 422
    assert sentence in by_script.json["error"]["message"]
    by_form = post(rosa, "/shares", json=False, asset=asset)
    assert by_form.status_code == 422
    assert sentence in by_form.text
    assert _count(library) == 0


def test_the_rest_can_be_shared_when_one_of_several_must_stay(
    library: Library, rosa: FlaskClient
) -> None:
    good, bad = make_asset(library, "Good"), make_asset(library, "Bad", audience="internal")
    page = rosa.get(f"/share/new?asset={good}&asset={bad}").text
    assert "Share the other 1" in page
    assert f"/share/new?asset={good}" in page


@pytest.mark.parametrize("publish", [True, False])
def test_an_asset_that_a_rep_may_not_see_is_not_there(
    library: Library, rosa: FlaskClient, publish: bool
) -> None:
    asset = make_asset(library, publish=False) if not publish else "nothing"
    assert rosa.get(f"/share/new?asset={asset}").status_code == 404
    assert post(rosa, "/shares", asset=asset).status_code == 404


# --- making a link ---


def test_copying_makes_a_link_whose_address_opens_it_and_records_no_send(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), way="copy")
    assert answer.status_code == 201
    token = answer.json["address"].removeprefix(f"{library.settings.base_url}/s/")
    assert read_token(token, key=library.signing_key, purpose="share") == answer.json["share"]
    assert answer.json["page"] == f"/shares/{answer.json['share']}?new=1"
    assert evidence(library) == []


def test_a_script_may_send_json_with_nothing_but_the_assets(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    assets = [make_asset(library, "One"), make_asset(library, "Two")]
    token = csrf_token(rosa.get("/shares").text)
    answer = rosa.post(
        "/shares",
        json={"asset": assets, "recipients": ["ann@x.example", "bob@y.example"]},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
    )
    assert answer.status_code == 201
    line = _line(library, cast.rosa, answer.json["share"])
    assert line.asset_public_ids == tuple(assets)
    assert line.recipients == ("ann@x.example", "bob@y.example")
    assert line.rules == ShareRules()


def test_without_a_script_the_new_link_stands_on_its_page_with_its_address(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(rosa, "/shares", json=False, asset=make_asset(library))
    assert answer.status_code == 303
    page = rosa.get(answer.location).text
    assert "Your link is ready" in page
    assert f"{library.settings.base_url}/s/" in page


def test_recipients_pasted_with_names_are_taken_each_once(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        recipients='Ann Lee <ann@x.example>, "Roy, Bob" <bob@y.example>;\nann@x.example',
    )
    line = _line(library, cast.rosa, answer.json["share"])
    assert line.recipients == ("ann@x.example", "bob@y.example")


def test_a_recipient_that_is_no_address_is_named_and_the_dialog_keeps_what_was_typed(
    library: Library, rosa: FlaskClient
) -> None:
    asset = make_asset(library)
    answer = post(
        rosa,
        "/shares",
        json=False,
        asset=asset,
        recipients="ann@x.example, Bob",
        message="Have a look, please",
    )
    assert answer.status_code == 422
    assert "“Bob” is not an e-mail address." in answer.text
    assert "ann@x.example, Bob" in answer.text
    assert "Have a look, please" in answer.text
    assert _count(library) == 0


@pytest.mark.parametrize(
    ("fields", "ends_on"),
    [
        ({"expiry": "none"}, None),
        ({"expiry": "7"}, date(2026, 3, 9)),
        ({"expiry": "30"}, date(2026, 4, 1)),
        ({"expiry": "date", "expires_on": "2026-03-20"}, date(2026, 3, 20)),
    ],
)
def test_a_link_ends_at_the_end_of_the_chosen_day(
    library: Library, cast: Cast, rosa: FlaskClient, fields: dict[str, str], ends_on: date | None
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), **fields)
    expires_at = _line(library, cast.rosa, answer.json["share"]).rules.expires_at
    assert (expires_at and expires_at.date()) == ends_on
    assert expires_at is None or (expires_at.hour, expires_at.minute) == (23, 59)


@pytest.mark.parametrize("expires_on", ["2026-03-01", "soon", ""])
def test_a_last_day_that_is_gone_or_no_day_is_refused(
    library: Library, rosa: FlaskClient, expires_on: str
) -> None:
    answer = post(rosa, "/shares", asset=make_asset(library), expiry="date", expires_on=expires_on)
    assert answer.status_code == 422
    assert "expires_on" in answer.json["error"]["fields"]


def test_a_pinned_link_without_download_keeps_both_rules(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    asset = make_asset(library)
    answer = post(rosa, "/shares", asset=asset, version="pinned", download="no")
    rules = _line(library, cast.rosa, answer.json["share"]).rules
    assert (rules.follows_current, rules.allows_download) == (False, False)
    with library.database.reading() as session:
        assert session.query(ShareItem).one().pinned_version_id is not None


def test_a_link_without_the_form_token_is_not_made(library: Library, rosa: FlaskClient) -> None:
    answer = rosa.post("/shares", data={"asset": make_asset(library)})
    assert answer.status_code == 400
    assert _count(library) == 0


# --- sending it ---


def test_making_a_link_and_noting_it_as_sent_records_a_declared_send(
    library: Library, rosa: FlaskClient
) -> None:
    post(rosa, "/shares", asset=make_asset(library), way="sent")
    assert evidence(library) == ["declared"]


def test_saying_twice_that_it_was_sent_counts_once(library: Library, rosa: FlaskClient) -> None:
    made = post(rosa, "/shares", asset=make_asset(library)).json["share"]
    for _ in range(2):
        assert post(rosa, f"/shares/{made}/sent", json=False).status_code == 303
    assert evidence(library) == ["declared"]


def test_mailing_without_a_mail_server_is_refused_and_leaves_no_link(
    library: Library, rosa: FlaskClient
) -> None:
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        way="mail",
        recipients="ann@x.example",
        subject="For you",
    )
    assert answer.status_code == 422
    assert "No mail server is set up here" in answer.json["error"]["message"]
    assert _count(library) == 0


def test_a_mailed_link_is_sent_once_the_server_took_the_mail(
    tmp_path: Path, new_sqlite: Any
) -> None:
    new_sqlite(tmp_path / "library")
    library = make_library(tmp_path / "library", mail_url=f"maildir:{tmp_path / 'mails'}")
    rosa = browser(library, hire(library).rosa)
    answer = post(
        rosa,
        "/shares",
        asset=make_asset(library),
        way="mail",
        recipients="Ann <ann@x.example>",
        subject="The case we spoke of",
        message="Page 2 is yours.",
    )
    assert answer.status_code == 201
    assert evidence(library) == []
    Worker(library).drain(periodic=False)
    assert evidence(library) == ["app_mail"]
    (mail,) = [path for path in (tmp_path / "mails").rglob("*") if path.is_file()]
    written = mail.read_text()
    assert "Subject: The case we spoke of" in written
    assert answer.json["address"].rsplit("/", 1)[1][:14] in written
    library.close()


def test_mailing_to_nobody_is_refused_and_leaves_no_link(tmp_path: Path, new_sqlite: Any) -> None:
    new_sqlite(tmp_path / "library")
    library = make_library(tmp_path / "library", mail_url=f"maildir:{tmp_path / 'mails'}")
    rosa = browser(library, hire(library).rosa)
    answer = post(
        rosa, "/shares", json=False, asset=make_asset(library), way="mail", subject="Hello"
    )
    assert answer.status_code == 422
    assert "Say who gets the mail." in answer.text
    assert _count(library) == 0
    library.close()


def _line(library: Library, viewer: Viewer, public_id: str) -> queries.ShareLine:
    with library.database.reading() as session:
        return queries.visible_share(session, viewer, public_id)


def _count(library: Library) -> int:
    with library.database.reading() as session:
        return session.query(Share).count()

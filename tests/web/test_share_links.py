"""All links in one place, links made in one go, presets, and rules that change."""

import csv
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.share.gates import passcode_opens
from contentlib.share.models import Share, SharePreset
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.contentlib.engagement.visiting import link, reads
from tests.factories import make_asset, statements
from tests.web.browsing import browser_of, page, submit
from tests.web.viewing import rows_of


@pytest.fixture
def asset(library: Library) -> str:
    return make_asset(library, "Dock scheduling")


def _rules(library: Library) -> ShareRules:
    return ShareRules.from_json(rows_of(library, Share)[-1].rules)


def test_every_rule_of_the_dialog_is_a_rule_of_the_link(
    library: Library, rosa: FlaskClient, asset: str
) -> None:
    submit(
        rosa,
        "/shares",
        {
            "asset": asset,
            "expiry": "30",
            "download": "watermarked",
            "version": "pinned",
            "passcode": "gate 7",
            "max_visits": "5",
            "notice": "digest",
        },
    )
    rules = _rules(library)
    assert (rules.download, rules.max_visits, rules.follows_current) == ("watermarked", 5, False)
    assert rules.expires_at is not None and passcode_opens(rules, "gate 7")
    assert rows_of(library, Share)[-1].notice == "digest"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("passcode", "abc", "A passcode has 4 to 100 characters."),
        ("max_visits", "many", "A limit of visits is a number from 1 on."),
        ("max_visits", "0", "A limit of visits is a number from 1 on."),
        ("expiry", "soon", "Choose when the link ends."),
        ("download", "maybe", "Choose how it may be downloaded."),
        ("gate", "yes", "needs a mail server"),
    ],
)
def test_a_wrong_rule_is_told_beside_its_field_and_nothing_typed_is_lost(
    library: Library, rosa: FlaskClient, asset: str, field: str, value: str, sentence: str
) -> None:
    body = submit(
        rosa, "/shares", {"asset": asset, "message": "Dear Ann", field: value}, status=422
    )
    assert sentence in body and "Dear Ann" in body and "field-error" in body
    assert '<details class="sheet share-rules" open>' in body
    assert rows_of(library, Share) == []


def test_a_link_for_each_recipient_leads_to_the_list_of_them(
    library: Library, app: Flask, cast: Cast, rosa: FlaskClient, asset: str
) -> None:
    where = submit(
        rosa,
        "/shares",
        {"asset": asset, "recipients": "Ann <ann@x.example>, bob@y.example", "each": "yes"},
    )
    path = urlsplit(where).path
    assert path.startswith("/shares/batches/")
    body = page(rosa, path)
    addresses = [part for part in body.split('"') if part.startswith("http") and "/s/" in part]
    assert len(set(addresses)) >= 2
    assert "ann@x.example" in body and "bob@y.example" in body and "Revoke all of them" in body
    page(browser_of(app, cast.wes), path, status=404)


def test_links_are_found_chosen_and_revoked_together(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    for title in ("Docks", "Gates", "Yards"):
        link(library, cast.rosa, title)
    body = page(rosa, "/shares?q=dock")
    assert "Docks" in body and "Gates" not in body
    ids = [share.public_id for share in rows_of(library, Share)]
    submit(rosa, "/shares/revocations", {"share": ids[:2], "back": "/shares?open=1"})
    assert [share.revoked_at is not None for share in rows_of(library, Share)] == [
        True,
        True,
        False,
    ]
    open_ones = page(rosa, "/shares?open=1")
    assert "Yards" in open_ones and "Docks" not in open_ones
    assert "2 links admit nobody" in open_ones
    body = page(rosa, "/shares?q=nothing+like+it")
    assert "No link is like this" in body


def test_a_colleagues_link_cannot_be_chosen_or_revoked(
    library: Library, app: Flask, cast: Cast
) -> None:
    link(library, cast.rosa)
    (share,) = rows_of(library, Share)
    ravi = browser_of(app, cast.ravi)
    submit(ravi, "/shares/revocations", {"share": share.public_id}, status=404)
    submit(ravi, "/shares/revocations", {}, status=422)
    assert rows_of(library, Share)[0].revoked_at is None


def test_the_table_holds_every_link_with_every_class_of_visits(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    opened = link(library, cast.rosa, "=cmd|' /C calc'!A0")
    link(library, cast.rosa, "Gates")
    reads(library, opened)
    reads(library, opened, visitor="machine", agent="curl/8.5")
    fold_beats(library)
    answer = rosa.get("/shares.csv")
    rows = list(csv.DictReader(StringIO(answer.get_data(as_text=True))))
    assert answer.mimetype == "text/csv" and len(rows) == 2
    told = {row["titles"]: row for row in rows}
    read = told["'=cmd|' /C calc'!A0"]
    assert [read[name] for name in ("verified", "human", "unclear", "machine")] == list("0101")
    assert (read["visits_by_people"], read["at_least_readers"]) == ("1", "1")
    assert told["Gates"]["sent"] == "copied only" and told["Gates"]["state"] == "open"


def test_however_many_links_the_page_asks_as_often(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    def asked() -> int:
        with statements(library) as seen:
            page(rosa, "/shares")
        return len(seen)

    link(library, cast.rosa, "Docks")
    few = asked()
    for number in range(8):
        link(library, cast.rosa, f"Deck {number}")
    assert asked() == few


def test_rules_are_kept_as_a_preset_and_fill_the_dialog(
    library: Library, app: Flask, cast: Cast, rosa: FlaskClient, asset: str
) -> None:
    where = submit(
        rosa,
        "/shares/presets",
        {"asset": asset, "preset_name": "Careful", "expiry": "30", "download": "off"},
    )
    body = page(rosa, where)
    assert "Kept as “Careful”." in body and "Careful</a>" in body
    assert 'value="off" checked' in body and '<option value="30" selected>' in body
    assert "Careful" in page(rosa, "/shares/presets")
    assert "No presets yet" in page(browser_of(app, cast.ravi), "/shares/presets")
    (preset,) = rows_of(library, SharePreset)
    submit(rosa, f"/shares/presets/{preset.public_id}/removal", {})
    assert rows_of(library, SharePreset) == []


def test_the_rules_of_a_link_change_while_it_is_out_and_a_blank_passcode_stays(
    library: Library, rosa: FlaskClient, asset: str
) -> None:
    submit(rosa, "/shares", {"asset": asset, "passcode": "gate 7"})
    (share,) = rows_of(library, Share)
    address = f"/shares/{share.public_id}"
    assert "with the passcode" in page(rosa, address)
    submit(rosa, f"{address}/rules", {"download": "off", "expiry": "7", "passcode": ""})
    rules = _rules(library)
    assert rules.download == "off" and rules.expires_at and passcode_opens(rules, "gate 7")
    submit(rosa, f"{address}/rules", {"no_passcode": "yes"})
    assert _rules(library).passcode_hash is None
    submit(rosa, f"{address}/revocation", {})
    submit(rosa, f"{address}/rules", {}, status=409)


def test_no_page_of_a_member_tells_the_hash_of_a_passcode(
    library: Library, rosa: FlaskClient, asset: str, tmp_path: Path
) -> None:
    submit(rosa, "/shares", {"asset": asset, "passcode": "gate 7"})
    (share,) = rows_of(library, Share)
    for address in ("/shares", f"/shares/{share.public_id}", "/shares.csv"):
        assert "argon2" not in rosa.get(address).get_data(as_text=True)

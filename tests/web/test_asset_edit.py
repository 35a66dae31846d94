"""The edit page: every field can be changed and emptied, and nothing typed is lost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.taxonomy import service as taxonomy
from tests.cast import Cast
from tests.factories import MONDAY, make_asset
from tests.web.browsing import (
    page,
    rows,
    submit,
)

TODAY = MONDAY.date()


def _fields(body: str) -> dict[str, object]:
    """The form as a browser would send it back untouched."""
    form = body.split('class="edit"')[1]
    found: dict[str, object] = {
        unescape(name): unescape(value)
        for name, value in re.findall(
            r'<input class="form-control[^>]*name="([^"]+)" value="([^"]*)"', form
        )
    }
    found["summary"] = unescape(re.findall(r'name="summary"[^>]*>([^<]*)<', form)[0])
    for name in ("audience", "owner", "reference_rights"):
        select = form.split(f'name="{name}"')[1].split("</select>")[0]
        found[name] = unescape((re.findall(r'value="([^"]*)" selected', select) or [""])[0])
    found["term"] = re.findall(r'name="term" value="([^"]+)" checked', form)
    return found


@pytest.fixture
def story(library: Library, cast: Cast) -> Iterator[str]:
    yield make_asset(
        library,
        "Frozen prawns",
        owner=cast.mira,
        terms={"industry": ["Cold storage"], "region": ["Australia", "Asia"]},
        summary="Nights back.",
        customer="Southern Reef",
        rights_regions=["Australia", "Asia"],
        review_by=TODAY,
        expires_on=TODAY + timedelta(days=30),
    )


def test_saving_the_form_untouched_changes_nothing(
    library: Library, mira: FlaskClient, story: str
) -> None:
    columns = "title, summary, audience, owner_id, review_by, expires_on, customer, rights_regions"
    look = f"SELECT {columns}, rights_until, source_url, production_cost FROM assets"
    terms = "SELECT term_id FROM asset_terms ORDER BY term_id"
    before = rows(library, look), rows(library, terms)
    changes = rows(library, "SELECT count(*) FROM asset_state_changes")
    fields = _fields(page(mira, f"/assets/{story}/edit"))
    assert fields["customer"] == "Southern Reef"
    assert submit(mira, f"/assets/{story}/edit", fields) == f"/assets/{story}"
    assert (rows(library, look), rows(library, terms)) == before
    assert rows(library, "SELECT count(*) FROM asset_state_changes") == changes


def test_each_field_can_be_changed_and_emptied(
    library: Library, cast: Cast, mira: FlaskClient, story: str
) -> None:
    fields = _fields(page(mira, f"/assets/{story}/edit"))
    keep = [value for value in fields["term"] if value.startswith("industry")]  # type: ignore[attr-defined]
    fields |= {
        "title": "  Fewer   alarms ",
        "audience": "internal",
        "owner": cast.adam.email,
        "review_by": "2027-01-31",
        "expires_on": "",
        "customer": "",
        "reference_rights": "anonymous",
        "rights_regions": " Asia , ",
        "production_cost": "4500.5",
        "source_url": "https://example.com/x",
        "term": keep,
    }
    submit(mira, f"/assets/{story}/edit", fields)
    columns = (
        "title, audience, owner_id, review_by, expires_on, customer, reference_rights, "
        "rights_regions, production_cost, source_url"
    )
    assert rows(library, f"SELECT {columns} FROM assets") == [
        (
            "Fewer alarms",
            "internal",
            cast.adam.member_id,
            "2027-01-31",
            None,
            None,
            "anonymous",
            '["Asia"]',
            4500.5,
            "https://example.com/x",
        )
    ]
    assert len(rows(library, "SELECT term_id FROM asset_terms")) == 1


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("title", "   ", "Give it a title."),
        ("title", "x" * 301, "At most 300 characters."),
        ("review_by", "next week", "year-month-day"),
        ("expires_on", "2026-02-31", "year-month-day"),
        ("source_url", "javascript:alert(1)", "Give the whole address"),
        ("production_cost", "a lot", "Write an amount"),
        ("production_cost", "NaN", "Write an amount"),
        ("production_cost", "-4", "Write an amount"),
        ("audience", "everybody", "Choose one."),
        ("owner", "rosa@contentlib.example", "Choose a marketer."),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_nothing_typed_is_lost(
    library: Library, mira: FlaskClient, story: str, field: str, typed: str, told: str
) -> None:
    fields = _fields(page(mira, f"/assets/{story}/edit"))
    fields |= {"summary": "Typed just now.", "customer": "Typed too", field: typed}
    body = submit(mira, f"/assets/{story}/edit", fields, status=422)
    beside = body.split(f'id="f-{field}"')[1].split("</div>")[0]
    assert told in beside
    assert "Typed just now." in body and "Typed too" in body
    assert _fields(body)["term"] == fields["term"]
    assert rows(library, "SELECT summary, customer FROM assets") == [
        ("Nights back.", "Southern Reef")
    ]


def test_definitions_of_terms_stand_in_the_form_as_help(
    library: Library, mira: FlaskClient, story: str
) -> None:
    with library.database.unit_of_work() as session:
        facet = taxonomy.put_facet(session, key="industry", label="Industry", many=True, position=1)
        taxonomy.put_term(session, facet=facet, label="Retail", definition="Sells in shops.")
    assert "<small>Sells in shops.</small>" in page(mira, f"/assets/{story}/edit")


def test_a_facet_of_one_term_has_radio_buttons_and_keeps_one(
    library: Library, mira: FlaskClient, story: str
) -> None:
    with library.database.unit_of_work() as session:
        facet = taxonomy.put_facet(
            session, key="content_type", label="Content type", many=False, position=0
        )
        deck = taxonomy.put_term(session, facet=facet, label="Deck").id
        card = taxonomy.put_term(session, facet=facet, label="Battlecard", internal=True).id
    body = page(mira, f"/assets/{story}/edit")
    assert f'type="radio" name="term-content_type" value="content_type:{deck}"' in body
    fields = _fields(body)
    submit(
        mira,
        f"/assets/{story}/edit",
        {**fields, "term-content_type": [f"content_type:{card}", f"content_type:{deck}"]},
    )
    chosen = rows(
        library, "SELECT term_id FROM asset_terms WHERE term_id IN (:a, :b)", a=deck, b=card
    )
    assert chosen == [(deck,)]
    submit(mira, f"/assets/{story}/edit", {**fields, "term-content_type": ""})
    assert rows(library, "SELECT term_id FROM asset_terms WHERE term_id = :a", a=deck) == []

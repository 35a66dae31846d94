"""An asset's history reads as people speak: no raw dates, no names of columns."""

import re
from datetime import date

from flask.testing import FlaskClient

from contentlib.library import Library
from tests.factories import make_asset
from tests.web.browsing import page, submit


def _history(browser: FlaskClient, public_id: str) -> str:
    body = page(browser, f"/assets/{public_id}")
    held = body.split('<ol class="history">')[1].split("</ol>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", held).split())


def test_what_happened_at_once_stands_under_one_date(library: Library, mira: FlaskClient) -> None:
    told = _history(mira, make_asset(library))
    assert told.count("2 Mar 2026") == 1
    assert "Added as a draft" in told
    assert "Published" in told


def test_dates_and_states_are_told_in_words(library: Library, mira: FlaskClient) -> None:
    public_id = make_asset(library, review_by=date(2026, 3, 20))
    submit(mira, f"/assets/{public_id}/reviewed", {"review_by": "2026-08-04"})
    submit(mira, f"/assets/{public_id}/state", {"to": "archived"})
    told = _history(mira, public_id)
    assert "Reviewed; next by 4 Aug 2026" in told
    assert "Archived" in told
    assert not re.search(r"\d{4}-\d{2}-\d{2}|review_by|owner_id|state:", told), told

"""News of one's links: a page, a count beside its name, and nobody else's."""

import re
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from contentlib.library import Library
from contentlib.reactions import fold_beats, notify
from contentlib.worker import Worker
from tests.cast import Cast
from tests.contentlib.engagement.visiting import link, reads
from tests.web.browsing import browser_of, page, submit


def _read_by_somebody(library: Library, cast: Cast, title: str = "Docks") -> None:
    reads(library, link(library, cast.rosa, title))
    library.clock.move(timedelta(minutes=4))  # type: ignore[attr-defined]
    fold_beats(library)
    Worker(library).drain(periodic=False)
    notify(library)


def _unread(client: FlaskClient) -> int:
    return int(client.get("/notifications/unread").json["unread"])


def test_before_anything_happened_the_page_says_what_will_stand_there(rosa: FlaskClient) -> None:
    body = page(rosa, "/notifications")
    assert "Nothing yet" in body and "Mark all as read" not in body
    assert _unread(rosa) == 0


def test_a_reader_is_news_until_it_is_read(
    library: Library, app: Flask, cast: Cast, rosa: FlaskClient
) -> None:
    _read_by_somebody(library, cast)
    body = page(rosa, "/notifications")
    assert "Somebody opened “Docks”: page 1 in 20 s." in body and "so far" in body
    assert re.search(r'href="/shares/\w+"', body)
    assert _unread(rosa) == 1
    submit(rosa, "/notifications/read", {})
    assert _unread(rosa) == 0
    assert "Somebody opened" in page(rosa, "/notifications")
    ravi = browser_of(app, cast.ravi)
    assert "Nothing yet" in page(ravi, "/notifications") and _unread(ravi) == 0


def test_a_title_of_markup_is_shown_as_words(
    library: Library, cast: Cast, rosa: FlaskClient
) -> None:
    _read_by_somebody(library, cast, "<script>alert(1)</script>")
    body = page(rosa, "/notifications")
    assert "“&lt;script&gt;alert(1)&lt;/script&gt;”" in body

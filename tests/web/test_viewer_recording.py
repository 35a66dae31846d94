"""What a share link records of a visit, and what it does not."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from contentlib.engagement.models import Beat, Download, Hit, View, Visit
from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.workspace import service as workspace
from tests.cast import Cast
from tests.factories import statements
from tests.web.viewing import PHONE, Shared, buyer, rows_of, share_of, view_token, viewer_app
from web.viewer.recording import recorded

MOVE = timedelta(seconds=20)


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


def _tell(client: FlaskClient, path: str, token: str, pages: Any, **more: Any) -> int:
    told = {"token": token, "ordinal": 1, "pages": pages, "input": True, "signals": {}} | more
    return client.post(f"{path}/beat", json=told).status_code


def _read(library: Library, client: FlaskClient, share: Shared, **more: Any) -> int:
    """Opens the link, looks at the first page for twelve seconds and says so."""
    token = view_token(client.get(share.path).text)
    library.clock.move(MOVE)  # type: ignore[attr-defined]
    return _tell(client, share.path, **{"token": token, "pages": {"1": 12_000}, **more})


def test_every_request_leaves_a_raw_hit(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    client.get(share.path)
    client.head(share.path)
    client.get(f"{share.path}/1/2")
    client.get(f"{share.path}/1/file")
    hits = rows_of(library, Hit)
    assert [(h.kind, h.method, h.page) for h in hits] == [
        ("page", "GET", 1),
        ("page", "HEAD", 1),
        ("page", "GET", 2),
        ("download", "GET", None),
    ]
    assert rows_of(library, Visit) == []


def test_a_hit_knows_a_network_and_an_origin_never_an_address(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app, address="2001:db8:7:8::9", agent="x" * 900)
    client.get(
        share.path,
        headers={"Referer": "https://mail.example.com/inbox?id=7", "Sec-Purpose": "prefetch"},
    )
    (hit,) = rows_of(library, Hit)
    assert hit.network == "2001:db8:7::/48"
    assert hit.referrer_origin == "https://mail.example.com"
    assert hit.prefetch == {"Sec-Purpose": "prefetch"}
    assert len(hit.user_agent) == 500


def test_a_refused_visitor_leaves_a_hit_too(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa, expires_at=library.clock.now() + MOVE)
    library.clock.move(MOVE)  # type: ignore[attr-defined]
    buyer(app).get(share.path)
    library.hits.close()
    assert [h.kind for h in rows_of_closed(library)] == ["refused"]


def rows_of_closed(library: Library) -> list[Hit]:
    with library.database.reading() as session:
        return list(session.query(Hit))


def test_a_download_counts_once_and_a_head_or_a_later_piece_not_at_all(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    client.head(f"{share.path}/1/file")
    client.get(f"{share.path}/1/file", headers={"Range": "bytes=0-4"})
    client.get(f"{share.path}/1/file", headers={"Range": "bytes=5-"})
    (taken,) = rows_of(library, Download)
    assert taken.by_colleague is False
    assert len(rows_of(library, Hit)) == 3


def test_a_page_that_confirms_itself_becomes_a_human_view(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    assert _read(library, buyer(app), share) == 204
    fold_beats(library)
    (visit,) = rows_of(library, Visit)
    (view,) = rows_of(library, View)
    assert (visit.visitor_class, visit.device) == ("human", "phone")
    assert (view.page, view.attention_ms) == (1, 12_000)


def test_a_beat_that_was_acknowledged_is_on_disk(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    assert _read(library, buyer(app), share) == 204
    (beat,) = rows_of(library, Beat)
    assert beat.trusted_input is True
    assert beat.signals["elapsed_ms"] == 20_000


@pytest.mark.parametrize(
    "told",
    [
        {"pages": {"1": 30_000}},
        {"pages": {"1": 12_000, "2": 12_000}},
        {"pages": {"4": 1_000}},
        {"pages": {"0": 1_000}},
        {"pages": {"-1": 1_000}},
        {"pages": {"1": -5}},
        {"pages": {"1": 1.5}},
        {"pages": {"1": True}},
        {"pages": {"²": 1_000}},
        {"pages": [1]},
        {"pages": None},
        {"ordinal": "first"},
        {"ordinal": -1},
        {"ordinal": 10**9},
        {"token": "made up"},
        {"token": None},
        {"token": {}},
    ],
)
def test_a_claim_that_does_not_fit_is_not_believed(
    library: Library, cast: Cast, app: Flask, told: dict[str, Any]
) -> None:
    share = share_of(library, cast.rosa)
    assert _read(library, buyer(app), share, **told) == 400
    assert rows_of(library, Beat) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[" * 5000, b"\xff", b'"word"'])
def test_a_body_that_is_no_beat_is_refused(
    library: Library, cast: Cast, app: Flask, body: bytes
) -> None:
    share = share_of(library, cast.rosa)
    assert buyer(app).post(f"{share.path}/beat", data=body).status_code == 400


def test_a_beat_is_small(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    assert buyer(app).post(f"{share.path}/beat", data=b"x" * 9_000).status_code == 413


def test_the_token_of_one_link_speaks_for_no_other(
    library: Library, cast: Cast, app: Flask
) -> None:
    ours, other = share_of(library, cast.rosa), share_of(library, cast.rosa)
    client = buyer(app)
    token = view_token(client.get(ours.path).text)
    library.clock.move(MOVE)  # type: ignore[attr-defined]
    assert _tell(client, other.path, token, {"1": 12_000}) == 400


def test_a_view_left_open_for_a_day_is_told_nothing_more_about(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    token = view_token(client.get(share.path).text)
    library.clock.move(timedelta(hours=13))  # type: ignore[attr-defined]
    assert _tell(client, share.path, token, {"1": 12_000}) == 400


def test_no_beat_is_taken_once_the_link_is_over(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa, expires_at=library.clock.now() + timedelta(seconds=10))
    assert _read(library, buyer(app), share) == 404


def test_a_glance_of_less_than_a_second_is_no_view(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    assert _read(library, buyer(app), share, pages={"1": 999}) == 204
    assert rows_of(library, Beat) == []


def test_a_signed_in_colleague_never_counts(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "somebody.stamp"
    _read(library, client, share)
    client.get(f"{share.path}/1/file")
    fold_beats(library)
    assert [v.visitor_class for v in rows_of(library, Visit)] == ["colleague"]
    assert [d.by_colleague for d in rows_of(library, Download)] == [True]


def test_visitors_from_our_own_offices_are_colleagues(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    with library.database.unit_of_work() as session:
        workspace.add_own_network(
            session, actor="test", cidr="203.0.113.64/26", label="HQ", now=library.clock.now()
        )
    _read(library, buyer(app, address="203.0.113.70"), share)
    _read(library, buyer(app, address="203.0.113.5", agent=PHONE.replace("18_1", "17_4")), share)
    fold_beats(library)
    assert [v.visitor_class for v in rows_of(library, Visit)] == ["colleague", "human"]


def test_a_link_for_one_visit_is_read_to_its_end_and_opens_for_nobody_else(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa, max_visits=1)
    first = buyer(app)
    _read(library, first, share)
    fold_beats(library)
    assert first.get(f"{share.path}/1/2").status_code == 200
    assert buyer(app, agent="another").get(share.path).status_code == 404
    library.clock.move(timedelta(minutes=31))  # type: ignore[attr-defined]
    assert first.get(share.path).status_code == 404


def test_unfurlers_and_heads_use_no_visit_up(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa, max_visits=1)
    for _ in range(3):
        buyer(app, agent="Slackbot-LinkExpanding 1.0").get(share.path)
        buyer(app).head(share.path)
    fold_beats(library)
    assert buyer(app).get(share.path).status_code == 200


@contextmanager
def _nothing_to_write_on(library: Library) -> Iterator[None]:
    """Somebody holds the database, and where the spool should be there stands a file."""
    spool = library.settings.data_dir / "spool"
    assert not spool.exists()
    spool.write_text("")
    with _held(library):
        yield
    spool.unlink()


@contextmanager
def _held(library: Library) -> Iterator[None]:
    other = sqlite3.connect(library.settings.data_dir / "contentlib.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


def _asked_before(library: Library, client: FlaskClient, share: Shared) -> str:
    """A view token; the day's salt is made by then."""
    token = view_token(client.get(share.path).text)
    library.clock.move(MOVE)  # type: ignore[attr-defined]
    return token


def test_the_page_is_served_when_nothing_can_be_recorded_and_the_loss_is_counted(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    token = _asked_before(library, client, share)
    with _nothing_to_write_on(library):
        assert client.get(share.path).status_code == 200
        assert client.get(f"{share.path}/1/file").status_code == 200
        assert _tell(client, share.path, token, {"1": 12_000}) == 503
        ready = client.get("/readyz")
    assert ready.status_code == 503
    # the page, and of the file the hit and the download, and the beat
    assert ready.json["recording"] == {"ok": False, "lost_events": 4, "spooled": 0}
    assert client.get("/healthz").status_code == 200
    # the page that was refused tells the beat again
    assert _tell(client, share.path, token, {"1": 12_000}) == 204
    assert len(rows_of(library, Beat)) == 1


def test_a_database_that_is_locked_holds_no_buyer_up_and_loses_nothing(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    token = _asked_before(library, client, share)
    with _held(library):
        begun = time.monotonic()
        assert client.get(f"{share.path}/1/2").status_code == 200
        assert time.monotonic() - begun < 2
        assert _tell(client, share.path, token, {"1": 12_000}) == 204
        assert client.get("/readyz").json["recording"]["spooled"] == 2
        # told again, because the answer was lost on the way
        assert _tell(client, share.path, token, {"1": 12_000}) == 204
    deadline = time.monotonic() + 10
    while library.hits.state().spooled and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [hit.page for hit in rows_of(library, Hit)] == [1, 2]
    assert len(rows_of(library, Beat)) == 1


def test_an_event_that_takes_too_long_is_answered_like_a_loss_and_not_counted_as_one(
    library: Library, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    token = _asked_before(library, client, share)
    slow: Future[None] = Future()
    monkeypatch.setattr("web.viewer.recording._PATIENCE_S", 0.05)
    monkeypatch.setattr(type(library.hits), "append", lambda *_: slow)
    assert client.get(share.path).status_code == 200
    assert _tell(client, share.path, token, {"1": 12_000}) == 503
    slow.set_exception(OSError("and then it failed after all"))
    assert library.hits.state().lost_events == 0


def test_an_answer_that_need_not_wait_inside_waits_at_the_door(
    library: Library, cast: Cast, app: Flask
) -> None:
    """What is answered with 2xx or 3xx is on disk: also the hit of a picture."""
    seen = []
    with app.test_request_context():

        def write() -> "Future[None]":
            late: Future[None] = Future()
            timer = threading.Timer(0.2, lambda: (seen.append("written"), late.set_result(None)))
            timer.start()
            return late

        assert recorded(write, wait=False) is True
        assert seen == []
        app.process_response(Response(status=200))
        assert seen == ["written"]
        recorded(write, wait=False)
        app.process_response(Response(status=404))
        assert seen == ["written"], "a refusal waits for nothing"


def test_a_stopping_server_still_serves(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    library.hits.close()
    assert buyer(app).get(share.path).status_code == 200
    assert library.hits.state().lost_events == 1


def test_the_key_of_a_visitor_changes_with_the_day(
    library: Library, cast: Cast, app: Flask
) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    client.get(share.path)
    client.get(share.path)
    library.clock.move(timedelta(days=1))  # type: ignore[attr-defined]
    client.get(share.path)
    keys = [h.visitor_key for h in rows_of(library, Hit)]
    assert keys[0] == keys[1] != keys[2]


def test_a_page_view_reads_little(library: Library, cast: Cast, app: Flask) -> None:
    share = share_of(library, cast.rosa)
    client = buyer(app)
    client.get(share.path)
    with statements(library) as seen:
        client.get(f"{share.path}/1/2")
    reads = [s for s in seen if s.startswith("SELECT")]
    assert len(reads) == 3, reads

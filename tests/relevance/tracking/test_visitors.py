"""Visitors who are easily told wrong, from their first request to what the rep is shown."""

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from contentlib.engagement.counting import VisitCounts, visits_of_assets
from contentlib.engagement.models import Hit, Unfurl
from contentlib.engagement.queries import VisitLine, human_visits, visits_of
from contentlib.engagement.share_figures import ShareEngagement, of_shares
from contentlib.events.jobs import Job
from contentlib.ids import sign_token
from contentlib.library import Library
from contentlib.reactions import fold_beats
from contentlib.share import codes
from contentlib.share import service as shares
from contentlib.share.models import Share, ShareCode, ShareItem
from contentlib.share.rules import ShareRules
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.viewing import PAGES, PHONE, Shared, buyer, share_of, view_token, viewer_app

SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
LATE = datetime(2026, 3, 2, 23, 50, tzinfo=UTC)


@pytest.fixture
def app(library: Library) -> Flask:
    return viewer_app(library)


@pytest.fixture
def shared(library: Library, cast: Cast) -> Shared:
    return share_of(library, cast.rosa)


def _wait(library: Library, seconds: float) -> None:
    library.clock.move(timedelta(seconds=seconds))  # type: ignore[attr-defined]


def _read(
    library: Library, client: FlaskClient, path: str, seconds: int = 12, **headers: str
) -> None:
    """Loads a page, looks at it and says so."""
    token = view_token(client.get(path, headers=headers).text)
    _wait(library, seconds)
    told: dict[str, Any] = {"token": token, "ordinal": 1, "input": True, "signals": {}}
    told["pages"] = {path.rsplit("/", 1)[-1] if path.count("/") > 2 else "1": seconds * 1000}
    beat = "/".join(path.split("/")[:3]) + "/beat"
    assert client.post(beat, json=told, headers=headers).status_code == 204


def _written(library: Library, hits: int) -> None:
    """Waits for requests that nobody waited for, and for what was set aside meanwhile."""
    for _ in range(400):
        with library.database.reading() as session:
            there = session.scalar(select(func.count()).select_from(Hit)) or 0
        if there >= hits and library.hits.state().spooled == 0:
            return
        sleep(0.025)
    raise AssertionError("the requests were not written down")


def _seen(
    library: Library, shared: Shared, *, hits: int = 1
) -> tuple[list[VisitLine], ShareEngagement]:
    """What the maker of the link is shown once so many requests are written: visits, figures."""
    _written(library, hits)
    fold_beats(library)
    with library.database.reading() as session:
        share_id = session.scalars(select(Share.id).filter_by(public_id=shared.public_id)).one()
        figures = of_shares(session, [share_id]).get(share_id, ShareEngagement())
        return visits_of(session, share_id), figures


def _of_asset(library: Library) -> VisitCounts:
    now = library.clock.now()
    with library.database.reading() as session:
        (asset_id,) = session.scalars(select(ShareItem.asset_id).distinct())
        span = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
        return visits_of_assets(session, [asset_id], **span)[asset_id]


def test_an_unfurler_is_a_machine_and_news(library: Library, app: Flask, shared: Shared) -> None:
    buyer(app, agent=SLACK).get(shared.path)
    (visit,), figures = _seen(library, shared)
    assert (visit.visitor_class, visit.pasted_into) == ("machine", "Slack")
    assert visit.reasons == ("Slack fetched a preview: your link was pasted there.",)
    assert figures.counts == VisitCounts(machine=1)
    with library.database.reading() as session:
        assert session.scalars(select(Unfurl.service)).all() == ["Slack"]


def test_who_only_asks_after_the_page_is_a_machine(
    library: Library, app: Flask, shared: Shared
) -> None:
    buyer(app).head(shared.path)
    (visit,), figures = _seen(library, shared)
    assert visit.visitor_class == "machine"
    assert "never opened" in visit.reasons[0]
    assert figures.visits == 0


def test_a_page_fetched_ahead_is_a_machines_until_somebody_comes(
    library: Library, app: Flask, shared: Shared
) -> None:
    buyer(app).get(shared.path, headers={"Sec-Purpose": "prefetch"})
    (ahead,), _ = _seen(library, shared)
    assert ahead.visitor_class == "machine"
    _wait(library, 30)
    _read(library, buyer(app), shared.path)
    (read,), figures = _seen(library, shared)
    assert read.visitor_class == "human"
    assert figures.counts == VisitCounts(human=1)


def test_without_script_the_pages_are_known_and_the_attention_is_not(
    library: Library, app: Flask, shared: Shared
) -> None:
    client = buyer(app)
    for page, pause in ((1, 9), (2, 14), (3, 0)):
        client.get(f"{shared.path}/1/{page}")
        _wait(library, pause)
    (visit,), figures = _seen(library, shared)
    assert visit.visitor_class == "unclear"
    assert (visit.pages, visit.asked_pages, visit.attention_ms) == ((), (1, 2, 3), 0)
    assert "runs no script" in visit.reasons[0]
    assert (figures.visits, figures.other_visits) == (0, 1)


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_who_asks_not_to_be_followed_is_counted_and_not_followed(
    library: Library, app: Flask, shared: Shared, header: str
) -> None:
    library.database.react_with({"VisitJudged": ("tell_the_rep",)})
    _read(library, buyer(app), shared.path, **{header: "1"})
    visits, figures = _seen(library, shared)
    assert visits == []
    assert figures == ShareEngagement(private_visits=1)
    assert _of_asset(library) == VisitCounts(human=1)
    with library.database.reading() as session:
        share_id = session.scalars(select(Share.id)).one()
        assert human_visits(session, share_id) == 1
        assert "tell_the_rep" not in session.scalars(select(Job.reaction)).all()


def test_a_refusal_to_be_followed_that_says_no_is_none(
    library: Library, app: Flask, shared: Shared
) -> None:
    _read(library, buyer(app), shared.path, DNT="0")
    visits, _ = _seen(library, shared)
    assert [visit.visitor_class for visit in visits] == ["human"]


def test_a_scanner_takes_no_file_in_the_reps_eyes(
    library: Library, app: Flask, shared: Shared
) -> None:
    buyer(app, agent="curl/8.9.1").get(f"{shared.path}/1/file")
    reader = buyer(app)
    _read(library, reader, shared.path)
    reader.get(f"{shared.path}/1/file")
    visits, figures = _seen(library, shared)
    assert [(v.visitor_class, v.took_file) for v in visits] == [("human", True), ("machine", True)]
    assert (figures.downloads, figures.other_downloads) == (1, 1)


def test_who_proved_an_address_is_named_to_the_maker(
    library: Library, cast: Cast, app: Flask
) -> None:
    shared = _gated(library, cast)
    client = buyer(app)
    client.get(shared.path)
    from_here = {"Origin": "http://localhost"}
    asked = {"email": "bea@buyer.example"}
    client.post(f"{shared.path}/email", data=asked, headers=from_here)
    with library.database.reading() as session:
        code = codes.code_of(session.scalars(select(ShareCode)).one(), key=library.signing_key)
    answer = client.post(f"{shared.path}/code", data={**asked, "code": code}, headers=from_here)
    assert answer.status_code == 303, answer.text
    _read(library, client, f"{shared.path}/1/1", 3)
    (visit,), figures = _seen(library, shared, hits=4)
    assert (visit.visitor_class, visit.reader) == ("verified", "Bea, bea@buyer.example")
    assert figures.counts == VisitCounts(verified=1)


def test_who_stays_before_the_gate_is_unclear_and_a_preview_of_it_is_news(
    library: Library, cast: Cast, app: Flask
) -> None:
    shared = _gated(library, cast)
    buyer(app).get(shared.path)
    buyer(app, agent=SLACK).get(shared.path)
    visits, figures = _seen(library, shared, hits=2)
    assert {(v.visitor_class, v.pasted_into) for v in visits} == {
        ("unclear", None),
        ("machine", "Slack"),
    }
    (person,) = (visit for visit in visits if visit.visitor_class == "unclear")
    assert "did not go on" in person.reasons[0]
    assert figures.visits == 0


def _gated(library: Library, cast: Cast) -> Shared:
    asset = make_asset(library, "Dock scheduling", *PAGES)
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=cast.rosa,
            asset_public_ids=[asset],
            recipients=[shares.Recipient("bea@buyer.example", "Bea")],
            wanted_rules=ShareRules(asks_email=True),
            can_mail=True,
            now=library.clock.now(),
        )
        token = sign_token(share.public_id, key=library.signing_key, purpose="share")
    return Shared(share.public_id, f"/s/{token}")


class TestAtMidnight:
    """Keys change with the day; a visit goes on."""

    @pytest.fixture(autouse=True)
    def _ten_to_twelve(self, library: Library, shared: Shared) -> None:
        library.clock.move(LATE - library.clock.now())  # type: ignore[attr-defined]

    def _visits(self, library: Library, shared: Shared) -> int:
        visits, _ = _seen(library, shared)
        return len(visits)

    def test_a_reader_without_script_goes_on_in_the_same_visit(
        self, library: Library, app: Flask, shared: Shared
    ) -> None:
        client = buyer(app)
        for page in (1, 2, 3):
            client.get(f"{shared.path}/1/{page}")
            _wait(library, 9 * 60)
        assert self._visits(library, shared) == 1

    def test_the_visit_goes_on_as_long_as_there_is_no_silence(
        self, library: Library, app: Flask, shared: Shared
    ) -> None:
        client = buyer(app)
        for _ in range(6):
            client.get(shared.path)
            _wait(library, 20 * 60)
        assert self._visits(library, shared) == 1

    def test_who_comes_after_midnight_for_the_first_time_gets_the_new_days_key(
        self, library: Library, app: Flask, shared: Shared
    ) -> None:
        buyer(app).get(shared.path)
        _wait(library, 15 * 60)
        buyer(app, agent=PHONE.replace("18_1", "17_4")).get(shared.path)
        assert self._visits(library, shared) == 2

    def test_after_half_an_hour_of_silence_it_is_another_visit(
        self, library: Library, app: Flask, shared: Shared
    ) -> None:
        buyer(app).get(shared.path)
        _wait(library, 31 * 60)
        buyer(app).get(shared.path)
        assert self._visits(library, shared) == 2

    def test_a_link_for_one_visit_is_read_across_midnight(
        self, library: Library, cast: Cast, app: Flask
    ) -> None:
        once = share_of(library, cast.rosa, max_visits=1)
        client = buyer(app)
        _read(library, client, once.path)
        for _ in range(4):
            fold_beats(library)
            _wait(library, 15 * 60)
            assert client.get(f"{once.path}/1/2").status_code == 200
        assert buyer(app, agent="another").get(once.path).status_code == 404

    def test_half_an_hour_into_the_day_nothing_more_is_asked_of_the_database(
        self, library: Library, app: Flask, shared: Shared
    ) -> None:
        def reads() -> int:
            with statements(library) as seen:
                buyer(app).get(shared.path)
            return len([s for s in seen if s.startswith("SELECT")])

        reads()  # the first request makes the day's salt
        usual = reads()
        _wait(library, 15 * 60)
        reads()
        assert reads() <= usual + 1
        _wait(library, 3600)
        assert reads() == usual

"""Usage and unused: the page, the exports and the command line say the same."""

import csv
import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta
from io import StringIO

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from contentlib.asset.models import Asset
from contentlib.engagement import service as engagement
from contentlib.engagement.rules import PageAttention
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.reactions import fold_beats
from contentlib.sending import service as sending
from contentlib.share import service as shares
from contentlib.share.queries import door
from contentlib.usage import service as usage
from tests.cast import Cast
from tests.contentlib.engagement.visiting import CHROME, asks, link, reads
from tests.factories import MONDAY, make_asset, sign_in, statements
from tests.web.browsing import browser_of, page
from web import create_app
from web.cli.report import report as report_command
from web.csv_export import csv_text

LONG_AGO = MONDAY - timedelta(days=80)
LATELY = MONDAY - timedelta(days=10)


@pytest.fixture
def client(library: Library, cast: Cast) -> FlaskClient:
    return sign_in(create_app(library).test_client(), cast.mira)


def _asset_id(library: Library, public_id: str) -> int:
    with library.database.reading() as session:
        return session.scalars(select(Asset.id).where(Asset.public_id == public_id)).one()


def _old_asset(library: Library, title: str, **values: object) -> str:
    return make_asset(library, title, now=LONG_AGO, **values)  # type: ignore[arg-type]


def _show(library: Library, viewer: Viewer, public_ids: Sequence[str], *, list_id: str) -> None:
    ids = [_asset_id(library, public_id) for public_id in public_ids]
    rows = usage.impressions(
        viewer, asset_ids=ids, surface="search", search_public_id=list_id, now=LATELY
    )
    usage.record_impressions(library.hits, rows).result(timeout=20)


def _open(
    library: Library, viewer: Viewer, public_id: str, *, rank: int | None = None, times: int = 1
) -> None:
    for _ in range(times):
        row = usage.opening(
            viewer,
            asset_id=_asset_id(library, public_id),
            surface="search" if rank else None,
            search_public_id=None,
            rank=rank,
            now=LATELY,
        )
        usage.record_opening(library.hits, row).result(timeout=20)


def _take(library: Library, viewer: Viewer, public_id: str) -> None:
    with library.database.reading() as session:
        asset = session.scalars(select(Asset).where(Asset.public_id == public_id)).one()
    row = usage.taking(
        viewer, asset_id=asset.id, version_id=asset.current_version_id or 0, now=LATELY
    )
    usage.record_taking(library.hits, row).result(timeout=20)


def _read_by_a_buyer(library: Library, viewer: Viewer, public_id: str) -> None:
    """A link that nobody reported as sent, and a person who read it for half a minute."""
    with library.database.unit_of_work() as session:
        share = shares.create(
            session,
            viewer=viewer,
            asset_public_ids=[public_id],
            recipients=[shares.Recipient("bea@customer.example", "Bea Buyer")],
            now=LATELY,
        )
        opened = door(session, share.public_id, today=LATELY.date())
    assert opened is not None
    rows = engagement.beat_rows(
        [PageAttention(1, 30_000)],
        view_key=f"view-{public_id}",
        ordinal=1,
        share_id=opened.share_id,
        asset_id=opened.items[0].asset_id,
        version_id=opened.items[0].version_id,
        visitor_key="bea",
        by_colleague=False,
        trusted_input=True,
        signals={},
        now=LATELY,
    )
    engagement.record_beats(library.hits, rows).result(timeout=20)
    fold_beats(library)


def _declare(library: Library, viewer: Viewer, public_id: str) -> None:
    with library.database.unit_of_work() as session:
        share = shares.create(session, viewer=viewer, asset_public_ids=[public_id], now=LATELY)
        sending.declare(session, viewer=viewer, share_public_id=share.public_id, now=LATELY)


@pytest.fixture
def used(library: Library, cast: Cast) -> dict[str, str]:
    """One asset a cause, one that is sent, one internal, one too young."""
    found = {
        name: _old_asset(library, title, production_cost=cost)
        for name, title, cost in (
            ("sent", "A paper that is sent", 100),
            ("taken", "A deck that is taken", 2000),
            ("never", "A sheet nobody meets", 300),
            ("passed", "A story reps pass by", 4000),
            ("opened", "A guide they decide against", None),
            ("little", "A note with little to say", 7),
        )
    }
    found["internal"] = _old_asset(library, "A battlecard", audience="internal")
    found["young"] = make_asset(library, "Too young to judge", now=LATELY)
    _read_by_a_buyer(library, cast.rosa, found["sent"])
    _take(library, cast.rosa, found["taken"])
    # In the same places other assets are opened every time, the one passed by never is.
    for n in range(12):
        _show(library, cast.rosa, [found["passed"]], list_id=f"passed{n}")
        _show(library, cast.ravi, [found["sent"]], list_id=f"sent{n}")
        _open(library, cast.ravi, found["sent"], rank=1)
    _open(library, cast.rosa, found["opened"], times=6)
    _show(library, cast.rosa, [found["little"]], list_id="little1")
    for n in range(5):
        _show(library, cast.wes, [found["little"]], list_id=f"little{n}x")
    _open(library, cast.wes, found["little"], rank=1, times=3)
    _declare(library, cast.wes, found["little"])
    return found


def _rows(client: FlaskClient, name: str) -> dict[str, dict[str, object]]:
    told = client.get(f"/reports/{name}.json").json
    return {row["asset_id"]: row for row in told["rows"]}


def test_each_cause_is_found_by_what_happened(client: FlaskClient, used: dict[str, str]) -> None:
    rows = _rows(client, "unused")
    causes = {name: rows[used[name]]["cause"] for name in used if used[name] in rows}
    assert causes.pop("internal")
    assert causes == {
        "taken": "taken, send not seen",
        "never": "never shown",
        "passed": "shown, not opened",
        "opened": "opened, not sent",
        "little": "not enough evidence",
    }


def test_the_unused_page_names_cause_evidence_money_and_what_to_do(
    client: FlaskClient, used: dict[str, str]
) -> None:
    page = client.get("/reports/unused").text
    assert "unused: 5 of 6 eligible assets" in page
    assert "<b>6,307</b><span>spent on them; 1 have no known cost</span>" in page
    assert "<b>1</b><span>not yet eligible" in page
    assert "<b>4</b><span>unused even if declared sends count" in page
    assert "Give it a better title, summary or first page." in page
    assert "A paper that is sent" not in page and "Too young to judge" not in page
    assert "A battlecard" in page[page.index("Internal assets") :]
    assert "fewer than 5 impressions" in page


def test_a_cause_has_its_own_page(client: FlaskClient, used: dict[str, str]) -> None:
    page = client.get("/reports/unused?cause=never+shown").text
    assert "A sheet nobody meets" in page and "A deck that is taken" not in page


def test_page_csv_json_and_command_line_give_the_same_numbers(
    client: FlaskClient, library: Library, used: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.cli.report.library_of", lambda _ctx: nullcontext(library))
    for name in ("usage", "unused"):
        as_json = client.get(f"/reports/{name}.json").json
        as_csv = client.get(f"/reports/{name}.csv").text
        told = CliRunner().invoke(report_command, [name, "--format", "json"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout) == as_json
        told = CliRunner().invoke(report_command, [name, "--format", "csv"])
        assert told.stdout.splitlines() == as_csv.splitlines()
        lines = list(csv.DictReader(StringIO(as_csv)))
        assert [line["asset_id"] for line in lines] == [r["asset_id"] for r in as_json["rows"]]
        page = client.get(f"/reports/{name}").text
        for row in as_json["rows"]:
            cells = _cells(page, str(row["asset_id"]))
            wanted = [row["impressions"], row["opens"], row["taken"]]
            assert cells[:3] == [str(n) for n in wanted]
            if name == "usage":
                wanted = [row["links"], row["sends"], row["sends_declared"], row["human_visits"]]
                assert cells[3:7] == [str(n) for n in wanted]
                assert cells[7] == f"{row['attention_s']} s"


def _cells(page: str, public_id: str) -> list[str]:
    (row,) = [r for r in page.split("<tr>") if f"/assets/{public_id}" in r]
    return [cell.strip() for cell in re.findall(r'<td class="num[^"]*">([^<]*)</td>', row)]


def test_usage_shows_the_inferred_send_and_what_the_buyer_read(
    client: FlaskClient, used: dict[str, str]
) -> None:
    row = _rows(client, "usage")[used["sent"]]
    assert (row["links"], row["sends"], row["human_visits"], row["attention_s"]) == (1, 1, 1, 30)
    assert _rows(client, "usage")[used["little"]]["sends_declared"] == 1


def test_no_recipient_is_named_anywhere(client: FlaskClient, used: dict[str, str]) -> None:
    for path in ("usage", "unused", "usage.csv", "usage.json", "unused.csv", "unused.json"):
        told = client.get(f"/reports/{path}").text
        assert "Bea Buyer" not in told and "customer.example" not in told


def test_low_send_coverage_is_said_beside_the_sends(
    client: FlaskClient, used: dict[str, str]
) -> None:
    for name in ("usage", "unused"):
        page = client.get(f"/reports/{name}?to={MONDAY.date()}").text
        assert "Sends are under-counted." in page and "Only 0 of 3 reps" in page
        page = client.get(f"/reports/{name}").text
        assert "Sends are under-counted." in page and "no reps in this window" in page


def test_a_table_is_sorted_by_any_column(client: FlaskClient, used: dict[str, str]) -> None:
    page = client.get("/reports/usage?sort=opens").text
    assert page.index("A paper that is sent") < page.index("A guide they decide against")
    page = client.get("/reports/usage?sort=opens.up").text
    assert page.index("A guide they decide against") < page.index("A paper that is sent")
    page = client.get("/reports/usage?sort=title").text
    assert page.index("A battlecard") < page.index("Too young to judge")
    assert 'aria-sort="ascending"' in page
    assert client.get("/reports/usage?sort=__class__").status_code == 200


def test_a_window_before_anything_happened_says_so(
    client: FlaskClient, used: dict[str, str]
) -> None:
    page = client.get("/reports/usage?from=2026-01-01&to=2026-01-31").text
    assert "Nothing happened between 1 Jan 2026 and 31 Jan 2026" in page


def test_an_empty_library_has_reports_too(client: FlaskClient) -> None:
    assert "Nothing to report yet" in client.get("/reports/usage").text
    assert "Too early to judge" in client.get("/reports/unused").text
    assert client.get("/reports/usage.csv").text == ""


@pytest.mark.parametrize("odd", ["from=yesterday", "from=2026-02-10&to=2026-02-01"])
def test_an_odd_window_is_refused_with_a_sentence(client: FlaskClient, odd: str) -> None:
    assert client.get(f"/reports/usage?{odd}").status_code == 422


def test_the_definition_is_one_click_away_and_is_the_formula(client: FlaskClient) -> None:
    page = client.get("/reports/unused").text
    assert "How this is counted" in page
    assert "no send of evidence `inferred` or better" in page
    assert "statements" not in page


def test_reps_see_no_reports(library: Library, cast: Cast) -> None:
    client = sign_in(create_app(library).test_client(), cast.rosa)
    for path in ("usage", "unused", "usage.csv", "unused.json"):
        assert client.get(f"/reports/{path}").status_code == 403


def test_an_unknown_report_is_not_found(client: FlaskClient) -> None:
    assert client.get("/reports/secrets.csv").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_no_cell_is_run_by_a_spreadsheet(text: str) -> None:
    (line,) = list(csv.DictReader(StringIO(csv_text([{"title": text, "n": -5}]))))
    assert line == {"title": f"'{text}", "n": "-5"}


def test_a_report_runs_the_same_number_of_statements_for_any_number_of_assets(
    client: FlaskClient, library: Library, used: dict[str, str]
) -> None:
    def count(path: str) -> int:
        with statements(library) as seen:
            client.get(path)
        return len(seen)

    before = {name: count(f"/reports/{name}") for name in ("usage", "unused")}
    for n in range(5):
        _old_asset(library, f"One more {n}")
    assert {name: count(f"/reports/{name}") for name in before} == before


def test_visits_of_machines_stand_beside_those_of_people_and_are_not_in_them(
    library: Library, app: Flask, cast: Cast
) -> None:
    opened = link(library, cast.rosa, "Docks")
    for visitor, agent in (("ann", CHROME), ("slack", "Slackbot-LinkExpanding 1.0")):
        reads(library, opened, visitor=visitor, agent=agent)
    asks(library, opened, visitor="ben", agent=CHROME)
    fold_beats(library)
    library.clock.move(timedelta(days=2))  # type: ignore[attr-defined]
    mira = browser_of(app, cast.mira)
    (row,) = [r for r in mira.get("/reports/usage.json").json["rows"] if r["title"] == "Docks"]
    told = [row[f"{name}_visits"] for name in ("human", "unclear", "machine")]
    assert told == [1, 1, 1]
    assert "1 unclear, 1 by machines" in page(mira, "/reports/usage")
    asset = page(mira, f"/assets/{row['asset_id']}")
    assert "1 visit by people. Not counted: 1 unclear, 1 by machines." in asset
    assert "Not counted" not in page(browser_of(app, cast.rosa), f"/assets/{row['asset_id']}")

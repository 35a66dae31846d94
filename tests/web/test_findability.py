"""The pages on finding: what a marketer sees of one asset, and the assets without a term."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contentlib.asset import service
from contentlib.errors import IndexUnavailable
from contentlib.library import Library
from tests.cast import Cast
from tests.contentlib.insight.happening import (
    LONG_AGO,
    crowd,
    new_deal,
    open_from,
    search,
    send,
)
from tests.factories import MONDAY, WordIndex, make_asset, statements
from tests.web.browsing import browser_of, index_everything, page, rows, submit

TEXT = "Carriers waited two hours at the dock and detention fell by half."


@pytest.fixture
def asset(library: Library, cast: Cast) -> str:
    made = make_asset(
        library,
        "Dock waiting times",
        TEXT,
        terms={"industry": ["Parcel"]},
        now=LONG_AGO,
        owner=cast.mira,
    )
    make_asset(library, "Dock queues", "Trucks wait.", terms={"region": ["Europe"]})
    index_everything(library)
    return made


@pytest.fixture
def nora(app: Flask, cast: Cast) -> FlaskClient:
    return browser_of(app, cast.nora)


def _words(body: str) -> str:
    """What a reader reads: tags out, spaces put in order."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def _found(asset: str, rest: str = "") -> str:
    return f"/assets/{asset}/findability{rest}"


# --- the page of an asset ---------------------------------------------------------------


def test_the_page_tells_the_figure_with_its_parts_and_its_formula(
    library: Library, cast: Cast, nora: FlaskClient, asset: str
) -> None:
    deals = [new_deal(library, cast.rosa, f"Deal {n}") for n in range(3)]
    search(library, cast.rosa, "dock", [asset], deal=deals[0][0])
    for _, deal in deals:
        send(library, cast.rosa, asset, deal=deal)
    told = _words(page(nora, _found(asset)))
    assert "33 % findability: in 1 of 3 deals where it was sent it had come up in the" in told
    assert "deals where it was sent and had come up before / deals where it was sent" in told
    assert "ix_sends" not in told


def test_a_manager_reads_names_and_figures_a_marketer_neither(
    library: Library, cast: Cast, nora: FlaskClient, mira: FlaskClient, asset: str
) -> None:
    deal_id, deal = new_deal(library, cast.rosa, "Lindgren renewal", industry="Grocery")
    list_id = search(library, cast.rosa, "dock detention", [asset], deal=deal_id)
    open_from(library, cast.rosa, asset, list_id)
    send(library, cast.rosa, asset, deal=deal)
    told = _words(page(nora, _found(asset)))
    assert "Lindgren renewal Grocery 1 1 1 1 1" in told
    assert "dock detention 1 1 1 1 1" in told
    told = _words(page(mira, _found(asset)))
    assert "Deals with fewer than 5 reps behind them: which kinds Grocery" in told
    assert "dock detention fewer than 5 reps" in told
    for address in (_found(asset), _found(asset, "/asked-again")):
        body = page(mira, address)
        assert "Lindgren" not in body and deal not in body
        assert "Rosa" not in body


def test_from_five_reps_on_a_marketer_reads_figures(
    library: Library, cast: Cast, mira: FlaskClient, asset: str
) -> None:
    for rep in crowd(library, 5):
        search(library, rep, "dock detention", [asset])
    told = _words(page(mira, _found(asset)))
    assert "dock detention 5 1 1 0 –" in told
    assert "5 times it came up for a rep" in told


def test_an_asset_that_was_never_shown_says_so(mira: FlaskClient, asset: str) -> None:
    told = _words(page(mira, _found(asset)))
    assert "No search and no recommendation showed it to a rep in this window." in told
    assert "it was sent for no known deal" in told


def test_a_window_is_chosen_and_an_odd_one_refused(
    library: Library, cast: Cast, nora: FlaskClient, asset: str
) -> None:
    search(library, cast.rosa, "dock detention", [asset], at=LONG_AGO)
    assert "dock detention" not in page(nora, _found(asset))
    day = LONG_AGO.date().isoformat()
    assert "dock detention" in page(nora, _found(asset, f"?from={day}&to={day}"))
    page(nora, _found(asset, "?from=yesterday"), status=422)


@pytest.fixture
def rivals(library: Library, asset: str) -> None:
    for number in range(3):
        make_asset(library, f"Dock queues of trucks {number}", "Trucks wait.")
    index_everything(library)


@pytest.mark.usefixtures("rivals")
def test_a_question_is_tried_as_a_rep_asks_it(mira: FlaskClient, asset: str) -> None:
    told = _words(page(mira, _found(asset, "?q=dock+queues+trucks")))
    assert "Rank 5 of 5 that are shown" in told
    assert "The first of those above it Dock queues of trucks 0 “queues” and “trucks” in" in told
    assert "In neither title, summary nor terms: queues , trucks" in told
    told = _words(page(mira, _found(asset, "?q=waiting+times")))
    assert "Rank 1 of 1 that are shown: it comes first." in told
    told = _words(page(mira, _found(asset, "?q=europe")))
    assert "Not in the first 100. First are Dock queues tagged Europe" in told
    assert "It lacks what is asked for: Europe" in told


@pytest.mark.parametrize(
    "odd", ["word " * 60, "%00", "?!", "<script>alert(1)</script>", "x" * 3000]
)
def test_any_words_may_be_tried(mira: FlaskClient, asset: str, odd: str) -> None:
    answer = mira.get(_found(asset), query_string={"q": odd})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_a_very_long_title_is_told_whole_and_nothing_breaks(
    library: Library, mira: FlaskClient
) -> None:
    public_id = make_asset(library, "Detention " * 30, TEXT)
    index_everything(library)
    assert ("Detention " * 30).strip() in page(mira, _found(public_id))


@pytest.mark.usefixtures("rivals")
def test_where_it_should_win_is_asked_again_as_a_part_and_as_a_page(
    library: Library, cast: Cast, mira: FlaskClient, asset: str
) -> None:
    for text in ("dock trucks queues of waiting", "waiting times"):
        search(library, cast.rosa, text, [])
    part = page(mira, _found(asset, "/asked-again?fragment=1"))
    assert "<html" not in part
    told = _words(part)
    assert "dock trucks queues of waiting rank 4 asked by fewer than 5 reps" in told
    assert "dock , waiting stand in its title" in told
    assert "Dock queues of trucks 0 “trucks” and “queues” in the title" in told
    assert "1 question for which it is among the first three waiting times rank 1" in told
    whole = page(mira, _found(asset, "/asked-again"))
    assert "<html" in whole and "dock trucks queues of waiting" in whole


def test_a_deal_it_was_sent_for_unfound_is_asked_again(
    library: Library, cast: Cast, nora: FlaskClient, asset: str
) -> None:
    _, deal = new_deal(library, cast.rosa, "Lindgren", industry="Parcel")
    send(library, cast.rosa, asset, deal=deal)
    told = _words(page(nora, _found(asset, "/asked-again?fragment=1")))
    assert "Sent, though it had not come up Lindgren Parcel rank 1" in told


def test_with_nothing_to_ask_again_it_says_so(mira: FlaskClient, asset: str) -> None:
    assert "No question of this window" in page(mira, _found(asset, "/asked-again?fragment=1"))


def test_near_duplicates_lead_to_both_and_to_their_comparison(
    library: Library, mira: FlaskClient, asset: str
) -> None:
    copy = make_asset(library, "Detention halved", TEXT)
    index_everything(library)
    body = page(mira, _found(asset))
    told = "100 % of the wording is in both. Newer than this one; both were sent 0 times."
    assert told in _words(body)
    assert f"/compare?asset={asset}&amp;asset={copy}" in body
    assert f'href="/assets/{copy}"' in body


def test_while_the_index_cannot_answer_the_history_is_shown_all_the_same(
    library: Library,
    cast: Cast,
    nora: FlaskClient,
    mira: FlaskClient,
    asset: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search(library, cast.rosa, "dock waiting", [asset])

    def silent(*_args: object, **_values: object) -> None:
        raise IndexUnavailable("The index is being built.")

    for name in ("search", "like"):
        monkeypatch.setattr(WordIndex, name, silent)
    body = page(nora, _found(asset, "?q=dock"))
    assert "The index is being built." in body and "dock waiting" in body
    assert "The index is being built." in page(nora, _found(asset, "/asked-again?fragment=1"))
    assert "The index is being built." in page(mira, "/library/untagged?facet=region")


def test_a_manager_is_shown_no_draft_and_a_rep_no_page(
    library: Library, nora: FlaskClient, mira: FlaskClient, rosa: FlaskClient, asset: str
) -> None:
    draft = make_asset(library, "A draft on docks", publish=False)
    index_everything(library)
    for rest in ("", "/asked-again"):
        page(nora, _found(draft, rest), status=404)
        page(rosa, _found(asset, rest), status=403)
    assert "Reps cannot see this asset : it is a draft." in _words(
        page(mira, _found(draft, "?q=docks"))
    )


def test_to_look_at_how_it_is_found_is_not_to_open_it(
    library: Library, mira: FlaskClient, asset: str
) -> None:
    page(mira, _found(asset, "?q=dock"))
    page(mira, _found(asset, "/asked-again"))
    for table in ("openings", "impressions", "searches", "recommendations"):
        assert rows(library, f"SELECT count(*) FROM {table}") == [(0,)], table


def test_any_history_costs_the_same_number_of_statements(
    library: Library, cast: Cast, nora: FlaskClient, asset: str
) -> None:
    def cost(address: str) -> int:
        with statements(library) as seen:
            page(nora, address)
        return len(seen)

    def happen(number: int) -> None:
        deal_id, deal = new_deal(library, cast.rosa, f"Deal {number}", industry="Parcel")
        search(library, cast.rosa, f"dock waiting {number}", [asset], deal=deal_id)
        send(library, cast.rosa, asset, deal=deal)

    happen(0)
    page(nora, _found(asset, "?q=dock"))
    before = [cost(_found(asset, rest)) for rest in ("?q=dock", "/asked-again?fragment=1")]
    for number in range(1, 8):
        happen(number)
    after = [cost(_found(asset, rest)) for rest in ("?q=dock", "/asked-again?fragment=1")]
    assert after == before


# --- suggested terms --------------------------------------------------------------------


@pytest.fixture
def hub(library: Library) -> str:
    """An asset without an industry, among three alike of Parcel."""
    for number in range(3):
        make_asset(library, f"Hub {number}", TEXT, terms={"industry": ["Parcel"]})
    made = make_asset(library, "Hub and spokes", TEXT, terms={"region": ["Europe"]})
    index_everything(library)
    return made


def _term_id(library: Library, key: str) -> int:
    return int(rows(library, "SELECT id FROM terms WHERE key = :key", key=key)[0][0])


def _terms(library: Library, public_id: str) -> set[str]:
    found = rows(
        library,
        "SELECT t.key FROM terms t JOIN asset_terms a ON a.term_id = t.id "
        "JOIN assets s ON s.id = a.asset_id WHERE s.public_id = :id",
        id=public_id,
    )
    return {key for (key,) in found}


def test_a_suggested_term_is_added_beside_the_others(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    told = _words(page(mira, _found(hub)))
    assert "Parcel Industry 3 of 3 most alike assets Add Not this" in told
    assert _terms(library, hub) == {"europe"}
    led = submit(
        mira, f"/assets/{hub}/suggestions", {"term": _term_id(library, "parcel"), "do": "add"}
    )
    assert led.endswith(f"{_found(hub)}#suggestions")
    assert "Added: Parcel." in page(mira, _found(hub))
    assert _terms(library, hub) == {"europe", "parcel"}


def test_a_refused_term_is_not_suggested_again(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    submit(
        mira, f"/assets/{hub}/suggestions", {"term": _term_id(library, "parcel"), "do": "refuse"}
    )
    told = _words(page(mira, _found(hub)))
    assert "“Parcel” is not suggested for this asset again." in told
    assert "most alike assets" not in told
    assert _terms(library, hub) == {"europe"}


def test_a_manager_sees_suggestions_and_answers_none(
    library: Library, nora: FlaskClient, hub: str
) -> None:
    body = page(nora, _found(hub))
    assert "3 of 3 most alike assets" in body and "Not this" not in body
    term = _term_id(library, "parcel")
    submit(nora, f"/assets/{hub}/suggestions", {"term": term}, status=403)


def test_a_term_that_is_none_changes_nothing(library: Library, mira: FlaskClient, hub: str) -> None:
    for do, status in (("add", 422), ("refuse", 404)):
        address = f"/assets/{hub}/suggestions"
        submit(mira, address, {"term": 4711, "do": do}, status=status)
        submit(mira, address, {"term": "x", "do": do}, status=status)
    submit(mira, "/assets/nothing/suggestions", {"term": 1}, status=404)


def test_untagged_lists_assets_with_suggestions_and_adds_the_ticked(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    other = make_asset(library, "Hub of hubs", TEXT)
    index_everything(library)
    body = page(mira, "/library/untagged?facet=industry")
    told = _words(body)
    assert "Industry 2" in told and "Hub and spokes" in told and "Hub 1" not in told
    ticked = re.findall(r'name="add" value="([^"]+)"', body)
    term = _term_id(library, "parcel")
    assert sorted(ticked) == sorted([f"{hub}:{term}", f"{other}:{term}"])
    led = submit(mira, "/library/untagged", {"add": ticked, "facet": "industry"})
    assert led.endswith("/library/untagged?facet=industry")
    assert "2 terms added." in page(mira, led)
    assert _terms(library, hub) == {"europe", "parcel"} and _terms(library, other) == {"parcel"}


def test_not_this_on_the_list_leads_back_to_the_list(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    fields = {
        "term": _term_id(library, "parcel"),
        "do": "refuse",
        "facet": "industry",
        "offset": 0,
    }
    led = submit(mira, f"/assets/{hub}/suggestions", fields)
    assert led.endswith("/library/untagged?facet=industry")
    assert "No suggestion." in page(mira, led)


def test_one_that_cannot_be_added_stops_no_other(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    term = _term_id(library, "parcel")
    ticked = [f"nothing:{term}", f"{hub}:{term}", "odd", "odd:", "odd:²"]
    led = submit(mira, "/library/untagged", {"add": ticked, "facet": "industry"})
    told = page(mira, led)
    assert "1 term added." in told and "There is no such asset." in told
    assert _terms(library, hub) == {"europe", "parcel"}


def test_nothing_ticked_is_refused_with_a_sentence(mira: FlaskClient, hub: str) -> None:
    assert "Nothing is ticked." in submit(mira, "/library/untagged", {}, status=422)


def test_untagged_begins_with_a_facet_in_which_something_is_missing(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    body = page(mira, "/library/untagged")
    assert re.search(r'aria-current="page">(Industry|Region) ', body)
    page(mira, "/library/untagged?facet=nothing", status=404)


def test_an_empty_library_has_nothing_untagged(mira: FlaskClient) -> None:
    assert "Nothing is missing" in page(mira, "/library/untagged")


def test_twenty_five_a_page_and_no_statement_a_row(
    library: Library, mira: FlaskClient, hub: str
) -> None:
    def cost() -> int:
        with statements(library) as seen:
            page(mira, "/library/untagged?facet=industry")
        return len(seen)

    page(mira, "/library/untagged?facet=industry")
    few = cost()
    for number in range(26):
        make_asset(library, f"Spoke {number}", "Nothing alike.")
    index_everything(library)
    body = page(mira, "/library/untagged?facet=industry")
    assert body.count("untagged-title") == 25
    assert "1–25 of 27" in body
    assert cost() == few


def test_the_asset_page_leads_to_it_for_who_may_see_reports(
    mira: FlaskClient, rosa: FlaskClient, asset: str
) -> None:
    assert _found(asset) in page(mira, f"/assets/{asset}")
    assert _found(asset) not in page(rosa, f"/assets/{asset}")


def test_who_deletes_an_asset_ends_its_page(
    library: Library, cast: Cast, mira: FlaskClient, asset: str
) -> None:
    with library.database.unit_of_work() as session:
        found = service.for_change(session, cast.mira, asset, today=MONDAY.date())
        service.delete_for_good(session, actor=cast.mira, asset=found, now=MONDAY)
    page(mira, _found(asset), status=404)

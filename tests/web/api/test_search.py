"""Searching from a program: the documented answer, and what it leaves in the events."""

import pytest
from flask import Flask

from contentlib.library import Library
from contentlib.search import service as searching
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.api.calling import Program, program_of, settle_uses
from tests.web.browsing import asset_id, index_everything, rows


def _searches(library: Library) -> list[tuple[object, ...]]:
    return rows(library, "SELECT member_id, role, text, shown, confident FROM searches ORDER BY id")


def _impressions(library: Library) -> list[tuple[object, ...]]:
    return rows(library, "SELECT asset_id, surface, rank FROM impressions ORDER BY rank")


def test_results_come_in_the_documented_shape(rosas: Program, shelf: dict[str, str]) -> None:
    told = rosas.get("/search?q=carriers+waited&limit=2")
    assert set(told) == {"id", "results", "total", "searched_for", "confident", "took_ms"}
    assert (len(told["results"]), told["total"], told["confident"]) == (2, 3, True)
    first = told["results"][0]
    assert set(first) == {
        "asset_id",
        "external_id",
        "title",
        "score",
        "confident",
        "reasons",
        "passage",
    }
    assert first["asset_id"] == shelf["dock"]
    assert first["passage"] == {
        "text": "Carriers waited two hours at the dock.",
        "page": 1,
        "is_notes": False,
    }


def test_facets_and_sendable_narrow_a_search(rosas: Program, shelf: dict[str, str]) -> None:
    told = rosas.get("/search?q=carriers&facet=industry=retail&sendable=1")
    assert [result["asset_id"] for result in told["results"]] == [shelf["dock"]]


def test_a_rep_finds_no_draft_and_a_marketer_does(
    rosas: Program, miras: Program, shelf: dict[str, str]
) -> None:
    def found(program: Program) -> set[str]:
        return {r["asset_id"] for r in program.get("/search?q=draft&preview=1")["results"]}

    assert shelf["draft"] not in found(rosas)
    assert shelf["draft"] in found(miras)


def test_typing_mistakes_are_mended_and_said_unless_asked_as_typed(
    rosas: Program, shelf: dict[str, str]
) -> None:
    mended = rosas.get("/search?q=batlecard&preview=1")
    assert mended["searched_for"] == "battlecard"
    assert [result["asset_id"] for result in mended["results"]] == [shelf["card"]]
    typed = rosas.get("/search?q=batlecard&preview=1&as_typed=1")
    assert (typed["searched_for"], typed["results"]) == ("batlecard", [])


def test_a_search_is_recorded_as_the_members_with_what_was_shown(
    library: Library, cast: Cast, rosas: Program, shelf: dict[str, str]
) -> None:
    told = rosas.get("/search?q=+dock%00+grocer+&facet=industry=retail")
    assert _searches(library) == [(cast.rosa.member_id, "rep", "dock grocer", 1, 1)]
    assert _impressions(library) == [(asset_id(library, shelf["dock"]), "api", 1)]
    assert rows(library, "SELECT public_id, facets FROM searches") == [
        (told["id"], '{"industry": ["retail"]}')
    ]


def test_a_preview_and_a_head_request_record_nothing(
    library: Library, rosas: Program, shelf: dict[str, str]
) -> None:
    rosas.get("/search?q=carriers&preview=1")
    assert rosas.call("HEAD", "/search?q=carriers").status_code == 200
    assert _searches(library) == _impressions(library) == []


def test_an_answer_is_given_even_where_its_events_cannot_be_written(
    library: Library, rosas: Program, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(searching, "record_settled", broken)
    assert rosas.get("/search?q=carriers")["total"] == 3


def test_nothing_that_fits_is_said_and_the_nearest_are_given(
    rosas: Program, shelf: dict[str, str]
) -> None:
    told = rosas.get("/search?q=carriers+under+quiet+northern+sea+ice")
    assert told["confident"] is False
    assert told["results"]


def test_a_search_costs_the_same_however_many_results_it_has(
    app: Flask, library: Library, cast: Cast
) -> None:
    program = program_of(app, cast.rosa)
    address = "/search?q=carriers&facet=industry=retail&preview=1&limit=50"
    make_asset(library, "Carriers 0", terms={"industry": ["Retail"]})

    def cost() -> list[str]:
        index_everything(library)
        program.get(address)
        settle_uses(app)
        with statements(library) as seen:
            program.get(address)
        return seen

    few = cost()
    for number in range(1, 9):
        make_asset(library, f"Carriers {number}", terms={"industry": ["Retail", f"I{number}"]})
    many = cost()
    assert program.get(address)["total"] == 9
    assert len(many) == len(few), many

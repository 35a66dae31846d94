"""What fits a deal, asked by a program in three ways."""

import json
from typing import Any

import pytest
from flask import Flask

from contentlib.library import Library
from tests.cast import Cast
from tests.factories import make_asset, statements
from tests.web.api.calling import Program, program_of, settle_uses
from tests.web.browsing import asset_id, index_everything, rows

PATH = "/recommendations"
DEAL = {"industry": "retail", "notes": "Carriers waited at the dock."}


def _ids(told: dict[str, Any]) -> list[str]:
    return [result["asset_id"] for result in told["results"]]


def _events(library: Library) -> list[tuple[Any, ...]]:
    return rows(library, "SELECT surface, shown, member_id FROM recommendations")


def test_a_deal_in_fields_is_understood_and_answered_with_reasons(
    rosas: Program, shelf: dict[str, str]
) -> None:
    told = rosas.post(PATH, {"deal": {**DEAL, "employees": "1,200"}})
    assert set(told) == {
        "id",
        "understood",
        "ignored",
        "results",
        "confident",
        "confidence",
        "took_ms",
    }
    (industry,) = [chip for chip in told["understood"] if chip["facet"] == "industry"]
    assert (industry["key"], industry["label"], industry["source"]) == (
        "industry:retail",
        "Retail",
        "given",
    )
    assert (industry["in_vocabulary"], industry["is_on"]) == (True, True)
    first = told["results"][0]
    assert first["asset_id"] == shelf["dock"]
    assert first["passage"] == {
        "text": "Carriers waited two hours at the dock.",
        "page": 1,
        "is_notes": False,
    }
    (agrees,) = [reason for reason in first["reasons"] if reason["kind"] == "facet"]
    assert (agrees["text"], agrees["term"]) == ("Retail", "retail")


def test_a_pasted_text_is_understood(rosas: Program, shelf: dict[str, str]) -> None:
    mail = "From: someone@buyer.example\n> Our carriers waited two hours at the retail dock."
    told = rosas.post(PATH, {"text": mail})
    assert "industry:retail" in [chip["key"] for chip in told["understood"]]
    assert _ids(told)[0] == shelf["dock"]


def test_a_deal_of_the_crm_is_answered_for_who_may_see_it(
    rosas: Program, miras: Program, shelf: dict[str, str], deals: dict[str, str]
) -> None:
    assert shelf["dock"] in _ids(rosas.post(PATH, {"opportunity": deals["North"]}))
    unknown = rosas.post(PATH, {"opportunity": "nothing"}, status=404)
    assert rosas.post(PATH, {"opportunity": deals["West"]}, status=404) == unknown
    assert miras.post(PATH, {"opportunity": deals["North"]}, status=404) == unknown


def test_what_means_nothing_is_ignored_and_reported(rosas: Program, shelf: dict[str, str]) -> None:
    told = rosas.post(PATH, {"deal": {**DEAL, "mood": "good", "score": {"of": [1, None]}}})
    assert told["ignored"] == ["mood", "score"]


def test_what_is_switched_off_does_not_count(rosas: Program, shelf: dict[str, str]) -> None:
    told = rosas.post(PATH, {"deal": DEAL, "switched_off": ["industry:retail"]})
    assert [(chip["key"], chip["is_on"]) for chip in told["understood"]] == [
        ("industry:retail", False)
    ]
    kinds = [reason["kind"] for result in told["results"] for reason in result["reasons"]]
    assert "facet" not in kinds
    everything = {"deal": DEAL, "switched_off": ["industry:retail", "notes"]}
    assert rosas.post(PATH, everything, status=422)["error"]["code"] == "invalid_input"


def test_only_what_may_be_sent_is_suggested_whoever_asks(
    rosas: Program, miras: Program, shelf: dict[str, str]
) -> None:
    for program in (rosas, miras):
        assert set(_ids(program.post(PATH, {"deal": DEAL}))) <= {shelf["dock"], shelf["parcel"]}


def test_a_story_is_never_suggested_to_its_own_customer(library: Library, rosas: Program) -> None:
    story = make_asset(library, "Carriers waited at the dock", customer="Petal Foods")
    index_everything(library)
    assert _ids(rosas.post(PATH, {"deal": DEAL})) == [story]
    assert _ids(rosas.post(PATH, {"deal": {**DEAL, "customer": "Petal Foods Ltd"}})) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "retail", "deal": DEAL},
        {"text": "retail", "opportunity": "x"},
        {"text": "  "},
        {"text": "x" * 20_001},
        {"deal": {}},
        {"deal": {"mood": "good"}},
        {"deal": {"industry": {"name": "retail"}}},
        {"deal": {"industry": "retail", "employees": "many"}},
        {"deal": "retail"},
        {"deal": DEAL, "limit": 51},
        {"deal": DEAL, "more": 1},
    ],
)
def test_a_body_that_is_not_as_documented_is_422(
    library: Library, rosas: Program, shelf: dict[str, str], body: dict[str, Any]
) -> None:
    told = rosas.post(PATH, body, status=422)["error"]
    assert told["code"] == "invalid_input"
    assert _events(library) == []


def test_it_is_recorded_with_what_was_understood_and_shown(
    library: Library, cast: Cast, rosas: Program, shelf: dict[str, str], deals: dict[str, str]
) -> None:
    told = rosas.post(PATH, {"opportunity": deals["North"], "limit": 1})
    assert _events(library) == [("api", 1, cast.rosa.member_id)]
    ((public_id, deal, opportunity),) = rows(
        library,
        "SELECT r.public_id, r.deal, o.public_id FROM recommendations r "
        "JOIN opportunities o ON o.id = r.opportunity_id",
    )
    assert (public_id, opportunity) == (told["id"], deals["North"])
    assert json.loads(deal)["notes"] == "Carriers wait at the dock."
    shown = rows(library, "SELECT asset_id, surface, search_public_id FROM impressions")
    assert shown == [(asset_id(library, _ids(told)[0]), "api", told["id"])]


def test_a_preview_records_nothing(library: Library, rosas: Program, shelf: dict[str, str]) -> None:
    assert rosas.post(PATH, {"deal": DEAL, "preview": True})["results"]
    assert _events(library) == rows(library, "SELECT id FROM impressions") == []


def test_no_id_of_our_tables_goes_out(rosas: Program, shelf: dict[str, str]) -> None:
    told = rosas.post(PATH, {"deal": DEAL})
    reasons = [reason for result in told["results"] for reason in result["reasons"]]
    assert reasons
    assert {key for reason in reasons for key in reason if key.endswith("_id")} == set()


def test_it_is_answered_while_somebody_writes(
    library: Library, rosas: Program, shelf: dict[str, str]
) -> None:
    with library.database.unit_of_work():
        assert rosas.post(PATH, {"deal": DEAL, "preview": True})["results"]


def test_a_recommendation_costs_the_same_however_many_results_it_has(
    app: Flask, library: Library, cast: Cast
) -> None:
    program = program_of(app, cast.rosa)
    body = {"deal": DEAL, "limit": 50, "preview": True}
    # two, for whether they are copies of each other is asked of the database too
    for title in ("Carriers waited", "Carriers waited 0"):
        make_asset(library, title, terms={"industry": ["Retail"]})

    def cost() -> list[str]:
        index_everything(library)
        program.post(PATH, body)
        settle_uses(app)
        with statements(library) as seen:
            program.post(PATH, body)
        return seen

    few = cost()
    for number in range(1, 9):
        make_asset(
            library, f"Carriers waited {number}", terms={"industry": ["Retail", f"I{number}"]}
        )
    many = cost()
    assert len(program.post(PATH, body)["results"]) > 1
    assert len(many) == len(few), many

"""The API answers alike on both databases, whatever is sent to it."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contentlib.library import Library
from contentlib.member.queries import viewer_by_email
from tests.cast import hire
from tests.web.api.calling import Program, program_of, settle_uses
from tests.web.browsing import shelf_of
from web import create_app

texts = st.text(st.characters(exclude_categories=()), max_size=30)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
deals = st.fixed_dictionaries(
    {"deal": st.dictionaries(st.sampled_from(["industry", "notes", "customer", "\x00"]), anything)},
    optional={"switched_off": st.lists(texts)},
)
requests = st.fixed_dictionaries(
    {"text": texts},
    optional={
        "opportunity": texts,
        "context": st.fixed_dictionaries(
            {}, optional={"searched": texts, "facets": st.dictionaries(texts, st.lists(texts))}
        ),
    },
)


@pytest.fixture
def either_app(either_library: Library) -> Flask:
    shelf_of(either_library, hire(either_library))
    return create_app(either_library)


@pytest.fixture
def program(either_app: Flask, either_library: Library) -> Iterator[Program]:
    with either_library.database.reading() as session:
        rosa = viewer_by_email(session, "rosa@contentlib.example")
    assert rosa is not None
    yield program_of(either_app, rosa)
    settle_uses(either_app)


def test_assets_search_and_requests_work(program: Program) -> None:
    first = program.get("/assets?limit=2&facet=industry=retail&facet=industry=parcel")
    assert first["total"] == 3
    rest = program.get(
        f"/assets?limit=2&facet=industry=retail&facet=industry=parcel&cursor={first['next_cursor']}"
    )
    assert len(rest["assets"]) == 1
    assert program.get(f"/assets/{rest['assets'][0]['id']}")["pages"]
    assert program.get("/search?q=carriers+waited")["total"] == 3
    deal = {"deal": {"notes": "Carriers\x00 waited", "use_case": "\x00", "industry": "retail"}}
    assert program.post("/recommendations", deal)["results"]
    body = {"text": "In German\x00", "context": {"facets": {"region\x00": ["eu\x00"]}}}
    told = [
        program.post("/content-requests", body, status=201, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert told[0]["text"] == "In German"


def test_a_nul_in_an_address_names_nothing(program: Program) -> None:
    program.get("/assets/%00", status=404)
    program.get("/assets?cursor=%00", status=422)
    assert program.get("/search?q=carriers%00")["total"] == 3


@pytest.mark.slow
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=anything | requests | deals)
def test_no_body_breaks_it(program: Program, body: object) -> None:
    for path in ("/content-requests", "/recommendations"):
        answer = program.call("POST", path, data=json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 201, 404, 422)
        assert answer.content_type == "application/json"


@pytest.mark.slow
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(q=texts, facet=texts, cursor=texts, limit=texts | st.integers(-5, 200).map(str))
def test_no_query_breaks_it(program: Program, q: str, facet: str, cursor: str, limit: str) -> None:
    def sendable(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    given = {"facet": sendable(facet), "limit": sendable(limit)}
    for path, more in (
        ("/search", {"q": sendable(q)}),
        ("/assets", {"cursor": sendable(cursor)}),
    ):
        answer = program.call("GET", path, query_string={**given, **more})
        assert answer.status_code in (200, 422)

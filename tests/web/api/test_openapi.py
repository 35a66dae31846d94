"""The OpenAPI document: valid, complete, and true of what the routes answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from contentlib.library import Library
from contentlib.member.rules import SCOPES
from tests.cast import Cast
from tests.web.api.calling import Program, program_of
from tests.web.api.described import check, check_answer, check_body

PREFIX = "/api/v1"


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    """As anybody gets it, without a token."""
    answer = app.test_client().get(f"{PREFIX}/openapi.json")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.get_json()
    return told


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            yield method.upper(), path, said


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_stands_in_the_document_and_nothing_else(
    app: Flask, document: dict[str, Any]
) -> None:
    routes = {
        (method, rule.rule.removeprefix(PREFIX).replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == {(method, path) for method, path, _ in _operations(document)}
    assert len(routes) >= 7


def test_every_operation_says_its_scope_what_it_is_for_and_how_it_fails(
    document: dict[str, Any],
) -> None:
    names = []
    for method, path, said in _operations(document):
        names.append(said["operationId"])
        assert len(said["summary"]) > 10, path
        if path in ("/openapi.json", "/extension/pair"):
            assert said["security"] == []
            continue
        (needed,) = said["security"]
        assert set(needed["token"]) <= set(SCOPES) and needed["token"], path
        assert {"401", "403", "500", "default"} <= set(said["responses"])
        assert ("404" in said["responses"]) or "{" not in path
        assert ("415" in said["responses"]) == (method == "POST")
    assert len(names) == len(set(names))


def test_a_shape_with_a_field_too_many_or_missing_is_noticed(document: dict[str, Any]) -> None:
    failure = {"$ref": "#/components/schemas/Failure"}
    check(document, failure, {"error": {"code": "x", "message": "y", "fields": {}}})
    for wrong in (
        {"error": {"code": "x", "message": "y"}},
        {"error": {"code": "x", "message": "y", "fields": {}, "more": 1}},
    ):
        with pytest.raises(ValidationError):
            check(document, failure, wrong)


@pytest.mark.parametrize(
    ("method", "path", "address", "status"),
    [
        ("GET", "/assets", "/assets", 200),
        ("GET", "/assets", "/assets?limit=1&facet=industry=retail&sendable=1", 200),
        ("GET", "/assets", "/assets?limit=1000", 422),
        ("GET", "/assets", "/assets?facet=industry=whaling", 422),
        ("GET", "/assets/{id}", "/assets/{dock}", 200),
        ("GET", "/assets/{id}", "/assets/nothing", 404),
        ("GET", "/vocabulary", "/vocabulary", 200),
        ("GET", "/search", "/search?q=carriers", 200),
        ("GET", "/search", "/search?q=%E2%98%83", 200),
        ("GET", "/search", "/search", 422),
    ],
)
def test_real_answers_are_as_the_document_says(
    miras: Program,
    shelf: dict[str, str],
    document: dict[str, Any],
    method: str,
    path: str,
    address: str,
    status: int,
) -> None:
    answer = miras.call(method, address.format(**shelf))
    assert answer.status_code == status
    check_answer(document, method, path, status, answer.get_json())


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/recommendations", {"deal": {"industry": ["retail", "tea"], "mood": 1}}, 200),
        ("/recommendations", {"text": "Carriers waited at the dock"}, 200),
        ("/recommendations", {"opportunity": "nothing"}, 404),
        ("/recommendations", {}, 422),
        ("/content-requests", {"text": "In German", "context": {"source": "CRM"}}, 201),
        ("/content-requests", {"text": "In German", "opportunity": "nothing"}, 404),
        ("/content-requests", {"text": ""}, 422),
    ],
)
def test_real_answers_to_what_is_posted_are_as_the_document_says(
    rosas: Program,
    shelf: dict[str, str],
    document: dict[str, Any],
    path: str,
    body: dict[str, Any],
    status: int,
) -> None:
    answer = rosas.call("POST", path, json=body)
    assert answer.status_code == status
    check_answer(document, "POST", path, status, answer.get_json())
    if status < 300:
        check_body(document, path, body)


def test_what_the_document_refuses_is_refused(rosas: Program, document: dict[str, Any]) -> None:
    for path, body in (
        ("/content-requests", {}),
        ("/content-requests", {"text": "x", "urgent": True}),
        ("/recommendations", {"deal": {"industry": 7}}),
        ("/recommendations", {"text": "x", "limit": 0}),
    ):
        with pytest.raises(ValidationError):
            check_body(document, path, body)
        assert rosas.call("POST", path, json=body).status_code == 422


@pytest.mark.parametrize("kind", [{"data": {"text": "x"}}, {"json": {"text": "x" * (1 << 20)}}])
def test_bodies_of_another_kind_or_too_large_are_refused_as_the_document_says(
    rosas: Program, document: dict[str, Any], kind: dict[str, Any]
) -> None:
    for path in ("/content-requests", "/recommendations"):
        answer = rosas.call("POST", path, **kind)
        assert answer.status_code in (413, 415)
        check_answer(document, "POST", path, answer.status_code, answer.get_json())


def test_refusals_at_the_door_are_as_the_document_says(
    app: Flask, library: Library, cast: Cast, document: dict[str, Any]
) -> None:
    narrow = program_of(app, cast.rosa, "recommend")
    nobody = Program(app.test_client(), "clt_wrong")
    for method, path, said in _operations(document):
        if not said["security"]:
            continue
        needed = said["security"][0]["token"][0]
        address = path.replace("{id}", "nothing")
        refused = nobody.call(method, address, json={} if method == "POST" else None)
        assert refused.status_code == 401
        check_answer(document, method, path, 401, refused.get_json())
        if needed != "recommend":
            refused = narrow.call(method, address, json={} if method == "POST" else None)
            assert refused.status_code == 403
            check_answer(document, method, path, 403, refused.get_json())

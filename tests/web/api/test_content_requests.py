"""Asking marketing from a program: once, whatever gets lost on the way."""

import json
from typing import Any

import pytest
from flask import Flask

from contentlib.library import Library
from tests.cast import Cast
from tests.web.api.calling import Program, program_of
from tests.web.browsing import rows

PATH = "/content-requests"
KEY = {"Idempotency-Key": "7f1c"}


def _kept(library: Library) -> list[tuple[Any, ...]]:
    return rows(
        library,
        "SELECT r.member_id, r.text, r.context, o.public_id FROM content_requests r "
        "LEFT JOIN opportunities o ON o.id = r.opportunity_id ORDER BY r.id",
    )


def test_a_request_reaches_marketing_with_its_deal_and_context(
    library: Library, cast: Cast, rosas: Program, deals: dict[str, str]
) -> None:
    body = {
        "text": "  One page, in German ",
        "opportunity": deals["North"],
        "context": {"searched": "works council", "facets": {"industry": ["retail"]}},
    }
    told = rosas.post(PATH, body, status=201)
    assert set(told) == {"id", "text", "opportunity", "at"}
    assert (told["text"], told["opportunity"]) == ("One page, in German", deals["North"])
    ((member, text, context, deal),) = _kept(library)
    assert (member, text, deal) == (cast.rosa.member_id, told["text"], deals["North"])
    assert json.loads(context) == body["context"]


def test_told_again_under_its_key_the_first_answer_comes_again(
    library: Library, rosas: Program
) -> None:
    first = rosas.call("POST", PATH, json={"text": "In German"}, headers=KEY)
    again = rosas.call("POST", PATH, json={"text": "In German"}, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.get_data() == again.get_data()
    assert len(_kept(library)) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"text": "In French"},
        {"text": "In German", "context": {"searched": "works council"}},
    ],
)
def test_another_request_under_a_known_key_is_409(
    library: Library, rosas: Program, other: dict[str, Any]
) -> None:
    rosas.post(PATH, {"text": "In German"}, status=201, headers=KEY)
    assert rosas.post(PATH, other, status=409, headers=KEY)["error"]["code"] == "conflict"
    assert len(_kept(library)) == 1


def test_keys_are_each_tokens_own(app: Flask, library: Library, cast: Cast) -> None:
    one, other = (program_of(app, cast.rosa, name=name) for name in ("One", "Other"))
    one.post(PATH, {"text": "In German"}, status=201, headers=KEY)
    other.post(PATH, {"text": "In French"}, status=201, headers=KEY)
    assert len(_kept(library)) == 2


def test_without_a_key_each_telling_is_a_request(library: Library, rosas: Program) -> None:
    ids = {rosas.post(PATH, {"text": "In German"}, status=201)["id"] for _ in range(2)}
    assert len(ids) == len(_kept(library)) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": " \x00 "}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x", "urgent": True}, "urgent"),
        ({"text": "x", "opportunity": ""}, "opportunity"),
        ({"text": "x", "context": {"mood": "good"}}, "context.mood"),
        ([], "body"),
    ],
)
def test_a_body_that_is_not_as_documented_is_422_and_names_the_field(
    library: Library, rosas: Program, body: object, field: str
) -> None:
    assert field in rosas.post(PATH, body, status=422)["error"]["fields"]
    assert _kept(library) == []


@pytest.mark.parametrize("raw", [b"", b"{", b'{"text": "\\ud800"}', b"\xff", b"[" * 5000])
def test_a_body_that_is_no_json_is_422(library: Library, rosas: Program, raw: bytes) -> None:
    answer = rosas.call("POST", PATH, data=raw, content_type="application/json")
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "invalid_input"
    assert _kept(library) == []


def test_another_kind_of_body_is_415_and_one_too_large_413(
    library: Library, rosas: Program
) -> None:
    form = rosas.call("POST", PATH, data={"text": "In German"})
    assert (form.status_code, form.get_json()["error"]["code"]) == (415, "unsupported_media_type")
    large = rosas.call("POST", PATH, json={"text": "x" * (1 << 20)})
    assert large.status_code == 413
    assert large.get_json()["error"]["code"] == "request_entity_too_large"
    assert _kept(library) == []


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_an_empty_or_overlong_key_is_refused(rosas: Program, key: str) -> None:
    rosas.post(PATH, {"text": "x"}, status=422, headers={"Idempotency-Key": key})


def test_a_deal_of_another_team_answers_as_one_that_is_not_there(
    library: Library, rosas: Program, miras: Program, deals: dict[str, str]
) -> None:
    def told(program: Program, deal: str) -> object:
        return program.post(PATH, {"text": "x", "opportunity": deal}, status=404)

    assert told(rosas, deals["West"]) == told(rosas, "nothing")
    assert told(miras, deals["North"]) == told(miras, "nothing")
    assert _kept(library) == []

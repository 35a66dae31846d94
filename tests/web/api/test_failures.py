"""Every failure under /api/ has one shape, whatever its cause."""

import pytest
from flask import Flask

from contentlib.errors import IndexUnavailable
from tests.factories import WordIndex
from tests.web.api.calling import Program


def _failure(program: Program, method: str, path: str, status: int, **given: object) -> str:
    answer = program.call(method, path, **given)  # type: ignore[arg-type]
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/json"
    told = answer.get_json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"code", "message", "fields"}
    assert told["error"]["message"].endswith(".")
    return str(told["error"]["code"])


@pytest.mark.parametrize("path", ["/", "/nothing", "/assets/", "/assets/x/y", "/../v2"])
def test_unknown_addresses_are_404(rosas: Program, path: str) -> None:
    assert _failure(rosas, "GET", path, 404) == "not_found"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_an_address_outside_the_version_is_404_of_the_same_shape(app: Flask, method: str) -> None:
    answer = app.test_client().open("/api/v2/assets", method=method)
    assert answer.status_code == 404
    assert set(answer.get_json()["error"]) == {"code", "message", "fields"}


def test_the_wrong_method_is_405_and_says_which_are_right(rosas: Program) -> None:
    assert _failure(rosas, "DELETE", "/assets", 405) == "method_not_allowed"
    assert "GET" in rosas.call("DELETE", "/assets").headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets?limit=0",
        "/assets?limit=101",
        "/assets?limit=many",
        "/assets?limit=1&limit=2",
        "/assets?industry=retail",
        "/assets?facet=retail",
        "/search",
        "/search?q=%20",
        "/search?q=dock&limit=51",
    ],
)
def test_a_query_that_is_not_as_documented_is_422_and_names_the_field(
    rosas: Program, path: str
) -> None:
    answer = rosas.call("GET", path)
    assert _failure(rosas, "GET", path, 422) == "invalid_input"
    assert answer.get_json()["error"]["fields"]


def test_what_breaks_on_our_side_is_500_and_tells_nothing_of_it(
    rosas: Program, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(WordIndex, "search", broken)
    assert _failure(rosas, "GET", "/search?q=dock", 500) == "internal"
    assert "secret" not in rosas.call("GET", "/search?q=dock").get_data(as_text=True)


def test_an_index_that_is_being_rebuilt_is_503(
    rosas: Program, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise IndexUnavailable("The search index is being rebuilt; try again.")

    monkeypatch.setattr(WordIndex, "search", unavailable)
    assert _failure(rosas, "GET", "/search?q=dock", 503) == "unavailable"


@pytest.mark.parametrize("id", ["nothing", "%00", "%ff", "a" * 3000, "..%2F..%2Fetc"])
def test_an_id_that_names_nothing_is_404(rosas: Program, id: str) -> None:
    assert _failure(rosas, "GET", f"/assets/{id}", 404) == "not_found"

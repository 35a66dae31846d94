"""Every route x every role, every API route x every scope: who is let in stands beside the view,
and nobody else is.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from contentlib.library import Library
from contentlib.member.models import ApiToken
from contentlib.member.rules import ABILITIES, OFFERED_SCOPES, ROLES, SCOPES, Scope, Viewer
from tests.cast import Cast
from tests.factories import csrf_token, sign_in
from tests.web.api.calling import Program, device_of, settle_uses, token_of
from web import create_app

_VALUES = {"IntegerConverter": "1", "UnicodeConverter": "nothing", "PathConverter": "nothing"}


@pytest.fixture
def app(library: Library, cast: Cast) -> Flask:
    return create_app(library)


def _routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Each rule with a method and an address that fits it and names nothing."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static"):
            continue
        address = rule.rule
        for name, converter in rule._converters.items():
            value = _VALUES[type(converter).__name__]
            for part in (f"<{name}>", f"<int:{name}>", f"<string:{name}>", f"<path:{name}>"):
                address = address.replace(part, value)
        assert "<" not in address, f"no value for {rule.rule}"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, address


def _ability(app: Flask, rule: Rule) -> Any:
    view = app.view_functions[rule.endpoint]
    assert hasattr(view, "ability"), f"{rule.rule} ({rule.endpoint}) says not who may call it"
    return view.ability


def _scope(app: Flask, rule: Rule) -> Scope | None:
    """The scope that a route of the API asks of a token; None for all that is no such route."""
    operation = getattr(app.view_functions[rule.endpoint], "operation", None)
    return None if operation is None else operation.scope


def _call(client: FlaskClient, method: str, address: str, token: str) -> int:
    headers = {"X-CSRFToken": token, "Accept": "application/json"}
    return client.open(address, method=method, headers=headers, json=None).status_code


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    abilities = {_ability(app, rule) for rule, _, _ in _routes(app)}
    assert abilities <= {None, *ABILITIES}


def test_who_is_not_signed_in_gets_only_to_public_pages(app: Flask) -> None:
    client = app.test_client()
    token = csrf_token(client.get("/sign-in").get_data(as_text=True))
    for rule, method, address in _routes(app):
        if _ability(app, rule) is None:
            continue
        status = _call(client, method, address, token)
        assert status in (302, 401), f"{method} {rule.rule} answered {status}"


def test_public_pages_are_few_and_known(app: Flask) -> None:
    public = {rule.endpoint for rule, _, _ in _routes(app) if _ability(app, rule) is None}
    outside = {endpoint for endpoint in public if not endpoint.startswith("viewer.")}
    assert outside <= {
        "sign_in.form",
        "sign_in.enter",
        "sign_in.leave",
        "health.alive",
        "health.ready",
        "api.openapi.document",
        "api.extension.pair",
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_exactly_to_what_its_abilities_open(app: Flask, cast: Cast, role: str) -> None:
    viewer = next(v for v in cast.everybody() if v.role == role)
    client = sign_in(app.test_client(), viewer)
    token = csrf_token(client.get("/").get_data(as_text=True))
    for rule, method, address in _routes(app):
        if rule.endpoint == "sign_in.leave":
            continue
        ability = _ability(app, rule)
        status = _call(client, method, address, token)
        told = f"{role}: {method} {rule.rule} answered {status}"
        assert status < 500 or status == 503, told
        if _scope(app, rule) is not None:
            assert status == 401, f"a cookie opens the API: {told}"
            continue
        if ability is not None and not viewer.can(ability):
            assert status == 403, told
        elif ability is not None:
            assert status not in (401, 403), told


def test_a_form_without_its_token_changes_nothing(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.adam)
    for rule, method, address in _routes(app):
        is_for_programs = rule.endpoint == "viewer.beat" or rule.rule.startswith("/api/")
        if method == "GET" or is_for_programs:
            continue
        status = client.open(
            address, method=method, headers={"Accept": "application/json"}
        ).status_code
        assert status == 400, f"{method} {rule.rule} answered {status}"


def _secret(library: Library, viewer: Viewer, scope: Scope) -> str:
    """A token of that scope alone; what only pairing gives, as pairing would."""
    if scope in OFFERED_SCOPES:
        return token_of(library, viewer, scope).secret
    secret = device_of(library, viewer).secret
    with library.database.unit_of_work() as session:
        session.query(ApiToken).update({"scopes": [scope]})
    return secret


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_gets_exactly_to_what_its_scope_opens_and_its_role_allows(
    app: Flask, library: Library, cast: Cast, role: str, scope: Scope
) -> None:
    viewer = next(v for v in cast.everybody() if v.role == role)
    program = Program(app.test_client(), _secret(library, viewer, scope))
    opened = 0
    for rule, method, address in _routes(app):
        needed = _scope(app, rule)
        if needed is None:
            continue
        answer = program.call(method, address.removeprefix("/api/v1"), json=None)
        told = f"{role} with {scope}: {method} {rule.rule} answered {answer.status_code}"
        if needed == scope and viewer.can(SCOPES[scope]):
            assert answer.status_code in (200, 404, 415, 422), told
            opened += 1
            if rule.endpoint == "api.extension.unpair":
                program = Program(app.test_client(), _secret(library, viewer, scope))
        else:
            assert answer.status_code == 403, told
    assert opened
    settle_uses(app)


@pytest.mark.parametrize("role", ROLES)
def test_a_device_gets_to_searching_recommending_and_its_own_routes_and_to_nothing_else(
    app: Flask, library: Library, cast: Cast, role: str
) -> None:
    viewer = next(v for v in cast.everybody() if v.role == role)
    device = Program(app.test_client(), device_of(library, viewer).secret)
    opened = set()
    for rule, method, address in _routes(app):
        answer = app.test_client().open(
            address,
            method=method,
            headers={"Authorization": f"Bearer {device.secret}", "Accept": "application/json"},
            json=None,
        )
        if answer.status_code not in (302, 400, 401, 403) and _ability(app, rule) is not None:
            opened.add(rule.rule.removeprefix("/api/v1"))
        if rule.endpoint == "api.extension.unpair":
            device = Program(app.test_client(), device_of(library, viewer).secret)
    assert opened == {
        "/search",
        "/recommendations",
        "/extension/device",
        "/extension/catalogue",
        "/extension/health",
        "/extension/deals",
        "/extension/links",
        "/extension/events",
    }
    settle_uses(app)


def test_every_route_of_the_api_but_its_description_and_pairing_asks_for_a_token(
    app: Flask,
) -> None:
    without = {
        rule.rule
        for rule, _, _ in _routes(app)
        if rule.rule.startswith("/api/") and _scope(app, rule) is None
    }
    assert without == {"/api/v1/openapi.json", "/api/v1/extension/pair"}

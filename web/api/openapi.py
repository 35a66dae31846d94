"""The OpenAPI 3.1 document, read off the routes and the shapes that check and make the JSON."""

import inspect
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Flask, Response, current_app, json
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from contentlib.member.rules import SCOPES
from web.api.operation import Operation
from web.api.shapes import Answer, Failure, Question
from web.auth import public

bp = Blueprint("openapi", __name__)

PREFIX = "/api/v1"

_FAILURES = {
    401: "No token, or one that opens nothing (any more)",
    403: "The token, or its member's role, does not reach so far",
    404: "Not there, or not for this member to know of",
    409: "The state of the thing forbids it",
    413: "The body is too large",
    415: "The body is not JSON",
    429: "Too often; `Retry-After` says how long to wait",
    422: "Something of the request is not as documented; `fields` says what",
    500: "It broke on our side",
    503: "Not available just now; try again",
}


@bp.get("/openapi.json")
@public
def document() -> Response:
    """This document. Open to anybody: it tells nothing of any library."""
    return Response(json.dumps(openapi(current_app)), content_type="application/json")


def openapi(app: Flask) -> dict[str, Any]:
    """The document of an application's routes under /api/v1."""
    routes = [
        (rule, operation)
        for rule in app.url_map.iter_rules()
        if (operation := getattr(app.view_functions[rule.endpoint], "operation", None))
    ]
    paths: dict[str, dict[str, Any]] = {"/openapi.json": {"get": _of_this_document()}}
    for rule, operation in routes:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = rule.rule.removeprefix(PREFIX).replace("<", "{").replace(">", "}")
            paths.setdefault(path, {})[method.lower()] = _operation(app, rule, operation)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "contentlib",
            "version": version("contentlib"),
            "description": (
                "The sales content library for programs. A token acts for the member who holds "
                "it, within its scopes, and sees what that member may see."
            ),
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"An API token. Scopes: {', '.join(SCOPES)}.",
                }
            },
            "schemas": _schemas([operation for _, operation in routes]),
        },
    }


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    bodies: set[type[Question]] = {each.body for each in operations if each.body}
    answers: set[type[Answer]] = {Failure, *(each.answer for each in operations)}
    _, together = models_json_schema(
        [
            *((body, "validation") for body in sorted(bodies, key=lambda m: m.__name__)),
            *((answer, "serialization") for answer in sorted(answers, key=lambda m: m.__name__)),
        ],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = together["$defs"]
    return schemas


def _operation(app: Flask, rule: Rule, operation: Operation) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    sentence, _, more = inspect.cleandoc(view.__doc__ or "").partition("\n\n")
    said: dict[str, Any] = {
        "operationId": view.__name__,
        "summary": " ".join(sentence.split()),
        "security": [] if operation.scope is None else [{"token": [operation.scope]}],
        "parameters": _parameters(rule, operation),
        "responses": {
            str(operation.status): _json("The answer", operation.answer.__name__),
            **_failures(operation),
        },
    }
    if more:
        said["description"] = " ".join(more.split())
    if operation.body is not None:
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(operation.body.__name__)}},
        }
    return said


def _parameters(rule: Rule, operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(rule.arguments)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema()
        for name, field in schema["properties"].items():
            parameter: dict[str, Any] = {"name": name, "in": "query", "schema": field}
            if name in schema.get("required", ()):
                parameter["required"] = True
            if "description" in field:
                parameter["description"] = field.pop("description")
            found.append(parameter)
    found += [
        {"name": name, "in": "header", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in operation.headers
    ]
    return found


def _failures(operation: Operation) -> dict[str, Any]:
    statuses = {500, *operation.failures}
    if operation.scope is not None:
        statuses |= {401, 403}
    if operation.query is not None or operation.body is not None:
        statuses.add(422)
    if operation.body is not None:
        statuses |= {413, 415}
    known = {str(status): _json(_FAILURES[status], "Failure") for status in sorted(statuses)}
    return {**known, "default": _json("Any other failure", "Failure")}


def _of_this_document() -> dict[str, Any]:
    return {
        "operationId": "document",
        "summary": "This document.",
        "security": [],
        "responses": {
            "200": {
                "description": "OpenAPI 3.1",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }


def _json(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(schema)}},
    }


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}

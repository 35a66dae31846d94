"""An answer held against the OpenAPI document: its shape, its status, nothing undescribed."""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


def check_answer(
    document: dict[str, Any], method: str, path: str, status: int, told: object
) -> None:
    """Raises jsonschema's ValidationError, or KeyError where the document is silent."""
    operation = document["paths"][path][method.lower()]
    schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
    check(document, schema, told)


def check_body(document: dict[str, Any], path: str, body: object) -> None:
    """As above, for what is posted."""
    content = document["paths"][path]["post"]["requestBody"]["content"]
    check(document, content["application/json"]["schema"], body)


def check(document: dict[str, Any], schema: dict[str, Any], told: object) -> None:
    address = "urn:contentlib"
    whole = Resource.from_contents(document, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(address, whole)
    at_home = {"$ref": f"{address}{schema['$ref']}"} if "$ref" in schema else schema
    kind = validator_for({}, default=Draft202012Validator)
    kind(at_home, registry=registry, format_checker=kind.FORMAT_CHECKER).validate(told)

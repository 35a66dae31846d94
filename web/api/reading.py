"""A request as its shape says: read, checked, or refused with a sentence a field."""

from typing import TypeVar, get_origin

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from contentlib.errors import InvalidInput
from web.api.shapes import Question

Asked = TypeVar("Asked", bound=Question)


def query_of(shape: type[Asked]) -> Asked:
    """The query of the address. Raises InvalidInput, also for a parameter that nobody knows."""
    given: dict[str, object] = {}
    for name, values in request.args.lists():
        field = shape.model_fields.get(name)
        is_repeatable = field is not None and get_origin(field.annotation) is list
        if len(values) > 1 and not is_repeatable:
            raise InvalidInput(f"“{name}” is given more than once.", {name: "Give it once."})
        given[name] = values if is_repeatable else values[0]
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise _refusal(error) from error


def body_of(shape: type[Asked]) -> Asked:
    """The JSON body. Raises UnsupportedMediaType for another kind of body, InvalidInput."""
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> InvalidInput:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        return InvalidInput("The body is not valid JSON.")
    fields: dict[str, str] = {}
    for problem in problems:
        place = ".".join(str(part) for part in problem["loc"]) or "body"
        sentence = problem["msg"].removeprefix("Value error, ")
        fields.setdefault(place, f"{sentence[:1].upper()}{sentence[1:]}")
    told = "; ".join(f"{place}: {sentence}" for place, sentence in list(fields.items())[:3])
    return InvalidInput(f"That request is not as documented: {told}.", fields)

"""A route of the API: who may call it, what it takes and gives. Read by callers and by OpenAPI."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response

from contentlib.errors import NotFound
from contentlib.member.rules import SCOPES, Scope
from web.api import bearer
from web.api.reading import body_of, query_of
from web.api.shapes import Answer, Question

View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view says about itself. `scope` None: anybody may call it."""

    scope: Scope | None
    answer: type[Answer]
    query: type[Question] | None = None
    body: type[Question] | None = None
    status: int = 200
    failures: tuple[int, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def operation(
    scope: Scope | None,
    *,
    answer: type[Answer],
    query: type[Question] | None = None,
    body: type[Question] | None = None,
    status: int = 200,
    failures: tuple[int, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Callable[[View], Callable[..., Response]]:
    """Lets only tokens of the scope in (None: anybody), hands `query` and `body` over in their
    shapes, and answers with the shape the view returns.

    `failures` are the statuses it has beside those that every such route has; `headers` are
    names and meanings of request headers it minds. The view's docstring is its description.
    """
    described = Operation(scope, answer, query, body, status, failures, headers)

    def wrap(view: View) -> Callable[..., Response]:
        @wraps(view)
        def answered(**parts: str) -> Response:
            if scope is not None:
                bearer.admit(scope)
            if any("\x00" in part for part in parts.values()):
                raise NotFound("There is no such thing.")
            asked: dict[str, Any] = dict(parts)
            if query is not None:
                asked["query"] = query_of(query)
            if body is not None:
                asked["body"] = body_of(body)
            told = view(**asked)
            return Response(told.model_dump_json(), status=status, content_type="application/json")

        answered.ability = None if scope is None else SCOPES[scope]  # type: ignore[attr-defined]
        answered.operation = described  # type: ignore[attr-defined]
        return answered

    return wrap

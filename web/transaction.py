"""One transaction a request: reading for GET, one unit of work for anything that changes."""

from contextlib import ExitStack, suppress
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from contentlib.library import Library

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def library() -> Library:
    """The library of the running application."""
    return cast(Library, current_app.extensions["library"])


def session() -> Session:
    """The request's session, begun on first use.

    A view that receives a file stores it first and asks for the session afterwards, so that
    a slow upload does not hold the write lock.
    """
    if "session" not in g:
        stack = ExitStack()
        database = library().database
        only_reads = request.method in _SAFE or "only_reads" in g
        opened = database.reading() if only_reads else database.unit_of_work()
        g.session = stack.enter_context(opened)
        g.session_stack = stack
    return cast(Session, g.session)


def only_reads() -> None:
    """Says that this request changes nothing, whatever its method: a question that is posted.

    Else it would hold the write lock while the hit writer, for which it waits, wants it.
    """
    g.only_reads = True


class _AnswerIsAnError(Exception):
    """Thrown into the unit of work so that it rolls back."""


def _end(response: Response) -> Response:
    """Commits before the answer leaves: what a client was told is on disk.

    A refusal (4xx, 5xx) leaves no trace, except where the view asked for it (`keep`).
    """
    stack: ExitStack | None = g.pop("session_stack", None)
    g.pop("session", None)
    if stack is None:
        return response
    if response.status_code < 400 or g.pop("keep_changes", False):
        stack.close()
    else:
        error = _AnswerIsAnError()
        with suppress(_AnswerIsAnError):
            stack.__exit__(_AnswerIsAnError, error, None)
    return response


def keep() -> None:
    """Commits this request's changes even though the answer will be a refusal."""
    g.keep_changes = True


def _abandon(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("session_stack", None)
    if stack is not None:
        wrong = error or _AnswerIsAnError()
        # it was thrown in only to roll back
        with suppress(BaseException):
            stack.__exit__(type(wrong), wrong, None)


def init_app(app: Flask) -> None:
    app.after_request(_end)
    app.teardown_request(_abandon)

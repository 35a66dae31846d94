"""Which program is asking: the token in `Authorization: Bearer`, and nothing else.

A cookie opens nothing here, so that no other site can make a browser call the API.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import cast

from flask import Flask, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from contentlib.db import Database
from contentlib.errors import NotPermitted
from contentlib.member import token_queries, tokens
from contentlib.member.rules import Scope, Viewer
from contentlib.member.token_queries import Bearer
from contentlib.member.token_rules import use_is_due
from web.transaction import library

log = logging.getLogger(__name__)


def admit(scope: Scope) -> None:
    """Lets a genuine token with the scope in; `caller` tells whose it is from then on.

    Raises Unauthorized without one, NotPermitted when it does not reach so far.
    """
    shown = request.authorization
    if shown is None or shown.type != "bearer" or not shown.token:
        raise _unauthorized("Send an API token: `Authorization: Bearer …`.")
    now = library().clock.now()
    # its own short session: the request's may be a unit of work that waits for a lock
    with library().database.reading() as session:
        found = token_queries.bearer(session, shown.token, now=now)
    if found is None:
        raise _unauthorized("This token is not valid, or not any more.", error="invalid_token")
    g.bearer = found
    last_use().note(found, now=now)
    if not found.may(scope):
        raise NotPermitted(f"This token, or its member's role, does not include “{scope}”.")


def caller() -> Bearer:
    """The program asking. Only behind `admit`."""
    return cast(Bearer, g.bearer)


def viewer() -> Viewer:
    """The member for whom the program asks: what they may not see, it may not."""
    return caller().viewer


def _unauthorized(sentence: str, **told: str) -> Unauthorized:
    challenge = WWWAuthenticate("bearer", {"realm": "contentlib", **told})
    return Unauthorized(sentence, www_authenticate=challenge)


class LastUse:
    """Notes in the background when tokens were used: no request waits for the write lock.

    A note that cannot be written is lost, and the next use makes it again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="token-use")
        self._noted: dict[int, tuple[datetime, Future[None]]] = {}

    def note(self, bearer: Bearer, *, now: datetime) -> None:
        """Has the use written unless one of the last minute is, or is about to be."""
        pending = self._noted.get(bearer.token_id)
        if not use_is_due(bearer.last_used_at, now=now):
            return
        if pending is not None and not use_is_due(pending[0], now=now):
            return
        written = self._writing.submit(self._write, bearer.token_id, now)
        self._noted[bearer.token_id] = (now, written)

    def settle(self) -> None:
        """Waits until every use told so far is written."""
        for _, written in list(self._noted.values()):
            written.result()

    def _write(self, token_id: int, now: datetime) -> None:
        try:
            with self._database.unit_of_work() as session:
                tokens.note_use(session, token_id=token_id, now=now)
        except Exception:
            log.exception("the use of token %s could not be noted", token_id)


def last_use() -> LastUse:
    """The running application's."""
    return cast(LastUse, current_app.extensions["token_last_use"])


def init_app(app: Flask) -> None:
    app.extensions["token_last_use"] = LastUse(app.extensions["library"].database)

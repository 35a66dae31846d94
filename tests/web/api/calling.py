"""What the tests of the API share: tokens of the cast, and a program that calls with one."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contentlib.library import Library
from contentlib.member import devices, tokens
from contentlib.member.devices import Paired
from contentlib.member.rules import OFFERED_SCOPES, Viewer
from contentlib.member.tokens import Issued
from web.api.bearer import LastUse

ADDRESS = "/api/v1"


def token_of(
    library: Library, holder: Viewer, *scopes: str, name: str = "A program", days: int | None = None
) -> Issued:
    """A token of that member; without scopes it has them all."""
    with library.database.unit_of_work() as session:
        return tokens.issue(
            session,
            actor="test",
            email=holder.email,
            name=name,
            scopes=scopes or OFFERED_SCOPES,
            days=days,
            now=library.clock.now(),
        )


def device_of(library: Library, holder: Viewer) -> Paired:
    """A browser paired with that member."""
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        code = devices.offer_code(session, viewer=holder, now=now)
        return devices.pair(session, code=code, browser="Chromium 156", version="0.1.0", now=now)


@dataclass(frozen=True, slots=True)
class Program:
    """A program without cookies that shows its token with each call."""

    client: FlaskClient
    secret: str

    def get(self, path: str, *, status: int = 200) -> Any:
        return self._told(self.call("GET", path), status)

    def post(
        self, path: str, body: Any, *, status: int = 200, headers: dict[str, str] | None = None
    ) -> Any:
        return self._told(self.call("POST", path, json=body, headers=headers), status)

    def call(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **given: Any
    ) -> TestResponse:
        shown = {"Authorization": f"Bearer {self.secret}", **(headers or {})}
        return self.client.open(f"{ADDRESS}{path}", method=method, headers=shown, **given)

    def _told(self, answer: TestResponse, status: int) -> Any:
        assert answer.status_code == status, answer.get_data(as_text=True)
        assert answer.content_type == "application/json"
        return answer.get_json()


def program_of(app: Flask, holder: Viewer, *scopes: str, name: str = "A program") -> Program:
    secret = token_of(app.extensions["library"], holder, *scopes, name=name).secret
    return Program(app.test_client(use_cookies=False), secret)


def settle_uses(app: Flask) -> None:
    """Waits until the last use of every token is written."""
    last_use: LastUse = app.extensions["token_last_use"]
    last_use.settle()

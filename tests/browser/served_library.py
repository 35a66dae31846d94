"""A library on a socket that notes what it is asked, and can be in trouble."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.serving import make_server

from contentlib.clock import SystemClock
from contentlib.crm import importing, queries
from contentlib.crm.models import Account, Contact
from contentlib.ids import public_id
from contentlib.library import Library
from contentlib.member import devices
from tests.cast import Cast, hire
from tests.factories import make_asset, make_library
from tests.servers import free_port
from tests.web.browsing import index_everything, next_version, rows
from web import create_app


@dataclass
class Served:
    """The library, where it is, and every request it was sent by the extension."""

    library: Library
    cast: Cast
    url: str
    heard: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path, body."""
    answers: dict[str, int] = field(default_factory=dict)
    """Path -> a status that is answered instead, for a server in trouble."""
    delays_s: dict[str, float] = field(default_factory=dict)
    lost_answers: dict[str, int] = field(default_factory=dict)
    """Path -> how many of its next answers get lost on their way."""
    idempotency_keys: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """Of what the browser holds already (If-None-Match)."""
    assets: dict[str, str] = field(default_factory=dict)
    deals: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> list[Any]:
        """The bodies that were sent to this path of the API."""
        return [body for _, at, body in self.heard if at.split("?")[0] == f"/api/v1{path}"]

    def events(self) -> list[dict[str, Any]]:
        """The events that were told, each once however often it was told."""
        told = [event for body in self.of("/extension/events") for event in body["events"]]
        return list({event["id"]: event for event in told}.values())

    def reports(self) -> list[dict[str, Any]]:
        """What the library made of them."""
        found = rows(
            self.library,
            "SELECT evidence, surface, taken_back_at IS NOT NULL, opportunity_id IS NOT NULL,"
            " recipient_domains, source_key FROM send_reports ORDER BY id",
        )
        names = ("evidence", "surface", "is_taken_back", "has_deal", "domains", "source_key")
        return [dict(zip(names, row, strict=True)) for row in found]

    def items(self) -> list[tuple[str, str]]:
        """Channel and method of what was in the reported messages."""
        statement = "SELECT channel, method FROM send_report_items ORDER BY id"
        return [(str(channel), str(method)) for channel, method in rows(self.library, statement)]

    def code(self) -> str:
        with self.library.database.unit_of_work() as session:
            return devices.offer_code(session, viewer=self.cast.rosa, now=self.library.clock.now())


def _listening(served: Served, app: Any) -> Callable[..., Iterable[bytes]]:
    def heard(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/api/"):
            return app(environ, start)  # type: ignore[no-any-return]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        query = environ.get("QUERY_STRING", "")
        told = json.loads(body) if body else None
        served.heard.append((environ["REQUEST_METHOD"], f"{path}?{query}" if query else path, told))
        if key := environ.get("HTTP_IDEMPOTENCY_KEY"):
            served.idempotency_keys.append(key)
        time.sleep(served.delays_s.get(path, 0))
        if tag := environ.get("HTTP_IF_NONE_MATCH"):
            served.tags.append(tag)
        if (status := served.answers.get(path)) is not None:
            start(f"{status} Trouble", [("Content-Type", "application/json")])
            return [json.dumps({"error": {"code": "x", "message": "No.", "fields": {}}}).encode()]
        if served.lost_answers.get(path):
            served.lost_answers[path] -= 1
            list(app(environ, lambda *_: None))
            start("502 Bad Gateway", [])
            return []
        return app(environ, start)  # type: ignore[no-any-return]

    return heard


ACCOUNTS = [
    {"external_id": "A1", "name": "Acme Cold Stores", "employees": "1200", "country": "Sweden"},
    {"external_id": "A2", "name": "Petal", "employees": "40", "country": "Spain"},
]
DEALS = [
    {
        "external_id": "006xx000001AbCd",
        "name": "Frost for Malmo",
        "account_external_id": "A1",
        "stage": "",
        "amount": "120000",
        "owner_email": "rosa@contentlib.example",
        "outcome": "",
        "notes": "Carriers wait at the dock.",
    },
    {
        "external_id": "90210",
        "name": "Yard pilot",
        "account_external_id": "A2",
        "stage": "",
        "amount": "8000",
        "owner_email": "rosa@contentlib.example",
        "outcome": "",
        "notes": "Gates.",
    },
]


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A library of three stories and two deals, on a socket."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    library = make_library(
        folder,
        clock=SystemClock(),  # type: ignore[arg-type]
        base_url=url,
        company_name="Northwind Yards",
    )
    served = Served(library, hire(library), url)
    _furnish(served)
    server = make_server("127.0.0.1", port, _listening(served, create_app(library)), threaded=True)
    server.daemon_threads = False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
        library.close()


def _furnish(served: Served) -> None:
    library, cast = served.library, served.cast
    served.assets = {
        "dock": make_asset(
            library,
            "Dock scheduling at a cold store",
            "Carriers waited two hours at the dock. Detention fell by half.",
            owner=cast.mira,
        ),
        "gates": make_asset(library, "Gates without queues", "Carriers drive through gates."),
        "card": make_asset(
            library, "Battlecard against waiting", "Carriers waited there.", audience="internal"
        ),
    }
    next_version(library, served.assets["gates"], cast, "Gates, second edition.")
    index_everything(library)
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        importing.import_accounts(session, ACCOUNTS, now=now)
        importing.import_opportunities(session, DEALS, now=now)
        acme = session.scalars(select(Account).where(Account.external_id == "A1")).one()
        bea = Contact(public_id=public_id(), account_id=acme.id, name="Bea Berg", created_at=now)
        bea.email = "bea@acme.example"
        session.add(bea)
    with library.database.reading() as session:
        found = queries.listed(session, cast.adam, only_open=False).lines
    served.deals = {line.name: line.public_id for line in found}

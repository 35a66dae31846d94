"""A library in which every page has something to show, its words as long as people make them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from contentlib.action import service as actions
from contentlib.adapters.mail.mailers import open_mailer
from contentlib.asset import importing
from contentlib.audit import service as audit
from contentlib.clock import SystemClock
from contentlib.crm import importing as crm
from contentlib.events import jobs
from contentlib.library import Library
from contentlib.workspace.rules import JUDGED_AGAIN
from tests.cast import Cast, hire
from tests.contentlib.insight.happening import search
from tests.factories import make_asset, make_library
from tests.web import furnished_links as links
from tests.web.browsing import browser_of, draw, index_everything, submit
from tests.web.furnished_sends import sends
from tests.web.uploads import post, send
from web import create_app

TEXT = "Carriers waited two hours at the dock. Detention fell by half."

_ACCOUNTS = f"external_id,name,employees,country\nA1,{'Northern Provisions ' * 6},1200,Sweden\n"
_DEALS = """external_id,name,account_external_id,stage,amount,owner_email,outcome,notes
D1,{long},A1,negotiation,120000,rosa@contentlib.example,,Carriers wait two hours at the dock.
D2,Yard pilot,A1,,8000,ravi@contentlib.example,,
D3,Old dock,A1,,1000,rosa@contentlib.example,won,
D4,West dock,A1,,5000,wes@contentlib.example,,
"""


@dataclass(frozen=True, slots=True)
class Furnished:
    """The library, its pages, and the names of what stands in them."""

    library: Library
    cast: Cast
    app: Flask
    assets: Mapping[str, str]
    deal: str
    share: str
    ended: str
    batch: str
    collection: str

    def names(self, endpoint: str) -> dict[str, Any]:
        """What stands for the variable parts of an address of a member's page."""
        of_blueprint = {
            "collection": {"public_id": self.collection},
            "opportunity": {"public_id": self.deal},
            "recommendation": {"public_id": self.deal},
            "share": {"public_id": self.share},
            "share_list": {"batch": self.batch},
            "report": {"name": "usage"},
            "extension": {"browser": "chromium"},
        }
        an_asset = {"public_id": self.assets["story"], "number": 1, "page": 1}
        return of_blueprint.get(endpoint.split(".")[0], an_asset)


def empty_library(folder: Path) -> Library:
    """With today's clock, and a mail server that is a folder."""
    made = make_library(folder, clock=SystemClock())  # type: ignore[arg-type]
    return replace(made, mailer=open_mailer(f"maildir:{folder / 'mail'}"))


def furnish(library: Library) -> Furnished:
    cast, app = hire(library), create_app(library)
    assets = _assets(library, cast)
    rosa, mira, adam = (browser_of(app, who) for who in (cast.rosa, cast.mira, cast.adam))
    deal = _deals(library)
    share, ended, batch = links.shares(library, cast, rosa, assets, deal)
    links.visits(library, share)
    links.news(library, cast, share)
    links.preset(rosa, "Only for Northern Provisions and nobody else " * 2, gate="yes", expiry="30")
    links.preset(mira, "Prices", for_everybody="yes", download="watermarked", max_visits="5")
    collection = _collections(rosa, assets)
    _imports(library, cast, mira)
    _of_the_house(adam, rosa)
    _searched(library, cast, rosa, assets)
    sends(library, cast, assets)
    return Furnished(library, cast, app, assets, deal, share, ended, batch, collection)


def _assets(library: Library, cast: Cast) -> dict[str, str]:
    long_ago = library.clock.now() - timedelta(days=80)
    retail = {"industry": ["Retail"], "content_type": ["Case study"], "stage": ["negotiation"]}
    made = {
        "story": make_asset(
            library,
            links.TITLE,
            *(TEXT for _ in range(12)),
            owner=cast.mira,
            terms=retail,
            summary=TEXT * 8,
            customer="Northern Provisions " * 6,
            now=long_ago,
        ),
        "deck": make_asset(library, "Dock waiting times", TEXT, owner=cast.mira, now=long_ago),
        "plain": make_asset(library, "Parcel hubs in Europe", TEXT, terms={"region": ["Europe"]}),
        "card": make_asset(library, "Battlecard", TEXT, terms=retail, audience="internal"),
        "draft": make_asset(library, f"Draft: {links.TITLE}", TEXT, publish=False),
    }
    draw(library, made["story"], 12)
    index_everything(library)
    return made


def _deals(library: Library) -> str:
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        crm.import_accounts(session, _rows(_ACCOUNTS), now=now)
        crm.import_opportunities(session, _rows(_DEALS.format(long="Cold stores " * 15)), now=now)
    with library.database.reading() as session:
        from contentlib.crm.models import Opportunity

        return session.scalars(
            select(Opportunity.public_id).where(Opportunity.external_id == "D1")
        ).one()


def _rows(text: str) -> list[dict[str, str]]:
    head, *lines = (line.split(",") for line in text.strip().split("\n"))
    return [dict(zip(head, line, strict=True)) for line in lines]


def _collections(rosa: FlaskClient, assets: Mapping[str, str]) -> str:
    chosen = [assets["story"], assets["plain"], assets["card"]]
    submit(rosa, f"/assets/{assets['story']}/favourite", {"keep": "yes"})
    where = submit(rosa, "/collections/add", {"asset": chosen, "name": "What cold stores ask " * 4})
    return where.split("/collections/")[1].split("?")[0].split("#")[0]


def _imports(library: Library, cast: Cast, mira: FlaskClient) -> None:
    """Uploads that wait, one that was refused, an import with refusals, a job set aside."""
    send(mira, f"{'a-very-long-file-name-' * 8}.txt", TEXT.encode())
    post(mira, "/upload/files", file=(BytesIO(b""), "empty.pdf"))
    now = library.clock.now()
    with library.database.unit_of_work() as session:
        batch = importing.open_batch(
            session, member_id=cast.mira.member_id, source="upload", publish=False, now=now
        )
        importing.note_refused(
            session,
            batch_id=batch.id,
            position=1,
            name=f"{'locked-' * 20}.pdf",
            reason="It is encrypted: save it without a password and upload it again.",
            now=now,
        )
        session.add(jobs.Job.waiting("render_version", payload={"version_id": 1}, now=now))
        session.flush()
        session.execute(
            update(jobs.Job)
            .where(jobs.Job.reaction == "render_version")
            .values(state="dead", last_error=f"no printer at {'x' * 120}")
        )


def _of_the_house(adam: FlaskClient, rosa: FlaskClient) -> None:
    """Networks, what a change of them did, and tokens."""
    submit(adam, "/networks/offices", {"cidr": "203.0.113.0/24", "label": "HQ and warehouse " * 9})
    scanner = {"cidr": "198.51.100.0/24", "label": "Scanner " * 20, "certainty": "probable"}
    submit(adam, "/networks/machines", scanner)
    submit(adam, "/tokens", {"name": "Sheet " * 16, "scope": ["search"], "days": "90"}, status=201)
    submit(rosa, "/tokens", {"name": "Mail", "scope": ["recommend"], "days": "90"}, status=201)


def _searched(library: Library, cast: Cast, rosa: FlaskClient, assets: Mapping[str, str]) -> None:
    rosa.get(f"/assets/{assets['story']}?q=carriers")
    now = library.clock.now()
    for text in ("grocer docks", f"what {links.TITLE} asks for"):
        search(library, cast.rosa, text, [assets["deck"]], at=now - timedelta(days=3))
    with library.database.unit_of_work() as session:
        for text in (links.TITLE, "Something about pallets"):
            actions.request_content(
                session, viewer=cast.rosa, text=text, context={"search": text}, now=now
            )
        audit.note(
            session,
            actor="worker",
            act=JUDGED_AGAIN,
            subject="198.51.100.0/24 was listed",
            now=now,
            visits=3,
            moved=[["human", "machine", 2]],
        )

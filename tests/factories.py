"""Libraries and what is in them, made with few words; everything goes through the services."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Connection

from contentlib.asset import service as assets
from contentlib.clock import FixedClock
from contentlib.library import Library
from contentlib.member.rules import Viewer
from contentlib.ports import (
    ExtractedDocument,
    ExtractedPage,
    IndexedAsset,
    IndexHit,
    IndexState,
    Likeness,
    Neighbour,
    PassageHit,
    Permitted,
    SearchIndex,
)
from contentlib.settings import load_settings
from contentlib.taxonomy import service as taxonomy
from indexer.passages import split
from tests.cast import PASSWORD
from web.wiring import open_library

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class WordIndex:
    """A SearchIndex in memory that counts words: for tests that are not about relevance.

    It passes the same contract test as the real one.
    """

    def __init__(self) -> None:
        self._held: dict[int, IndexedAsset] = {}

    def prepare(self) -> None:
        return

    def warm_up(self) -> None:
        return

    def replace(self, assets: Iterable[IndexedAsset]) -> None:
        self._held.update({asset.asset_id: asset for asset in assets})

    def remove(self, asset_ids: Iterable[int]) -> None:
        for asset_id in asset_ids:
            self._held.pop(asset_id, None)

    def rebuild(self, assets: Iterable[IndexedAsset]) -> None:
        self._held = {asset.asset_id: asset for asset in assets}

    def revisions(self) -> Mapping[int, str]:
        return {asset_id: asset.revision for asset_id, asset in self._held.items()}

    def state(self) -> IndexState:
        passages = sum(len(asset.passages) for asset in self._held.values())
        return IndexState(len(self._held), passages, 1, "words")

    def search(
        self, text: str, *, among: Permitted, limit: int, mode: str = "fused"
    ) -> tuple[IndexHit, ...]:
        wanted = Counter(_words(text))
        hits = []
        for asset_id in among.asset_ids:
            asset = self._held.get(asset_id)
            if asset is None or not wanted:
                continue
            passages = sorted(
                (
                    PassageHit(p.passage_id, _overlap(wanted, p.text), _overlap(wanted, p.text))
                    for p in asset.passages
                ),
                key=lambda hit: (-hit.cosine, hit.passage_id),
            )
            best = max([_overlap(wanted, _about(asset)), *(hit.cosine for hit in passages)])
            if best > 0:
                bm25 = passages[0].bm25 if passages else 0.0
                hits.append(IndexHit(asset_id, best, best, best, bm25, tuple(passages[:3])))
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.asset_id))[:limit])

    def like(self, asset_id: int, *, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        if asset_id not in self._held:
            return ()
        others = [other for other in among.asset_ids if other != asset_id and other in self._held]
        found = [Neighbour(other, self._likeness(asset_id, other)) for other in others]
        return tuple(sorted(found, key=lambda n: (-n.likeness.card, n.asset_id))[:limit])

    def alikeness(self, asset_ids: Sequence[int]) -> Mapping[tuple[int, int], Likeness]:
        held = sorted({asset_id for asset_id in asset_ids if asset_id in self._held})
        return {(one, other): self._likeness(one, other) for one, other in combinations(held, 2)}

    def _likeness(self, one: int, other: int) -> Likeness:
        a, b = self._held[one], self._held[other]
        card = _alike(_about(a), _about(b))
        if not a.passages or not b.passages:
            return Likeness(card, None)
        texts = [" ".join(p.text for p in asset.passages) for asset in (a, b)]
        return Likeness(card, _alike(*texts))


def _about(asset: IndexedAsset) -> str:
    return " ".join((asset.title, asset.summary, *asset.facets))


def _alike(one: str, other: str) -> float:
    a, b = set(_words(one)), set(_words(other))
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _overlap(wanted: Counter[str], text: str) -> float:
    held = set(_words(text))
    return math.fsum(1 for word in wanted if word in held) / len(wanted)


def make_library(
    folder: Path,
    *,
    database_url: str | None = None,
    index: SearchIndex | None = None,
    clock: FixedClock | None = None,
    **settings: Any,
) -> Library:
    """A library in a folder whose database is already migrated (see tests/databases.py)."""
    return open_library(
        load_settings(data_dir=folder, database_url=database_url or None, **settings),
        clock=clock or FixedClock(MONDAY),
        index=index or WordIndex(),
    )


def document(*pages: str, title: str | None = None, **values: Any) -> ExtractedDocument:
    """A text document as the reader would give it, one page a string."""
    return ExtractedDocument(
        format=values.pop("format", "text"),
        media_type=values.pop("media_type", "text/plain"),
        pages=tuple(ExtractedPage(n, text) for n, text in enumerate(pages, start=1)),
        title=title,
        **values,
    )


def content(
    library: Library, *pages: str, file_name: str = "paper.txt", **values: Any
) -> assets.NewContent:
    """A stored file with its document, ready to become a version."""
    read = document(*pages, **values)
    stored = library.files.put(BytesIO("\f".join(pages).encode()))
    return assets.NewContent(file_name, stored, read, split(read.pages))


def make_asset(
    library: Library,
    title: str = "Dock scheduling at a cold store",
    *pages: str,
    owner: Viewer | None = None,
    terms: Mapping[str, Iterable[str]] | None = None,
    publish: bool = True,
    published_on: Any = None,
    now: datetime | None = None,
    **values: Any,
) -> str:
    """An asset through the services; returns its public id.

    `terms` are labels by facet, added to the vocabulary where they are new; further values go
    into `service.Edit`.
    """
    moment = now or library.clock.now()
    with library.database.unit_of_work() as session:
        asset = assets.create(
            session,
            title=title,
            owner_id=owner.member_id if owner else None,
            content=content(library, *(pages or (f"{title}. Words about it.",))),
            now=moment,
        )
        session.flush()
        term_ids = _term_ids(session, terms or {})
        change = assets.Edit(term_ids=term_ids or None, **values)
        assets.edit(session, asset=asset, change=change, member_id=None, now=moment)
        if publish:
            assets.publish(
                session, asset=asset, member_id=None, now=moment, published_on=published_on
            )
        return asset.public_id


def _term_ids(session: Any, terms: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, ...]]:
    taxonomy.ensure_starting_facets(session)
    found = {}
    for facet_key, labels in terms.items():
        facet = taxonomy.put_facet(
            session, key=facet_key, label=facet_key.replace("_", " ").title(), many=True, position=1
        )
        found[facet_key] = tuple(
            taxonomy.put_term(session, facet=facet, label=label).id for label in labels
        )
    return found


def sign_in(client: FlaskClient, viewer: Viewer) -> FlaskClient:
    """Signs a member of the cast in through the form, as a person would."""
    page = client.get("/sign-in").get_data(as_text=True)
    answer = client.post(
        "/sign-in",
        data={"email": viewer.email, "password": PASSWORD, "csrf_token": csrf_token(page)},
    )
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return client


def csrf_token(page: str) -> str:
    """The form token that a page carries."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page) or re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', page
    )
    assert found is not None, "the page carries no form token"
    return found.group(1)


@contextmanager
def statements(library: Library) -> Iterator[list[str]]:
    """The SQL statements that run within the block, transaction control left out."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SET ", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    engine = library.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)

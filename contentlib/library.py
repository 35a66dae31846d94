"""The parts of a running library, joined by wiring and handed to the edges.

Only edges hold it: pages, commands, reactions. Services are given what they need, by name.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contentlib.asset.facet_counts import FacetCounts
from contentlib.asset.visibility import PermittedCache
from contentlib.db import Database
from contentlib.events.hits import HitWriter
from contentlib.ids import sign_token
from contentlib.ports import Clock, DocumentReader, FileStore, Mailer, SearchIndex, WebFetcher
from contentlib.settings import Settings

if TYPE_CHECKING:
    from contentlib.search.words import SpellingCache


@dataclass(frozen=True, slots=True)
class Library:
    """Settings, clock, database and the ports. `mailer` is None where no mail is set up."""

    settings: Settings
    clock: Clock
    database: Database
    files: FileStore
    reader: DocumentReader
    index: SearchIndex
    fetcher: WebFetcher
    hits: HitWriter
    spelling: "SpellingCache"
    mailer: Mailer | None = None
    permitted: PermittedCache = field(default_factory=PermittedCache)
    facet_counts: FacetCounts = field(default_factory=FacetCounts)

    @property
    def signing_key(self) -> bytes:
        return self.settings.secret_key()

    def share_address(self, share_public_id: str) -> str:
        """The whole address of a share link."""
        token = sign_token(share_public_id, key=self.signing_key, purpose="share")
        return f"{self.settings.base_url}/s/{token}"

    def close(self) -> None:
        """Writes what is queued and lets the database go."""
        self.hits.close()
        self.database.dispose()

"""The only place that joins the parts."""

from pathlib import Path

from contentlib import migrations
from contentlib.adapters.fetch.web import HttpFetcher
from contentlib.adapters.files.directory import DirectoryFileStore
from contentlib.adapters.mail.mailers import open_mailer
from contentlib.clock import SystemClock
from contentlib.db import Database
from contentlib.errors import InvalidInput
from contentlib.events.hits import HitWriter
from contentlib.library import Library
from contentlib.ports import Clock, SearchIndex
from contentlib.reactions import WHAT_REACTS
from contentlib.settings import Settings
from indexer import Documents, EmbeddedIndex, open_embedder


def open_library(
    settings: Settings,
    *,
    clock: Clock | None = None,
    index: SearchIndex | None = None,
    migrate: bool = False,
    derived_from: Path | None = None,
) -> Library:
    """A library ready for use. Its index opens on the first search.

    `derived_from` is the data folder whose query model and embeddings are shared, for libraries
    that live only for a moment.

    Raises InvalidInput when the database is older or newer than this code and `migrate` is
    False, so that nobody works on tables that are not there.
    """
    database = Database(settings.sqlalchemy_url, reactions=WHAT_REACTS)
    if migrate:
        migrations.upgrade(database)
    _check_schema(database)
    settings.secret_key()
    return Library(
        settings=settings,
        clock=clock or SystemClock(),
        database=database,
        files=DirectoryFileStore(settings.data_dir / "files"),
        reader=Documents(),
        index=index or _embedded_index(settings, derived_from or settings.data_dir),
        fetcher=HttpFetcher(allow_private=settings.fetch_private_addresses),
        hits=HitWriter(database),
        mailer=open_mailer(settings.mail_url),
    )


def _embedded_index(settings: Settings, derived_from: Path) -> SearchIndex:
    folder = settings.data_dir / "index"
    embedder = open_embedder(derived_from / "models", settings.embedding_model or None)
    is_shared = derived_from != settings.data_dir
    cache_folder = derived_from / "embeddings" if is_shared else None
    return EmbeddedIndex(folder, embedder, cache_folder=cache_folder)


def _check_schema(database: Database) -> None:
    current = migrations.current_revision(database)
    newest = migrations.newest_revision(database)
    if current != newest:
        raise InvalidInput(
            f"The database is at revision {current or 'none'}, this version needs {newest}: "
            "run `contentlib db upgrade`."
        )

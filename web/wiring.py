"""The only place that joins the parts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from contentlib import migrations
from contentlib.adapters.fetch.web import HttpFetcher
from contentlib.adapters.files.directory import DirectoryFileStore
from contentlib.adapters.mail.mailers import open_mailer
from contentlib.clock import SystemClock
from contentlib.db import Database
from contentlib.errors import IndexUnavailable, InvalidInput
from contentlib.events.hits import HitWriter
from contentlib.library import Library
from contentlib.ports import Clock, DocumentReader, SearchIndex
from contentlib.reactions import WHAT_REACTS
from contentlib.settings import Settings

if TYPE_CHECKING:
    from contentlib.search.words import SpellingCache


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
    return _joined(
        settings,
        clock=clock,
        migrate=migrate,
        reader=_documents(),
        index=index or _embedded_index(settings, derived_from or settings.data_dir),
        spelling=_known_words(),
    )


def open_for_buyers(settings: Settings) -> Library:
    """A library that serves share links and no search: nothing of the indexer is loaded.

    Its index raises IndexUnavailable whatever it is asked; what reads documents is loaded when a
    buyer first takes a file that must be made for them. Raises as `open_library`.
    """
    return _joined(
        settings,
        reader=cast(DocumentReader, _OnFirstUse(_documents)),
        index=cast(SearchIndex, _AbsentIndex()),
        spelling=cast("SpellingCache", _OnFirstUse(_known_words)),
    )


def _joined(
    settings: Settings,
    *,
    reader: DocumentReader,
    index: SearchIndex,
    spelling: "SpellingCache",
    clock: Clock | None = None,
    migrate: bool = False,
) -> Library:
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
        reader=reader,
        index=index,
        fetcher=HttpFetcher(allow_private=settings.fetch_private_addresses),
        hits=HitWriter(database, settings.data_dir / "spool"),
        spelling=spelling,
        mailer=open_mailer(settings.mail_url),
    )


def _documents() -> DocumentReader:
    from indexer import Documents

    return Documents()


def _known_words() -> "SpellingCache":
    from contentlib.search.words import SpellingCache

    return SpellingCache()


def _embedded_index(settings: Settings, derived_from: Path) -> SearchIndex:
    from indexer import EmbeddedIndex, open_embedder

    folder = settings.data_dir / "index"
    embedder = open_embedder(derived_from / "models", settings.embedding_model or None)
    is_shared = derived_from != settings.data_dir
    cache_folder = derived_from / "embeddings" if is_shared else None
    return EmbeddedIndex(folder, embedder, cache_folder=cache_folder)


class _OnFirstUse:
    """Stands for a part that is made when something is first asked of it."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        made = self._make()
        self.__dict__[name] = getattr(made, name)
        return self.__dict__[name]


class _AbsentIndex:
    """Stands for the index where there is none."""

    def __getattr__(self, name: str) -> Any:
        raise IndexUnavailable("This process serves share links alone: it searches nothing.")


def _check_schema(database: Database) -> None:
    current = migrations.current_revision(database)
    newest = migrations.newest_revision(database)
    if current != newest:
        raise InvalidInput(
            f"The database is at revision {current or 'none'}, this version needs {newest}: "
            "run `contentlib db upgrade`."
        )

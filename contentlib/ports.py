"""What contentlib needs from outside, as small Protocols, and the values that cross them.

Each Protocol says who calls it, what it raises, and what an empty answer means.
Each implementation passes the contract tests in tests/contracts/test_ports.py.
"""

import hashlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO, Protocol


class Clock(Protocol):
    """Tells the time. Called by every edge; services are given `now` as a value."""

    def now(self) -> datetime:
        """The present moment, timezone-aware, in UTC."""


# --- documents ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one parse or rendering of one file."""

    seconds: float = 60.0
    memory_mb: int = 1536
    pages: int = 2000
    text_chars: int = 5_000_000
    file_mb: int = 200


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """One page, slide, sheet or section of a document.

    `text` is what a buyer may see: blocks parted by a blank line, a table as one
    line a row with cells parted by " | ", alternative texts of images included.
    `notes` are speaker notes: searched by colleagues, never shown to a buyer.
    """

    number: int
    text: str
    label: str | None = None
    notes: str = ""
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """What reading a file gave. No page with text means: found by title and facets only.

    `format` is one of pdf pptx docx xlsx html markdown text image video audio archive other.
    """

    format: str
    media_type: str
    pages: tuple[ExtractedPage, ...] = ()
    title: str | None = None
    description: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def has_text(self) -> bool:
        return any(page.text.strip() or page.notes.strip() for page in self.pages)


@dataclass(frozen=True, slots=True)
class PassageText:
    """The unit of indexing: about 900 characters of one page, sentence-bounded.

    `start` is the offset of the passage in the page's text (or notes, if `is_notes`).
    """

    ordinal: int
    page: int
    start: int
    text: str
    is_notes: bool = False


@dataclass(frozen=True, slots=True)
class PageImage:
    """One rendered page, a file in the folder the caller gave; `small` is for overviews."""

    number: int
    path: Path
    width: int
    height: int
    small: Path | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """Page images in page order and a thumbnail of the first; none with a `reason` why not.

    `card` is the first page as chat programs unfold it beside a link.
    """

    pages: tuple[PageImage, ...] = ()
    thumbnail: Path | None = None
    card: Path | None = None
    reason: str | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All that was drawn."""
        pictures = [picture for page in self.pages for picture in (page.path, page.small)]
        return tuple(p for p in (*pictures, self.thumbnail, self.card) if p is not None)


class DocumentReader(Protocol):
    """Turns a file into text, passages and pictures. Called by the worker and `import`."""

    def read(self, path: Path, *, file_name: str, limits: Limits) -> ExtractedDocument:
        """Parses in a bounded subprocess; `file_name` is the uploader's name for it.

        Raises FileRefused for an encrypted, damaged, empty, mislabelled or oversized file.
        A file of another type, or without text, is answered with a warning, not refused.
        """

    def of_text(self, text: str) -> ExtractedDocument:
        """A document of words that came without a file (a manifest's `text`); pure.

        There is nothing to parse, so it needs no sandbox.
        """

    def split(self, pages: Sequence[ExtractedPage]) -> tuple[PassageText, ...]:
        """The passages of the pages in reading order; pure. No text gives no passages."""

    def render(self, path: Path, *, format: str, limits: Limits, into: Path) -> Rendering:
        """Writes page images (WebP) into the folder; raises nothing for a page it cannot draw."""

    def watermark(
        self, source: Path | Sequence[Path], *, text: str, limits: Limits, into: Path
    ) -> Path:
        """A PDF in the folder with the text across each page, in a bounded subprocess.

        `source` is a PDF, or pictures that become its pages in their order. Called when a buyer
        downloads: nothing of it is kept. Raises FileRefused, never gives a page without its mark.
        """


# --- files -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its SHA-256 in hexadecimal is its name."""

    sha256: str
    size: int


class FileStore(Protocol):
    """Content-addressed files: the truth beside the database."""

    def put(self, source: BinaryIO) -> StoredFile:
        """Stores the stream whole or not at all; the same bytes twice are stored once."""

    def open(self, sha256: str) -> BinaryIO:
        """Raises NotFound when there is no such file."""

    def local(self, sha256: str) -> AbstractContextManager[Path]:
        """A readable path for the length of the block. Raises NotFound."""

    def has(self, sha256: str) -> bool: ...

    def delete(self, sha256: str) -> None:
        """Quiet when it is not there."""

    def hashes(self) -> Iterable[str]:
        """Every stored file's name, in no order."""

    def is_intact(self, sha256: str) -> bool:
        """Whether the stored bytes still have that hash. A full read."""


# --- search ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """One passage as the index stores it; the text is fetched from the database by id."""

    passage_id: int
    text: str


@dataclass(frozen=True, slots=True)
class IndexedAsset:
    """All that is searched of one asset. `facets` are its terms' labels and synonyms."""

    asset_id: int
    title: str
    summary: str = ""
    facets: tuple[str, ...] = ()
    passages: tuple[IndexedPassage, ...] = ()

    @property
    def revision(self) -> str:
        """A fingerprint of everything above: equal revisions need no re-indexing."""
        digest = hashlib.sha256()
        parts = [self.title, self.summary, *self.facets]
        parts += [f"{p.passage_id}:{p.text}" for p in self.passages]
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            digest.update(len(encoded).to_bytes(8, "big"))
            digest.update(encoded)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Permitted:
    """The assets a search may return, decided in SQL before it.

    `key` is equal for equal sets, so that an index may cache what it derives.
    `asset_ids` is sorted; an array('q') so that it can be viewed without a copy.
    """

    key: Hashable
    asset_ids: "array[int]" = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.asset_ids)


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage of a candidate: cosine in [-1, 1]; bm25 >= 0, 0 where no word matched."""

    passage_id: int
    cosine: float
    bm25: float


@dataclass(frozen=True, slots=True)
class IndexHit:
    """A candidate asset with the parts its score was made of.

    `score` orders hits of one answer and is comparable only within it; `cosine` says how near
    the asset's meaning is (its best passage and its card together; 0 where the mode asks no
    vectors) and is comparable across answers. `standout` is by how many standard deviations
    that is nearer than the library's assets are on the whole. `passages` are the asset's best,
    best first.
    """

    asset_id: int
    score: float
    cosine: float
    asset_bm25: float
    passage_bm25: float
    passages: tuple[PassageHit, ...] = ()
    standout: float = 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two assets are, as cosines: of their cards, and of their texts as wholes.

    The card is title, summary and facets. `text` is None where one of them has no passage.
    """

    card: float
    text: float | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An asset near another."""

    asset_id: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index is: `problem` is a sentence when it cannot answer as it should."""

    assets: int
    passages: int
    generation: int
    model: str
    problem: str | None = None


class SearchIndex(Protocol):
    """Relevance, and only that. The one writer is the worker; any process may search."""

    def warm_up(self) -> None:
        """Loads what indexing needs, so that the first document need not wait for it.

        Called by a worker that is going to stay; idempotent.
        """

    def replace(self, assets: Iterable[IndexedAsset]) -> None:
        """Puts these assets in place of what the index holds of them. Durable on return."""

    def remove(self, asset_ids: Iterable[int]) -> None:
        """Forgets the assets; quiet about those it does not hold."""

    def search(
        self, text: str, *, among: Permitted, limit: int, mode: str = "fused"
    ) -> tuple[IndexHit, ...]:
        """The best assets among the permitted, best first. An empty `among` finds nothing.

        `mode`: fused, keyword or vector. By keywords alone, text that is nothing but phrases in
        quotes finds only assets that hold them. Raises IndexUnavailable.
        """

    def like(self, asset_id: int, *, among: Permitted, limit: int) -> tuple[Neighbour, ...]:
        """The permitted assets most like this one, nearest first, itself left out.

        Empty where the index does not hold the asset. Raises IndexUnavailable.
        """

    def alikeness(self, asset_ids: Sequence[int]) -> Mapping[tuple[int, int], Likeness]:
        """How alike each two of these are, by (lower id, higher id); meant for a screenful.

        Those the index does not hold are left out. Raises IndexUnavailable.
        """

    def prepare(self) -> None:
        """Makes ready what searching needs and may take a minute the first time.

        Called by the worker when it starts and by commands that search; idempotent.
        """

    def revisions(self) -> Mapping[int, str]:
        """asset_id -> revision of all it holds, for finding differences to the truth."""

    def rebuild(self, assets: Iterable[IndexedAsset]) -> None:
        """Builds a whole new index beside the present one, then swaps."""

    def state(self) -> IndexState:
        """Raises nothing: a damaged index is a state with a problem."""


# --- the world outside -------------------------------------------------------


class Mailer(Protocol):
    """Hands a message to a mail server. Called by reactions only."""

    def send(self, message: EmailMessage) -> None:
        """Returns when the server has accepted it. Raises DeliveryFailed."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """The answer of a web server: the address after redirects, and the body."""

    url: str
    media_type: str
    body: bytes


class WebFetcher(Protocol):
    """Fetches a public page. Called by the worker and `import`."""

    def fetch(self, url: str, *, max_bytes: int) -> FetchedPage:
        """Raises AddressRefused for an inside or odd address, DeliveryFailed otherwise."""


Progress = Callable[[str], None]

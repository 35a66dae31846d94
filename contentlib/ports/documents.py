"""Reading documents: what a file holds, and its pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


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

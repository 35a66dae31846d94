"""Reads, splits and draws documents: the port `contentlib.ports.DocumentReader`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import (
    ExtractedDocument,
    ExtractedPage,
    Limits,
    PassageText,
    Rendering,
)
from indexer import passages, sandbox
from indexer.extract.kinds import TEXT
from indexer.extract.text import text_document
from indexer.render import render
from indexer.watermark import watermark

_FORMATS = {"pdf", "pptx", "docx", "xlsx", "html", "markdown", "text"}
_FORMATS |= {"image", "video", "audio", "archive", "other"}


class Documents:
    """The `DocumentReader` of this product. Keeps no state; safe from any thread."""

    def read(self, path: Path, *, file_name: str, limits: Limits) -> ExtractedDocument:
        """See `DocumentReader.read`. Takes 0.1-0.5 s of start-up for the bounded process."""
        size = path.stat().st_size
        if size == 0:
            raise FileRefused("empty", "This file is empty; upload it again.")
        if size > limits.file_mb << 20:
            raise FileRefused(
                "too_large",
                f"This file has {size >> 20} MB, more than the {limits.file_mb} MB allowed; "
                "save it in a smaller form and upload it again.",
            )
        ended = sandbox.call(
            "indexer.extract:read_as_json",
            {"path": str(path.resolve()), "file_name": file_name, "limits": asdict(limits)},
            limits=limits,
            output_mb=_output_mb(limits),
        )
        if ended.refusal:
            raise ended.refusal
        return _document(ended.values)

    def of_text(self, text: str) -> ExtractedDocument:
        """See `DocumentReader.of_text`. Raises FileRefused for text without end."""
        return text_document(text, Limits(), TEXT)

    def split(self, pages: Sequence[ExtractedPage]) -> tuple[PassageText, ...]:
        """See `DocumentReader.split`."""
        return passages.split(pages)

    def render(self, path: Path, *, format: str, limits: Limits, into: Path) -> Rendering:
        """See `DocumentReader.render`."""
        return render(path, format=format, limits=limits, into=into)

    def watermark(
        self, source: Path | Sequence[Path], *, text: str, limits: Limits, into: Path
    ) -> Path:
        """See `DocumentReader.watermark`."""
        return watermark(source, text=text, limits=limits, into=into)


def _output_mb(limits: Limits) -> int:
    """A character takes at most 4 bytes in UTF-8, headings repeat some, JSON escapes a few."""
    return 16 + (limits.text_chars * 8 >> 20)


def _document(values: tuple[Any, ...]) -> ExtractedDocument:
    """The answer as values of the right types: its process had read an untrusted file."""
    try:
        (found,) = values
        if found["format"] not in _FORMATS:
            raise ValueError(found["format"])
        return ExtractedDocument(
            format=found["format"],
            media_type=str(found["media_type"]),
            pages=tuple(_page(page) for page in found["pages"]),
            title=_text_or_none(found["title"]),
            description=_text_or_none(found["description"]),
            canonical_url=_text_or_none(found["canonical_url"]),
            language=_text_or_none(found["language"]),
            warnings=tuple(str(warning) for warning in found["warnings"]),
        )
    except (ValueError, KeyError, TypeError):
        raise FileRefused(
            "damaged",
            "This file is damaged and cannot be opened; save it again in the program "
            "that made it and upload the new copy.",
        ) from None


def _page(found: dict[str, Any]) -> ExtractedPage:
    return ExtractedPage(
        number=int(found["number"]),
        text=str(found["text"]),
        label=_text_or_none(found["label"]),
        notes=str(found["notes"]),
        headings=tuple(str(heading) for heading in found["headings"]),
    )


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)

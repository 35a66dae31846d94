"""Pictures of a document's pages, for previews and for the viewer of share links."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from contentlib.ports import Limits, PageImage, Rendering
from indexer import sandbox
from indexer.render.office import OFFICE_FORMATS, to_pdf

THUMBNAIL_FILE = "thumbnail.webp"
CARD_FILE = "card.jpg"

_OUTPUT_MB = 64
_SHOWN_AS_TEXT = {"html": "A web page", "markdown": "A Markdown text", "text": "A plain text"}


def render(path: Path, *, format: str, limits: Limits, into: Path) -> Rendering:
    """See `contentlib.ports.DocumentReader.render`. Office files need LibreOffice.

    Files: `page-0001.webp` and so on, 1400 pixels on the longer side, each with
    `page-0001.small.webp`, 200 pixels wide; of the first page `thumbnail.webp`, 480 pixels wide,
    and `card.jpg`, 1200 by 630. At most `limits.pages`, and never more than 300, are
    drawn; pages that could not be drawn are left out, and `reason` says why.
    """
    if format in _SHOWN_AS_TEXT:
        return Rendering(reason=f"{_SHOWN_AS_TEXT[format]} is shown as text.")
    into.mkdir(parents=True, exist_ok=True)
    if format == "pdf":
        return _drawn("draw_pdf", {"path": str(path.resolve())}, limits, into)
    if format == "image":
        return _drawn("draw_image", {"path": str(path.resolve())}, limits, into)
    if format in OFFICE_FORMATS:
        return _drawn_office(path, format, limits, into)
    return Rendering(reason="Files of this type have no preview; they can be downloaded.")


def _drawn_office(path: Path, format: str, limits: Limits, into: Path) -> Rendering:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="contentlib-") as folder:
        converted = to_pdf(path, format=format, limits=limits, folder=Path(folder))
        if isinstance(converted, str):
            return Rendering(reason=converted)
        left = max(limits.seconds - (time.monotonic() - began), 1.0)
        arguments: dict[str, Any] = {"path": str(converted)}
        if format in ("pptx", "xlsx"):
            # The copy that was converted: its name ends as its format says.
            arguments["office_file"] = str(Path(folder) / f"document.{format}")
        return _drawn("draw_pdf", arguments, replace(limits, seconds=left), into)


def _drawn(function: str, arguments: dict[str, Any], limits: Limits, into: Path) -> Rendering:
    ended = sandbox.call(
        f"indexer.render.pages:{function}",
        {**arguments, "into": str(into.resolve()), "pages": limits.pages}
        # The last page begun must be done before the process is killed.
        | {"seconds": limits.seconds * 0.8},
        limits=limits,
        output_mb=_OUTPUT_MB,
    )
    pages = tuple(_pages(ended.values, into))
    thumbnail, card = into / THUMBNAIL_FILE, into / CARD_FILE
    reasons = [str(v["reason"]) for v in ended.values if isinstance(v, dict) and "reason" in v]
    if ended.refusal:
        reasons.append(
            f"Only {len(pages)} pages could be drawn: {_lowered(ended.refusal.sentence)}"
            if pages
            else ended.refusal.sentence
        )
    return Rendering(
        pages=pages,
        thumbnail=thumbnail if pages and thumbnail.is_file() else None,
        card=card if pages and card.is_file() else None,
        reason=" ".join(reasons) or (None if pages else "None of its pages could be drawn."),
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _pages(values: tuple[Any, ...], into: Path) -> Iterator[PageImage]:
    """The drawn pages, as far as their files are there; names are ours, not the process's."""
    for value in values:
        try:
            number, width, height = (int(value[key]) for key in ("number", "width", "height"))
        except (KeyError, TypeError, ValueError):
            continue
        path = into / page_file(number)
        if path.is_file() and not path.is_symlink():
            small = into / small_file(number)
            yield PageImage(
                number=number,
                path=path,
                width=width,
                height=height,
                small=small if small.is_file() and not small.is_symlink() else None,
            )


def page_file(number: int) -> str:
    """The name of a page's picture."""
    return f"page-{number:04d}.webp"


def small_file(number: int) -> str:
    """The name of a page's small picture."""
    return f"page-{number:04d}.small.webp"

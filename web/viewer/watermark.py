"""The file as a PDF that says on each page for whom it was made, and when."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from flask import Response, current_app, request, send_file
from sqlalchemy.orm import Session

from contentlib.errors import FileRefused, Unavailable
from contentlib.share.page_queries import pictures
from contentlib.share.queries import SharedItem, recipients
from web.viewer.entry import Entry

# 40 pages take a quarter of a second, 40 pictures one (measured): whatever needs so long is odd.
_MOST_SECONDS = 20.0
# A request waits while a file is written, and there are eight to serve all buyers.
_AT_ONCE, _PATIENCE_S = 2, 3.0
_PDF = "application/pdf"


def watermarked_file(entry: Entry, item: SharedItem, session: Session) -> Response:
    """The file with the line on each page; nothing of it is kept. One or two statements.

    Raises Unavailable when too many are being written, or where this one cannot be: the original
    never goes in its stead.
    """
    name = f"{PurePath(item.file_name).stem}.pdf"
    if request.method == "HEAD":
        return Response(mimetype=_PDF)
    text = watermark_text(_for_whom(entry, session), entry.now, entry.library.settings.company_name)
    with ExitStack() as stack:
        stack.enter_context(_one_of_few())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="contentlib-copy-"))
        made = _written(entry, item, session, text, Path(folder), stack)
        # the open file outlives its folder
        handle = made.open("rb")
    return send_file(
        handle,
        mimetype=_PDF,
        as_attachment=True,
        download_name=name,
        conditional=False,
        etag=False,
    )


def watermark_text(recipient: str | None, at: datetime, company: str) -> str:
    """What stands on each page; `at` in UTC.

    >>> from datetime import UTC
    >>> watermark_text("ann@x.example", datetime(2026, 3, 2, 9, 5, tzinfo=UTC), "Norrvane")
    'For ann@x.example · 2 Mar 2026 09:05 UTC · Norrvane'
    """
    return f"For {recipient or 'this link'} · {at.day} {at:%b %Y %H:%M} UTC · {company}"


def _for_whom(entry: Entry, session: Session) -> str | None:
    """Who proved their address, else the one whom the link was made for."""
    if entry.proof.address is not None:
        return entry.proof.address
    named = recipients(session, entry.door.share_id)
    return named[0] if len(named) == 1 else None


def _written(
    entry: Entry, item: SharedItem, session: Session, text: str, into: Path, stack: ExitStack
) -> Path:
    library = entry.library
    limits = library.settings.limits
    limits = replace(limits, seconds=min(limits.seconds, _MOST_SECONDS))

    def local(sha256: str) -> Path:
        return stack.enter_context(library.files.local(sha256))

    source: Path | list[Path] = (
        local(item.file_sha256)
        if item.format == "pdf"
        else [local(sha256) for sha256 in pictures(session, item.version_id)]
    )
    if not source:
        raise _cannot()
    try:
        return library.reader.watermark(source, text=text, limits=limits, into=into)
    except FileRefused as refusal:
        raise _cannot() from refusal


def _cannot() -> Unavailable:
    return Unavailable(
        "This file cannot be made ready for download. You can read it on its pages, or ask the "
        "person who sent you the link for it."
    )


@contextmanager
def _one_of_few() -> Iterator[None]:
    free: threading.BoundedSemaphore = current_app.extensions["watermarking"]
    if not free.acquire(timeout=_PATIENCE_S):
        raise Unavailable("Several files are being made ready. Please try again in a moment.")
    try:
        yield
    finally:
        free.release()


def init_app(extensions: dict[str, Any]) -> None:
    extensions["watermarking"] = threading.BoundedSemaphore(_AT_ONCE)

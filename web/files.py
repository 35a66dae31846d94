"""Stored files as answers that a browser may keep, or must save, but never runs."""

import re
from typing import Any, BinaryIO

from flask import Response, request, send_file

from contentlib.asset.file_queries import VersionFile
from web.transaction import library

_KEEP = "private, max-age=31536000, immutable"
_KEEP_SHORTLY = "private, max-age=60"
_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f/\\]+")
# what a browser would run if it ever showed it
_ACTIVE = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml"})


def picture(sha256: str, *, keep: bool = True) -> Response:
    """A page image or thumbnail. With `keep`, its address names the version: it never changes."""
    if request.if_none_match.contains(sha256):
        answer = Response(status=304)
    else:
        answer = _whole(library().files.open(sha256), mimetype="image/webp")
    answer.set_etag(sha256)
    answer.headers["Cache-Control"] = _KEEP if keep else _KEEP_SHORTLY
    return answer


def attachment(file: VersionFile) -> Response:
    """The uploaded file under its own name (RFC 5987), to be saved and not shown."""
    answer = _whole(
        library().files.open(file.sha256),
        mimetype="application/octet-stream" if file.media_type in _ACTIVE else file.media_type,
        as_attachment=True,
        download_name=shown_name(file.file_name),
    )
    answer.content_length = file.size
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _whole(stored: BinaryIO, **said: Any) -> Response:
    answer = send_file(stored, etag=False, **said)
    if request.method == "HEAD":
        # nobody will read it to its end, which is when it would be closed
        stored.close()
    return answer


def shown_name(file_name: str) -> str:
    """The last part of a name, without what a header or a disk would stumble over.

    >>> shown_name("q3/pricing list.pdf")
    'pricing list.pdf'
    """
    last = re.split(r"[/\\]", file_name)[-1]
    return _NOT_IN_A_NAME.sub(" ", last).strip(" .")[-200:] or "file"

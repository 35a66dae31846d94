"""Making versions known, and recognising what was attached to a mail."""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contentlib.errors import FileRefused
from contentlib.events.jobs import Payload
from contentlib.library import Library
from contentlib.ports import ExtractedDocument, ExtractedPage, Rendering
from contentlib.recognition import queries, rules, service
from contentlib.recognition.pictures import picture_hash
from contentlib.recognition.rules import Fingerprint, Recognition

log = logging.getLogger(__name__)

# Some seconds' work, so that a stop is not kept waiting.
_A_PASS = 50


def fingerprint_version(library: Library, payloads: Sequence[Payload]) -> None:
    """Makes versions known by their words; wordless ones wait until their pages are drawn."""
    for payload in payloads:
        _make_known(library, payload["version_id"])


def fingerprint_missing(library: Library) -> None:
    """Makes versions known that are not yet: those of libraries from before, wordless ones whose
    pages are drawn by now, and all of them after the rules changed."""
    with library.database.reading() as session:
        missing = queries.unknown_versions(session, limit=_A_PASS)
    for version_id in missing:
        try:
            _make_known(library, version_id)
        except Exception:
            # one that cannot be known must not keep the others from it, pass after pass
            log.exception("version %s could not be made known", version_id)


def forget_asset(library: Library, payloads: Sequence[Payload]) -> None:
    """A deleted asset is recognised no more."""
    for payload in payloads:
        with library.database.unit_of_work() as session:
            service.forget(session, asset_id=payload["asset_id"])


def _make_known(library: Library, version_id: int) -> None:
    with library.database.reading() as session:
        version = queries.to_know(session, version_id)
    if version is None:
        return
    pages = tuple(ExtractedPage(number, text) for number, text in version.texts.items())
    document = ExtractedDocument("other", "", pages)
    known = rules.fingerprint(document, file_sha256=version.file_sha256)
    if known.is_wordless and version.pictures:
        pictures = _of_stored(library, version.pictures)
        known = rules.fingerprint(document, file_sha256=version.file_sha256, pictures=pictures)
    with library.database.unit_of_work() as session:
        service.keep(
            session,
            version_id=version_id,
            fingerprint=known,
            was_drawn=version.pictures is not None,
        )


def _of_stored(library: Library, stored: dict[int, str]) -> list[bytes]:
    hashes = [b""] * max(stored)
    for number, sha256 in stored.items():
        # a picture that is gone is no reason to know nothing of the others
        if library.files.has(sha256):
            with library.files.local(sha256) as path:
                hashes[number - 1] = picture_hash(path)
    return hashes


def recognise_attachment(
    library: Library, path: Path, *, file_name: str, file_sha256: str
) -> Recognition:
    """Which of our versions an attached file is. Nothing of the file is kept.

    Its bytes are asked for first, without opening it; then it is read in the sandbox, and drawn
    only where there are no words in it. A single image is known by its bytes alone: it is a
    signature's logo far more often. A file that cannot be read (encrypted, damaged) is "none".
    """
    with library.database.reading() as session:
        same_file = queries.recognise_file(session, file_sha256)
        may_be_drawn = not same_file.candidates and queries.knows_pictures(session)
    if same_file.candidates:
        return same_file
    try:
        document = library.reader.read(path, file_name=file_name, limits=library.settings.limits)
    except FileRefused:
        return rules.NOTHING
    known = rules.fingerprint(document, file_sha256=file_sha256)
    if known.is_wordless and may_be_drawn and document.format != "image":
        known = _with_pictures(library, path, document, file_sha256)
    with library.database.reading() as session:
        return queries.recognise(session, known)


def _with_pictures(
    library: Library, path: Path, document: ExtractedDocument, file_sha256: str
) -> Fingerprint:
    with tempfile.TemporaryDirectory(prefix="contentlib-attached-") as folder:
        rendering = library.reader.render(
            path, format=document.format, limits=library.settings.limits, into=Path(folder)
        )
        pictures = _of_drawn(rendering)
    return rules.fingerprint(document, file_sha256=file_sha256, pictures=pictures)


def _of_drawn(rendering: Rendering) -> list[bytes]:
    hashes = [b""] * max((page.number for page in rendering.pages), default=0)
    for page in rendering.pages:
        hashes[page.number - 1] = picture_hash(page.small or page.path)
    return hashes

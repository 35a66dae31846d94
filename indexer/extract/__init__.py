"""What a file says: one reader a format, chosen by the file's bytes. Runs in the sandbox."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.kinds import Kind
from indexer.extract.scarcity import warning_of_little_text
from indexer.extract.sniff import what_is


def read_file(path: Path, file_name: str, limits: Limits) -> ExtractedDocument:
    """The file's text and what it says of itself. Not bounded: call it in the sandbox.

    Raises FileRefused for an encrypted, damaged, empty, mislabelled or oversized file.
    A file of another type, or without text, is answered with a warning.
    """
    kind = what_is(path, file_name)
    if kind.advice:
        return ExtractedDocument(
            format=kind.format, media_type=kind.media_type, warnings=(kind.advice,)
        )
    document = _read(kind, path, limits)
    warning = warning_of_little_text(kind, path, document)
    return replace(document, warnings=(*document.warnings, warning)) if warning else document


def read_as_json(*, path: str, file_name: str, limits: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """`read_file` for the sandbox: JSON values in, one JSON value out."""
    yield asdict(read_file(Path(path), file_name, Limits(**limits)))


def _read(kind: Kind, path: Path, limits: Limits) -> ExtractedDocument:
    # Each reader's libraries cost 0.02-0.3 s to import, and a process reads one file.
    if kind is kinds.PDF:
        from indexer.extract.pdf import read_pdf

        return read_pdf(path, limits)
    if kind is kinds.PPTX:
        from indexer.extract.pptx import read_pptx

        return read_pptx(path, limits)
    if kind is kinds.DOCX:
        from indexer.extract.docx import read_docx

        return read_docx(path, limits)
    if kind is kinds.XLSX:
        from indexer.extract.xlsx import read_xlsx

        return read_xlsx(path, limits)
    if kind is kinds.HTML:
        from indexer.extract.html import read_html

        return read_html(path, limits)
    if kind is kinds.MARKDOWN:
        from indexer.extract.markdown import read_markdown

        return read_markdown(path, limits)
    from indexer.extract.text import read_text

    if kind in (kinds.TEXT, kinds.CSV):
        return read_text(path, limits, kind)
    raise FileRefused("unreadable", f"This is {kind.called}, which is not read here.")

"""Says when a document's words are elsewhere: in pictures, most often."""

import zipfile
from pathlib import Path

from contentlib.ports import ExtractedDocument
from indexer.extract import kinds
from indexer.extract.kinds import Kind

_FEW_LETTERS = 60
_FEW_LETTERS_A_PAGE = 15
_PAGES_LOOKED_AT = 20


def warning_of_little_text(kind: Kind, path: Path, document: ExtractedDocument) -> str | None:
    """A sentence for a document without text, or with pictures and hardly any text; or None."""
    if not document.has_text:
        hint = "; run text recognition (OCR) on it if it is a scan" if kind is kinds.PDF else ""
        return f"No text was found in this file, so it is found by title and facets only{hint}."
    letters = sum(
        sum(map(str.isalnum, page.text)) + sum(map(str.isalnum, page.notes))
        for page in document.pages
    )
    is_little = letters < max(_FEW_LETTERS, _FEW_LETTERS_A_PAGE * len(document.pages))
    if is_little and _has_pictures(kind, path):
        return "Almost no text was found in this file; what it says in pictures is not searchable."
    return None


def _has_pictures(kind: Kind, path: Path) -> bool:
    if kind is kinds.PDF:
        return _has_images(path)
    if kind in (kinds.PPTX, kinds.DOCX):
        with zipfile.ZipFile(path) as package:
            return any("/media/" in name for name in package.namelist())
    return False


def _has_images(path: Path) -> bool:
    import pypdfium2
    import pypdfium2.raw as pdfium

    from indexer.extract.pdf import open_pdf

    pdf = open_pdf(path)
    for index in range(min(len(pdf), _PAGES_LOOKED_AT)):
        try:
            if any(pdf[index].get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
                return True
        except pypdfium2.PdfiumError:
            continue
    return False

"""Writes a line of text across each page of a PDF, or of a PDF made of page pictures.

The words of the PDF's pages stay selectable: the line is one more object on each page, not a
picture of it. Hostile files are opened in the sandbox, as everywhere.
"""

import ctypes
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import Limits
from indexer import sandbox

_FILE = "watermarked.pdf"
# What a standard font of every PDF reader can write (Windows-1252); letters that NFKD leaves
# whole get the plain one they are made of.
_ENCODING = "cp1252"
_PLAIN = str.maketrans("ŁłĐđĦħıŦŧ", "LlDdHhiTt")
_GREY, _OPACITY = 128, 96
# Of the diagonal; and no letter taller than this part of the shorter side.
_LENGTH, _TALLEST = 0.82, 0.06
_DRAWN_AT = 100.0
_PICTURE_DPI, _PICTURE_QUALITY = 150, 82


def watermark(source: Path | Sequence[Path], *, text: str, limits: Limits, into: Path) -> Path:
    """See `contentlib.ports.DocumentReader.watermark`."""
    is_pdf = isinstance(source, Path)
    paths = [source] if isinstance(source, Path) else list(source)
    arguments = {
        "paths": [str(path.resolve()) for path in paths],
        "is_pdf": is_pdf,
        "text": writable(text),
        "into": str((into / _FILE).resolve()),
        "limits": asdict(limits),
    }
    ended = sandbox.call(
        "indexer.watermark:stamp", arguments, limits=limits, output_mb=2 * limits.file_mb
    )
    made = into / _FILE
    if ended.refusal:
        raise ended.refusal
    if not made.is_file() or made.is_symlink():
        raise FileRefused("damaged", "This file cannot be watermarked.")
    return made


def writable(text: str) -> str:
    """The text in letters that every PDF reader has; a word without any is left out.

    >>> writable("For zoë@łódź.example · 東京 Docks")
    'For zoë@lódz.example · Docks'
    """
    words = (_writable_word(word) for word in text.translate(_PLAIN).split())
    return " ".join(word for word in words if word)


def _writable_word(word: str) -> str:
    letters = []
    for letter in unicodedata.normalize("NFC", word):
        for form in (letter, *unicodedata.normalize("NFKD", letter)):
            if form.isprintable() and _fits(form):
                letters.append(form)
                break
    return "".join(letters)


def _fits(letter: str) -> bool:
    try:
        letter.encode(_ENCODING)
    except UnicodeEncodeError:
        return False
    return True


# --- inside the bounded process ------------------------------------------------------------


def stamp(
    *, paths: list[str], is_pdf: bool, text: str, into: str, limits: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Writes the PDF and yields how many pages it has. Raises FileRefused."""
    import pypdfium2.raw as pdfium

    from indexer.extract.pdf import open_pdf

    source = Path(paths[0]) if is_pdf else _bound(paths, Path(into).with_suffix(".pictures"))
    pdf = open_pdf(source)
    if len(pdf) > limits["pages"]:
        raise FileRefused("too_many_pages", "This file has too many pages to be watermarked.")
    font = pdfium.FPDFText_LoadStandardFont(pdf.raw, b"Helvetica")
    for index in range(len(pdf)):
        page = pdf[index]
        _stamp_page(pdf, page, font, text)
        page.close()
    pdf.save(into)
    yield {"pages": len(pdf)}


def _bound(paths: list[str], into: Path) -> Path:
    """The pictures as pages of one PDF."""
    from PIL import Image

    def pictures() -> Iterator[Any]:
        for path in paths[1:]:
            with Image.open(path) as image:
                yield image.convert("RGB")

    with Image.open(paths[0]) as first:
        first.convert("RGB").save(
            into,
            "PDF",
            save_all=True,
            append_images=pictures(),
            resolution=_PICTURE_DPI,
            quality=_PICTURE_QUALITY,
        )
    return into


def _stamp_page(pdf: Any, page: Any, font: Any, text: str) -> None:
    """Sets the line on the diagonal of what is shown of the page, readable as it is shown.

    A page that pdfium cannot change is a refusal: a copy without its mark must not leave.
    """
    import pypdfium2.raw as pdfium

    line = pdfium.FPDFPageObj_CreateTextObj(pdf.raw, font, _DRAWN_AT)
    encoded = (text + "\0").encode("utf-16-le")
    held = ctypes.create_string_buffer(encoded, len(encoded))
    if not pdfium.FPDFText_SetText(line, ctypes.cast(held, pdfium.FPDF_WIDESTRING)):
        raise FileRefused("unreadable", "This file cannot be watermarked.")
    pdfium.FPDFPageObj_SetFillColor(line, _GREY, _GREY, _GREY, _OPACITY)
    # programs that read a page aloud skip what is no part of its text
    pdfium.FPDFPageObj_AddMark(line, b"Artifact")
    bounds = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(line, *bounds)
    left, bottom, right, top = (bound.value for bound in bounds)
    pdfium.FPDFPageObj_Transform(line, *_placed(page, left, bottom, right, top))
    pdfium.FPDFPage_InsertObject(page.raw, line)
    if not pdfium.FPDFPage_GenerateContent(page.raw):
        raise FileRefused("unreadable", "This file cannot be watermarked.")


def _placed(
    page: Any, left: float, bottom: float, right: float, top: float
) -> tuple[float, float, float, float, float, float]:
    """The matrix that takes the line's box to the middle of the page, along its diagonal."""
    shown_width, shown_height = page.get_size()
    x0, y0, x1, y1 = _shown_box(page)
    diagonal = math.hypot(shown_width, shown_height)
    scale = min(
        _LENGTH * diagonal / max(right - left, 1.0),
        _TALLEST * min(shown_width, shown_height) / max(top - bottom, 1.0),
    )
    # a page that is shown turned is written on turned back
    angle = math.atan2(shown_height, shown_width) + math.radians(page.get_rotation())
    a, b = scale * math.cos(angle), scale * math.sin(angle)
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    e = (x0 + x1) / 2 - (a * middle_x - b * middle_y)
    f = (y0 + y1) / 2 - (b * middle_x + a * middle_y)
    return a, b, -b, a, e, f


def _shown_box(page: Any) -> tuple[float, float, float, float]:
    """What is shown of the paper: a crop box may reach beyond it."""
    crop, paper = page.get_cropbox(), page.get_mediabox()
    x0, y0 = max(crop[0], paper[0]), max(crop[1], paper[1])
    x1, y1 = min(crop[2], paper[2]), min(crop[3], paper[3])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else paper

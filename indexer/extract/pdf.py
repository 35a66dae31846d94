"""PDF: the text of each page as pdfium reads it, blocks parted where the lines stand apart."""

import ctypes
import itertools
import re
import statistics
from pathlib import Path
from typing import Any

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import clean, description_or_none, one_line, title_or_none
from indexer.extract.running import without_running_lines

# pdfium writes a hyphen at a line's end as U+FFFE or U+0002: the word goes on in the next line.
_BROKEN_WORD = re.compile("[\ufffe\x02]\r?\n?")
_BLOCK_GAP = 1.5


def read_pdf(path: Path, limits: Limits) -> ExtractedDocument:
    """One page a page, without what runs along on all of them.

    Raises FileRefused for an encrypted or damaged file or one too long.
    """
    pdf = open_pdf(path)
    allowance = Allowance(limits)
    allowance.check_count(len(pdf))
    outline = _outline(pdf)
    without_text = broken = 0
    for index in range(len(pdf)):
        text = _page_text(pdf, index)
        broken += text is None
        without_text += text == ""
        allowance.add(text or "", headings=tuple(outline.get(index, ())))
    if broken == len(pdf):
        raise _damaged()
    return ExtractedDocument(
        format=kinds.PDF.format,
        media_type=kinds.PDF.media_type,
        pages=without_running_lines(allowance.pages()),
        title=title_or_none(_said(pdf, "Title")),
        description=description_or_none(_said(pdf, "Subject")),
        warnings=_warnings(len(pdf), without_text, broken),
    )


def open_pdf(path: Path) -> Any:
    """The pypdfium2 document, opened with an empty password. Raises FileRefused."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == pdfium.FPDF_ERR_PASSWORD:
            raise FileRefused(
                "encrypted",
                "This PDF is protected with a password; "
                "save a copy without the password and upload that.",
            ) from None
        if code == pdfium.FPDF_ERR_SECURITY:
            raise FileRefused(
                "encrypted",
                "This PDF is encrypted in a way that cannot be opened here; "
                "save a copy without protection and upload that.",
            ) from None
        raise _damaged() from None
    if len(pdf) == 0:
        raise _damaged()
    return pdf


def _damaged() -> FileRefused:
    return FileRefused(
        "damaged",
        "This PDF is damaged and cannot be opened; "
        "export it again from its source and upload the new copy.",
    )


def _said(pdf: Any, key: str) -> str:
    try:
        return str(pdf.get_metadata_value(key) or "")
    except Exception:
        return ""


def _outline(pdf: Any) -> dict[int, list[str]]:
    """The bookmarks' titles by page index; at most 2000, for an outline can be a loop."""
    import pypdfium2

    found: dict[int, list[str]] = {}
    try:
        for count, bookmark in enumerate(pdf.get_toc(max_depth=6)):
            if count >= 2000:
                break
            target, title = bookmark.get_dest(), one_line(bookmark.get_title())
            index = target.get_index() if target else None
            if index is not None and title and title not in found.setdefault(index, []):
                found[index].append(title)
    except (pypdfium2.PdfiumError, ValueError, RuntimeError):
        return found
    return found


def _page_text(pdf: Any, index: int) -> str | None:
    """None for a page that cannot be loaded: the others are still worth having."""
    import pypdfium2

    try:
        page = pdf[index]
        words = page.get_textpage()
    except pypdfium2.PdfiumError:
        return None
    raw = words.get_text_range()
    text = clean(_BROKEN_WORD.sub("", _with_blank_lines(words, raw)))
    words.close()
    page.close()
    return text


def _with_blank_lines(words: Any, raw: str) -> str:
    """A blank line where the step to the next line is larger than the page's usual one."""
    lines = raw.split("\r\n")
    if len(lines) < 3:
        return raw
    tops = []
    at = 0
    for line in lines:
        tops.append(_baseline(words, at) if line.strip() else None)
        at += len(line.encode("utf-16-le", "surrogatepass")) // 2 + 2
    steps = [
        a - b if a is not None and b is not None else None for a, b in itertools.pairwise(tops)
    ]
    usual = [step for step in steps if step is not None and step > 1]
    if not usual:
        return raw
    gap = statistics.median_low(usual) * _BLOCK_GAP
    text = [lines[0]]
    for step, line in zip(steps, lines[1:], strict=True):
        parted = step is not None and (step > gap or step < -gap)
        text.append(("\n\n" if parted else "\n") + line)
    return "".join(text)


def _baseline(words: Any, index: int) -> float | None:
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_double(), ctypes.c_double()
    found = pdfium.FPDFText_GetCharOrigin(words.raw, index, x, y)
    return y.value if found else None


def _warnings(pages: int, without_text: int, broken: int) -> tuple[str, ...]:
    warnings = []
    if broken:
        warnings.append(f"{broken} of its {pages} pages are damaged and were left empty.")
    if 0 < without_text < pages and without_text * 2 >= pages:
        warnings.append(
            f"{without_text} of its {pages} pages have no text, so they are probably scans; "
            "run text recognition (OCR) on it to make them searchable."
        )
    return tuple(warnings)

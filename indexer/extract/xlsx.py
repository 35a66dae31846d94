"""Excel: one page a visible sheet, one line a row; the values as last computed."""

import datetime
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import clean, one_line
from indexer.extract.drawing import description, graphic, paragraphs
from indexer.extract.office import (
    OfficePackage,
    attribute,
    child,
    children,
    damaged,
    descendants,
    local,
)


def read_xlsx(path: Path, limits: Limits) -> ExtractedDocument:
    """One page a visible sheet, numbered among these. Raises FileRefused for a damaged file
    or one too long."""
    with (
        OfficePackage(path, limits) as package,
        path.open("rb") as file,
        warnings.catch_warnings(action="ignore"),
        closing(_open(file)) as book,
    ):
        return _read(package, book, Allowance(limits))


def _read(package: OfficePackage, book: Any, allowance: Allowance) -> ExtractedDocument:
    allowance.check_count(len(book.worksheets))
    shown = [name for name, is_shown in sheet_names(package) if is_shown]
    hidden = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        lines = list(_rows(sheet, allowance))
        drawn = _drawn(package, getattr(sheet, "_worksheet_path", ""))
        allowance.spend(len(drawn))
        text = clean("\n\n".join(part for part in ("\n".join(lines), drawn) if part))
        number = shown.index(sheet.title) + 1 if sheet.title in shown else None
        allowance.add(text, label=one_line(sheet.title) or None, number=number, spent=True)
    return ExtractedDocument(
        format=kinds.XLSX.format,
        media_type=kinds.XLSX.media_type,
        pages=allowance.pages(),
        title=package.title(),
        description=package.description(),
        warnings=_warnings(hidden),
    )


def sheet_names(package: OfficePackage) -> list[tuple[str, bool]]:
    """Each sheet's name, sheets of one chart included, and whether it is shown."""
    root = package.xml(package.main_part("xl/workbook.xml"))
    sheets = child(root, "sheets") if root is not None else None
    return [
        (attribute(sheet, "name"), attribute(sheet, "state") in ("", "visible"))
        for sheet in (children(sheets, "sheet") if sheets is not None else ())
    ]


def _open(file: BinaryIO) -> Any:
    import openpyxl

    with _failures_told():
        # By its bytes: a stored file has no ending, and openpyxl goes by it.
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)


@contextmanager
def _failures_told() -> Iterator[None]:
    """openpyxl answers a broken part with whatever its reader ran into."""
    from defusedxml.common import DefusedXmlException

    try:
        yield
    except (FileRefused, MemoryError):
        raise
    except Exception as failure:
        # The XML reader's own way of saying it.
        if "out of memory" in f"{failure} {failure.__cause__}".lower():
            raise MemoryError from None
        if any(isinstance(one, DefusedXmlException) for one in (failure, failure.__cause__)):
            raise FileRefused(
                "damaged",
                "This workbook defines XML entities, as no Excel file does and some attacks do; "
                "save it again in Excel and upload the new copy.",
            ) from None
        raise damaged() from None


def _rows(sheet: Any, allowance: Allowance) -> Iterator[str]:
    # The declared range may span a million empty rows; the cells themselves do not.
    with suppress(AttributeError):
        sheet.reset_dimensions()
    with _failures_told():
        for row in sheet.iter_rows():
            cells = [_shown(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if any(cells):
                line = " | ".join(cells)
                allowance.spend(len(line) + 1)
                yield line


def _shown(cell: Any) -> str:
    """A cell's value about as Excel shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.6g}%"
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime.datetime):
        is_date = value.time() == datetime.time(0)
        return value.date().isoformat() if is_date else value.isoformat(" ", "minutes")
    return one_line(str(value))


def _drawn(package: OfficePackage, sheet_part: str) -> str:
    """What stands on the sheet rather than in it: text boxes, charts, images' descriptions."""
    said = []
    for relation in package.relations(sheet_part.lstrip("/")).values() if sheet_part else ():
        root = package.xml(relation.target) if relation.type == "drawing" else None
        if root is None:
            continue
        relations = package.relations(relation.target)
        for element in root.iter():
            name = local(element)
            if name == "sp":
                body = child(element, "txBody")
                said.append(paragraphs(body) if body is not None else "")
            elif name in ("pic", "graphicFrame"):
                said += [description(p) for p in descendants(element, "cNvPr")]
                said.append(graphic(package, relations, element))
    return "\n\n".join(text for text in said if text)


def _warnings(hidden: list[str]) -> tuple[str, ...]:
    if not hidden:
        return ()
    named = ", ".join(one_line(title) for title in hidden[:5]) + (", ..." if hidden[5:] else "")
    sheets = "1 hidden sheet was" if len(hidden) == 1 else f"{len(hidden)} hidden sheets were"
    return (f"{sheets} left out: {named}.",)

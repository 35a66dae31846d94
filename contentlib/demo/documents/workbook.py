"""Writes XLSX: one sheet for each `##` heading, its paragraphs above its tables.

Tables may hold formulas in the language of `formulas`; their results are stored beside them.
"""

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from contentlib.demo.documents import blocks, formulas, package, theme
from contentlib.demo.documents.source import Authored

_INPUT = "FFF6DD"


@dataclass(frozen=True, slots=True)
class _Placed:
    """One cell with its place: `head` maps headers to columns, `first` is the table's first row."""

    sheet: str
    row: int
    column: int
    cell: formulas.Cell
    head: dict[str, int]
    first: int
    is_sum: bool

    @property
    def coordinate(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


class _Grid:
    """All placed cells of a workbook; answers references between them."""

    def __init__(self, cells: list[_Placed]) -> None:
        self._by_place = {(c.sheet, c.row, c.column): c for c in cells}
        self._by_name = {c.cell.name: c for c in cells if c.cell.name}

    def __iter__(self) -> Iterator[_Placed]:
        return iter(self._by_place.values())

    def formula(self, placed: _Placed) -> str:
        """The cell's expression as a spreadsheet writes it."""

        def address(found: re.Match[str]) -> str:
            if found["name"]:
                target = self._named(found["name"])
                column = get_column_letter(target.column)
                sheet = "" if target.sheet == placed.sheet else f"'{target.sheet}'!"
                return f"{sheet}${column}${target.row}"
            column = get_column_letter(placed.head[found["header"]])
            if found["range"]:
                return f"{column}{placed.first}:{column}{placed.row - 1}"
            return f"{column}{placed.row}"

        return "=" + formulas.REFERENCE.sub(address, placed.cell.expression or "")

    def value(self, placed: _Placed) -> formulas.Value:
        """The cell's literal, or the result of its formula."""
        if placed.cell.expression is None:
            return placed.cell.literal

        def answer(found: re.Match[str]) -> formulas.Argument:
            if found["name"]:
                return self._number(self._named(found["name"]))
            column = placed.head[found["header"]]
            if found["range"]:
                above = range(placed.first, placed.row)
                return [self._number_at(placed.sheet, row, column) for row in above]
            return self._number_at(placed.sheet, placed.row, column)

        return formulas.evaluate(placed.cell.expression, answer)

    def _named(self, name: str) -> _Placed:
        if name not in self._by_name:
            raise ValueError(f"no cell is named {{{name}}}")
        return self._by_name[name]

    def _number_at(self, sheet: str, row: int, column: int) -> float:
        return self._number(self._by_place[sheet, row, column])

    def _number(self, placed: _Placed) -> float:
        value = self.value(placed)
        return value if isinstance(value, (int, float)) else 0.0


def write(asset: Authored, look: theme.Look, today: date) -> bytes:
    """The workbook's bytes, formulas with their results."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title = asset.title
    book.properties.creator = theme.COMPANY
    book.calculation.fullCalcOnLoad = True
    placed: list[_Placed] = []
    for block in blocks.parse(asset.body):
        match block:
            case blocks.Heading(level=2, text=text):
                _open_sheet(book.create_sheet(blocks.plain(text)), asset, look)
            case blocks.Paragraph(text=text):
                if book.worksheets:
                    _write_note(book.worksheets[-1], blocks.plain(text))
            case blocks.Table():
                placed.extend(_place(book.worksheets[-1], block, look))
    grid = _Grid(placed)
    for cell in grid:
        _write_cell(book[cell.sheet], cell, grid)
    for cell in grid:
        _heighten(book[cell.sheet], cell)
    saved = io.BytesIO()
    book.save(saved)
    return package.settle(saved.getvalue(), today=today, amend=_results(book.sheetnames, grid))


def _open_sheet(sheet: Worksheet, asset: Authored, look: theme.Look) -> None:
    sheet.sheet_properties.tabColor = look.accent
    sheet.sheet_view.showGridLines = False
    sheet["A1"] = asset.title
    sheet["A1"].font = Font(theme.OFFICE_FONT, size=15, bold=True, color=theme.INK)
    sheet["A2"] = f"{theme.COMPANY}  |  {look.kind}  |  {sheet.title}"
    sheet["A2"].font = Font(theme.OFFICE_FONT, size=9, color=theme.MUTED)
    if look.internal:
        sheet["A3"] = theme.INTERNAL_MARK
        sheet["A3"].font = Font(theme.OFFICE_FONT, size=9, bold=True, color=theme.WARNING)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_note(sheet: Worksheet, note: str) -> None:
    row = sheet.max_row + 2
    sheet.cell(row, 1, note).font = Font(theme.OFFICE_FONT, size=10, italic=True, color=theme.BODY)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=6)
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[row].height = 15 * (1 + len(note) // 105)


def _place(sheet: Worksheet, table: blocks.Table, look: theme.Look) -> Iterator[_Placed]:
    top = sheet.max_row + 2
    head = {blocks.plain(text): column for column, text in enumerate(table.header, 1)}
    for header, column in head.items():
        cell = sheet.cell(top, column, header)
        cell.font = Font(theme.OFFICE_FONT, size=10, bold=True, color=theme.PAPER)
        cell.fill = PatternFill("solid", fgColor=look.accent)
        cell.alignment = Alignment(wrap_text=True, vertical="center", indent=column > 1)
        _widen(sheet, column, header)
    for row, texts in enumerate(table.rows, top + 1):
        # Reserves the row, so that the next block of this sheet begins below it.
        sheet.cell(row, 1, "")
        is_sum = any(run.bold for run in texts[0])
        for column, text in enumerate(texts, 1):
            cell_read = formulas.read_cell(blocks.plain(text))
            yield _Placed(sheet.title, row, column, cell_read, head, top + 1, is_sum)


def _write_cell(sheet: Worksheet, placed: _Placed, grid: _Grid) -> None:
    content = placed.cell
    cell = sheet.cell(placed.row, placed.column)
    cell.value = grid.formula(placed) if content.expression else content.literal
    cell.font = Font(theme.OFFICE_FONT, size=10, bold=placed.is_sum, color=theme.BODY)
    cell.border = Border(bottom=Side("thin", color=theme.RULE))
    if content.number_format:
        cell.number_format = content.number_format
        cell.alignment = Alignment(horizontal="right", vertical="top", indent=1)
    else:
        cell.alignment = Alignment(wrap_text=True, vertical="top", indent=placed.column > 1)
        _widen(sheet, placed.column, str(content.literal or ""))
    if isinstance(content.literal, float) and content.name:
        cell.fill = PatternFill("solid", fgColor=_INPUT)
    elif placed.is_sum:
        cell.fill = PatternFill("solid", fgColor=theme.SHADE)


def _widen(sheet: Worksheet, column: int, text: str) -> None:
    dimension = sheet.column_dimensions[get_column_letter(column)]
    dimension.width = max(dimension.width or 0, 15, min(46, len(text) + 4))


def _heighten(sheet: Worksheet, placed: _Placed) -> None:
    """Spreadsheets do not measure wrapped text until somebody edits the row."""
    width = sheet.column_dimensions[get_column_letter(placed.column)].width
    dimension = sheet.row_dimensions[placed.row]
    lines = math.ceil(len(str(placed.cell.literal or "")) / (width - 4))
    dimension.height = max(dimension.height or 0, 16, 13.5 * lines + 3)


def _results(sheets: list[str], grid: _Grid) -> package.Amend:
    by_member: dict[str, dict[str, formulas.Value]] = {}
    for placed in grid:
        if placed.cell.expression:
            member = f"xl/worksheets/sheet{sheets.index(placed.sheet) + 1}.xml"
            by_member.setdefault(member, {})[placed.coordinate] = grid.value(placed)

    def amend(name: str, member: bytes) -> bytes:
        for coordinate, value in by_member.get(name, {}).items():
            pattern = rf'(<c r="{coordinate}"[^>]*><f>.*?</f>)<v\s*(?:/>|></v>)'
            text = re.sub(pattern, rf"\g<1><v>{value}</v>", member.decode(), count=1)
            member = text.encode()
        return member

    return amend

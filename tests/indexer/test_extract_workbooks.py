"""Excel: the values of the visible sheets, one line a row."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import read_file

LIMITS = Limits()


def _read(book: Any, tmp_path: Path, limits: Limits = LIMITS) -> ExtractedDocument:
    path = tmp_path / "book.xlsx"
    book.save(path)
    return read_file(path, path.name, limits)


def _book(*rows: list[Any]) -> Any:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_values_are_written_about_as_excel_shows_them(tmp_path: Path) -> None:
    book = _book(["Share", "Day", "Hour", "Yes", "Price", None, "end"])
    moment = datetime.datetime(2025, 3, 1, 14, 30)
    book.active.append([0.25, datetime.date(2025, 3, 1), moment, True, 12.5, None, "x"])
    book.active["A2"].number_format = "0%"
    lines = _read(book, tmp_path).pages[0].text.split("\n")
    assert lines[0] == "Share | Day | Hour | Yes | Price | | end"
    assert lines[1] == "25% | 2025-03-01 | 2025-03-01 14:30 | TRUE | 12.5 | | x"


def test_a_sheet_is_numbered_among_the_visible_ones(tmp_path: Path) -> None:
    book = _book(["first"])
    for name, state in (("B", "hidden"), ("C", "veryHidden"), ("D", "visible")):
        sheet = book.create_sheet(name)
        sheet.append([f"words of {name}"])
        sheet.sheet_state = state
    found = _read(book, tmp_path)
    assert [(p.number, p.label, p.text) for p in found.pages] == [
        (1, "Sheet", "first"),
        (2, "D", "words of D"),
    ]
    assert found.warnings == ("2 hidden sheets were left out: B, C.",)


def test_a_cell_far_away_does_not_fill_the_page(tmp_path: Path) -> None:
    book = _book(["near"])
    book.active["XFD1048576"] = "far"
    found = _read(book, tmp_path, Limits(text_chars=60_000))
    assert found.pages[0].text.startswith("near\n")
    assert found.pages[0].text.count("\n") == 1


def test_a_declared_range_of_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    _book(["only", "these"]).save(tmp_path / "small.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "small.xlsx") as old,
        zipfile.ZipFile(tmp_path / "inflated.xlsx", "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'ref="A1:B1"', b'ref="A1:XFD1048576"'))
    found = read_file(tmp_path / "inflated.xlsx", "inflated.xlsx", Limits(text_chars=100))
    assert found.pages[0].text == "only | these"


def test_a_charts_title_is_read_after_the_cells(tmp_path: Path) -> None:
    book = _book(["Month", "Queues"], ["May", 4])
    chart = BarChart()
    chart.title = "Queues by month"
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    book.active.add_chart(chart, "E5")
    text = _read(book, tmp_path).pages[0].text
    assert text.startswith("Month | Queues\nMay | 4\n\nQueues by month")


def test_a_stored_file_without_an_ending_is_read(tmp_path: Path) -> None:
    _book(["words"]).save(tmp_path / "book.xlsx")
    stored = (tmp_path / "book.xlsx").rename(tmp_path / "0f1e2d")
    assert read_file(stored, "book.xlsx", Limits()).pages[0].text == "words"


def test_an_entity_bomb_is_refused_by_name(tmp_path: Path) -> None:
    _book(["quiet"]).save(tmp_path / "b.xlsx")
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (name, b"&%c;" % (name - 1) * 10) for name in b"bcdefghij"
    )
    with (
        zipfile.ZipFile(tmp_path / "b.xlsx") as old,
        zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = bomb + b"]>" + content.replace(b"quiet", b"&j;")
            new.writestr(name, content)
    with pytest.raises(FileRefused) as refusal:
        read_file(tmp_path / "bomb.xlsx", "bomb.xlsx", Limits())
    assert refusal.value.code == "damaged"
    assert "entities" in refusal.value.sentence


def test_a_workbook_with_more_text_than_allowed_is_refused(tmp_path: Path) -> None:
    book = _book(*[["many words in every row"] * 5 for _ in range(200)])
    with pytest.raises(FileRefused) as refusal:
        _read(book, tmp_path, Limits(text_chars=5000))
    assert refusal.value.code == "too_large"

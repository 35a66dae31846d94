"""Rows as CSV, safe to open in a spreadsheet."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

# A cell that begins with one of these is run as a formula by spreadsheets.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """A header and one line a row; nothing at all for no rows.

    Text that a spreadsheet would run gets a ' in front (OWASP, "CSV Injection"); numbers stay
    numbers.
    """
    if not rows:
        return ""
    written = StringIO()
    writer = csv.DictWriter(written, fieldnames=list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA_BEGINS):
        return f"'{value}"
    return value

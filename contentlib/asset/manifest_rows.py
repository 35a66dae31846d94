"""The rows of a manifest file, as text becomes values. Pure."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

from contentlib.errors import InvalidInput

_MOST_ROWS = 5_000


def rows_of(content: bytes, *, file_name: str) -> list[dict[str, Any]]:
    """CSV by its ending, else JSON lines, in UTF-8; one dict a row, in order.

    Raises InvalidInput naming the line that cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file_name} is not text in UTF-8.") from error
    is_csv = file_name.lower().endswith(".csv")
    rows = list(_csv_rows(text, file_name) if is_csv else _json_rows(text, file_name))
    if not rows:
        raise InvalidInput(f"{file_name} holds no row.")
    if len(rows) > _MOST_ROWS:
        raise InvalidInput(f"{file_name} holds more than {_MOST_ROWS} rows; part it in several.")
    return rows


def _csv_rows(text: str, file_name: str) -> Iterator[dict[str, Any]]:
    try:
        for row in csv.DictReader(StringIO(text, newline="")):
            yield {key: value or "" for key, value in row.items() if isinstance(key, str)}
    except csv.Error as error:
        raise InvalidInput(f"{file_name} is not a CSV file: {error}.") from error


def _json_rows(text: str, file_name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"{file_name}, line {number}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise InvalidInput(f"{file_name}, line {number}: not a JSON object.")
        yield row

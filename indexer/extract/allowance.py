"""Counts what a document has given so far, and stops it at the limits."""

from collections.abc import Iterator

from contentlib.errors import FileRefused
from contentlib.ports import ExtractedPage, Limits


class Allowance:
    """Collects the pages of one document within its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._chars = 0
        self._pages: list[ExtractedPage] = []

    def __iter__(self) -> Iterator[ExtractedPage]:
        return iter(self._pages)

    def pages(self) -> tuple[ExtractedPage, ...]:
        return tuple(self._pages)

    def check_count(self, pages: int) -> None:
        """Raises FileRefused when a document of so many pages is too long."""
        if pages > self._limits.pages:
            raise FileRefused(
                "too_many_pages",
                f"This file has {_shown(pages)} pages, more than the "
                f"{_shown(self._limits.pages)} allowed; split it and upload the parts.",
            )

    def spend(self, chars: int) -> None:
        """Raises FileRefused when the text of the document grows too long."""
        self._chars += chars
        if self._chars > self._limits.text_chars:
            raise FileRefused(
                "too_large",
                f"This file holds more than {_shown(self._limits.text_chars)} characters of text; "
                "split it and upload the parts.",
            )

    def add(
        self,
        text: str,
        *,
        label: str | None = None,
        notes: str = "",
        headings: tuple[str, ...] = (),
        number: int | None = None,
        spent: bool = False,
    ) -> None:
        """The next page. `spent`: its text was counted while it was being read.

        Raises FileRefused beyond the limits.
        """
        self.check_count(len(self._pages) + 1)
        if not spent:
            self.spend(len(text) + len(notes))
        position = number if number is not None else len(self._pages) + 1
        self._pages.append(
            ExtractedPage(number=position, text=text, label=label, notes=notes, headings=headings)
        )


def _shown(count: int) -> str:
    return f"{count:,}".replace(",", " ")

"""Walks an HTML tree into blocks of text: paragraphs, headings, list items, table rows."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.extract.cleaning import alt_text, clean, one_line
from indexer.extract.sections import Block

if TYPE_CHECKING:
    from bs4 import Tag

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {"address", "article", "aside", "blockquote", "body", "caption", "center"}
_BLOCKS |= {"dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption"}
_BLOCKS |= {"figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "menu"}
_BLOCKS |= {"nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"}
_BLOCKS |= {"thead", "tr", "ul"}
_SILENT = {"script", "style", "template", "noscript", "head", "title", "meta", "link", "svg"}
_SILENT |= {"select", "option", "datalist", "iframe", "object", "canvas", "math"}


def blocks_of(root: "Tag") -> Iterator[Block]:
    """The text under the element in reading order, white space as a browser shows it."""
    walk = _Walk()
    yield from _merge_lists(walk.blocks(root))


class _Walk:
    """Keeps the text of the block being read until the next block begins."""

    def __init__(self) -> None:
        self._line: list[str] = []

    def blocks(self, root: "Tag") -> Iterator[tuple[str, Block]]:
        from bs4 import Comment, Tag
        from bs4.element import NavigableString, PreformattedString

        # A stack in place of recursion: a hostile page nests deeper than Python may call.
        stack: list[tuple[object, bool]] = [(root, True)]
        while stack:
            node, entering = stack.pop()
            if isinstance(node, NavigableString):
                if not isinstance(node, Comment | PreformattedString):
                    self._line.append(re.sub(r"\s+", " ", node))
                continue
            if not isinstance(node, Tag) or node.name in _SILENT:
                continue
            if not entering:
                yield from self._flush(node.name)
                continue
            if node.name == "br":
                self._line.append("\n")
            elif node.name == "img":
                self._line.append(f" {alt_text(_attribute(node, 'alt'))} ")
            elif node.name == "table" and _is_of_values(node):
                yield from self._flush("")
                yield from _table(node)
            elif node.name == "pre":
                yield from self._flush("")
                yield from _found("pre", clean(node.get_text()))
            else:
                if node.name in _BLOCKS:
                    yield from self._flush("")
                    stack.append((node, False))
                stack.extend((child, True) for child in reversed(node.contents))
        yield from self._flush("")

    def _flush(self, name: str) -> Iterator[tuple[str, Block]]:
        text = clean("".join(self._line))
        self._line.clear()
        yield from _found(name, text)


def _found(name: str, text: str) -> Iterator[tuple[str, Block]]:
    if not text:
        return
    if name in _HEADINGS:
        yield name, Block(one_line(text), is_heading=True)
    elif name == "li":
        yield name, Block(f"- {text}")
    else:
        yield name, Block(text)


def _merge_lists(found: Iterator[tuple[str, Block]]) -> Iterator[Block]:
    """The items of a list are lines of one block."""
    items: list[str] = []
    for name, block in found:
        if items and (name != "li" or sum(map(len, items)) > 2000):
            yield Block("\n".join(items))
            items = []
        if name == "li":
            items.append(block.text)
        else:
            yield block
    if items:
        yield Block("\n".join(items))


def _is_of_values(table: "Tag") -> bool:
    """A table of values, rather than one a page is laid out with."""
    if _attribute(table, "role") == "presentation" or table.find("table"):
        return False
    cells = table.find_all(["td", "th"])
    rows = table.find_all("tr")
    return len(rows) > 1 and len(cells) > len(rows) and not table.find(list(_HEADINGS))


def _table(table: "Tag") -> Iterator[tuple[str, Block]]:
    rows = []
    caption = table.find("caption")
    if caption:
        yield from _found("p", one_line(caption.get_text(" ")))
    for row in table.find_all("tr"):
        cells = [one_line(_words(cell)) for cell in row.find_all(["td", "th"], recursive=False)]
        if any(cells):
            rows.append(" | ".join(cells))
    yield from _found("table", "\n".join(rows))


def _words(cell: "Tag") -> str:
    for image in cell.find_all("img"):
        image.replace_with(f" {alt_text(_attribute(image, 'alt'))} ")
    for silent in cell.find_all(list(_SILENT)):
        silent.extract()
    return cell.get_text(" ")


def _attribute(tag: "Tag", name: str) -> str:
    value = tag.get(name)
    return value if isinstance(value, str) else " ".join(value or ())

"""Markdown as a list of blocks that every format can lay out in its own way.

Besides plain Markdown two fenced blocks are understood, one entry a line:

    ```figures                     ```bars Average wait, minutes
    -57 % | turn time              Before | 95
    ```                            After | 38
                                   ```

A block quote may end with a list item: who said it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    bold: bool = False
    italic: bool = False


Text = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    text: Text
    source: str


@dataclass(frozen=True, slots=True)
class Figures:
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bars:
    title: str
    items: tuple[tuple[str, float], ...]


Block = Heading | Paragraph | Bullets | Table | Quote | Figures | Bars


def plain(text: Text) -> str:
    """The words alone."""
    return "".join(run.text for run in text)


def parse(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, in order.

    Raises ValueError for a construct no format lays out (nested lists, images, rules, code).
    """
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    return list(_blocks(tokens))


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    at = 0
    while at < len(tokens):
        token = tokens[at]
        end = _closing(tokens, at)
        inner = tokens[at + 1 : end]
        match token.type:
            case "heading_open":
                yield Heading(int(token.tag[1]), _runs(inner[0]))
            case "paragraph_open":
                yield Paragraph(_runs(inner[0]))
            case "bullet_list_open" | "ordered_list_open":
                yield _bullets(inner, ordered=token.type == "ordered_list_open")
            case "table_open":
                yield _table(inner)
            case "blockquote_open":
                yield _quote(inner)
            case "fence":
                yield _fence(token)
            case _:
                raise ValueError(f"no format lays out {token.type!r}: {token.content!r}")
        at = end + 1


def _closing(tokens: Sequence[Token], opening: int) -> int:
    if tokens[opening].nesting == 0:
        return opening
    depth = 0
    for at in range(opening, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    raise ValueError("unbalanced Markdown")


def _runs(inline: Token) -> Text:
    runs: list[Run] = []
    bold = italic = 0
    for child in inline.children or []:
        match child.type:
            case "strong_open" | "strong_close":
                bold += child.nesting
            case "em_open" | "em_close":
                italic += child.nesting
            case "softbreak" | "hardbreak":
                runs.append(Run("\n"))
            case "text" | "code_inline":
                if child.content:
                    runs.append(Run(child.content, bold > 0, italic > 0))
            case _:
                raise ValueError(f"no format lays out {child.type!r} in {inline.content!r}")
    return tuple(runs)


def _bullets(tokens: Sequence[Token], *, ordered: bool) -> Bullets:
    if any(token.type.endswith("list_open") for token in tokens):
        raise ValueError("no format lays out a list within a list")
    return Bullets(tuple(_runs(t) for t in tokens if t.type == "inline"), ordered)


def _table(tokens: Sequence[Token]) -> Table:
    rows: list[list[Text]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_runs(token))
    return Table(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))


def _quote(tokens: Sequence[Token]) -> Quote:
    said: list[Run] = []
    source = ""
    for block in _blocks(tokens):
        if isinstance(block, Paragraph):
            said.extend(block.text)
        elif isinstance(block, Bullets):
            source = plain(block.items[0])
    return Quote(tuple(said), source)


def _fence(token: Token) -> Block:
    kind, _, title = token.info.strip().partition(" ")
    if kind not in {"figures", "bars"}:
        raise ValueError(f"unknown fenced block {kind!r}")
    entries = []
    for line in filter(str.strip, token.content.splitlines()):
        left, bar, right = (part.strip() for part in line.partition("|"))
        if not bar:
            raise ValueError(f"no '|' in the line {line!r} of {kind}")
        entries.append((left, right))
    if kind == "figures":
        return Figures(tuple(entries))
    return Bars(title, tuple((label, float(value)) for label, value in entries))

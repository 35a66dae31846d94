"""DrawingML, which slides, documents and sheets share: paragraphs, tables, charts, SmartArt."""

from collections.abc import Iterator
from typing import Any

from indexer.extract.cleaning import alt_text, one_line
from indexer.extract.office import (
    OfficePackage,
    Relation,
    attribute,
    child,
    children,
    descendants,
    local,
)

_LARGEST_CHART = 200
_FIELDS_LEFT_OUT = ("slidenum", "datetime")


def paragraphs(body: Any) -> str:
    """The lines of a text body (`a:p`), one paragraph a line; empty ones are left out."""
    lines = ("".join(_pieces(p)) for p in children(body, "p"))
    return "\n".join(line.strip() for line in lines if line.strip())


def _pieces(paragraph: Any) -> Iterator[str]:
    for piece in children(paragraph):
        name = local(piece)
        if name == "r":
            yield "".join(t.text or "" for t in children(piece, "t"))
        elif name == "br":
            yield "\n"
        elif name == "fld":
            if not attribute(piece, "type").startswith(_FIELDS_LEFT_OUT):
                yield "".join(t.text or "" for t in children(piece, "t"))
        elif name not in ("pPr", "endParaRPr"):
            yield "".join(t.text or "" for t in descendants(piece, "t"))


def table(element: Any) -> str:
    """An `a:tbl` as one line a row."""
    rows = []
    for row in children(element, "tr"):
        bodies = [child(cell, "txBody") for cell in children(row, "tc")]
        cells = [one_line(paragraphs(body)) if body is not None else "" for body in bodies]
        if any(cells):
            rows.append(" | ".join(cells))
    return "\n".join(rows)


def description(properties: Any) -> str:
    """The alternative text in a shape's `cNvPr` or `docPr`."""
    if properties is None:
        return ""
    return alt_text(attribute(properties, "descr") or attribute(properties, "title"))


def graphic(package: OfficePackage, relations: dict[str, Relation], element: Any) -> str:
    """What a chart, diagram or table inside the element says."""
    found: list[str] = []
    for inner in element.iter():
        name = local(inner)
        if name == "tbl":
            found.append(table(inner))
        elif name == "chart" and attribute(inner, "id") in relations:
            found.append(_chart(package.xml(relations[attribute(inner, "id")].target)))
        elif name == "relIds" and attribute(inner, "dm") in relations:
            found.append(_diagram(package.xml(relations[attribute(inner, "dm")].target)))
    return "\n\n".join(part for part in found if part)


def _diagram(root: Any | None) -> str:
    """SmartArt: the text of its points, in the order they were typed."""
    if root is None:
        return ""
    texts = (paragraphs(body) for point in descendants(root, "pt") for body in children(point, "t"))
    return "\n".join(text for text in texts if text)


def _chart(root: Any | None) -> str:
    """A chart's title, then its cached values as a table: a category a line."""
    if root is None:
        return ""
    titles = [
        one_line(" ".join(paragraphs(rich) for rich in descendants(title, "rich")))
        for title in descendants(root, "title")
    ]
    lines = [" - ".join(title for title in titles if title)]
    series = list(descendants(root, "ser"))[:20]
    names = [" ".join(_cached(child(one, "tx")).values()) for one in series]
    if any(names):
        lines.append(" | ".join(["", *names]).strip())
    categories = _cached(_either(series[0], "cat", "xVal")) if series else {}
    values = [_cached(_either(one, "val", "yVal")) for one in series]
    for index in sorted({i for column in [categories, *values] for i in column})[:_LARGEST_CHART]:
        cells = [categories.get(index, ""), *(column.get(index, "") for column in values)]
        lines.append(" | ".join(cells))
    return "\n".join(line for line in lines if line.strip(" |"))


def _either(series: Any, *names: str) -> Any | None:
    return next(children(series, *names), None)


def _cached(element: Any | None) -> dict[int, str]:
    """The values a chart keeps of the cells it was made from, by position."""
    if element is None:
        return {}
    found: dict[int, str] = {}
    for point in descendants(element, "pt"):
        index, value = attribute(point, "idx"), child(point, "v")
        if index.isdigit() and value is not None and value.text:
            found.setdefault(int(index), _short(value.text))
    typed_in = child(element, "v")
    if not found and typed_in is not None:
        found[0] = one_line(typed_in.text or "")
    return found


def _short(value: str) -> str:
    try:
        return f"{float(value):.6g}" if "." in value else one_line(value)
    except ValueError:
        return one_line(value)

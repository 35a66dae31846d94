"""WordprocessingML: paragraphs, tables and text boxes into blocks, with the page breaks in them."""

from collections.abc import Iterator
from typing import Any

from indexer.extract.cleaning import alt_text, clean, one_line
from indexer.extract.drawing import description, graphic
from indexer.extract.office import (
    OfficePackage,
    attribute,
    child,
    children,
    descendants,
    local,
)
from indexer.extract.sections import Block

# Form feed and vertical tab never stand in XML 1.0, so they can carry the breaks.
HARD_BREAK, SOFT_BREAK = "\f", "\v"

_OPENED = {"ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "customXml", "fldSimple"}
_OPENED |= {"dir", "bdo", "oMath", "oMathPara", "rubyBase", "ruby", "r", "object", "subDoc"}
_MATH = {"e", "f", "num", "den", "sup", "sub", "sSup", "sSub", "sSubSup", "rad", "d", "nary", "m"}
_MATH |= {"mr", "func", "fName", "limLow", "limUpp", "lim", "acc", "bar", "box", "groupChr", "deg"}


def heading_styles(package: OfficePackage, main: str) -> frozenset[str]:
    """The ids of the styles that make a heading: Title, Heading 1-9 and those based on them."""
    styles = next((r for r in package.relations(main).values() if r.type == "styles"), None)
    root = package.xml(styles.target) if styles else None
    if root is None:
        return frozenset(f"Heading{level}" for level in range(1, 10)) | {"Title"}
    found: set[str] = set()
    based: dict[str, str] = {}
    for style in children(root, "style"):
        name = attribute(child(style, "name"), "val").lower()
        level = child(style, "pPr", "outlineLvl")
        if name.startswith("heading ") or name == "title" or _is_outlined(level):
            found.add(attribute(style, "styleId"))
        based[attribute(style, "styleId")] = attribute(child(style, "basedOn"), "val")
    for _ in range(5):
        found |= {style for style, base in based.items() if base in found}
    return frozenset(found)


def _is_outlined(level: Any | None) -> bool:
    return level is not None and attribute(level, "val") in set("012345678")


class Paragraphs:
    """Reads the blocks of one part; remembers the footnotes it met on the way."""

    def __init__(self, package: OfficePackage, part: str, headings: frozenset[str]) -> None:
        self._package = package
        self._relations = package.relations(part)
        self._headings = headings
        self._boxes: list[Any] = []
        self._met: list[str] = []
        self._notes: dict[str, dict[str, str]] = {}

    def of(self, container: Any) -> Iterator[Block]:
        """The blocks of a body, cell, header or text box, in reading order."""
        for element in children(container):
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name == "AlternateContent":
                yield from self.of(_chosen(element))
            elif name in _OPENED:
                yield from self.of(element)

    def notes_met(self) -> list[str]:
        """The foot- and endnotes referred to since the last call."""
        met, self._met = self._met, []
        return met

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        properties = child(paragraph, "pPr")
        text = self._words(paragraph)
        if properties is not None:
            if _is_on(child(properties, "pageBreakBefore")):
                yield Block(SOFT_BREAK)
            if _starts_page_after(child(properties, "sectPr")):
                text += HARD_BREAK
        if text:
            yield Block(text, is_heading=bool(clean(text)) and self._is_heading(properties))
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            yield from self.of(box)

    def _is_heading(self, properties: Any | None) -> bool:
        if properties is None:
            return False
        if attribute(child(properties, "pStyle"), "val") in self._headings:
            return True
        return _is_outlined(child(properties, "outlineLvl"))

    def _table(self, table: Any) -> Iterator[Block]:
        rows: list[str] = []
        for row in _rows_of(table):
            whole = [self._cell(cell) for cell in _cells_of(row)]
            cells = [one_line(cell) for cell in whole]
            rows += [" | ".join(cells)] if any(cells) else []
            broken = max((HARD_BREAK, SOFT_BREAK), key=lambda b: any(b in cell for cell in whole))
            if any(broken in cell for cell in whole):
                yield Block("\n".join(rows) + broken)
                rows = []
        if rows:
            yield Block("\n".join(rows))

    def _cell(self, cell: Any) -> str:
        continues = child(cell, "tcPr", "vMerge")
        if continues is not None and attribute(continues, "val") != "restart":
            return ""
        return "\n".join(block.text for block in self.of(cell))

    def _words(self, element: Any) -> str:
        return "".join(self._pieces(element))

    def _pieces(self, element: Any) -> Iterator[str]:
        for piece in children(element):
            name = local(piece)
            if name == "t":
                yield piece.text or ""
            elif name == "r":
                if not _is_on(child(piece, "rPr", "vanish")):
                    yield from self._pieces(piece)
            elif name in ("tab", "ptab"):
                yield " "
            elif name in ("br", "cr"):
                yield HARD_BREAK if attribute(piece, "type") == "page" else "\n"
            elif name == "lastRenderedPageBreak":
                yield SOFT_BREAK
            elif name == "noBreakHyphen":
                yield "-"
            elif name in ("footnoteReference", "endnoteReference"):
                self._meet(name.removesuffix("Reference"), attribute(piece, "id"))
            elif name in ("drawing", "pict"):
                yield self._drawing(piece)
            elif name == "AlternateContent":
                yield from self._pieces(_chosen(piece))
            elif name in _OPENED or name in _MATH:
                yield from self._pieces(piece)

    def _drawing(self, drawing: Any) -> str:
        """Alternative text and charts here; text boxes are read after their paragraph."""
        said = [description(p) for p in descendants(drawing, "docPr")]
        said += [alt_text(attribute(s, "alt")) for s in descendants(drawing, "shape")]
        said.append(graphic(self._package, self._relations, drawing))
        self._boxes += _outermost(drawing, "txbxContent")
        # LibreOffice and Word write the same description on the frame and on the picture.
        parts = dict.fromkeys(part for part in said if part)
        return " " + "\n".join(parts) + " " if parts else ""

    def _meet(self, kind: str, note_id: str) -> None:
        if kind not in self._notes:
            self._notes[kind] = self._read_notes(kind)
        text = self._notes[kind].get(note_id)
        if text:
            self._met.append(text)

    def _read_notes(self, kind: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for relation in self._relations.values():
            root = self._package.xml(relation.target) if relation.type == f"{kind}s" else None
            if root is None:
                continue
            reader = Paragraphs(self._package, relation.target, frozenset())
            for note in children(root, kind):
                blocks = [block.text for block in reader.of(note)]
                found[attribute(note, "id")] = clean("\n".join(blocks))
        return found


def _outermost(element: Any, name: str) -> list[Any]:
    found = []
    for inner in children(element):
        if local(inner) == name:
            found.append(inner)
        elif local(inner) == "AlternateContent":
            found += _outermost(_chosen(inner), name)
        else:
            found += _outermost(inner, name)
    return found


def _chosen(alternatives: Any) -> Any:
    """One of the forms a thing is written in twice, for newer and for older programs."""
    for name in ("Choice", "Fallback"):
        found = child(alternatives, name)
        if found is not None:
            return found
    return ()


def _rows_of(table: Any) -> Iterator[Any]:
    for element in children(table):
        if local(element) == "tr":
            if child(element, "trPr", "del") is None:
                yield element
        elif local(element) in _OPENED:
            yield from _rows_of(element)


def _cells_of(row: Any) -> Iterator[Any]:
    for element in children(row):
        if local(element) == "tc":
            yield element
        elif local(element) in _OPENED:
            yield from _cells_of(element)


def _is_on(switch: Any | None) -> bool:
    return switch is not None and attribute(switch, "val") not in ("0", "false", "off")


def _starts_page_after(section: Any | None) -> bool:
    """A section ends with this paragraph; the next one starts a page unless it says otherwise."""
    if section is None:
        return False
    return attribute(child(section, "type"), "val") not in ("continuous", "nextColumn")

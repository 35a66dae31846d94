"""PowerPoint: one page a slide, its title first; speaker notes apart from what a buyer sees."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contentlib.ports import ExtractedDocument, Limits
from indexer.extract import kinds
from indexer.extract.allowance import Allowance
from indexer.extract.cleaning import clean, one_line, title_or_none
from indexer.extract.drawing import description, graphic, paragraphs
from indexer.extract.office import (
    DAMAGED_IN_PART,
    OfficePackage,
    Relation,
    attribute,
    child,
    children,
    damaged,
    descendants,
    local,
)
from indexer.extract.running import without_running_lines

_TITLES = ("title", "ctrTitle")
_NOT_SAID = ("sldNum", "dt")


def read_pptx(path: Path, limits: Limits) -> ExtractedDocument:
    """One page a slide, without what runs along on all of them.

    Raises FileRefused for a damaged file or one too long.

    A hidden slide keeps its number and is read as notes: colleagues find it, buyers, who
    are not shown it, do not.
    """
    with OfficePackage(path, limits) as package:
        return _read(package, Allowance(limits))


def _read(package: OfficePackage, allowance: Allowance) -> ExtractedDocument:
    slides = slide_parts(package)
    allowance.check_count(len(slides))
    hidden = 0
    for part in slides:
        slide = package.xml(part)
        if slide is None:
            package.is_damaged = True
            allowance.add("")
            continue
        title, text, notes = _read_slide(package, part, slide)
        if is_hidden(slide):
            hidden += 1
            title, text, notes = "", "", clean(f"{text}\n\n{notes}")
        headings = (title,) if title else ()
        allowance.add(text, label=title[:200] or None, notes=notes, headings=headings)
    first = next((page.label for page in allowance if page.label), None)
    return ExtractedDocument(
        format=kinds.PPTX.format,
        media_type=kinds.PPTX.media_type,
        pages=without_running_lines(allowance.pages(), only_blocks=True),
        title=package.title() or title_or_none(first),
        description=package.description(),
        warnings=_warnings(package, hidden),
    )


def slide_parts(package: OfficePackage) -> list[str]:
    """The slides' parts in the order they are shown. Raises FileRefused when there is no deck."""
    main = package.main_part("ppt/presentation.xml")
    root, relations = package.xml(main), package.relations(main)
    if root is None or local(root) != "presentation":
        raise damaged()
    listed = child(root, "sldIdLst")
    ids = [_relation_id(slide) for slide in children(listed, "sldId")] if listed is not None else []
    missing = [one for one in ids if one not in relations]
    package.is_damaged |= bool(missing)
    return [relations[one].target for one in ids if one in relations]


def is_hidden(slide: Any) -> bool:
    return attribute(slide, "show") in ("0", "false")


def _relation_id(element: Any) -> str:
    """`r:id`, which stands beside a plain `id`."""
    return next((v for k, v in element.attrib.items() if k.endswith("}id")), "")


def _read_slide(package: OfficePackage, part: str, slide: Any) -> tuple[str, str, str]:
    relations = package.relations(part)
    tree = child(slide, "cSld", "spTree")
    title = ""
    blocks: list[str] = []
    for block, is_title in _shapes(package, relations, tree) if tree is not None else ():
        if is_title and not title:
            title = one_line(block)
            blocks.insert(0, block)
        else:
            blocks.append(block)
    return title, clean("\n\n".join(blocks)), _notes(package, relations)


def _shapes(
    package: OfficePackage, relations: dict[str, Relation], tree: Any
) -> Iterator[tuple[str, bool]]:
    """Each shape's text, and whether it is the slide's title; groups are opened."""
    for shape in children(tree):
        name = local(shape)
        if name == "AlternateContent":
            chosen = child(shape, "Choice")
            if chosen is None:
                chosen = child(shape, "Fallback")
            if chosen is not None:
                yield from _shapes(package, relations, chosen)
            continue
        properties = _own_properties(shape)
        if properties is not None and attribute(properties, "hidden") in ("1", "true"):
            continue
        if name == "sp":
            kind = _placeholder(shape)
            body = child(shape, "txBody")
            text = paragraphs(body) if body is not None and kind not in _NOT_SAID else ""
            text = text or description(properties)
            if text:
                yield text, kind in _TITLES
        elif name in ("grpSp", "pic", "graphicFrame"):
            if description(properties):
                yield description(properties), False
            if name == "grpSp":
                yield from _shapes(package, relations, shape)
            elif name == "graphicFrame" and (said := graphic(package, relations, shape)):
                yield said, False


def _own_properties(shape: Any) -> Any | None:
    for part in children(shape):
        if local(part).startswith("nv"):
            return child(part, "cNvPr")
    return None


def _placeholder(shape: Any) -> str:
    found = child(shape, "nvSpPr", "nvPr", "ph")
    return (attribute(found, "type") or "obj") if found is not None else ""


def _notes(package: OfficePackage, relations: dict[str, Relation]) -> str:
    for relation in relations.values():
        if relation.type == "notesSlide":
            root = package.xml(relation.target)
            shapes = descendants(root, "sp") if root is not None else ()
            bodies = [child(s, "txBody") for s in shapes if _placeholder(s) == "body"]
            return clean("\n\n".join(paragraphs(body) for body in bodies if body is not None))
    return ""


def _warnings(package: OfficePackage, hidden: int) -> tuple[str, ...]:
    warnings = []
    if hidden:
        slides = "1 slide is" if hidden == 1 else f"{hidden} slides are"
        warnings.append(f"{slides} hidden: found by colleagues, never shown to a buyer.")
    if package.is_damaged:
        warnings.append(DAMAGED_IN_PART)
    return tuple(warnings)

"""The package that PPTX, DOCX and XLSX share: a zip of XML parts that refer to each other.

Read by us, not by python-pptx or python-docx, for what hostile and half-broken files need:
only the parts asked for are unpacked, a part may be missing or cut off, nothing outside the
package is ever opened, entities are never expanded. Elements are told by their local name,
so that the transitional and the strict form of the standard (ECMA-376) read the same.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote

from contentlib.errors import FileRefused
from contentlib.ports import Limits
from indexer.extract.cleaning import one_line, title_or_none

_MOST_MEMBERS = 20_000
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Relation:
    """A reference from one part to another: its last word of type, and the part's name."""

    type: str
    target: str


class OfficePackage:
    """A package, open in a `with` block. `is_damaged`: a part of it could not be read whole."""

    def __init__(self, path: Path, limits: Limits) -> None:
        """Raises FileRefused for no package, or one that would unpack beyond the limits."""
        self.is_damaged = False
        try:
            self._zip = zipfile.ZipFile(path)
            members = self._zip.infolist()
        except (*_UNREADABLE, ValueError):
            raise damaged() from None
        self._names = {member.filename.lower(): member.filename for member in members}
        try:
            self._check(members, limits)
        except FileRefused:
            self._zip.close()
            raise

    def _check(self, members: list[zipfile.ZipInfo], limits: Limits) -> None:
        # Half the memory: text and tree of the part at hand stand beside the bytes.
        if len(members) > _MOST_MEMBERS or _xml_size(members) > limits.memory_mb * (1 << 19):
            raise FileRefused(
                "too_large",
                "This file unpacks to more than can be read; "
                "save it in a smaller form and upload it again.",
            )
        if not any(name.endswith((".xml", ".rels")) for name in self._names):
            raise FileRefused(
                "mislabelled",
                "This is an archive of files, not an Office document; "
                "upload the files in it one by one.",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def main_part(self, *usual: str) -> str:
        """The part that everything hangs on. Raises FileRefused when there is none."""
        for relation in self.relations("").values():
            if relation.type == "officeDocument" and relation.target.lower() in self._names:
                return relation.target
        for name in usual:
            if name.lower() in self._names:
                self.is_damaged = True
                return name
        raise damaged()

    def bytes_of(self, part: str) -> bytes | None:
        """A part's bytes, never more than the package declares; None for a missing part."""
        name = self._names.get(part.lower())
        if name is None:
            return None
        found = bytearray()
        try:
            with self._zip.open(name) as member:
                while chunk := member.read(1 << 20):
                    found += chunk
        except _UNREADABLE:
            self.is_damaged = True
            return bytes(found) or None
        return bytes(found)

    def xml(self, part: str) -> Any | None:
        """A part's root element; of a broken part what can be saved; None for no part."""
        from lxml import etree

        data = self.bytes_of(part)
        if not data:
            return None
        try:
            return etree.fromstring(data, _parser(recover=False))
        except etree.XMLSyntaxError as broken:
            if broken.code == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from None
            self.is_damaged = True
        try:
            return etree.fromstring(data, _parser(recover=True))
        except etree.XMLSyntaxError:
            return None

    def relations(self, part: str) -> dict[str, Relation]:
        """What the part refers to inside the package, by relationship id."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        for element in children(root) if root is not None else ():
            target = unquote(element.get("Target") or "")
            if element.get("TargetMode") == "External" or not target:
                continue
            type_ = (element.get("Type") or "").rpartition("/")[2]
            path = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[element.get("Id") or str(len(found))] = Relation(type_, path)
        return found

    def title(self) -> str | None:
        """The title in the core properties, unless a program made it up."""
        return title_or_none(self._core("title"))

    def description(self) -> str | None:
        return one_line(self._core("description") or self._core("subject"))[:1000] or None

    def _core(self, name: str) -> str:
        for relation in self.relations("").values():
            if relation.type == "core-properties":
                root = self.xml(relation.target)
                for element in children(root) if root is not None else ():
                    if local(element) == name:
                        return element.text or ""
        return ""


def damaged() -> FileRefused:
    return FileRefused(
        "damaged",
        "This file is damaged and cannot be opened; save it again in the program "
        "that made it and upload the new copy.",
    )


DAMAGED_IN_PART = "Parts of this file are damaged, so some of its text may be missing."


def _xml_size(members: list[zipfile.ZipInfo]) -> int:
    return sum(m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels")))


def _parser(*, recover: bool) -> Any:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )


# --- elements by local name ----------------------------------------------------------------


def local(element: Any) -> str:
    """The element's name without its namespace; empty for an entity that was not expanded."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Any, *names: str) -> Iterator[Any]:
    """The child elements, or those of these names."""
    for child in element:
        name = local(child)
        if name and (not names or name in names):
            yield child


def child(element: Any, *path: str) -> Any | None:
    """The first element down the path of names."""
    for name in path:
        element = next(children(element, name), None)
        if element is None:
            return None
    return element


def descendants(element: Any, name: str) -> Iterator[Any]:
    for found in element.iter():
        if local(found) == name:
            yield found


def attribute(element: Any, name: str) -> str:
    """An attribute by local name, whatever its namespace; empty when it is not there."""
    if element is None:
        return ""
    value = element.get(name)
    if value is None:
        value = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), "")
    return str(value)

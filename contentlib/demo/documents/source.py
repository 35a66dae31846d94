"""Reads authored sources: TOML front matter between `+++` lines, then Markdown."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMATS = frozenset({"pdf", "pptx", "docx", "xlsx", "html", "md"})

_FRONT_MATTER = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_VERSIONED = re.compile(r"\A(?P<external_id>.+?)(?:\.v(?P<number>\d+))?\Z")


@dataclass(frozen=True, slots=True)
class Authored:
    """One authored source.

    `facts` is the front matter as written; `body` is Markdown. `version` is None for the
    current version, else the number of an older one (1 is the oldest).
    """

    external_id: str
    version: int | None
    title: str
    format: str
    content_type: str
    facts: dict[str, Any]
    body: str

    @property
    def is_internal(self) -> bool:
        return self.facts.get("audience") == "internal"

    @property
    def summary(self) -> str:
        return str(self.facts.get("summary", ""))

    def terms(self, facet: str) -> list[str]:
        """The term keys this source carries for a facet; empty when it names none."""
        value = self.facts.get(facet, [])
        return [value] if isinstance(value, str) else list(value)


def read(path: Path) -> Authored:
    """Read one source file.

    Raises ValueError, naming the file, when the front matter is missing, is not TOML, lacks a
    key, names an unknown format, or belongs to another external id than the file's name says.
    """
    found = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    named = _VERSIONED.match(path.stem)
    if found is None or named is None:
        raise ValueError(f"{path.name} does not begin with front matter between +++ lines")
    try:
        facts = tomllib.loads(found.group(1))
        asset = Authored(
            external_id=facts["external_id"],
            version=int(named["number"]) if named["number"] else None,
            title=facts["title"],
            format=facts["format"],
            content_type=facts["content_type"],
            facts=facts,
            body=found.group(2).strip() + "\n",
        )
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from error
    except KeyError as error:
        raise ValueError(f"{path.name} lacks the key {error}") from error
    if asset.format not in FORMATS:
        raise ValueError(f"{path.name} names the unknown format {asset.format!r}")
    if asset.external_id != named["external_id"]:
        raise ValueError(f"{path.name} says it is {asset.external_id!r}")
    return asset


def read_all(folder: Path) -> list[Authored]:
    """Every source in the folder, by external id, older versions before the current one."""
    sources = [read(path) for path in folder.glob("*.md")]
    return sorted(sources, key=lambda a: (a.external_id, a.version is None, a.version or 0))

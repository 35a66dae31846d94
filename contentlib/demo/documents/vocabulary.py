"""Reads the demo library's vocabulary: facets and their terms."""

import tomllib
from pathlib import Path
from typing import Any


def labels(path: Path) -> dict[str, dict[str, str]]:
    """For each facet key the labels of its terms by term key, in order."""
    facets: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["facet"]
    return {
        facet["key"]: {term["key"]: term["label"] for term in facet["term"]} for facet in facets
    }

"""Turns files into passages and passages into a searchable index; knows no users and no deals.

The public names are loaded when first used: importing this package loads neither torch nor
FAISS.
"""

from importlib import import_module
from typing import Any

__all__ = ["Documents", "EmbeddedIndex", "open_embedder"]

_HOMES = {
    "Documents": "indexer.documents",
    "EmbeddedIndex": "indexer.index",
    "open_embedder": "indexer.embed",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""What is heavy is loaded late: a process of its own proves it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "sentence_transformers", "faiss", "tantivy", "onnxruntime", "pptx", "openpyxl")


@pytest.mark.slow
@pytest.mark.parametrize(
    "module", ["web", "web.wiring", "web.cli", "web.wsgi", "indexer", "contentlib.reactions"]
)
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_public_names_of_the_indexer_are_those_listed() -> None:
    import indexer

    assert sorted(indexer.__all__) == ["Documents", "EmbeddedIndex", "open_embedder"]
    for name in indexer.__all__:
        assert getattr(indexer, name).__name__ == name

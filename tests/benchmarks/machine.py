"""On what a benchmark ran, and how its times are put into words."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

MEASURED = ("faiss-cpu", "tantivy", "onnxruntime", "sentence-transformers", "torch", "numpy")


def described() -> str:
    """Processor, cores and versions; no name that tells whose machine it is."""
    cpu = platform.machine()
    details = Path("/proc/cpuinfo")
    if details.is_file():
        named = [line for line in details.read_text().splitlines() if "model name" in line]
        cpu = named[0].partition(":")[2].strip() if named else cpu
    versions = ", ".join(f"{name} {version(name)}" for name in MEASURED)
    return f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


def milliseconds(seconds: Sequence[float], percentile: float = 50) -> float:
    return float(np.percentile(seconds, percentile)) * 1000


def report(title: str, *lines: str) -> None:
    print(f"\n== {title}", *(f"   {line}" for line in (*lines, described())), sep="\n")

"""Pages compared as pictures, for files in which there are no words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contentlib.recognition.rules import NOTHING, Candidate, Recognition

HASH_BYTES = 32
# Of 256 bits: what scaling and saving anew change at most.
NEAR_BITS = 12
ENOUGH_PAGES = 0.6
# A single page is as often a logo or a letterhead as a copy.
FEWEST_PAGES = 2
FEWEST_TO_BE_SURE = 3
RIVAL = 0.1
_SIDE = 16
# Steps of brightness (of 256) that are no difference: compression leaves such on a plain ground.
_SAME = 2
_BLANK = 8
_DISTINCTIVE_IN = 2


def picture_hash(path: Path) -> bytes:
    """dHash-256 of a drawn page, 32 bytes: whether each of 16 x 16 fields is darker than its
    right neighbour (Krawetz, "Kind of Like That", 2013). b"" for a blank page, and for a picture
    that cannot be opened."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path) as image:
            grey = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.LANCZOS)
    except (OSError, ValueError):
        return b""
    fields = np.asarray(grey, dtype=np.int16)
    if int(fields.max()) - int(fields.min()) < _BLANK:
        return b""
    return np.packbits(fields[:, 1:] - fields[:, :-1] > _SAME).tobytes()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A wordless version of ours: the hashes of its non-blank pages, and their page numbers."""

    asset_id: int
    version_id: int
    version_number: int
    pictures: tuple[bytes, ...]
    pages: tuple[int, ...]


def compare(pictures: Sequence[bytes], versions: Iterable[Drawn]) -> Recognition:
    """The wordless versions whose pages stand in the file in the same order.

    Certain at three pages or more that are 60 % of the version's, with no other asset near.
    Pages that look alike in more than two assets are left out on both sides: a template's title.
    """
    versions = [version for version in versions if version.pictures]
    if not pictures or not versions:
        return NOTHING
    near = {version.version_id: _near(pictures, version.pictures) for version in versions}
    common = _common(near, versions, len(pictures))
    best: dict[int, Candidate] = {}
    for version in sorted(versions, key=lambda v: -v.version_number):
        candidate = _candidate(version, near[version.version_id], common)
        if candidate is None:
            continue
        known = best.get(version.asset_id)
        if known is None or _rank(candidate) < _rank(known):
            best[version.asset_id] = candidate
    ordered = sorted(best.values(), key=lambda c: (*_rank(c), c.asset_id))
    if not ordered:
        return NOTHING
    first = ordered[0]
    is_rivalled = any(other.score >= first.score - RIVAL - 1e-9 for other in ordered[1:])
    is_enough = first.score >= ENOUGH_PAGES and len(first.pages) >= FEWEST_TO_BE_SURE
    return Recognition("page pictures", is_enough and not is_rivalled, tuple(ordered))


def _rank(candidate: Candidate) -> tuple[float, int]:
    return -candidate.score, -len(candidate.pages)


def _near(ours: Sequence[bytes], others: Sequence[bytes]) -> Any:
    """(len(ours), len(others)) bool: pictures within a few bits of each other."""
    import numpy as np

    a = np.frombuffer(b"".join(ours), dtype=np.uint64).reshape(-1, HASH_BYTES // 8)
    b = np.frombuffer(b"".join(others), dtype=np.uint64).reshape(-1, HASH_BYTES // 8)
    bits = np.bitwise_count(a[:, None, :] ^ b[None, :, :]).sum(axis=2)
    return bits <= NEAR_BITS


def _common(near: Mapping[int, Any], versions: Sequence[Drawn], count: int) -> frozenset[int]:
    """The places of the file's pictures that look like pages of more than two assets."""
    assets_of: list[set[int]] = [set() for _ in range(count)]
    for version in versions:
        for place in near[version.version_id].any(axis=1).nonzero()[0].tolist():
            assets_of[place].add(version.asset_id)
    return frozenset(p for p, assets in enumerate(assets_of) if len(assets) > _DISTINCTIVE_IN)


def _candidate(version: Drawn, near: Any, common: frozenset[int]) -> Candidate | None:
    template = {ours for place in common for ours in near[place].nonzero()[0].tolist()}
    wanted = len(version.pictures) - len(template)
    places = [
        [n for n in near[place].nonzero()[0].tolist() if n not in template]
        for place in range(len(near))
    ]
    met = _in_order(places)
    if len(met) < FEWEST_PAGES:
        return None
    pages = tuple(sorted(version.pages[n] for n in met))
    score = min(1.0, len(met) / wanted)
    return Candidate(
        version.asset_id, version.version_id, version.version_number, "page pictures", score, pages
    )


def _in_order(places: Sequence[Sequence[int]]) -> list[int]:
    """The longest run of ascending page places, one a picture of the file at most."""
    # best[k]: the run of k + 1 pages that ends earliest
    best: list[list[int]] = []
    for choices in places:
        for choice in sorted(choices, reverse=True):
            fits = sum(1 for run in best if run[-1] < choice)
            grown = [*(best[fits - 1] if fits else []), choice]
            best[fits : fits + 1] = [grown]
    return best[-1] if best else []

"""Near-copies: assets that share most of their wording, whatever their titles.

Vectors say what two texts are about, and cannot tell a copy from a sibling of the same template:
in three libraries different texts came as near as .95, and copies as far as .85. Their five-word
runs tell them apart: copies shared .47 to .72 of them, any other two at most .27.
"""

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from contentlib.asset.models import Asset, Passage

Pair = tuple[int, int]

SHINGLE_WORDS = 5
NEAR_COPY = 0.4
# Some fifty pages: who copies a longer document copies its beginning too.
_PASSAGES_READ = 120
_WORD = re.compile(r"[^\W_]+")


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Each run of five words, without case and marks; a shorter text is one run."""
    words = [word.casefold() for word in _WORD.findall(text)]
    last = max(len(words) - SHINGLE_WORDS, 0)
    runs = (tuple(words[start : start + SHINGLE_WORDS]) for start in range(last + 1))
    return frozenset(run for run in runs if run)


def overlap(one: Collection[tuple[str, ...]], other: Collection[tuple[str, ...]]) -> float:
    """Jaccard index of two texts' shingles, in [0, 1]; 0 where one has none."""
    a, b = frozenset(one), frozenset(other)
    return len(a & b) / len(a | b) if a and b else 0.0


def near_copies(session: Session, pairs: Collection[Pair]) -> dict[Pair, float]:
    """Those of the pairs of assets that are near-copies -> how much wording they share.

    Speaker notes do not count. At most one statement; meant for a screenful.
    """
    ids = {asset_id for pair in pairs for asset_id in pair}
    if not ids:
        return {}
    rows = session.execute(
        select(Asset.id, Passage.text)
        .join(Passage, Passage.version_id == Asset.current_version_id)
        .where(Asset.id.in_(ids), Passage.is_notes.is_(False), Passage.ordinal < _PASSAGES_READ)
        .order_by(Asset.id, Passage.ordinal)
    )
    texts: dict[int, list[str]] = {}
    for asset_id, text in rows:
        texts.setdefault(asset_id, []).append(text)
    said = {asset_id: shingles("\n".join(parts)) for asset_id, parts in texts.items()}
    shared = {(a, b): overlap(said.get(a, ()), said.get(b, ())) for a, b in pairs}
    return {pair: share for pair, share in shared.items() if share >= NEAR_COPY}

"""The files of a segment, as the manifest names them: the segment, and clusters of a large one.

They stand in one list, oldest segment first, told apart by their endings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.manifest import IndexFile
from indexer.vectors.segments import CARDS, PASSAGES

SEGMENT_ENDING = ".npz"
LEGS = (CARDS, PASSAGES)


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """A segment, and by leg the clusters of its cards or passages where they are many."""

    segment: IndexFile
    clusters: tuple[tuple[str, IndexFile], ...] = ()


def clusters_name(segment: str, leg: str) -> str:
    """The name of the clusters that belong to the segment of that name."""
    return f"{segment.removesuffix(SEGMENT_ENDING)}.{leg}.ivf"


def grouped(named: Sequence[IndexFile]) -> tuple[SegmentFiles, ...]:
    """Each segment with its clusters, oldest first."""
    by_name = {part.name: part for part in named}
    return tuple(
        SegmentFiles(
            part,
            tuple(
                (leg, by_name[clusters_name(part.name, leg)])
                for leg in LEGS
                if clusters_name(part.name, leg) in by_name
            ),
        )
        for part in named
        if part.name.endswith(SEGMENT_ENDING)
    )

"""From shingles met to a verdict: which asset, which of its versions, how sure. Pure.

Where the thresholds come from: tests/relevance/recognition/README.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from contentlib.recognition.rules import NOTHING, Candidate, Recognition, Verdict

# A shingle that stands in more assets than this is boilerplate.
DISTINCTIVE_IN = 2


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The shares at which a verdict changes, all of our version's (or page's) distinctive text.

    A text of fewer than `fewest` distinctive shingles is known by nothing but exact equality, and
    a page of which fewer than `fewest_of_page` are stored is no sign by itself.
    """

    edited_copy: float = 0.5
    pages_of: float = 0.15
    fewest: int = 40
    page: float = 0.6
    fewest_of_page: int = 12
    rival: float = 0.1
    accounted_for: float = 0.75


SHIPPED = Thresholds()


@dataclass(frozen=True, slots=True)
class Met:
    """What of one of our versions stands in a file.

    `stored` is page -> how many distinctive shingles of it are in the sample of one in `every`;
    `met` is shingle -> page of our version, those met outside the sample among them; `counted`,
    shingles met by page, is of the sample alone.
    """

    asset_id: int
    version_id: int
    version_number: int
    every: int
    stored: Mapping[int, int]
    met: Mapping[int, int]
    counted: Mapping[int, int] = field(init=False)

    def __post_init__(self) -> None:
        counted = Counter(page for shingle, page in self.met.items() if shingle % self.every == 0)
        object.__setattr__(self, "counted", counted)

    @property
    def size(self) -> int:
        """How many distinctive shingles the version has."""
        return self.every * sum(self.stored.values())

    @property
    def amount(self) -> int:
        """How many of them are met."""
        return self.every * sum(self.counted.values())

    @property
    def containment(self) -> float:
        return min(1.0, self.amount / self.size) if self.size else 0.0


def weigh(versions: Iterable[Met], thresholds: Thresholds = SHIPPED) -> Recognition:
    """What a file is, of which these versions have something.

    1. A shingle met in more than two assets decides nothing.
    2. An asset is named by its version most like the file: so an outdated copy is one.
    3. An asset whose share in the file is also in another, fuller one is no finding.
    4. Certain is an edited copy to which no other asset comes near.
    """
    likeliest = [
        _likeliest(group, thresholds) for group in _by_asset(_without_common(versions)).values()
    ]
    found = [
        (version, candidate)
        for version in likeliest
        if (candidate := _candidate(version, thresholds)) is not None
    ]
    telling = [
        candidate
        for version, candidate in found
        if not any(
            _accounts_for(other, version, thresholds) for other, _ in found if other is not version
        )
    ]
    return _decided(telling, thresholds)


def _without_common(versions: Iterable[Met]) -> list[Met]:
    # Rows of a shingle are removed once it becomes common. One import before that it may stand
    # in three assets, as imports at the same time do not see each other.
    versions = list(versions)
    assets_of: dict[int, set[int]] = {}
    for version in versions:
        for shingle in version.met:
            assets_of.setdefault(shingle, set()).add(version.asset_id)
    common = {s for s, assets in assets_of.items() if len(assets) > DISTINCTIVE_IN}
    if not common:
        return versions
    return [_without(version, common) for version in versions]


def _without(version: Met, common: set[int]) -> Met:
    kept = {shingle: page for shingle, page in version.met.items() if shingle not in common}
    slimmer = replace(version, met=kept)
    lost = {page: count - slimmer.counted.get(page, 0) for page, count in version.counted.items()}
    stored = {page: count - lost.get(page, 0) for page, count in version.stored.items()}
    return replace(slimmer, stored=stored)


def _by_asset(versions: Iterable[Met]) -> dict[int, list[Met]]:
    groups: dict[int, list[Met]] = {}
    for version in versions:
        groups.setdefault(version.asset_id, []).append(version)
    return groups


def _likeliest(versions: Sequence[Met], thresholds: Thresholds) -> Met:
    """The version most like the file (Dice coefficient of its text and what the file has of the
    asset); the newest of equals. Containment alone would take every older, shorter version for
    as good as the one that was sent."""
    known = max(version.amount for version in versions)

    def likeness(version: Met) -> tuple[bool, float, int]:
        dice = 2 * version.amount / (version.size + known) if known else 0.0
        return version.size >= thresholds.fewest, round(dice, 9), version.version_number

    return max(versions, key=likeness)


def _candidate(version: Met, thresholds: Thresholds) -> Candidate | None:
    if version.size < thresholds.fewest:
        return None
    share = version.containment
    pages = pages_met(version, thresholds)
    verdict: Verdict
    if share >= thresholds.edited_copy:
        verdict = "edited copy"
    elif share >= thresholds.pages_of or any(_is_telling(version, p, thresholds) for p in pages):
        verdict = "pages of"
    else:
        return None
    return Candidate(
        version.asset_id, version.version_id, version.version_number, verdict, share, pages
    )


def pages_met(version: Met, thresholds: Thresholds = SHIPPED) -> tuple[int, ...]:
    """The pages of our version most of whose distinctive text is in the file."""
    return tuple(
        sorted(
            page
            for page, count in version.stored.items()
            if count and version.counted.get(page, 0) / count >= thresholds.page
        )
    )


def _is_telling(version: Met, page: int, thresholds: Thresholds) -> bool:
    """Whether the page alone would be known again."""
    return version.stored[page] >= thresholds.fewest_of_page


def _accounts_for(fuller: Met, other: Met, thresholds: Thresholds) -> bool:
    """Whether the file has something of `other` only because it has so much of `fuller`.

    A datasheet whose text stands in a brochure is not named beside the brochure, nor the brochure
    for the few words it shares with the datasheet. Copies of one another stay rivals.
    """
    # both are powers of two: shingles that neither's sample may have left out
    every = max(fuller.every, other.every)
    met = [shingle for shingle in other.met if shingle % every == 0]
    shared = sum(shingle in fuller.met for shingle in met)
    if shared < thresholds.accounted_for * len(met):
        return False
    is_much_more = (
        fuller.containment >= thresholds.edited_copy and other.amount < fuller.amount * 2 / 3
    )
    is_less_whole = (
        other.containment < fuller.containment - thresholds.rival
        and other.amount <= fuller.amount * 1.1
    )
    return is_much_more or is_less_whole


def _decided(candidates: Sequence[Candidate], thresholds: Thresholds) -> Recognition:
    if not candidates:
        return NOTHING
    ordered = sorted(candidates, key=_rank)
    best = ordered[0]
    is_rivalled = any(
        candidate.score >= best.score - thresholds.rival - 1e-9 for candidate in ordered[1:]
    )
    is_certain = best.verdict == "edited copy" and not is_rivalled
    return Recognition(best.verdict, is_certain, tuple(ordered))


def _rank(candidate: Candidate) -> tuple[bool, float, int, int]:
    return (
        candidate.verdict != "edited copy",
        -candidate.score,
        -len(candidate.pages),
        candidate.asset_id,
    )

"""Why an asset is unused: the causes of METRICS, first that holds. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "taken, send not seen",
    "never shown",
    "shown, not opened",
    "opened, not sent",
    "not enough evidence",
]

# What a marketer can do about each; the page and the export say the same.
SUGGESTIONS: dict[str, str] = {
    "taken, send not seen": "Reps download it: it is probably sent as a file we do not see. "
    "Ask them to share the link.",
    "never shown": "Nobody meets it. Check its title, summary and facets.",
    "shown, not opened": "Reps see it and pass by. Give it a better title, summary or first page.",
    "opened, not sent": "Reps look at it and decide against it. Ask them what is missing.",
    "not enough evidence": "Too little has happened to say. Look again next month.",
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Settings, printed with every report."""

    min_impressions: int = 5
    min_opens: int = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened to one unused asset in the window, by reps.

    `opens_from_impressions` are the opens that began at a shown list, `expected_opens` what the
    library's opens per surface and rank would give for the same impressions.
    """

    impressions: int
    opens: int
    takings: int
    opens_from_impressions: int = 0
    expected_opens: float = 0.0


def cause(evidence: Evidence, thresholds: Thresholds) -> Cause:
    """The first cause that holds."""
    if evidence.takings >= 1:
        return "taken, send not seen"
    few_shown = evidence.impressions < thresholds.min_impressions
    few_opened = evidence.opens < thresholds.min_opens
    if few_shown and few_opened:
        return "never shown"
    upper = poisson_upper_bound(evidence.opens_from_impressions)
    if upper < evidence.expected_opens / 2:
        return "shown, not opened"
    if not few_opened:
        return "opened, not sent"
    return "not enough evidence"


def poisson_upper_bound(count: int, *, confidence: float = 0.95) -> float:
    """The rate above which so few events would be seen in fewer than 5 % of cases.

    One-sided exact bound (Garwood 1936): the rate at which P(X <= count) = 1 - confidence;
    2.996 for none seen.
    """
    low, high = float(count), 2.0 * count + 10.0
    while _poisson_cdf(count, high) > 1 - confidence:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        if _poisson_cdf(count, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _poisson_cdf(count: int, rate: float) -> float:
    if rate <= 0:
        return 1.0
    terms = (k * math.log(rate) - rate - math.lgamma(k + 1) for k in range(count + 1))
    return math.fsum(math.exp(term) for term in terms)


def rank_band(rank: int) -> int:
    """Ranks that are looked at alike: each of the first three, then 4-10, then the rest."""
    if rank <= 3:
        return rank
    return 4 if rank <= 10 else 11


def expected_opens(
    shown: Mapping[tuple[str, int], int], rates: Mapping[tuple[str, int], float]
) -> float:
    """Opens that impressions per (surface, rank band) would have brought an average asset."""
    return math.fsum(count * rates.get(where, 0.0) for where, count in shown.items())

"""Measures of ranked answers against judgements. Pure."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Judged:
    """One query with its answer: ids in rank order, and the judged grades by id."""

    query_id: str
    ranked: tuple[str, ...]
    grades: Mapping[str, int]
    confident: bool
    took_ms: float
    top_score: float = 0.0

    @property
    def is_answerable(self) -> bool:
        return any(grade > 0 for grade in self.grades.values())


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], *, k: int = 10) -> float:
    """Normalised discounted cumulative gain, gain 2^grade - 1, log2 discount (Burges 2005).

    >>> ndcg(["a", "b"], {"a": 2})
    1.0
    """
    gains = [_gain(grades.get(item, 0)) for item in ranked[:k]]
    ideal = sorted((_gain(grade) for grade in grades.values()), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def _gain(grade: int) -> float:
    return float(2**grade - 1)


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def recall(ranked: Sequence[str], grades: Mapping[str, int], *, k: int = 10) -> float:
    """Share of the judged-good (grade > 0) among the first k; the ideal is min(k, good)."""
    good = {item for item, grade in grades.items() if grade > 0}
    found = sum(item in good for item in ranked[:k])
    return found / min(k, len(good)) if good else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """1 / place of the first good one; 0 when there is none."""
    for place, item in enumerate(ranked, start=1):
        if grades.get(item, 0) > 0:
            return 1 / place
    return 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over the answerable queries; abstention over all.

    `refused` is the share of answerable queries answered with "nothing fits" (lower is better),
    `abstained` the share of unanswerable ones (higher is better), None without any.
    `unjudged` is the share of the first k that nobody judged.
    """

    queries: int
    ndcg: float
    ndcg_interval: Interval
    recall: float
    mrr: float
    success: float
    unjudged: float
    refused: float
    abstained: float | None
    abstention_auc: float | None
    abstention_auc_interval: Interval | None
    p50_ms: float
    p95_ms: float


def summarise(judged: Sequence[Judged], *, k: int = 10) -> Summary:
    """Pooled by query: each counts the same, whatever its library."""
    good = [j for j in judged if j.is_answerable]
    bad = [j for j in judged if not j.is_answerable]
    times = sorted(j.took_ms for j in judged) or [0.0]
    gains = [ndcg(j.ranked, j.grades, k=k) for j in good]
    fits, misfits = [j.top_score for j in good], [j.top_score for j in bad]
    return Summary(
        queries=len(good),
        ndcg=_mean(gains),
        ndcg_interval=mean_interval(gains),
        recall=_mean([recall(j.ranked, j.grades, k=k) for j in good]),
        mrr=_mean([reciprocal_rank(j.ranked[:k], j.grades) for j in good]),
        success=_mean([float(reciprocal_rank(j.ranked[:k], j.grades) > 0) for j in good]),
        unjudged=_mean([float(item not in j.grades) for j in good for item in j.ranked[:k]]),
        refused=_mean([float(not j.confident) for j in good]),
        abstained=_mean([float(not j.confident) for j in bad]) if bad else None,
        abstention_auc=auc(fits, misfits),
        abstention_auc_interval=_auc_interval(fits, misfits),
        p50_ms=times[len(times) // 2],
        p95_ms=times[min(len(times) - 1, int(len(times) * 0.95))],
    )


def reciprocal_rank_fusion(lists: Sequence[Sequence[str]], *, k: int = 60) -> tuple[str, ...]:
    """Several rankings as one: sum of 1 / (k + place) (Cormack, Clarke & Buettcher 2009)."""
    scores: dict[str, float] = {}
    for ranked in lists:
        for place, item in enumerate(ranked, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + place)
    return tuple(sorted(scores, key=lambda item: (-scores[item], item)))


_RESAMPLES = 2000
_SEED = 20260301  # the same intervals from the same figures


def mean_interval(values: Sequence[float]) -> Interval:
    """Percentile bootstrap of the mean (Efron & Tibshirani 1993), 2,000 resamples."""
    if not values:
        return Interval(0.0, 0.0)
    draw = random.Random(_SEED)  # noqa: S311 - resampling, nothing secret
    means = sorted(_mean(draw.choices(values, k=len(values))) for _ in range(_RESAMPLES))
    return Interval(means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1])


def paired_difference(one: Sequence[float], other: Sequence[float]) -> tuple[float, Interval]:
    """Mean of one - other over the same queries in the same order, with its interval."""
    differences = [a - b for a, b in zip(one, other, strict=True)]
    return _mean(differences), mean_interval(differences)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """How often an answerable query scores above an unanswerable one, ties half."""
    if not positives or not negatives:
        return None
    wins = math.fsum(1.0 if p > n else 0.5 if p == n else 0.0 for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def _auc_interval(positives: Sequence[float], negatives: Sequence[float]) -> Interval | None:
    """Bootstrap over both kinds of query apart; wide where one kind is few, as it should be."""
    if not positives or not negatives:
        return None
    draw = random.Random(_SEED)  # noqa: S311 - resampling, nothing secret
    found = sorted(
        auc(draw.choices(positives, k=len(positives)), draw.choices(negatives, k=len(negatives)))
        or 0.0
        for _ in range(_RESAMPLES // 4)
    )
    return Interval(found[int(0.025 * len(found))], found[int(0.975 * len(found)) - 1])

"""How exactly a sample tells a share or a difference: 95 % intervals, for drawings drawn several times, too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pointwise.errors import DataError

CONFIDENCE = 0.95
QUANTILE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
RESAMPLES = 9_999


@dataclass(frozen=True)
class Share:
    """A share of what was counted and the 95 % interval of its sample, each 0–1; as text "99.6 % (98.9–99.9)"."""

    value: float
    low: float
    high: float
    count: int  # of what is independent: pictures, or drawings, not how often each was drawn

    def said(self, decimals: int = 1) -> str:
        """Value and interval in percent, with so many decimals: "99.58 % (99.44–99.69)"."""
        value, low, high = (f"{100 * one:.{decimals}f}" for one in (self.value, self.low, self.high))
        return f"{value} % ({low}–{high})"

    @property
    def rest(self) -> Share:
        """The share of all others: an accuracy's error."""
        return Share(1 - self.value, 1 - self.high, 1 - self.low, self.count)

    def __str__(self) -> str:
        return self.said()

    @property
    def interval(self) -> list[float]:
        """JSON: low and high, 0–1."""
        return [self.low, self.high]

    def json(self) -> dict[str, Any]:
        """JSON: share, low, high and count."""
        return {"share": self.value, "low": self.low, "high": self.high, "count": self.count}


@dataclass(frozen=True)
class Difference:
    """A difference with the 95 % interval of its sample; as text one of shares, "1.2 points (0.4 to 2.0)"."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out; where it holds zero, nobody should call it a difference."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        value, low, high = (f"{100 * one:.1f}".replace("-", "−") for one in (self.value, self.low, self.high))
        return f"{value} points ({low} to {high})"


def differences_together(of_each: ArrayLike) -> list[Difference]:
    """The means of rows (k, n), each a difference for the same n independent things, with intervals that hold together.

    In 95 of 100 samples all k of them hold what they are of, so the largest may be picked and believed. Each reaches
    as many standard errors to both sides as the largest of k such means stays within, of Student's t with n - 1 degrees
    of freedom and correlated as these are (Hothorn, Bretz, Westfall 2008, Simultaneous inference in general parametric
    models, Biometrical Journal 50). Always the same for the same rows. Raises DataError for fewer than two things.
    """
    rows = np.atleast_2d(np.asarray(of_each, float))
    count = rows.shape[1]
    if count < 2:
        raise DataError(f"A difference on {count} things has no interval. Measure it on more.")
    means, errors = rows.mean(axis=1), rows.std(axis=1, ddof=1) / math.sqrt(count)
    reaches = _reach(rows[errors > 0]) * errors
    return [Difference(float(mean), float(mean - r), float(mean + r)) for mean, r in zip(means, reaches, strict=True)]


def _reach(rows: NDArray[np.float64]) -> float:
    """How many standard errors the largest of the rows' means stays within, by 20,000 draws."""
    generator = np.random.default_rng(0)
    correlations = np.atleast_2d(np.corrcoef(rows)) if len(rows) else np.ones((1, 1))
    none = np.zeros(len(correlations))
    drawn = np.abs(generator.multivariate_normal(none, correlations, 20_000, check_valid="ignore", method="eigh"))
    freedom = rows.shape[1] - 1
    largest = drawn.max(axis=1) / np.sqrt(generator.chisquare(freedom, len(drawn)) / freedom)
    return float(np.quantile(largest, CONFIDENCE))


def share_of(hits: ArrayLike) -> Share:
    """The share of hits, bool (N,), of independent things, with Wilson's interval. Raises DataError for no things."""
    found = np.asarray(hits, bool)
    return counted_share(int(found.sum()), len(found))


def counted_share(right: int, count: int) -> Share:
    """The share that ``right`` is of ``count`` independent things, with the interval of Wilson 1927.

    Computed here, as a page says it beside a drawing: scipy.stats takes 0.7 s to import. Raises DataError where nothing
    was counted.
    """
    if not 0 <= right <= count or not count:
        raise DataError(f"{right:,} of {count:,} is no share. Count at least one thing, and no more hits than things.")
    value, square = right / count, QUANTILE**2 / count
    middle = (value + square / 2) / (1 + square)
    reach = math.sqrt(square * (value * (1 - value) + square / 4)) / (1 + square)
    return Share(value, min(max(middle - reach, 0.0), value), max(min(middle + reach, 1.0), value), count)


def share_of_sample(value: float, count: int) -> Share:
    """The share that was found of ``count`` independent things, 0–1, as ``counted_share`` gives it."""
    return counted_share(round(value * count), count)


def difference_of_shares(one: Share, other: Share) -> Difference:
    """By how much the other share is larger, with Newcombe's interval of independent samples (1998, method 10).

    Where both were found on one sample, as two networks on the same digits, the interval is wider than it need be.
    """
    value = other.value - one.value
    below = math.hypot(other.value - other.low, one.high - one.value)
    above = math.hypot(other.high - other.value, one.value - one.low)
    return Difference(value, value - below, value + above)


def share_of_groups(hits: ArrayLike, groups: Sequence[Any] | ArrayLike) -> Share:
    """The share of hits, bool (N,), where things of one group, (N,) names, are alike: a drawing that is drawn thrice.

    Its interval is that of a bootstrap that draws whole groups, always the same one for the same hits. Where all or
    none are hits, no resample differs: then it is Wilson's over the groups. One group tells nothing: 0 to 1. Raises
    DataError for no things.
    """
    from scipy.stats import bootstrap

    found = np.asarray(hits, bool)
    _, members = np.unique(np.asarray(groups), return_inverse=True)
    if len(members) != len(found):
        raise DataError(f"{len(found):,} hits of {len(members):,} things do not fit. Give each hit its group.")
    sizes = np.bincount(members)
    right = np.bincount(members, found)
    if found.all() or not found.any():
        return counted_share(len(sizes) if found.any() else 0, len(sizes))
    if len(sizes) == 1:
        return Share(float(found.mean()), 0.0, 1.0, 1)
    made = bootstrap(
        (right, sizes),
        lambda one, of, axis=-1: one.sum(axis=axis) / of.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=500,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    interval = made.confidence_interval
    return Share(float(found.mean()), float(interval.low), float(interval.high), len(sizes))

"""Intervals of shares, against known values."""

import numpy as np
import pytest
from scipy.stats import binomtest, t

from pointwise.errors import DataError
from pointwise.intervals import (
    Share,
    counted_share,
    difference_of_shares,
    differences_together,
    share_of,
    share_of_groups,
)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [  # Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_the_published_one(right: int, count: int, low: float, high: float) -> None:
    share = counted_share(right, count)
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-5)
    assert (share.value, share.count) == (right / count, count)


@pytest.mark.parametrize(("right", "count"), [(0, 7), (7, 7), (3, 7), (9958, 10_000)])
def test_wilson_is_scipys(right: int, count: int) -> None:
    theirs = binomtest(right, count).proportion_ci(0.95, "wilson")
    assert counted_share(right, count).interval == pytest.approx([theirs.low, theirs.high], abs=1e-12)


def test_shares_are_counted() -> None:
    assert share_of([True, True, False, True]) == counted_share(3, 4)


def test_one_of_each_group_is_nearly_wilsons() -> None:
    hits = np.arange(500) % 10 > 0
    assert share_of_groups(hits, range(500)).interval == pytest.approx(share_of(hits).interval, abs=0.006)


def test_repetitions_add_nothing() -> None:
    hits = np.arange(300) % 10 > 0
    once, thrice = share_of_groups(hits, range(300)), share_of_groups(np.tile(hits, 3), np.tile(np.arange(300), 3))
    assert (thrice.value, thrice.count) == (once.value, once.count) == (0.9, 300)
    assert thrice.interval == pytest.approx(once.interval, abs=1e-9)
    naive = share_of(np.tile(hits, 3))
    assert thrice.high - thrice.low > 1.5 * (naive.high - naive.low)


def test_groups_that_are_all_alike() -> None:
    assert share_of_groups(np.ones(30, bool), np.tile(np.arange(10), 3)) == counted_share(10, 10)
    assert share_of_groups(np.zeros(30, bool), np.tile(np.arange(10), 3)) == counted_share(0, 10)


def test_one_group_tells_nothing() -> None:
    assert share_of_groups([True, False, False], ["one"] * 3) == Share(1 / 3, 0.0, 1.0, 1)


def test_as_text() -> None:
    share = Share(0.9958, 0.9944, 0.9969, 10_000)
    assert (str(share), share.said(2)) == ("99.6 % (99.4–99.7)", "99.58 % (99.44–99.69)")


def test_the_rest_is_the_other_way_round() -> None:
    rest, others = counted_share(9958, 10_000).rest, counted_share(42, 10_000)
    assert (rest.value, rest.low, rest.high) == pytest.approx((others.value, others.low, others.high), abs=1e-12)


def test_nothing_has_no_share() -> None:
    with pytest.raises(DataError, match="no share"):
        share_of([])
    with pytest.raises(DataError, match="no share"):
        share_of_groups([], [])


def test_more_hits_than_things_are_refused() -> None:
    with pytest.raises(DataError, match="no share"):
        counted_share(8, 7)


def test_hits_without_a_group_are_refused() -> None:
    with pytest.raises(DataError, match="do not fit"):
        share_of_groups([True, False], [1])


def test_intervals_of_several_differences_hold_together() -> None:
    """Of 100 samples without a difference, about 5 seem to have one; by each interval alone it would be about 20."""
    generator = np.random.default_rng(0)
    together = alone = 0
    for _ in range(100):
        baseline = generator.normal(size=300)
        rows = generator.normal(size=(6, 300)) - baseline
        together += any(one.clear for one in differences_together(rows))
        alone += any(abs(row.mean()) > 1.97 * row.std(ddof=1) / 300**0.5 for row in rows)
    assert together <= 10
    assert alone > 12


def test_a_single_difference_has_the_usual_interval() -> None:
    hits = np.arange(200) < 30
    (difference,) = differences_together(hits)
    assert difference.value == pytest.approx(0.15)
    assert difference.high - difference.value == pytest.approx(
        t.ppf(0.975, 199) * hits.std(ddof=1) / 200**0.5, rel=0.01
    )
    assert str(differences_together(-hits.astype(float))[0]).startswith("−15.0 points (−20.0")


def test_few_things_have_the_wide_interval_of_student() -> None:
    (difference,) = differences_together([1.0, 2.0, 3.0, 6.0])
    assert difference.high - 3 == pytest.approx(t.ppf(0.975, 3) * np.std([1, 2, 3, 6], ddof=1) / 2, rel=0.02)


def test_what_never_differs_is_no_difference() -> None:
    none, some = differences_together([np.zeros(50), np.arange(50) % 2])
    assert (none.low, none.high, none.clear) == (0.0, 0.0, False)
    assert some.clear
    with pytest.raises(DataError, match="on 1 things"):
        differences_together([[1.0]])


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe 1998, Interval estimation for the difference between independent proportions, table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 10), (10, 10), 0.6075, 1.0000),
    ],
)
def test_the_difference_of_two_shares_is_newcombes(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = difference_of_shares(counted_share(*one), counted_share(*other))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)

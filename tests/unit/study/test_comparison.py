"""Which part of a difference is network, and which is recipe, on counts whose parts are known."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.study import comparison
from pointwise.study.outcomes import DRAWINGS, TEST, Raw, Sample, Training

NOTHING = Raw(0.0, 0.0, 0.0)
COUNT = 400
ORDER = np.random.default_rng(0).permutation(COUNT)


def drawings(share: float) -> Sample:
    """Drawings, of which this share is read all of the times: the same ones first."""
    read = "".join("3" if place < share * COUNT else "0" for place in ORDER)
    return Sample(COUNT, 3, read, "0" * COUNT, "0" * COUNT, 0.0, NOTHING)


def training(network: str, recipe: str, share: float, seed: int = 0, drawn: bool = True) -> Training:
    samples = {TEST: Sample(1000, 1, round(1000 * share), 0, 0, 0.0, NOTHING)}
    if drawn:
        samples[DRAWINGS] = drawings(share)
    return Training(network, recipe, seed, 10, 1.0, 1, "2", 1.0, 100, 80, 70, samples)


def table(nin: tuple[float, float], other: tuple[float, float], drawn: bool = True) -> list[Training]:
    """Trainings of nin and mlp_1x1, each by tutorial and by augmented."""
    return [
        training(network, recipe, share, drawn=drawn)
        for network, shares in (("nin", nin), ("mlp_1x1", other))
        for recipe, share in zip(("tutorial", "augmented"), shares, strict=True)
    ]


def parts(trainings: list[Training], sample: str = DRAWINGS) -> tuple[float, float, float]:
    (one,) = [one for one in comparison.parts_of(trainings) if one.sample == sample]
    return one.total.value, one.network.value, one.recipe.value


@pytest.mark.parametrize("sample", [TEST, DRAWINGS])
def test_both_parts_are_found_and_add_up(sample: str) -> None:
    total, network, recipe = parts(table((0.90, 0.98), (0.80, 0.88)), sample)
    assert (total, network, recipe) == pytest.approx((0.18, 0.10, 0.08))
    total, network, recipe = parts(table((0.90, 0.98), (0.70, 0.90)), sample)
    assert (total, network, recipe) == pytest.approx((0.28, 0.14, 0.14))
    assert network + recipe == pytest.approx(total)


@pytest.mark.parametrize("sample", [TEST, DRAWINGS])
def test_a_part_inside_its_interval_is_called_no_difference(sample: str) -> None:
    same = table((0.800, 0.950), (0.800, 0.945))
    (one,) = [one for one in comparison.parts_of(same) if one.sample == sample]
    assert one.recipe.clear
    assert one.network.low < one.network.value < one.network.high
    (sentence,) = comparison.sentences([one], {"nin": "Network in Network"})
    assert sentence.startswith("Network in Network by the recipe augmented reads 95.0 % of ")
    assert "mlp_1x1 by the recipe tutorial 80.0 %" in sentence
    assert ("which this sample cannot tell from none" in sentence) == (not one.network.clear)
    assert not one.network.clear or sample == DRAWINGS


def test_the_same_drawings_tell_more_than_others_would() -> None:
    """All networks read the same ones: what is drawn anew is a drawing, with what all of them made of it."""
    two, one = comparison.parts_of(table((0.5, 0.6), (0.45, 0.55)))
    assert two.total.clear
    share = np.array([[0.6], [0.45]])
    alone = 1.96 * np.sqrt((share * (1 - share)).sum() / COUNT)
    assert two.total.high - two.total.low < 2 * alone
    assert one.total.high - one.total.low == pytest.approx(2 * alone * np.sqrt(COUNT / 1000), rel=0.01)


def test_what_lacks_a_cell_is_left_out() -> None:
    assert comparison.parts_of(table((0.9, 0.98), (0.8, 0.88))[1:]) == []
    assert [one.sample for one in comparison.parts_of(table((0.9, 0.98), (0.8, 0.88), drawn=False))] == [TEST]


def test_a_new_training_agrees_with_a_study_or_not() -> None:
    study = [training("nin", "fast", share, seed) for seed, share in enumerate((0.90, 0.91, 0.92))]
    (same,) = [one for one in comparison.checks_of(study[:1], study) if (one.sample, one.share) == (TEST, "read")]
    assert same.agrees
    assert same.same
    near, far = (
        [one for one in comparison.checks_of([training("nin", "fast", share)], study) if one.share == "read"]
        for share in (0.895, 0.70)
    )
    assert [(one.agrees, one.same) for one in near] == [(True, False)] * 2
    assert [(one.agrees, one.same) for one in far] == [(False, False)] * 2
    assert comparison.checks_of([training("nin", "tutorial", 0.9)], study) == []


def test_the_spread_over_seeds_widens_what_is_expected_of_another_one() -> None:
    """0.90 ± 0.02 over three seeds: one more is to lie within 4.303·0.02·√(4/3) = 0.099 of the mean, or further by
    as much as the sample may err; with a single seed only by that.
    """
    anew = [training("nin", "fast", 0.82)]
    shares = (0.88, 0.90, 0.92)
    study = [training("nin", "fast", share, seed) for seed, share in enumerate(shares, 1)]
    for known, agrees in ((study, True), (study[1:2], False)):
        (check,) = [one for one in comparison.checks_of(anew, known) if (one.sample, one.share) == (TEST, "read")]
        assert check.agrees is agrees
        assert check.expected is not None
        assert check.there.low is not None
        reach = 4.303 * 0.02 * np.sqrt(4 / 3) if agrees else 0
        assert check.expected[0] == pytest.approx(0.90 - np.hypot(0.90 - check.there.low, reach), abs=1e-4)

"""Experiments as jobs of a run, and the interval of repetitions against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from pointwise.claims.experiments import Experiment, Trial, Work, mean_of
from pointwise.errors import DataError


def counting(steps: int) -> Trial:
    def work() -> Work:
        for _ in range(steps - 1):
            yield
        return {"steps": float(steps)}

    return Trial(steps, work)


EXPERIMENT = Experiment("Counting", {"three": counting(3), "one": counting(1)})


def test_every_trial_ends_with_its_numbers() -> None:
    steps = list(EXPERIMENT.steps())
    assert [step.number for step in steps] == [1, 2, 3, 4]
    assert {step.total for step in steps} == {4}
    numbers = {step.epoch.of: step.epoch.metrics for step in steps if step.epoch}
    assert numbers == {"three": {"steps": 3.0}, "one": {"steps": 1.0}}


def test_it_ends_where_it_is_told_to() -> None:
    steps = EXPERIMENT.steps()
    assert next(steps).number == 1
    with pytest.raises(StopIteration):
        steps.send(True)


def test_what_is_measured_is_left_out_unless_all_is() -> None:
    assert list(EXPERIMENT.without(["three"]).trials) == ["one"]
    assert list(EXPERIMENT.without(["three", "one"]).trials) == ["three", "one"]


def test_the_interval_is_students() -> None:
    values = [0.02, 0.05, 0.01, 0.04]
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_of(values)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert (found.value, found.sign) == (pytest.approx(0.03), 1)
    assert mean_of([-value for value in values]).sign == -1
    assert mean_of([-0.1, 0.2]).sign == 0


def test_folds_of_one_sample_have_a_wider_interval() -> None:
    values = np.random.default_rng(0).normal(size=5).tolist()
    apart, folds = mean_of(values), mean_of(values, overlap=1 / 4)
    assert (folds.high - folds.low) / (apart.high - apart.low) == pytest.approx((1 + 5 / 4) ** 0.5)


def test_one_repetition_has_no_interval() -> None:
    with pytest.raises(DataError, match="two or more"):
        mean_of([1.0])

"""Made tables against scikit-learn's own generator, their noise, and the columns that mean nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.datasets import make_friedman1

from pointwise.data import made_table
from pointwise.data.made_table import BEST, COLUMNS, DECIDE, TRUTHS
from pointwise.errors import DataError


def test_the_smooth_rule_is_friedmans() -> None:
    x, y = make_friedman1(50, n_features=COLUMNS, noise=0.0, random_state=3)
    np.testing.assert_allclose(made_table.smooth(x), y)


@pytest.mark.parametrize("truth", TRUTHS)
def test_only_the_first_columns_decide(truth: str) -> None:
    x = np.random.default_rng(0).random((200, COLUMNS))
    for column in range(COLUMNS):
        other = x.copy()
        other[:, column] = other[:, column] ** 2
        assert np.array_equal(TRUTHS[truth](other), TRUTHS[truth](x)) == (column >= DECIDE)


@pytest.mark.parametrize("truth", TRUTHS)
def test_who_knows_the_rule_has_the_best_that_can_be_had(truth: str) -> None:
    training, held_out = made_table.made_table(truth, 20_000, 0)
    x = training.inputs.double().numpy() / 12**0.5 + 0.5
    y = training.targets.numpy()
    assert 1 - np.square(y - TRUTHS[truth](x)).mean() / y.var() == pytest.approx(BEST, abs=0.005)
    assert len(held_out) == made_table.HELD_OUT
    assert training.inputs.mean(0).abs().max() < 0.05
    assert (training.inputs.std(0) - 1).abs().max() < 0.05


def test_the_same_seed_makes_the_same_table_and_another_one_another() -> None:
    one, again, other = (made_table.made_table("smooth", 30, seed)[0] for seed in (0, 0, 1))
    assert torch.equal(one.targets, again.targets)
    assert not torch.equal(one.targets, other.targets)


def test_a_row_is_a_picture_of_one_pixel() -> None:
    rows, _ = made_table.made_table("thresholds", 30, 0)
    inputs, targets = rows.batch(slice(0, 7))
    assert (inputs.shape, targets.shape, inputs.dtype) == ((7, COLUMNS, 1, 1), (7, 1), torch.float32)
    assert rows.double().batch(slice(0, 7))[1].dtype == torch.float64
    assert float(rows.batch(slice(None))[1].mean()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("truth", "rows", "said"), [("magic", 100, "no rule"), ("smooth", 3, "number of rows 3")])
def test_tables_that_cannot_be_made_are_refused(truth: str, rows: int, said: str) -> None:
    with pytest.raises(DataError, match=said):
        made_table.made_table(truth, rows, 0)

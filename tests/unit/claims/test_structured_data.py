"""A table's rows as pixels against dense layers, and who is ahead of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch

from pointwise.claims import structured_data
from pointwise.claims.experiments import Work
from pointwise.claims.structured_data import CONFIG, REPEATS, ROWS, DenseTwin, key_of
from pointwise.data.made_table import MOST, TRUTHS
from pointwise.models import build, count_parameters


def done(work: Work) -> tuple[int, Mapping[str, float]]:
    """How many steps a trial made before its end, and its numbers."""
    steps = 0
    while True:
        try:
            next(work)
            steps += 1
        except StopIteration as end:
            return steps, end.value


def test_however_the_rows_are_arranged_they_go_through_dense_layers() -> None:
    found = structured_data.arrangements()
    assert len(found) == 3
    assert all(one.difference < 1e-5 for one in found)
    model, x = build(CONFIG), torch.randn(6, 12)
    with torch.inference_mode():
        whole = structured_data._by_convolutions(model, x.T.reshape(1, 12, 2, 3)).flatten()
        torch.testing.assert_close(whole, model(x[:, :, None, None]).flatten(), rtol=1e-5, atol=1e-6)


def test_the_example_is_the_whole_table() -> None:
    example = structured_data.example()
    assert example.columns.shape == (12, *structured_data.SHAPE)
    assert example.predictions.size == MOST


def test_the_twin_begins_as_the_network() -> None:
    model = build(CONFIG, seed=3)
    dense, x = DenseTwin(model), torch.randn(9, 12, 1, 1)
    assert count_parameters(dense) == count_parameters(model)
    torch.testing.assert_close(dense(x), model(x), rtol=1e-5, atol=1e-6)
    with torch.inference_mode():
        dense.layers[0].weight += 0.1
        assert float((dense(x) - model(x)).abs().max()) > 1e-3  # it has weights of its own


def test_twins_that_learn_alike_end_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(structured_data.recipe_for(500), epochs=2, batch_size=100)
    monkeypatch.setattr(structured_data, "recipe_for", lambda rows, seed=0: short)
    steps, numbers = done(structured_data.twin(200))
    assert steps == 4 * 2 * 2
    assert numbers["first"] < 1e-5
    assert numbers["double"] < 1e-10
    assert numbers["conv_r2"] == pytest.approx(numbers["dense_r2"], abs=1e-3)


def test_a_table_is_learned_by_both() -> None:
    steps, numbers = done(structured_data._table("smooth", 60, 0))
    assert steps == structured_data._steps(60)
    assert 0 < numbers["network_r2"] < 1
    assert 0 < numbers["trees_r2"] < 1


def numbers(**ahead: float) -> dict[str, dict[str, float]]:
    """Of all tables: by how much the network is ahead, by the rule's name."""
    return {
        key_of(truth, rows, repeat): {
            "network_r2": 0.8 + ahead.get(truth, 0.0) + repeat / 1000,
            "trees_r2": 0.8,
            "network_seconds": 2.0,
            "trees_seconds": 1.0,
        }
        for truth in TRUTHS
        for rows in ROWS
        for repeat in range(REPEATS)
    }


def test_the_contest_measures_every_kind_of_table() -> None:
    assert set(structured_data.contest().trials) == {*numbers(), structured_data.TWIN}


def test_who_is_ahead_is_told_table_by_table() -> None:
    first, *_, last = structured_data.cells(numbers(smooth=0.1, thresholds=-0.1))
    assert (first.truth, first.rows, first.ahead.sign) == ("smooth", ROWS[0], 1)
    assert (last.truth, last.rows, last.ahead.sign) == ("thresholds", ROWS[-1], -1)
    assert first.ahead.value == pytest.approx(first.network.value - first.trees.value)
    assert first.network_seconds == 2.0


def test_a_kind_of_table_counts_once_it_is_measured_whole() -> None:
    some = numbers()
    del some[key_of("smooth", ROWS[1], 0)]
    assert ("smooth", ROWS[1]) not in {(cell.truth, cell.rows) for cell in structured_data.cells(some)}
    assert len(structured_data.cells(some)) == len(TRUTHS) * len(ROWS) - 1

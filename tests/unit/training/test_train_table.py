"""The 1×1 network on tables: against linear regression, one row at a time, and which features it leans on."""

import numpy as np
import pytest
import torch

from pointwise.data.table import Prepared, load_sample, prepare, read_table
from pointwise.errors import ConfigError
from pointwise.explain.table_networks import baselines, strongest_features
from pointwise.inference import predict_row, predict_rows
from pointwise.jobs import TableJob, table_config
from pointwise.models import Network, build, default_config
from pointwise.training import measure, table_recipe


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """y = 10·a + 100·(town is Bonn), and b that does not matter."""
    rng = np.random.default_rng(0)
    rows = [
        f"{a:.3f},{b:.3f},{town},{10 * a + 100 * (town == 'Bonn'):.3f}"
        for a, b, town in zip(rng.random(300), rng.random(300), rng.choice(["Bonn", "Ulm", "Jena"], 300), strict=True)
    ]
    return prepare(read_table("\n".join(["a,b,town,y", *rows]).encode(), "toy.csv"), "y")


@pytest.fixture(scope="module")
def model(prepared: Prepared) -> Network:
    job = TableJob(table_config(prepared), table_recipe(len(prepared.training), epochs=20), prepared)
    *_, last = job.steps()
    return job.network(last.epoch)


def test_sample_is_learned_about_as_well_as_by_linear_regression() -> None:
    table = load_sample()
    prepared = prepare(table, table.targets[-1])
    *_, last = TableJob(table_config(prepared), table_recipe(len(prepared.training)), prepared).steps()
    _, linear, _ = baselines(prepared)
    assert abs(last.epoch.metrics["r2"] - linear.r2) < 0.05
    assert last.epoch.metrics["mae"] == pytest.approx(linear.mae, rel=0.1)


def test_network_fits_the_tables_inputs(prepared: Prepared) -> None:
    config = table_config(prepared, activation="tanh", batch_norm=True)
    assert (config.arch, config.input_channels, config.num_classes) == ("price_1x1", 5, 1)
    assert (config.activation, config.batch_norm, config.widths) == ("tanh", True, (16, 8))


def test_recipe_regularises_few_rows_more() -> None:
    few, many = table_recipe(350), table_recipe(16_000)
    assert few.weight_decay == 1.0
    assert many.weight_decay < 0.05
    assert few.epochs > many.epochs
    assert table_recipe(350, epochs=3, seed=4).epochs == 3


def test_rows_are_predicted_in_the_targets_unit(model: Network, prepared: Prepared) -> None:
    answers = predict_rows(model, prepared.held_out)
    assert (answers.dtype, answers.shape) == (np.float64, (60,))
    error = np.abs(answers - prepared.held_out.targets.numpy()).mean()
    assert error == pytest.approx(measure(model, prepared.held_out)["mae"], rel=1e-4)
    assert error < 20


def test_one_row_is_predicted_as_it_is_among_others(model: Network, prepared: Prepared) -> None:
    row = {"a": 0.5, "b": 0.5, "town": "Bonn"}
    inputs = torch.from_numpy(prepared.columns.encode([row]))[:, :, None, None]
    with torch.inference_mode():
        expected = prepared.scaling.from_model(model(inputs).item())
    assert predict_row(model, row) == pytest.approx(expected)
    assert predict_row(model, {"town": "Bonn"}) > predict_row(model, {"town": "Ulm"}) + 50


@pytest.mark.parametrize("other", [build(default_config("price_1x1")), build(default_config("nin"))])
def test_network_of_another_table_is_refused(other: Network, prepared: Prepared) -> None:
    with pytest.raises(ConfigError, match="does not say which columns"):
        predict_row(other, {})
    with pytest.raises(ConfigError, match="cannot read rows of 5"):
        strongest_features(other, prepared)


def test_strongest_feature_is_the_one_that_matters(model: Network, prepared: Prepared) -> None:
    strengths = strongest_features(model, prepared)
    assert strengths[0].feature == "town"
    assert strengths[0].added_error > 20
    assert {strength.feature for strength in strengths} == {"a", "b", "town"}
    assert strengths == strongest_features(model, prepared)
    assert len(strongest_features(model, prepared, count=1)) == 1

"""Costs against numbers worked out by hand."""

import pytest

from pointwise.costs import alternating_medians, cost
from pointwise.errors import ConfigError
from pointwise.models import ModelConfig, default_config

PIXELS = 28 * 28
NIN = (
    32 * 25 * 14**2 + 32 * 32 * 14**2 + 64 * 288 * 7**2 + 64 * 64 * 7**2 + 96 * 576 * 7**2 + 96 * 96 * 7**2 + 960 * 7**2
)


@pytest.mark.parametrize(
    ("arch", "parameters", "multiply_adds"),
    [
        ("conv_mlp", 12_848_010, 64 * PIXELS + 50_176 * 256 + 2_560),
        ("mlp_1x1", 203_530, PIXELS * 256 + 2_560),
        ("nin", 90_602, NIN),
        ("bag_of_pixels", 1_450, (32 + 32 * 32 + 320) * PIXELS),
        ("price_1x1", 193, 2 * 16 + 16 * 8 + 8),
    ],
)
def test_whole_network(arch: str, parameters: int, multiply_adds: int) -> None:
    counted = cost(default_config(arch))
    assert (counted.parameters, counted.multiply_adds) == (parameters, multiply_adds)


def test_rows_add_up_to_the_whole() -> None:
    counted = cost(default_config("nin"))
    assert sum(row.parameters for row in counted.layers) == counted.parameters
    assert sum(row.multiply_adds for row in counted.layers) == counted.multiply_adds


def test_rows_are_in_forward_order() -> None:
    rows = cost(default_config("conv_mlp")).layers
    assert [(row.name, row.kind) for row in rows] == [("conv1", "Conv2d"), ("fc1", "Linear"), ("fc2", "Linear")]


def test_batch_normalisation_has_parameters_and_no_multiply_adds() -> None:
    norm = next(row for row in cost(default_config("nin")).layers if row.name == "norm1")
    assert (norm.parameters, norm.multiply_adds) == (64, 0)


def test_too_large_a_network_is_refused() -> None:
    with pytest.raises(ConfigError, match="more than 50,000,000"):
        cost(ModelConfig("conv_mlp", image_size=256, widths=(4096, 4096)))


def test_work_in_turns_is_done_in_turns() -> None:
    done: list[str] = []
    medians = alternating_medians({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, rounds=2)
    assert done == ["a", "b"] * 3
    assert set(medians) == {"a", "b"}


def test_a_short_call_is_repeated_and_reported_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []
    monkeypatch.setattr("pointwise.costs.time.perf_counter", lambda: sum(calls))
    assert alternating_medians({"a": lambda: calls.append(2**-10)}, rounds=1, least=2**-8)["a"] == 1e3 / 2**10
    assert len(calls) == 2 * 4

"""Counts against built modules, torch's own flop counter and the papers' tables; sweeps over widths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from pointwise.claims import parameters
from pointwise.data.catalogue import Pictures
from pointwise.errors import ModelFileError
from pointwise.jobs.workers import Workers
from pointwise.models import SHIPPED, build, count_parameters, default_config
from pointwise.training import Recipe, train

SHORT = Recipe("short", epochs=2, batch_size=32)
SOME = Pictures("digits", few=96)


def counted(module: nn.Module, x: torch.Tensor) -> tuple[int, int]:
    with FlopCounterMode(display=False) as counter:
        module(x)
    return sum(p.numel() for p in module.parameters()), counter.get_total_flops() // 2


def made(module: nn.Module, x: torch.Tensor) -> list[int]:
    """How many values each convolution or dense layer in a module puts out."""
    values: list[int] = []
    for layer in module.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(lambda _, __, out: values.append(out.numel()))
    module(x)
    return values


@pytest.mark.parametrize(("height", "width", "inputs", "outputs"), [(1, 1, 6, 4), (5, 7, 3, 8), (4, 4, 8, 2)])
def test_the_counts_are_those_of_built_modules(height: int, width: int, inputs: int, outputs: int) -> None:
    pixels = height * width
    depthwise = nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs)
    built = [
        nn.Conv2d(inputs, outputs, 1),
        nn.Sequential(nn.Flatten(), nn.Linear(pixels * inputs, pixels * outputs)),
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.Sequential(depthwise, nn.Conv2d(inputs, outputs, 1)),
    ]
    x = torch.zeros(1, inputs, height, width)
    for size, module in zip(parameters.layers(height, width, inputs, outputs), built, strict=True):
        assert (size.parameters, size.multiply_adds) == counted(module, x)
        assert size.activations == 4 * sum(made(module, x))


def test_on_a_1x1_picture_the_convolution_is_the_dense_layer() -> None:
    conv, full, *_ = parameters.layers(1, 1, 784, 256)
    assert (conv.parameters, conv.multiply_adds) == (full.parameters, full.multiply_adds)


@pytest.mark.parametrize("block", [*parameters.INCEPTION, parameters.INCEPTION_3A, *parameters.RESNET])
def test_the_blocks_count_as_built_ones_do(block: parameters.Block) -> None:
    for conv in block.convolutions:
        module = nn.Conv2d(conv.inputs, conv.outputs, conv.kernel, padding=conv.kernel // 2, bias=False, device="meta")
        x = torch.zeros(1, conv.inputs, block.side, block.side, device="meta")
        assert counted(module, x) == (conv.weights, conv.weights * block.side**2)


def test_the_papers_numbers() -> None:
    assert parameters.INCEPTION_3A.weights // 1024 == 159  # GoogLeNet's table 1 says 159K
    assert round(parameters.INCEPTION_3A.multiply_adds / 1e6) == 128  # and 128M
    assert [block.multiply_adds for block in parameters.INCEPTION] == [120_422_400, 12_443_648]
    assert [block.weights for block in parameters.RESNET] == [1_179_648, 69_632, 73_728]
    assert parameters.RESNET[2].multiply_adds / parameters.RESNET[1].multiply_adds == pytest.approx(
        1, abs=0.1
    )  # "similar"


def test_far_more_work_takes_longer() -> None:
    small = parameters.Block("small", (parameters.Conv(1, 8, 8),), 8)
    large = parameters.Block("large", (parameters.Conv(5, 64, 64),), 56)
    fast, slow = parameters.block_times([small, large], repeats=3)
    assert 0 < fast < slow


def test_the_sweep_trains_each_width() -> None:
    jobs = parameters.sweep_jobs([SHORT], SOME, widths=(0, 1, 4))
    names, rows = zip(*parameters.sweep(jobs, Workers()), strict=True)
    assert names == ("width 0, seed 0", "width 1, seed 0", "width 4, seed 0")
    assert [row.width for row in rows] == [0, 1, 4]
    assert [row.parameters for row in rows] == [
        count_parameters(build(config)) for config in map(parameters.config_of, (0, 1, 4))
    ]
    assert rows[0].parameters == 203_530
    assert all(0.0 <= row.accuracy <= 1.0 for row in rows)


def test_the_sweeps_accuracy_is_that_of_training() -> None:
    ((_, row),) = parameters.sweep(parameters.sweep_jobs([SHORT], SOME, widths=(1,)), Workers())
    *_, last = train(build(parameters.config_of(1), SHORT.seed), SHORT, *SOME.load())
    assert last.epoch is not None
    assert row.accuracy == last.epoch.metrics["accuracy"]


def test_the_widest_is_the_tutorials_network() -> None:
    assert parameters.config_of(64) == default_config("conv_mlp")


def test_a_file_of_widths_comes_back_with_means(tmp_path: Path) -> None:
    path = tmp_path / "widths.json"
    trainings = [parameters.Training(4, 10, seed, accuracy, 1.0) for seed, accuracy in enumerate((0.9, 0.92, 0.94))]
    parameters.write(path, [*trainings, parameters.Training(1, 5, 0, 0.5, 1.0)], {"data": "some"})
    one, four = parameters.read(path)
    assert (one.width, one.std) == (1, 0.0)
    assert (four.parameters, four.mean, four.std) == (10, pytest.approx(0.92), pytest.approx(0.02))
    assert json.loads(path.read_text())["data"] == "some"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"trainings": [{"width": 1}]}', '{"trainings": 3}'])
def test_a_broken_file_of_widths_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "widths.json"
    path.write_text(content)
    with pytest.raises(ModelFileError, match="python -m pointwise sweep"):
        parameters.read(path)


def test_a_missing_file_of_widths_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="does not exist"):
        parameters.read(tmp_path / "widths.json")


def test_the_shipped_widths_are_three_seeds_of_each() -> None:
    rows = parameters.read(SHIPPED / "widths.json")
    assert [row.width for row in rows] == list(parameters.WIDTHS)
    for row in rows:
        assert len(row.accuracies) == len(parameters.SEEDS)
        assert row.parameters == count_parameters(build(parameters.config_of(row.width)))
        assert max(row.accuracies) > 0.95


def test_a_channel_that_begins_dead_stays_so() -> None:
    """What the page says of the seed that learned nothing: no brightness from -1 to 1 gets through."""
    dead = [
        (row.width, seed)
        for row in parameters.read(SHIPPED / "widths.json")
        for seed, accuracy in enumerate(row.accuracies)
        if accuracy < 0.2
    ]
    for width, seed in dead:
        conv = build(parameters.config_of(width), seed).get_submodule("conv1")
        with torch.inference_mode():
            assert not conv(torch.linspace(-1, 1, 255).reshape(1, 1, 1, 255)).relu().any()

"""The experiments' numbers against built modules, autograd, torch's own flop counter and the papers' tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from pointwise.claims import dense_layer, parameters, shape
from pointwise.data.digits import load_bundled
from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain, Channel
from pointwise.models import CLASSIFIERS
from pointwise.weights import load_model

MODELS = Path(__file__).parents[3] / "models"


@pytest.mark.parametrize("shape", [(1, 1, 1, 5, 7), (2, 6, 4, 3, 8), (1, 28, 28, 64, 10)])
def test_all_forms_of_a_dense_layer_agree(shape: tuple[int, ...]) -> None:
    first, *others = dense_layer.compare(*shape)
    assert (first.outputs, first.gradients) == (0.0, 0.0)
    for other in others:
        assert other.outputs < 1e-4
        assert other.gradients < 1e-4
        assert other.parameters == first.parameters == shape[3] * shape[4] + shape[4]


def test_each_form_is_the_module_of_that_name() -> None:
    conv = nn.Conv2d(5, 7, 1).requires_grad_(False)
    x, weight = torch.randn(2, 5, 3, 4), conv.weight[:, :, 0, 0]
    for form in dense_layer.FORMS.values():
        torch.testing.assert_close(form(x, weight, conv.bias), conv(x), rtol=1e-5, atol=1e-5)


def test_a_difference_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dense_layer.FORMS, "matmul", lambda x, w, b: dense_layer.by_matmul(x, w, b) * 1.01)
    assert dense_layer.compare(1, 4, 4, 3, 2)[-1].outputs > 1e-3


@pytest.mark.parametrize("shape", [(0, 1, 1, 1, 1), (1, 4000, 4000, 3, 3)])
def test_sizes_that_cannot_be_compared_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="Choose sizes"):
        dense_layer.compare(*shape)


def test_the_code_shown_is_the_code_that_ran() -> None:
    for name, form in dense_layer.FORMS.items():
        assert dense_layer.source_of(name).startswith(f"def {form.__name__}(")


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


def test_shuffling_keeps_every_pixel_and_moves_them() -> None:
    image = np.arange(784, dtype=np.uint16).astype(np.uint8).reshape(28, 28)
    other = shape.shuffled(image, 3)
    assert sorted(other.ravel()) == sorted(image.ravel())
    assert (other != image).mean() > 0.9
    assert np.array_equal(other, shape.shuffled(image, 3))
    assert not np.array_equal(other, shape.shuffled(image, 4))


def test_a_bag_of_pixels_does_not_move_over_a_hundred_digits_and_ten_orders() -> None:
    bag = load_model(MODELS / "bag_of_pixels.safetensors")
    images = load_bundled()[1].images[:100].numpy()
    assert max(shape.shuffle(bag, image, seed).moved for image in images for seed in range(10)) <= 1e-4


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_others_collapse(arch: str) -> None:
    model, digits = load_model(MODELS / f"{arch}.safetensors"), load_bundled()[1]
    usual = np.mean([shape.shuffle(model, i, 0).digits[0] for i in digits.images.numpy()] == digits.labels.numpy())
    accuracy = shape.accuracy_on_shuffled(model, digits, seed=0)
    if arch == "bag_of_pixels":
        assert accuracy == pytest.approx(usual, abs=1e-9)
    else:
        assert accuracy < 0.25 < usual - 0.1  # chance is 0.1


def test_every_form_is_timed_in_turns() -> None:
    result = dense_layer.form_times((1, 4, 4, 8, 8), repeats=2)
    assert set(result.milliseconds) == {*dense_layer.FORMS, dense_layer.CHANNELS_LAST}
    assert all(ms > 0 for ms in result.milliseconds.values())
    assert result.ratio("Conv2d 1×1") == 1.0
    assert result.product > 0


def test_far_more_work_takes_longer() -> None:
    small = parameters.Block("small", (parameters.Conv(1, 8, 8),), 8)
    large = parameters.Block("large", (parameters.Conv(5, 64, 64),), 56)
    fast, slow = dense_layer.times([small, large], repeats=3)
    assert 0 < fast < slow


def test_network_in_network_slides_an_mlp_over_the_image() -> None:
    chain = Chain.of(load_model(MODELS / "nin.safetensors"))
    image = load_bundled()[1].images[0].numpy()
    assert dense_layer.slid_mlp_difference(chain, image) < 1e-4
    moved = chain.with_channel(1, 0, Channel(chain.stages[1].weights[0] + 1, 0.0))
    assert dense_layer.slid_mlp_difference(moved, image) > 1e-2  # the MLP is of the unchanged weights


def test_the_heads_count_as_built_ones_do() -> None:
    average, full = nn.Conv2d(96, 10, 1), nn.Linear(96 * 7 * 7, 10)
    expected = tuple(sum(p.numel() for p in module.parameters()) for module in (average, full))
    assert dense_layer.head_parameters(96, 7, 10) == expected
    last = Chain.of(load_model(MODELS / "nin.safetensors")).run(load_bundled()[1].images[0].numpy()).maps[-1]
    assert last.inputs.shape == (96, 7, 7)  # what the summary counts with

"""A classifier as a chain: the network's numbers, every map, every pixel's sum, and changes that stay outside."""

from __future__ import annotations

import contextlib
import io

import pytest
import torch

from pointwise.errors import ConfigError
from pointwise.explain.chain import DIGITS, Chain, Channel, pixel_at
from pointwise.models import ACTIVATIONS, CLASSIFIERS
from pointwise.weights import load_model
from tests.unit.explain.toys import IMAGE, MODELS, logits, network


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_last_maps_average_to_the_networks_logits(arch: str, activation: str) -> None:
    model = network(arch, activation)
    torch.testing.assert_close(Chain.of(model).run(IMAGE).logits, logits(model), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_shipped_networks_too(arch: str) -> None:
    model = load_model(MODELS / f"{arch}.safetensors")
    trace = Chain.of(model).run(IMAGE)
    torch.testing.assert_close(trace.logits, logits(model), rtol=1e-4, atol=1e-4)
    assert trace.probabilities.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_what_comes_out_of_one_stage_goes_into_the_next(arch: str) -> None:
    chain = Chain.of(network(arch))
    maps = chain.run(IMAGE).maps
    for stage, before, after in zip(chain.stages[1:], maps, maps[1:], strict=False):
        expected = before.after.reshape(-1, 1, 1) if stage.flat else before.after
        assert torch.equal(after.inputs, expected)
        assert after.before.shape[0] == stage.channels


def test_a_network_of_houses_is_refused() -> None:
    with pytest.raises(ConfigError, match="price_1x1 reads no pictures"):
        Chain.of(load_model(MODELS / "price_1x1.safetensors"))


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_a_changed_channel_changes_the_answer_as_changed_weights_do(arch: str) -> None:
    model, other = network(arch), network(arch)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    chain = Chain.of(model)
    name = chain.stages[-1].name
    used = chain.stages[-1].channel(3)
    changed = chain.with_channel(len(chain.stages) - 1, 3, Channel(used.weights * 2, used.bias + 1))
    state = other.state_dict()
    state[f"{name}.weight"][3] *= 2
    state[f"{name}.bias"][3] += 1
    torch.testing.assert_close(changed.run(IMAGE).logits, logits(other), rtol=1e-4, atol=1e-5)
    assert torch.equal(chain.run(IMAGE).logits, Chain.of(model).run(IMAGE).logits)
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())


def test_dead_channels_are_zero_everywhere() -> None:
    chain = Chain.of(network("bag_of_pixels"))
    dead = chain.with_channel(0, 2, Channel(torch.zeros(1, 1, 1), -1.0)).run(IMAGE).maps[0].dead()
    assert dead[2]
    assert not dead.all()


def test_all_maps_of_a_grey_pictures_1x1_convolution_are_mixtures_of_two() -> None:
    assert Chain.of(network("conv_mlp")).run(IMAGE).maps[0].rank() == 2
    assert Chain.of(network("nin")).run(IMAGE).maps[0].rank() == 6


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_products_and_the_bias_make_the_value(arch: str, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    for number, (stage, maps) in enumerate(zip(chain.stages, chain.run(IMAGE).maps, strict=True)):
        height, width = maps.after.shape[1:]
        for y, x in {(0, 0), (height - 1, width // 2), (height // 2, width - 1)}:
            pixel = pixel_at(chain, maps, number, stage.channels - 1, y, x)
            assert pixel.before == pytest.approx(float(maps.before[-1, y, x]), rel=1e-4, abs=1e-5)
            assert pixel.after == pytest.approx(float(maps.after[-1, y, x]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("arch", "stage"), [("nin", 0), ("nin", 1), ("nin", 6), ("bag_of_pixels", 0), ("mlp_1x1", 0), ("conv_mlp", 1)]
)
def test_the_copied_program_prints_the_number_shown(arch: str, stage: int, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    pixel = pixel_at(chain, chain.run(IMAGE).maps[stage], stage, 3, 0, 0)
    code, printed = pixel.as_pytorch(), io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "snippet", "exec"), {})
    assert printed.getvalue().strip() == f"{pixel.after:.{DIGITS}f}"


@pytest.mark.parametrize(("channel", "y", "x"), [(0, 28, 0), (0, 0, -1), (7, 0, 0)])
def test_a_pixel_out_of_range_is_refused(channel: int, y: int, x: int) -> None:
    chain = Chain.of(network("bag_of_pixels"))
    with pytest.raises(IndexError, match="There is no channel"):
        pixel_at(chain, chain.run(IMAGE).maps[0], 0, channel, y, x)

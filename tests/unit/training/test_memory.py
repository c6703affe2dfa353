"""The memory of a training: what is said before against what PyTorch's allocator is asked for during real steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from pointwise.data.digits import Digits
from pointwise.models import ModelConfig, Network, build, default_config
from pointwise.models.config import ARCHITECTURES, Architecture, Layer
from pointwise.training import precision, recipe_named, train
from pointwise.training.memory import memory_of, together

NEAR = 0.06  # of the whole: what a convolution copies depends on the processor and on PyTorch's version


def peak(config: ModelConfig, batch_size: int, steps: int = 3, measured: bool = False, recipe: str = "fast") -> int:
    """Bytes at the fullest moment of a real training, its network included, by the events of the allocator."""
    chance = torch.Generator().manual_seed(0)
    channels, side = config.input_channels, config.image_size
    images = torch.randint(0, 256, (batch_size * 4, channels, side, side), generator=chance, dtype=torch.uint8)
    labels = torch.randint(0, 10, (len(images),), generator=chance)
    training, held_out = Digits("", images, labels), Digits("", images[:500], labels[:500])
    how = recipe_named(recipe, batch_size=batch_size, epochs=1)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        work = train(build(config), how, training, held_out, torch.device("cpu"))
        for _ in range(steps):
            next(work)
        if measured:
            work.send(True)
        work.close()
    results = seen.profiler.kineto_results  # type: ignore[union-attr]
    events = sorted((event.start_ns(), event.nbytes()) for event in results.events() if event.name() == "[memory]")
    now = most = 0
    for _, size in events:
        now += size
        most = max(most, now)
    return most


@pytest.mark.parametrize(
    ("arch", "width", "batch_size", "activation", "recipe"),
    [
        ("nin", 32, 64, "relu", "fast"),
        ("nin", 24, 128, "gelu", "tutorial"),
        ("bag_of_pixels", 32, 64, "tanh", "fast"),
        ("mlp_1x1", 512, 256, "relu", "fast"),
        ("conv_mlp", 16, 64, "sigmoid", "tutorial"),
        ("conv_mlp", 16, 64, "relu", "fast"),
    ],
)
def test_a_step_takes_what_was_said(arch: str, width: int, batch_size: int, activation: str, recipe: str) -> None:
    config = replace(default_config(arch).with_width(width), activation=activation)
    said = memory_of(config, recipe_named(recipe, batch_size=batch_size), data=0)
    assert said.network + said.step == pytest.approx(peak(config, batch_size, recipe=recipe), rel=NEAR)


@pytest.mark.parametrize("able", [True, False])
def test_half_as_wide_numbers_take_half_of_a_steps_memory(able: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: able)
    config, (quick, plain) = (
        default_config("nin"),
        (recipe_named(name, batch_size=128) for name in ("fast", "tutorial")),
    )
    steps = [memory_of(config, recipe, data=0).step for recipe in (quick, plain)]
    assert steps[0] / steps[1] == pytest.approx(0.5 if able else 1.0, abs=0.1)


def test_a_normalised_network_with_dropout_too() -> None:
    config = ModelConfig("mlp_1x1", widths=(512,), batch_norm=True, dropout=0.5)
    said = memory_of(config, recipe_named("fast", batch_size=256), data=0)
    assert said.network + said.step == pytest.approx(peak(config, 256), rel=NEAR)


def test_where_the_batches_are_small_measuring_takes_the_most() -> None:
    config = default_config("bag_of_pixels").with_width(64)
    said = memory_of(config, recipe_named("fast", batch_size=130), data=0)
    assert said.measuring > 2 * said.step
    assert said.network + said.measuring == pytest.approx(peak(config, 130, steps=1, measured=True), rel=NEAR)


def test_a_width_of_512_and_batches_of_4096_are_known_to_take_gigabytes_and_take_none_to_know() -> None:
    config = default_config("nin").with_width(512)
    said = memory_of(config, recipe_named("tutorial", batch_size=4096), data=0)
    assert 13e9 < said.total < 20e9  # the maps of the first stage alone: five times 1.6 GB


def test_a_bent_batch_is_counted_where_the_network_is_small() -> None:
    config = ModelConfig("mlp_1x1", widths=(1,))
    plain, bent = (memory_of(config, recipe_named(name, batch_size=1000), data=0) for name in ("fast", "augmented"))
    picture = 1000 * 784 * 4
    assert plain.step < 3.1 * picture
    assert 5 * picture < bent.step < 15 * picture


def test_trainings_in_turns_have_their_networks_all_and_one_step_at_a_time() -> None:
    recipe = recipe_named("fast")
    small, large = (memory_of(ModelConfig("mlp_1x1", widths=(width,)), recipe, data=0) for width in (8, 64))
    both = together([small, large], data=5)
    assert both.network == small.network + large.network
    assert (both.step, both.data) == (large.step, 5)


class NeedsNumbers(Network):
    """Somebody's own network, which looks at the values of its pictures."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.fc = torch.nn.Linear(784, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(x.flatten(1)) if x.sum().item() else x


def test_a_network_that_cannot_be_followed_without_numbers_is_counted_by_its_weights(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Architecture("own", "Own", "", "NeedsNumbers", (1,), (Layer("fc", flat=True),), module=__name__)
    monkeypatch.setitem(ARCHITECTURES, "own", own)
    said = memory_of(ModelConfig("own"), recipe_named("fast"), data=0)
    assert (said.network, said.step) == (4 * 7850 * 4, 0)
    assert "It is not known what a step of own takes" in caplog.text

"""What the steps compute in: chosen by recipe, network and device, said on the card, and never by who measures."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from pointwise.data.digits import load_bundled
from pointwise.models import ModelConfig, build, default_config
from pointwise.training import Recipe, precision, recipe_named, train
from pointwise.training.precision import channels_last, computing, precision_for

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda"), torch.device("mps")


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: request.param)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: request.param)


@pytest.mark.parametrize(
    ("able", "recipe", "arch", "device", "chosen"),
    [
        (True, "fast", "nin", CPU, "bfloat16, channels last"),
        (False, "augmented", "nin", CPU, "float32, channels last"),
        (True, "augmented", "conv_mlp", CPU, "bfloat16"),  # its maps become one row
        (False, "fast", "mlp_1x1", CPU, "float32"),
        (True, "fast", "nin", CUDA, "bfloat16, channels last"),
        (False, "fast", "nin", CUDA, "float32, channels last"),
        (True, "fast", "nin", MPS, "float32"),
        (True, "tutorial", "nin", CPU, "float32"),
        (True, "tutorial", "nin", CUDA, "float32"),
    ],
    indirect=["able"],
)
def test_the_quickest_that_recipe_network_and_device_allow_is_chosen(
    able: None, recipe: str, arch: str, device: torch.device, chosen: str
) -> None:
    assert precision_for(recipe_named(recipe), default_config(arch), device) == chosen


def test_pytorch_is_asked_what_the_processor_can(monkeypatch: pytest.MonkeyPatch) -> None:
    for known, able in (({"avx512_bf16": True}, True), ({"avx512_bf16": False}, False), ({"neon": True}, False)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda known=known: known, raising=False)
        assert precision.has_bfloat16() is able
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert precision.has_bfloat16() is False


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_lie_side_by_side_and_nothing_else_changes(channels: int) -> None:
    x = torch.rand(5, channels, 6, 7)
    assert torch.equal(channels_last(x), x)
    assert channels_last(x).stride() == (6 * 7 * channels, 1, 7 * channels, channels)


def test_a_pass_in_another_precision_answers_nearly_the_same_in_float32() -> None:
    model, x = build(default_config("nin")).eval(), load_bundled()[0].batch(slice(8))[0]
    seen: list[tuple[torch.dtype, bool]] = []
    model.mix2.register_forward_hook(
        lambda layer, given, out: seen.append((out.dtype, out.is_contiguous(memory_format=torch.channels_last)))
    )
    plain = model(x)
    outputs = [computing(model, f"{numbers}, channels last", CPU)(x) for numbers in ("float32", "bfloat16")]
    assert seen[:2] == [(torch.float32, False), (torch.float32, True)]
    assert seen[2][0] == torch.bfloat16
    assert [out.dtype for out in outputs] == [torch.float32] * 2
    torch.testing.assert_close(outputs[0], plain, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(outputs[1], plain, rtol=0.02, atol=0.02)
    assert not torch.equal(outputs[1], plain)


def test_weights_and_what_is_measured_are_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: True)
    training, held_out = load_bundled()
    few = replace(training, images=training.images[:64], labels=training.labels[:64])
    model = build(ModelConfig("nin", widths=(4, 6, 8)))
    recipe = Recipe("short", epochs=1, batch_size=32, mixed_precision=True)
    dtypes: dict[bool, set[torch.dtype]] = {True: set(), False: set()}
    model.mix1.register_forward_hook(lambda layer, given, out: dtypes[layer.training].add(out.dtype))
    *_, last = train(model, recipe, few, held_out, CPU)
    assert last.epoch is not None
    assert (last.epoch.precision, dtypes) == (
        "bfloat16, channels last",
        {True: {torch.bfloat16}, False: {torch.float32}},
    )
    assert all(t.is_contiguous() and t.dtype in (torch.float32, torch.int64) for t in last.epoch.weights.values())

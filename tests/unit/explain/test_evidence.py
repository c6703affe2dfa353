"""Evidence adds up to the logit, and curves of brightness average to it; plain PyTorch is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pointwise.data.digits import load_bundled, normalise
from pointwise.explain.chain import Chain
from pointwise.explain.evidence import (
    BASELINES,
    affines,
    all_evidence,
    brightness_curves,
    class_evidence,
    is_pointwise,
    is_pooled,
    tone_curve,
)
from pointwise.models import ACTIVATIONS, CLASSIFIERS
from pointwise.weights import load_model
from tests.unit.explain.toys import IMAGE, MODELS, logits, network

DENSE = ("conv_mlp", "mlp_1x1")


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_the_shipped_networks_evidence_adds_up_on_a_hundred_digits(arch: str) -> None:
    model = load_model(MODELS / f"{arch}.safetensors")
    chain = Chain.of(model)
    held_out = load_bundled()[1]
    for number, image in enumerate(held_out.images[:100].numpy()):
        digit = int(held_out.labels[number])
        parts = class_evidence(chain, image, digit)
        assert parts.logit == pytest.approx(float(logits(model, image)[digit]), rel=1e-4, abs=1e-4)
        assert parts.total == pytest.approx(parts.logit, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("arch", CLASSIFIERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_evidence_adds_up_for_every_activation(arch: str, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    for digit, parts in enumerate(all_evidence(chain, IMAGE)):
        assert parts.total == pytest.approx(parts.logit, rel=1e-4, abs=1e-5)
        np.testing.assert_array_equal(parts.terms, class_evidence(chain, IMAGE, digit).terms)


@pytest.mark.parametrize("arch", DENSE)
def test_a_relu_networks_weights_are_its_gradient(arch: str) -> None:
    model = network(arch)
    x = normalise(torch.from_numpy(IMAGE)[None])
    ((weights, _),) = affines(Chain.of(model), x[0], (4,))
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(model(x)[0, 4], x)
    torch.testing.assert_close(weights, gradient[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("arch", DENSE)
def test_another_baseline_gives_a_dense_network_another_map_with_the_same_sum(arch: str) -> None:
    chain = Chain.of(network(arch))
    grey, black = (class_evidence(chain, IMAGE, 4, baseline) for baseline in BASELINES.values())
    assert black.total == pytest.approx(grey.total, rel=1e-4, abs=1e-5)
    assert np.abs(black.terms - grey.terms).max() > 1e-3
    assert not black.terms[IMAGE == 0].any()
    ((weights, _),) = affines(chain, normalise(torch.from_numpy(IMAGE)[None])[0], (4,))
    np.testing.assert_allclose(black.terms - grey.terms, weights.sum(0).numpy(), atol=1e-5)


def test_a_pooled_networks_map_needs_no_baseline() -> None:
    chain = Chain.of(network("nin"))
    np.testing.assert_array_equal(class_evidence(chain, IMAGE, 4, -1.0).terms, class_evidence(chain, IMAGE, 4).terms)


def test_a_pooled_networks_terms_are_the_last_convolutions_at_each_place() -> None:
    chain = Chain.of(network("nin"))
    last = chain.run(IMAGE).maps[-1]
    parts = class_evidence(chain, IMAGE, 2)
    expected = (last.after[2] - chain.stages[-1].channel(2).bias) / last.after[2].numel()
    np.testing.assert_allclose(parts.terms, expected.numpy(), atol=1e-6)


def test_ink_taken_away_changes_what_it_said() -> None:
    chain = Chain.of(network("bag_of_pixels"))
    image = np.zeros((28, 28), np.uint8)
    image[5, 5] = 255
    with_ink, without = class_evidence(chain, image, 1), class_evidence(chain, np.zeros_like(image), 1)
    changed = np.argwhere(~np.isclose(with_ink.terms, without.terms))
    assert changed.tolist() == [[5, 5]]


def test_the_kinds_of_networks() -> None:
    assert [arch for arch in CLASSIFIERS if is_pooled(Chain.of(network(arch)))] == ["nin", "bag_of_pixels"]
    assert [arch for arch in CLASSIFIERS if is_pointwise(Chain.of(network(arch)))] == ["bag_of_pixels"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_bags_logits_are_averages_of_ten_curves(activation: str) -> None:
    model = network("bag_of_pixels", activation)
    curves = brightness_curves(Chain.of(model))
    assert curves.logits.shape == (10, 256)
    np.testing.assert_allclose(curves.averaged(IMAGE), logits(model).numpy(), atol=1e-4)


def test_the_shipped_bags_too() -> None:
    model = load_model(MODELS / "bag_of_pixels.safetensors")
    curves = brightness_curves(Chain.of(model))
    for image in load_bundled()[1].images[:100].numpy():
        np.testing.assert_allclose(curves.averaged(image), logits(model, image).numpy(), atol=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("arch", ["conv_mlp", "bag_of_pixels"])
def test_a_tone_curve_is_the_map_by_brightness(arch: str, activation: str) -> None:
    chain = Chain.of(network(arch, activation))
    _, values = tone_curve(chain, 3)
    np.testing.assert_allclose(values[IMAGE], chain.run(IMAGE).maps[0].after[3].numpy(), atol=1e-5)


def test_what_has_no_curves_is_refused() -> None:
    with pytest.raises(ValueError, match="Only a network of 1×1 convolutions"):
        brightness_curves(Chain.of(network("nin")))
    with pytest.raises(ValueError, match="Only a 1×1 convolution of a grey picture"):
        tone_curve(Chain.of(network("mlp_1x1")), 0)

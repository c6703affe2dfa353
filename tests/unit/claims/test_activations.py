"""A stack of 1×1 convolutions against the product of its matrices, in NumPy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from pointwise.claims import activations
from pointwise.errors import ConfigError


def test_the_product_is_that_of_the_matrices() -> None:
    layers = activations.stack((3, 5, 2, 4), seed=1)
    single = activations.product(layers)
    first, second, third = (layer.weights.numpy() for layer in layers)
    biases = [layer.biases.numpy() for layer in layers]
    weights = np.einsum("ab,bc,cd->ad", third, second, first)
    np.testing.assert_allclose(single.weights, weights, rtol=1e-5, atol=1e-6)
    middle = np.einsum("bc,c->b", second, biases[0]) + biases[1]
    bias = np.einsum("ab,b->a", third, middle) + biases[2]
    np.testing.assert_allclose(single.biases, bias, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("channels", [(3, 8, 8, 4), (1, 1, 1, 1), (64, 64, 64, 64), (8, 2, 8, 8)])
def test_without_activations_a_stack_is_one_layer(channels: tuple[int, ...]) -> None:
    plain = activations.compare(activations.stack(channels), activation=False)
    assert plain.product < 1e-4
    assert plain.best < 1e-5
    assert plain.rank == min(channels)
    inputs, *_, outputs = channels
    assert plain.parameters[1] == inputs * outputs + outputs
    assert plain.parameters[0] == sum(a * b + b for a, b in pairwise(channels))


def test_relu_between_breaks_it() -> None:
    bent = activations.compare(activations.stack((3, 8, 8, 4)), activation=True)
    assert bent.product > 0.1
    assert bent.best > 0.1


def test_the_nearest_layer_is_found() -> None:
    """It is at least as near as the product, which is one of those it is the best of."""
    layers = activations.stack((2, 6, 6, 3), seed=4)
    x = torch.randn(1, 2, 28, 28, generator=torch.Generator().manual_seed(0))
    stacked = activations.run(layers, x, True)
    apart = (stacked - activations.run([activations.product(layers)], x, True)).square().mean().sqrt()
    assert activations.compare(layers, activation=True).best <= float(apart / stacked.std())


def test_curves_are_straight_without_activations_alone() -> None:
    layers = activations.stack((3, 8, 8, 4))
    for activation, straight in ((False, True), (True, False)):
        values, stacked, product = activations.curves(layers, activation)
        assert len(values) == len(stacked) == len(product)
        assert product.diff().diff().abs().max() < 1e-4
        assert bool(stacked.diff().diff().abs().max() < 1e-4) == straight


@pytest.mark.parametrize("channels", [(3,), (0, 4), (3, 65)])
def test_layers_that_cannot_be_made_are_refused(channels: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="Choose 1 to 64"):
        activations.stack(channels)

"""The plane of the picture: where the stored digits are farthest apart, and a taught drawing moves."""

from __future__ import annotations

import numpy as np
import torch

from pointwise.models import ModelConfig, build
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer
from pointwise.teaching.points import Plane


def test_the_plane_holds_the_two_directions_of_the_largest_spread_and_stays_while_the_layer_moves() -> None:
    frozen = FrozenNetwork(build(ModelConfig("bag_of_pixels"), seed=1).eval())
    features, layer = frozen.stored.features, frozen.layer
    plane = Plane.of(frozen)
    points = plane.points(layer, features)
    logits = layer.logits(features).double().numpy()
    centred = logits - logits.mean(axis=1, keepdims=True)
    spread = np.linalg.eigvalsh(np.cov(centred.T))[::-1]
    np.testing.assert_allclose(points.var(axis=0, ddof=1), spread[:2], rtol=1e-6)
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-6)
    alike = LastLayer(layer.weights, layer.biases + 5)  # adds the same to all, which no probability shows
    np.testing.assert_allclose(plane.points(alike, features), points, atol=1e-4)
    moved = LastLayer(layer.weights, layer.biases + torch.eye(10)[3])
    assert not np.allclose(plane.points(moved, features), points, atol=1e-3)

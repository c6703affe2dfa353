"""A network taken apart before its last layer: what is below gives the same features, and nothing of it changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pointwise.data.digits import normalise
from pointwise.errors import ConfigError, DataError
from pointwise.models import CLASSIFIERS, ModelConfig, build
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer, with_last_layer
from pointwise.teaching.stored_digits import CLASSES, COUNT, read, stored_digits, write


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_features_through_the_last_layer_are_the_networks_logits(arch: str) -> None:
    model = build(ModelConfig(arch), seed=1).eval()
    inputs = normalise(stored_digits().test.images[:5])
    frozen = FrozenNetwork(model)
    with torch.inference_mode():
        torch.testing.assert_close(frozen.layer.logits(frozen.features(inputs)), model(inputs))
    assert frozen.frozen_parameters + frozen.layer.parameters == sum(p.numel() for p in model.parameters())


def test_a_network_with_another_last_layer_shares_all_others() -> None:
    model = build(ModelConfig("nin")).eval()
    layer = LastLayer.of(model)
    other = with_last_layer(model, LastLayer(torch.zeros_like(layer.weights), layer.biases + 2), {"data": "x"})
    with torch.inference_mode():
        logits = other(torch.rand(2, 1, 28, 28))
    torch.testing.assert_close(logits, (layer.biases + 2).expand(2, -1))
    assert other.conv1.weight.data_ptr() == model.conv1.weight.data_ptr()
    assert other.card == {"data": "x"}
    assert LastLayer.of(model).weights.any()


def test_a_layer_survives_as_bytes() -> None:
    layer = LastLayer.of(build(ModelConfig("nin")))
    again = LastLayer.from_bytes(layer.to_bytes(), 10)
    torch.testing.assert_close(again.weights, layer.weights)
    torch.testing.assert_close(again.biases, layer.biases)


@pytest.mark.parametrize("content", [b"", b"abc", bytes(44 + 4), np.full(20, np.nan, "<f4").tobytes()])
def test_bytes_that_are_no_layer_are_refused(content: bytes) -> None:
    with pytest.raises(DataError):
        LastLayer.from_bytes(content, 10)


def test_a_network_that_reads_no_digits_is_refused() -> None:
    with pytest.raises(ConfigError, match="reads no digits"):
        FrozenNetwork(build(ModelConfig("nin", input_channels=3, image_size=32)).eval())


def test_the_stored_digits_are_balanced_and_half_of_them_hard(tmp_path: Path) -> None:
    stored = stored_digits()
    for part in (stored.training, stored.hard):
        assert part.labels.bincount().tolist() == [COUNT // 2 // CLASSES] * CLASSES
    assert len(stored.test) == COUNT
    path, sureness = tmp_path / "sample.npz", np.linspace(1, 0, len(stored.training), dtype=np.float32)
    write(path, stored.training, stored.test, sureness, count=100)
    again = read(path)
    assert again.training.labels.bincount().tolist() == again.hard.labels.bincount().tolist() == [5] * CLASSES
    last = [np.flatnonzero(stored.training.labels.numpy() == digit)[:-6:-1] for digit in range(CLASSES)]
    np.testing.assert_array_equal(again.hard.images, stored.training.images[np.concatenate(last)])
    assert len(again.test) == 100
    with pytest.raises(DataError, match="all digits"):
        write(path, stored.training, stored.test, sureness, count=19)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DataError, match="missing or damaged"):
        read(path)

"""A classifier taken apart before its last layer, which is all that is taught: everything below it is frozen."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pointwise.calibration import temperature_of
from pointwise.card import reads_digits
from pointwise.data.digits import Digits, normalise
from pointwise.data.nondigits import assortment
from pointwise.errors import ConfigError, DataError
from pointwise.models import Network, count_parameters, skeleton
from pointwise.teaching.corrections import Correction
from pointwise.teaching.forgetting import Forgetting
from pointwise.teaching.stored_digits import stored_digits

BATCH = 250  # pictures at a time
FEW, PAUSE = 25, 0.012  # pictures at a time while nobody waits, and seconds that they take


@dataclass(frozen=True, eq=False)
class LastLayer:
    """The weights of a dense layer or 1×1 convolution that gives each class its logit; float32."""

    weights: Tensor  # (classes, features)
    biases: Tensor  # (classes,)

    @classmethod
    def of(cls, network: Network) -> LastLayer:
        """The last layer of a classifier. Raises ConfigError for a network that reads no digits."""
        if not reads_digits(network):
            raise ConfigError(f"{network.config.arch} reads no digits here, so it cannot be corrected. Choose another.")
        layer = getattr(network, _name(network))
        return cls(layer.weight.detach().flatten(1), layer.bias.detach())

    @classmethod
    def from_bytes(cls, content: bytes, classes: int) -> LastLayer:
        """The layer that ``to_bytes`` wrote. Raises DataError for bytes that are none, or hold no finite numbers."""
        values = torch.from_numpy(np.frombuffer(content[: len(content) // 4 * 4], "<f4").copy())
        if not len(values) or len(values) % classes or len(content) % 4 or not bool(values.isfinite().all()):
            raise DataError("This last layer cannot be used: it is of another size, or holds what is no number.")
        return cls(values[:-classes].reshape(classes, -1), values[-classes:])

    def to_bytes(self) -> bytes:
        """Its weights and then its biases, little endian, as they stand at the end of a page's network."""
        return b"".join(values.numpy().astype("<f4").tobytes() for values in (self.weights, self.biases))

    @property
    def parameters(self) -> int:
        """How many numbers are taught."""
        return self.weights.numel() + self.biases.numel()

    def logits(self, features: Tensor) -> Tensor:
        """Logits (N, classes) of features (N, F)."""
        return torch.addmm(self.biases, features, self.weights.T)


@dataclass(frozen=True, eq=False)
class Seen:
    """Digits as a frozen network sees them."""

    digits: Digits
    features: Tensor  # float32 (N, F)


class FrozenNetwork:
    """A classifier up to its last layer, with what it makes of the stored digits. Several threads may use one.

    Raises ConfigError for a network that reads no digits.
    """

    def __init__(self, network: Network) -> None:
        self.layer = LastLayer.of(network)
        self.network, self.temperature = network, temperature_of(network.card)
        below = skeleton(network.config)
        below.load_state_dict(network.state_dict(), assign=True)  # the same tensors, so it takes no memory
        setattr(below, _name(network), nn.Identity())
        self._below = below.eval()
        self._lock, self._wanted = threading.RLock(), threading.Event()
        self.drawn: dict[Correction, Tensor] = {}  # what it makes of corrected drawings, as fitting.py keeps it

    @property
    def frozen_parameters(self) -> int:
        """How many numbers stay as they are."""
        return count_parameters(self.network) - self.layer.parameters

    def features(self, inputs: Tensor) -> Tensor:
        """What goes into the last layer, averaged over the pixels: (N, F) of pictures float32 (N, 1, 28, 28)."""
        with torch.inference_mode():
            return torch.cat([self._below(part) for part in inputs.split(BATCH)]).clone()

    def sureness(self, digits: Digits) -> NDArray[np.float32]:
        """How far the probability of the likeliest class is above the next one's, (N,)."""
        logits = self.layer.logits(self.see(digits).features)
        first, second = (logits / self.temperature).softmax(1).topk(2).values.T
        return (first - second).numpy()

    def see(self, digits: Digits) -> Seen:
        """Digits with their features; some seconds for ten thousand."""
        return Seen(digits, self.features(normalise(digits.images)))

    @property
    def stored(self) -> Seen:
        """Stored training digits, chosen at random; about a second, unless that was done before. Raises DataError."""
        self._wanted.set()
        with self._lock:
            return self._stored

    @property
    def forgetting(self) -> Forgetting:
        """What the last layer would forget by a move; about a second, unless that was done before. Raises DataError."""
        self._wanted.set()
        with self._lock:
            return self._forgetting

    @property
    def held_out(self) -> Seen:
        """The stored test digits; about a second the first time. Raises DataError."""
        with self._lock:
            return self._held_out

    @property
    def assorted(self) -> Tensor:
        """What it makes of ``assortment()``, (N, F); about a second the first time."""
        with self._lock:
            return self._assorted

    def prepare(self) -> None:
        """Look at the stored training digits before anybody waits for them, a few at a time. Raises DataError."""
        with self._lock:
            _ = self._forgetting

    @cached_property
    def _stored(self) -> Seen:
        return self._see_slowly(stored_digits().training)

    @cached_property
    def _forgetting(self) -> Forgetting:
        return Forgetting.of(self.layer, self.temperature, self._stored, self._see_slowly(stored_digits().hard))

    def _see_slowly(self, digits: Digits) -> Seen:
        features = []
        for part in normalise(digits.images).split(FEW):
            features.append(self.features(part))
            self._wanted.wait(9 * PAUSE)  # a tenth of the processor's time, until somebody waits
        return Seen(digits, torch.cat(features))

    @cached_property
    def _assorted(self) -> Tensor:
        return self.features(normalise(assortment().images))

    @cached_property
    def _held_out(self) -> Seen:
        return self.see(stored_digits().test)


def with_last_layer(network: Network, layer: LastLayer, card: Mapping[str, Any]) -> Network:
    """A network in eval mode with another last layer and card; all other weights are the same tensors.

    It has as many classes as the layer.
    """
    name, config = _name(network), replace(network.config, num_classes=len(layer.biases))
    state = dict(network.state_dict())
    state[f"{name}.weight"] = layer.weights.reshape(-1, *state[f"{name}.weight"].shape[1:])
    state[f"{name}.bias"] = layer.biases
    taught = skeleton(config)
    taught.load_state_dict(state, assign=True)
    taught.config, taught.card = config, card
    return taught.eval().requires_grad_(False)


def _name(network: Network) -> str:
    return network.config.architecture.layers[-1].name

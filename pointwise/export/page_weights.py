"""A classifier as bytes that the page itself evaluates (inpage/network.js); needs no PyTorch.

The bytes are the header's length (uint32), the header as JSON (the stages' shapes, the activation, the temperature,
and as ``names`` what classes are called that are not numbers), then weights (O, I, k, k) and biases (O,) of each stage,
batch normalisation folded in, as float32, or as float16 where the header says ``halves``; all little endian.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pointwise.card import class_names, rebuilt
from pointwise.errors import PointwiseError
from pointwise.models.config import ARCHITECTURES, ModelConfig, folded
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.models import Network

ALIGNED = 4  # bytes


class Packed(NamedTuple):
    """A network ready to be sent."""

    id: str  # the same for the same content only
    content: bytes

    @property
    def last_layer(self) -> bytes:
        """The float32 weights and biases of the last stage, with which the content ends."""
        (stage,) = self._header["stages"][-1:]
        return self.content[-4 * stage["channels"] * (stage["inputs"] * stage["kernel"] ** 2 + 1) :]

    def with_last_layer(self, layer: bytes) -> Packed:
        """The network with other weights and biases in its last stage. Raises ValueError for another number of bytes.

        The page makes it of the content that it has (inpage/network.js), from the new id and these bytes alone.
        """
        if len(layer) != len(self.last_layer):
            raise ValueError(f"{len(layer)} bytes are not the {len(self.last_layer)} of the last stage")
        floats = self.content[self._floats : -len(layer)] + layer
        header = {name: value for name, value in self._header.items() if name != "id"}
        own = _identity(header, floats)
        return Packed(own, self.content[: self._floats].replace(self.id.encode(), own.encode()) + floats)

    def differs_in_last_layer(self, other: Packed) -> bool:
        """Whether the two are one network but for the last stage."""
        layer = other.last_layer
        return len(layer) == len(self.last_layer) and self.with_last_layer(layer) == other

    @property
    def _floats(self) -> int:
        return 4 + int.from_bytes(self.content[:4], "little")

    @property
    def _header(self) -> dict[str, Any]:
        return json.loads(self.content[4 : self._floats])


def pack(
    network: Network, most_parameters: int | None = None, stages: int | None = None, halves: bool = False
) -> Packed | None:
    """A classifier in eval mode, or its first ``stages``; None for a network of houses, or too large a one.

    With ``halves`` its weights are rounded to float16, so that it is half as large.
    """
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    names = class_names(network.card, network.config)
    return _packed(asdict(network.config), network.card, names, state, most_parameters, stages, halves)


def pack_file(path: Path, most_parameters: int | None = None) -> Packed | None:
    """The classifier in a weights file, read without PyTorch; None also for a file that cannot be used."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            config, card = json.loads(header["config"]), json.loads(header.get("card", "{}"))
            state = {name: file.get_tensor(name) for name in file.keys()}
        names = class_names(card, rebuilt(ModelConfig, config))
        return _packed(config, card, names, state, most_parameters)
    except (OSError, SafetensorError, PointwiseError, ValueError, KeyError, TypeError):
        return None  # pointwise.weights says what is wrong with it


def _packed(
    config: Mapping[str, Any],
    card: Mapping[str, Any],
    names: tuple[str, ...],
    state: Mapping[str, Any],
    most_parameters: int | None,
    count: int | None = None,
    halves: bool = False,
) -> Packed | None:
    architecture = ARCHITECTURES[config["arch"]]
    layers = architecture.layers[:count]
    parameters = sum(state[f"{layer.name}.weight"].size for layer in layers)
    if not architecture.classifies or (most_parameters is not None and parameters > most_parameters):
        return None
    stages, arrays, channels = [], [], config["input_channels"]
    for layer in layers:
        weights, biases = folded(state, layer.name)
        stage = {"name": layer.name, "channels": len(biases), "inputs": weights.shape[1], "kernel": weights.shape[2]}
        stage |= {"stride": layer.stride, "padding": layer.padding, "flat": layer.flat}
        stage["activated"] = layer is not architecture.layers[-1]
        if layer.flat:
            stage["maps"] = channels
        stages.append(stage)
        arrays += [weights, biases]
        channels = len(biases)
    numbers = b"".join(np.asarray(values, "<f2" if halves else "<f4").tobytes() for values in arrays)
    header = {"stages": stages, "activation": config["activation"], "temperature": card.get("temperature", 1.0)}
    if halves:
        header["halves"] = True
    if names != tuple(map(str, range(len(names)))):
        header["names"] = [visible(name) for name in names]
    header["whole"] = len(layers) == len(architecture.layers)
    header["id"] = _identity(header, numbers)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % ALIGNED)
    return Packed(header["id"], struct.pack("<I", len(text)) + text + numbers)


def _identity(header: Mapping[str, Any], numbers: bytes) -> str:
    return hashlib.sha256(json.dumps(header).encode() + numbers).hexdigest()[:16]

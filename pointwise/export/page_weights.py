"""A classifier as bytes that the page itself evaluates (ui/inpage/network.js); needs no PyTorch.

The bytes are the header's length (uint32), the header as JSON (the stages' shapes, the activation, the temperature),
then float32 weights (O, I, k, k) and biases (O,) of each stage, batch normalisation folded in; all little endian.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pointwise.models.config import LAYERS, folded

if TYPE_CHECKING:
    from pointwise.models import Network

MOST_PARAMETERS = 300_000  # what a page is given and computes many times a second
ALIGNED = 4  # bytes


class Packed(NamedTuple):
    """A network ready to be sent."""

    id: str  # the same for the same content only
    content: bytes


def pack(network: Network, stages: int | None = None) -> Packed | None:
    """A classifier in eval mode, or its first ``stages``; None for what has more than MOST_PARAMETERS, or is none."""
    if network.config.arch not in LAYERS:
        return None
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return _packed(network.config.arch, network.config.activation, network.card, state, stages)


def pack_file(path: Path) -> Packed | None:
    """The same for a weights file, without importing PyTorch; None also for a file that cannot be used."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
            config, card = json.loads(header["config"]), json.loads(header.get("card", "{}"))
            state = {name: file.get_tensor(name) for name in file.keys()}
        return _packed(config["arch"], config["activation"], card, state)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None  # pointwise.weights says what is wrong with it


def _packed(
    arch: str, activation: str, card: Mapping[str, Any], state: Mapping[str, Any], count: int | None = None
) -> Packed | None:
    layers = LAYERS[arch][:count]
    if sum(state[f"{layer.name}.weight"].size for layer in layers) > MOST_PARAMETERS:
        return None
    stages, arrays, channels = [], [], 1
    for layer in layers:
        weights, biases = folded(state, layer.name)
        stage = {"name": layer.name, "channels": len(biases), "inputs": weights.shape[1], "kernel": weights.shape[2]}
        stage |= {"stride": layer.stride, "padding": layer.padding, "flat": layer.flat}
        stage["activated"] = layer is not LAYERS[arch][-1]
        if layer.flat:
            stage["maps"] = channels
        stages.append(stage)
        arrays += [weights, biases]
        channels = len(biases)
    floats = b"".join(np.asarray(values, "<f4").tobytes() for values in arrays)
    header = {"stages": stages, "activation": activation, "temperature": card.get("temperature", 1.0)}
    header["whole"] = len(layers) == len(LAYERS[arch])
    header["id"] = hashlib.sha256(json.dumps(header).encode() + floats).hexdigest()[:16]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % ALIGNED)
    return Packed(header["id"], struct.pack("<I", len(text)) + text + floats)

"""A network taken elsewhere: as ONNX, or as a PyTorch script of its own beside its weights file."""

from __future__ import annotations

import importlib.util
import inspect
import json
import tempfile
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import torch

from pointwise.errors import ConfigError
from pointwise.models import ACTIVATION_LAYERS, REGRESSOR, Network
from pointwise.models.networks import SeededDropout

NEEDED = ("onnx", "onnxscript")
INSTALL = "pip install onnx onnxscript onnxruntime"
MOST = 4096  # pictures in one batch of an ONNX file
SIDE = 67  # of the picture with which a network for pictures of any size is exported
_one_at_a_time = threading.Lock()  # torch's exporter patches modules while it works


def onnx_is_there() -> bool:
    """Whether the optional packages for ONNX are installed."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def to_onnx(model: Network) -> bytes:
    """The bytes of an ONNX file: float32 (N, C, H, W) "picture" in, (N, classes) "logits" or (N, 1) "price" out.

    A network that labels pixels takes one picture of any size in 0…1, and answers (1, classes, H, W) "probabilities".

    Its metadata holds the configuration and the card as JSON (the scaling of a price network stands there). Raises
    ConfigError where the optional packages are missing.
    """
    if not onnx_is_there():
        raise ConfigError(f"An ONNX file needs the packages {' and '.join(NEEDED)}. Install them with: {INSTALL}")
    if model.config.architecture.labels_pixels:
        return _for_any_size(model)
    config = model.config
    example = torch.zeros(2, config.input_channels, config.image_size, config.image_size)
    with _one_at_a_time, tempfile.TemporaryDirectory() as folder:
        program = torch.onnx.export(
            model,
            (example,),
            input_names=["picture"],
            output_names=["price" if config.arch == REGRESSOR else "logits"],
            dynamic_shapes=({0: torch.export.Dim("N", min=1, max=MOST)},),
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        program.model.metadata_props["config"] = json.dumps(asdict(config))
        program.model.metadata_props["card"] = json.dumps(dict(model.card))
        path = Path(folder) / "model.onnx"
        program.save(path)
        return path.read_bytes()


def _for_any_size(model: Network) -> bytes:
    """An ONNX file by torch's older exporter: the newer one fixes the size of a picture that is blurred at strides."""
    import onnx

    shape = (1, model.config.input_channels, SIDE, SIDE + 16)
    sides = {2: "H", 3: "W"}
    with _one_at_a_time, warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            model,
            (torch.zeros(shape),),
            path,
            input_names=["picture"],
            output_names=["probabilities"],
            dynamic_axes={"picture": sides, "probabilities": sides},
            opset_version=17,
            dynamo=False,
        )
        program = onnx.load(path)
    about = {"config": json.dumps(asdict(model.config)), "card": json.dumps(dict(model.card))}
    onnx.helper.set_model_props(program, about)
    return program.SerializeToString()


def to_torch(model: Network, weights: str) -> str:
    """A Python script that needs torch and safetensors alone: the architecture, and what loads ``weights`` into it."""
    config, scaling = model.config, model.card.get("scaling")
    network = type(model)
    settings = {**asdict(config), "kernels": config.kernels}
    if config.architecture.labels_pixels:
        settings["pixel_channels"] = config.pixel_channels
    parts: list[Callable[..., object]] = [network]
    parts = [*network.parts, *parts]
    if "SeededDropout" in inspect.getsource(network):
        parts.insert(0, SeededDropout)
    return SCRIPT.format(
        arch=config.arch,
        weights=json.dumps(Path(weights).name),
        layer=ACTIVATION_LAYERS[config.activation].__name__,
        activation=config.activation,
        config=", ".join(f"{key}={value!r}" for key, value in settings.items()),
        classes="\n\n\n".join(inspect.getsource(part).rstrip() for part in parts),
        network=network.__name__,
        inputs=PIXELS if config.architecture.labels_pixels else DIGITS,
        side=SIDE if config.architecture.labels_pixels else config.image_size,
        scaling=f"SCALING = {dict(scaling)!r}  # of prices\n" if isinstance(scaling, Mapping) else "",
    )


DIGITS = "Pictures go in as float32 (N, C, H, W) in -1 to 1, light ink on dark; logits come out."
PIXELS = "A picture goes in as float32 (1, C, H, W) in 0 to 1; probabilities (1, classes, H, W) come out."
SCRIPT = '''"""{arch}, as Pointwise trained it: architecture and loading in one file. It needs torch and safetensors.

{inputs}
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

WEIGHTS = Path(__file__).with_name({weights})
ModelConfig = SimpleNamespace
Network = nn.Module
ACTIVATION_LAYERS = {{"{activation}": nn.{layer}}}
CONFIG = ModelConfig({config})  # kernels: size, stride, padding
{scaling}

{classes}


def load(path: Path = WEIGHTS) -> nn.Module:
    """The network with its weights, in eval mode."""
    model = {network}(CONFIG)
    model.load_state_dict({{name: t.float() if t.is_floating_point() else t for name, t in load_file(path).items()}})
    return model.eval()


if __name__ == "__main__":
    network = load(*map(Path, sys.argv[1:]))
    with torch.inference_mode():
        print(network(torch.zeros(1, CONFIG.input_channels, {side}, {side})))
'''

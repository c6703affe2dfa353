"""The configuration that rebuilds a network, and what may stand in it. It needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pointwise.errors import ConfigError

SHIPPED = Path(__file__).parents[2] / "models"  # the folder of the shipped weights
CLASSIFIERS = ("nin", "conv_mlp", "mlp_1x1", "bag_of_pixels")
REGRESSOR = "price_1x1"
ACTIVATIONS = ("relu", "sigmoid", "tanh", "gelu")
DEFAULT_WIDTHS: dict[str, tuple[int, ...]] = {
    "nin": (32, 64, 96),
    "conv_mlp": (64, 256),
    "mlp_1x1": (256,),
    "bag_of_pixels": (32, 32),
    "price_1x1": (16, 8),
}


@dataclass(frozen=True)
class ModelConfig:
    """All that is needed to build a network again; it travels in the header of a weights file."""

    arch: str  # a key of DEFAULT_WIDTHS
    input_channels: int = 1  # channels of the picture, or features of the house (1–4096)
    image_size: int = 28  # height and width in pixels (1–256)
    num_classes: int = 10  # logits, or 1 for a price (1–1000)
    widths: tuple[int, ...] = ()  # hidden channels in forward order; () means the network's own
    activation: str = "relu"  # one of ACTIVATIONS
    batch_norm: bool = False  # mlp_1x1 and price_1x1 only; nin always normalises
    dropout: float = 0.0  # mlp_1x1 and price_1x1 only: the share of hidden channels switched off (0–0.9)

    def __post_init__(self) -> None:
        if self.arch not in DEFAULT_WIDTHS:
            raise ConfigError(f"There is no network '{self.arch}'. Choose one of {', '.join(DEFAULT_WIDTHS)}.")
        own = DEFAULT_WIDTHS[self.arch]
        object.__setattr__(self, "widths", tuple(self.widths) or own)
        if len(self.widths) != len(own):
            raise ConfigError(f"{self.arch} has {len(own)} hidden widths, not {len(self.widths)}. Give {len(own)}.")
        if self.activation not in ACTIVATIONS:
            raise ConfigError(f"There is no activation '{self.activation}'. Choose one of {', '.join(ACTIVATIONS)}.")
        _check("input_channels", self.input_channels, 1, 4096)
        _check("image_size", self.image_size, 1, 256)
        _check("num_classes", self.num_classes, 1, 1000)
        _check("dropout", self.dropout, 0.0, 0.9)
        if not isinstance(self.batch_norm, bool):
            raise ConfigError(f"batch_norm = {self.batch_norm} is neither true nor false. Choose one of the two.")
        for width in self.widths:
            _check("width", width, 1, 4096)


def _check(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigError(f"{name} = {value} is out of range. Choose a value from {low} to {high}.")
    if isinstance(low, int) and not isinstance(value, int):
        raise ConfigError(f"{name} = {value} is not a whole number. Choose one from {low} to {high}.")


def default_config(arch: str) -> ModelConfig:
    """The configuration of a shipped network: 28×28 digits, or a house of two features for price_1x1."""
    if arch == REGRESSOR:
        return ModelConfig(arch, input_channels=2, image_size=1, num_classes=1)
    return ModelConfig(arch)


BATCH_NORM_EPS = 1e-5  # of torch.nn.BatchNorm2d


class Layer(NamedTuple):
    """A convolution or dense layer; all but the last of a network are followed by its activation."""

    name: str  # in the network
    stride: int = 1
    padding: int = 0
    flat: bool = False  # every value of the input is a channel of a 1×1 picture


LAYERS = {
    "nin": (
        Layer("conv1", stride=2, padding=2),
        Layer("mix1"),
        Layer("conv2", stride=2, padding=1),
        Layer("mix2"),
        Layer("conv3", padding=1),
        Layer("mix3"),
        Layer("classifier"),
    ),
    "conv_mlp": (Layer("conv1"), Layer("fc1", flat=True), Layer("fc2")),
    "mlp_1x1": (Layer("conv1", flat=True), Layer("conv2")),
    "bag_of_pixels": (Layer("conv1"), Layer("conv2"), Layer("conv3")),
}


def folded(state: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """Weights (O, I, k, k) and biases (O,) of a layer, tensors or arrays as ``state`` holds them.

    The batch normalisation after it, where there is one, is multiplied in, which is exact in eval mode. A dense
    layer's weights come as a 1×1 convolution's.
    """
    weight, bias, norm = state[f"{name}.weight"], state[f"{name}.bias"], name.replace("conv", "norm")
    if weight.ndim == 2:
        weight = weight[:, :, None, None]
    if f"{norm}.running_var" not in state:
        return weight, bias
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + BATCH_NORM_EPS) ** 0.5
    return weight * scale[:, None, None, None], (bias - state[f"{norm}.running_mean"]) * scale + state[f"{norm}.bias"]

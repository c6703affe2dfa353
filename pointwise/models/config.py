"""What is known of the networks without PyTorch: the chain of layers of each, and the configuration that rebuilds one.

``ARCHITECTURES`` is the one list of networks. The classes in ``networks`` take their kernels from it, and so do the
explanations, the weights for the page, the sliding readers and the interface's lists.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from pointwise.errors import ConfigError, short

_INSTALLED, _CHECKOUT = Path(__file__).parents[1] / "shipped", Path(__file__).parents[2] / "models"
SHIPPED = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT  # the folder of the shipped weights
ACTIVATIONS = ("relu", "sigmoid", "tanh", "gelu")
CHANNEL_SETS = ("colour", "edges", "texture")  # what a network that labels pixels may know of each
MOST_CLASSES, LARGEST_SIDE = 1000, 256  # that a network may tell apart, and pixels of a picture that it reads
BATCH_NORM_EPS = 1e-5  # of torch.nn.BatchNorm2d


class Layer(NamedTuple):
    """A convolution, or a dense layer as the 1×1 convolution that it equals; a network activates all but its last."""

    name: str  # in the network
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    flat: bool = False  # every value of the input is a channel of a 1×1 picture

    def side(self, side: int) -> int:
        """Height and width of the maps that come out, from those of the maps that go in."""
        return 1 if self.flat else (side + 2 * self.padding - self.kernel) // self.stride + 1


@dataclass(frozen=True)
class Architecture:
    """A network's name, description and layers; one that classifies averages its last maps to logits."""

    name: str
    title: str
    about: str  # one line
    network: str  # its class
    widths: tuple[int, ...]  # hidden channels unless a configuration gives others
    layers: tuple[Layer, ...]  # in forward order
    classifies: bool = True  # whole pictures into classes; False: houses into prices, or each pixel into classes
    labels_pixels: bool = False
    regularised: bool = False  # whether batch normalisation and dropout are a choice
    offered: bool = True  # among the readers that people choose from
    module: str = "pointwise.models.networks"  # where the class stands

    @property
    def stride(self) -> int:
        """Pixels of the picture between two neighbours of the last maps."""
        return math.prod(layer.stride for layer in self.layers)


ARCHITECTURES: dict[str, Architecture] = {}
CLASSIFIERS: list[str] = []  # names; the default reader first
REGRESSOR = "price_1x1"
PAINTER = "paint"


def register(architecture: Architecture) -> None:
    """Add a network to ``ARCHITECTURES``, and to ``CLASSIFIERS`` if it is one that is offered.

    Raises ConfigError for a name in use.
    """
    if architecture.name in ARCHITECTURES:
        raise ConfigError(f"There is a network '{architecture.name}' already. Choose another name.")
    ARCHITECTURES[architecture.name] = architecture
    if architecture.classifies and architecture.offered:
        CLASSIFIERS.append(architecture.name)


register(
    Architecture(
        "nin",
        "Network in Network",
        "k×k convolutions, each followed by a 1×1 convolution; the default reader",
        "NetworkInNetwork",
        widths=(32, 64, 96),
        layers=(
            Layer("conv1", kernel=5, stride=2, padding=2),
            Layer("mix1"),
            Layer("conv2", kernel=3, stride=2, padding=1),
            Layer("mix2"),
            Layer("conv3", kernel=3, padding=1),
            Layer("mix3"),
            Layer("classifier"),
        ),
    )
)
register(
    Architecture(
        "conv_mlp",
        "1×1 conv + MLP",
        "the tutorial's model: one 1×1 convolution, then two dense layers",
        "ConvMLP",
        widths=(64, 256),
        layers=(Layer("conv1"), Layer("fc1", flat=True), Layer("fc2")),
    )
)
register(
    Architecture(
        "mlp_1x1",
        "MLP of 1×1 convs",
        "784 pixels become channels of a 1×1 picture; equal to a plain MLP",
        "MLP1x1",
        widths=(256,),
        layers=(Layer("conv1", flat=True), Layer("conv2")),
        regularised=True,
    )
)
register(
    Architecture(
        "dense_mlp",
        "MLP of dense layers",
        "the plain MLP, to hold against that of 1×1 convolutions",
        "DenseMLP",
        widths=(256,),
        layers=(Layer("dense1", flat=True), Layer("dense2")),
        regularised=True,
        offered=False,
    )
)
register(
    Architecture(
        "bag_of_pixels",
        "Bag of pixels",
        "only 1×1 convolutions, then the average over all pixels: it sees brightness, no shape",
        "BagOfPixels",
        widths=(32, 32),
        layers=(Layer("conv1"), Layer("conv2"), Layer("conv3")),
    )
)
register(
    Architecture(
        REGRESSOR,
        "House price network",
        "dense layers written as 1×1 convolutions on a 1×1 picture whose channels are a house's features",
        "Price1x1",
        widths=(16, 8),
        layers=(Layer("conv1"), Layer("conv2"), Layer("fc")),
        classifies=False,
        regularised=True,
    )
)
register(
    Architecture(
        PAINTER,
        "Pixel network",
        "fixed filters make every pixel's channels, three 1×1 convolutions read its class from them",
        "PixelNetwork",
        widths=(32, 32),
        layers=(Layer("conv1"), Layer("conv2"), Layer("conv3")),
        classifies=False,
        labels_pixels=True,
        module="pointwise.segmentation.network",
    )
)
# The networks that have weights in SHIPPED, NAME.safetensors each; the largest is not in a wheel.
SHIPPED_NAMES = (*CLASSIFIERS, REGRESSOR, f"as_written/{REGRESSOR}")


@dataclass(frozen=True)
class ModelConfig:
    """All that is needed to build a network again; it travels in the header of a weights file.

    Raises ConfigError for a value out of range.
    """

    arch: str  # a key of ARCHITECTURES
    input_channels: int = 1  # channels of the picture, or features of the house (1–4096)
    image_size: int = 28  # height and width in pixels (1–256)
    num_classes: int = 10  # logits, or 1 for a price (1–1000)
    widths: tuple[int, ...] = ()  # hidden channels in forward order; () means the network's own
    activation: str = "relu"  # one of ACTIVATIONS
    batch_norm: bool = False  # mlp_1x1, dense_mlp and price_1x1 only; nin always normalises
    dropout: float = 0.0  # of the same: the share of hidden channels switched off (0–0.9)
    channel_sets: tuple[str, ...] = ()  # paint only: some of CHANNEL_SETS; () means all of them
    smoothing: float = 0.0  # paint only: the Gaussian over its logits, σ in pixels (0–64)

    def __post_init__(self) -> None:
        if not isinstance(self.arch, str) or self.arch not in ARCHITECTURES:
            raise ConfigError(f"There is no network '{self.arch!s:.40}'. Choose one of {', '.join(ARCHITECTURES)}.")
        own = self.architecture.widths
        if not isinstance(self.widths, (tuple, list)):
            raise ConfigError(f"widths = {self.widths} is no list of numbers. Give one for each hidden layer.")
        object.__setattr__(self, "widths", tuple(self.widths) or own)
        if len(self.widths) != len(own):
            raise ConfigError(f"{self.arch} has {len(own)} hidden widths, not {len(self.widths)}. Give {len(own)}.")
        if not isinstance(self.activation, str) or self.activation not in ACTIVATIONS:
            raise ConfigError(f"There is no activation '{self.activation}'. Choose one of {', '.join(ACTIVATIONS)}.")
        _check("input_channels", self.input_channels, 1, 4096)
        _check("image_size", self.image_size, 1, LARGEST_SIDE)
        _check("num_classes", self.num_classes, 1, MOST_CLASSES)
        _check("dropout", self.dropout, 0.0, 0.9)
        if not isinstance(self.batch_norm, bool):
            raise ConfigError(f"batch_norm = {self.batch_norm} is neither true nor false. Choose one of the two.")
        for width in self.widths:
            _check("width", width, 1, 4096)
        self._check_pixels()

    def _check_pixels(self) -> None:
        _check("smoothing", self.smoothing, 0.0, 64.0)
        if not isinstance(self.channel_sets, (tuple, list)):
            raise ConfigError(f"channel_sets = {self.channel_sets} is no list. Choose among {', '.join(CHANNEL_SETS)}.")
        chosen = tuple(self.channel_sets)
        if not self.architecture.labels_pixels:
            if chosen or self.smoothing:
                raise ConfigError(f"{self.arch} labels no pixels. Leave channel_sets and smoothing out.")
            return
        if self.input_channels not in (1, 3):
            raise ConfigError(f"{self.arch} reads grey or coloured pictures. Choose 1 or 3 input channels.")
        unknown = [name for name in chosen if name not in CHANNEL_SETS]
        if unknown or len(set(chosen)) < len(chosen):
            raise ConfigError(f"channel_sets = {chosen} is no choice. Choose among {', '.join(CHANNEL_SETS)}.")
        ordered = tuple(name for name in CHANNEL_SETS if name in chosen)
        object.__setattr__(self, "channel_sets", ordered or CHANNEL_SETS)

    @property
    def pixel_channels(self) -> int:
        """How many numbers a network that labels pixels knows of each."""
        colours = self.input_channels
        counts = {"colour": colours, "edges": 4 * (colours + 5), "texture": 2 * 43}
        return sum(counts[name] for name in self.channel_sets)

    @property
    def architecture(self) -> Architecture:
        """The network that this configures."""
        return ARCHITECTURES[self.arch]

    def with_width(self, width: int) -> ModelConfig:
        """The configuration with a first hidden layer of so many channels, the others in proportion.

        The dense layer that follows the tutorial's convolution keeps its own.
        """
        first, *others = self.architecture.widths
        if self.arch == "conv_mlp":
            return replace(self, widths=(width, *self.widths[1:]))
        return replace(self, widths=(width, *(max(1, round(other * width / first)) for other in others)))

    @property
    def kernels(self) -> dict[str, tuple[int, int, int]]:
        """Kernel size, stride and padding of every layer, by its name."""
        return {layer.name: (layer.kernel, layer.stride, layer.padding) for layer in self.architecture.layers}


def _check(name: str, value: float, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigError(f"{name} = {short(value)} is out of range. Choose a value from {low} to {high}.")
    if isinstance(low, int) and not isinstance(value, int):
        raise ConfigError(f"{name} = {value} is not a whole number. Choose one from {low} to {high}.")


def default_config(arch: str) -> ModelConfig:
    """A network's usual configuration: 28×28 digits, a house of two features, or colour pictures of two classes."""
    if not isinstance(arch, str):
        return ModelConfig(arch)  # which refuses it
    if arch == REGRESSOR:
        return ModelConfig(arch, input_channels=2, image_size=1, num_classes=1)
    if arch == PAINTER:
        return ModelConfig(arch, input_channels=3, num_classes=2)
    return ModelConfig(arch)


def folded(state: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    """Weights (O, I, k, k) and biases (O,) of a layer, tensors or arrays as ``state`` holds them.

    The batch normalisation after it, where there is one, is multiplied in, which is exact in eval mode. A dense
    layer's weights come as a 1×1 convolution's.
    """
    weight, bias, norm = state[f"{name}.weight"], state[f"{name}.bias"], re.sub("conv|dense", "norm", name)
    if weight.ndim == 2:
        weight = weight[:, :, None, None]
    if f"{norm}.running_var" not in state:
        return weight, bias
    scale = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + BATCH_NORM_EPS) ** 0.5
    return weight * scale[:, None, None, None], (bias - state[f"{norm}.running_mean"]) * scale + state[f"{norm}.bias"]

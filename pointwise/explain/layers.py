"""What the classifiers are made of, in forward order, and batch normalisation folded away; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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

"""Whether a network's weights are so large that what it computes is no finite number any more."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from pointwise.models.config import ModelConfig, folded

LARGEST = 1e30  # that a layer may compute; float32 ends at 3.4e38, and temperatures and scalings come after it
BOUNDED = ("sigmoid", "tanh")  # activations between -1 and 1


def overflowing(config: ModelConfig, state: Mapping[str, Tensor]) -> str | None:
    """The first layer that may compute no finite number from inputs of -1 to 1, by name; None where there is none.

    What comes out of a layer is at most what goes in, times the sum of its weights' amounts: a bound for any input.
    """
    state = {name: t.float() for name, t in state.items()}
    reach = torch.ones(())
    if "scale" in state:  # of a network that labels pixels: its channels, standardised
        reach = ((state["mean"].abs() + 1) * state["scale"].abs()).max()
    for layer in config.architecture.layers:
        before, after = (state[f"{layer.name}.weight"], state[f"{layer.name}.bias"]), folded(state, layer.name)
        for weight, bias in (before, after) if after[1] is not before[1] else (before,):  # batch normalisation
            most = (weight.abs().flatten(1).sum(1) * reach + bias.abs()).max()
            if not most <= LARGEST:
                return layer.name
        reach = torch.ones(()) if config.activation in BOUNDED else most
    return None

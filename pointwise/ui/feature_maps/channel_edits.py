"""What this session changed in a network's channels: kept beside the weights, which other visitors share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from pointwise.explain.chain import Chain, Channel

KEY = "features.edits"
Place = tuple[str, int, int]  # network, stage, channel


@dataclass(frozen=True)
class Edit:
    """Changes of one channel."""

    weights: Mapping[int, float] = field(default_factory=dict)  # of single input channels of a 1×1 convolution
    factor: float = 1.0  # of all weights
    bias: float | None = None

    def of(self, channel: Channel) -> Channel:
        """The channel with the changes made."""
        weights = channel.weights * self.factor
        for number, weight in self.weights.items():
            if number < len(weights):  # a narrower network may have been trained meanwhile
                weights[number] = weight
        return Channel(weights, channel.bias if self.bias is None else self.bias)


def edits() -> Mapping[Place, Edit]:
    return st.session_state.get(KEY, {})


def edit(place: Place) -> Edit:
    """What was changed in one channel, possibly nothing."""
    return edits().get(place, Edit())


def set_edit(place: Place, value: Edit) -> None:
    st.session_state[KEY] = {**edits(), place: value}


def reset(arch: str) -> None:
    """Forget all changes to a network."""
    st.session_state[KEY] = {place: value for place, value in edits().items() if place[0] != arch}


def applied(chain: Chain, arch: str) -> tuple[Chain, int]:
    """The chain with this session's changes, and how many channels they change.

    Changes of channels that a narrower network lacks wait.
    """
    result, count = chain, 0
    for (name, stage, number), value in edits().items():
        if name == arch and number < chain.stages[stage].channels:
            result = result.with_channel(stage, number, value.of(chain.stages[stage].channel(number)))
            count += 1
    return result, count

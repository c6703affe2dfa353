"""A channel's map and the prediction while a slider is dragged: a component of our own (live.js)."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.calibration import SURE
from pointwise.export.page_weights import Packed
from pointwise.inpage import bundled
from pointwise.ui.feature_maps import channel_edits, mosaic
from pointwise.ui.feature_maps.subject import PREDICTION, Subject
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import hidden

KEY = "features-live"
SLIDERS = "features-sliders"

_component = st.components.v2.component(
    "pointwise_live_channel", js=bundled(Path(__file__).with_name("live_channel.js"))
)


@dataclass(frozen=True)
class Sliders:
    """Keys and values of the sliders under a channel."""

    bias_key: str
    bias: float
    weight_key: str  # of the weight that comes from ``input``, or of the factor for all weights
    weight: float
    input: int | None
    row: NDArray[np.float32]  # (I, k, k): the weights that the slider changes, as they are without it


def show(
    subject: Subject,
    packed: Packed,
    place: channel_edits.Place,
    sliders: Sliders,
    before: bool,
    scale: Scale,
    large_map: str,
) -> None:
    """Follow the sliders of the channel at ``place``; ``before`` when its map is shown before the activation."""
    _, stage, channel = place
    with hidden(f"{KEY}-hidden"):
        _component(key=f"{KEY}.network", data=packed.content)
        _component(
            key=KEY,
            data={
                "network": packed.id,
                "image": base64.b64encode(subject.image.tobytes()).decode(),
                "stage": stage,
                "channel": channel,
                "changes": _changes(subject, place),
                "weights": tuple(sliders.row.ravel().tolist()),
                "input": sliders.input,
                "shown": (sliders.weight, sliders.bias),
                "sliders": {
                    "bias": _class(sliders.bias_key),
                    "weight" if sliders.input is not None else "factor": _class(sliders.weight_key),
                },
                "before": before,
                "scale": {"low": scale.low, "high": scale.high, "stops": scale.stops.tolist()},
                "sure": SURE,
                "places": {
                    "map": _class(large_map),
                    "mosaic": _class(mosaic.KEY),
                    "prediction": PREDICTION,
                    "sliders": SLIDERS,
                },
            },
        )


def _changes(subject: Subject, place: channel_edits.Place) -> tuple[dict[str, object], ...]:
    """What this session changed in other channels of the network."""
    return tuple(
        {
            "stage": stage,
            "channel": number,
            "weights": tuple(subject.chain.stages[stage].channel(number).weights.flatten().tolist()),
            "bias": subject.chain.stages[stage].channel(number).bias,
        }
        for arch, stage, number in channel_edits.edits()
        if arch == subject.arch and (arch, stage, number) != place and number < subject.chain.stages[stage].channels
    )


def _class(key: str) -> str:
    """As Streamlit makes a class name of a key."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", key)

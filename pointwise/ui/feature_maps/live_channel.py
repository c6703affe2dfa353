"""Sliders that change a channel, and its map and the prediction while one is dragged (a component, live_channel.js)."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import streamlit as st
from torch import Tensor

from pointwise.calibration import SURE
from pointwise.explain.chain import Channel, Stage
from pointwise.inpage import bundled
from pointwise.ui.feature_maps import input_maps, network_strip
from pointwise.ui.feature_maps.subject import EDITS, PREDICTION, Edit, Place, Subject
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import following, hidden
from pointwise.ui.training import weights_in_use

KEY = "features-live"
MOSAIC = "features.mosaic"  # the key of the tiles of channels, one of which is painted anew
SLIDERS = "features-sliders"
INPUT = "features.input_number"  # the key of the field for an input channel, from 1
MOST_SINGLE = 128  # weights of a 1×1 convolution up to which a slider changes one of them; of more, all at once

_component = st.components.v2.component(
    "pointwise_live_channel", js=bundled(Path(__file__).with_name("live_channel.js"))
)


def sliders(
    subject: Subject, place: Place, used: Channel, before: bool, scale: Scale, large_map: str, chosen: int
) -> None:
    """Change the channel at ``place``: the weight of the input map ``chosen``, or all of them at once; and the bias.

    ``used`` is the channel as it is now. ``large_map`` is the key of its map, which shows it ``before`` the activation
    or after it in the colours of ``scale``.
    """
    if weights_in_use.pace(subject.arch) is not None:
        st.caption(
            "These weights are being trained. To change them by hand, choose an earlier step, or wait for the end."
        )
        return
    stage = subject.plain.stages[place[1]]
    name = ".".join(map(str, place))
    edit = EDITS.get().get(place, Edit())
    number = None
    with st.container(key=SLIDERS):
        if stage.kernel == 1 and stage.inputs <= MOST_SINGLE:
            number = _input(stage, chosen)
            row, key = used.weights, f"features.weight.{name}.{number}"
            weight = edit.weights.get(number, float(used.weights[number, 0, 0]))
            weight_key = _slider("Weight", key, weight, _reach(stage.weights), place, number)
        else:
            row, key = stage.channel(place[2]).weights, f"features.factor.{name}"
            weight_key = _slider("All weights times", key, edit.factor, 2.0, place, "factor")
        bias = used.bias if edit.bias is None else edit.bias
        bias_key = _slider("Bias", f"features.bias.{name}", bias, _reach(stage.biases), place, "bias")
    packed = weights_in_use.packed(subject.model, place[1] + 1)
    if packed is None:
        return
    with hidden(f"{KEY}-hidden"):
        _component(key=f"{KEY}.network", data=packed.content)
        _component(
            key=KEY,
            data={
                "network": packed.id,
                "image": base64.b64encode(subject.image.tobytes()).decode(),
                "stage": place[1],
                "channel": place[2],
                "changes": _changes(subject, place),
                "weights": tuple(row.flatten().tolist()),
                "input": number,
                "shown": (float(st.session_state[weight_key]), float(st.session_state[bias_key])),
                "sliders": {"bias": _class(bias_key), "factor" if number is None else "weight": _class(weight_key)},
                "before": before,
                "scale": {"low": scale.low, "high": scale.high, "stops": scale.stops.tolist()},
                "sure": SURE,
                "places": {
                    "map": _class(large_map),
                    "mosaic": _class(MOSAIC),
                    "strip": _class(network_strip.STRIP),
                    "inputs": input_maps.KEY,
                    "prediction": PREDICTION,
                    "sliders": SLIDERS,
                },
            },
        )


def _slider(label: str, key: str, value: float, reach: float, place: Place, what: int | str) -> str:
    """A slider of ``what``: "bias", "factor", or the weight of an input channel; its key in this run."""
    step, form = (0.01, None) if what == "factor" else (0.001, "%.3f")
    shown = min(max(value, -reach), reach)
    follows = following(key, shown, lambda moved: _set(place, what, moved), of=reach)
    st.slider(label, -reach, reach, shown, step, form, **follows)
    return str(follows["key"])


def _reach(values: Tensor) -> float:
    """How far a slider goes that changes one of these."""
    return round(max(1.0, 1.5 * float(values.abs().max())), 1)


def _input(stage: Stage, chosen: int) -> int:
    """Which input channel's weight the slider changes."""
    if stage.inputs > 1:
        follows = following(INPUT, chosen + 1, lambda number: input_maps.CHOSEN.set(number - 1), of=stage.inputs)
        st.number_input("Input channel", 1, stage.inputs, chosen + 1, **follows)
    return chosen


def _set(place: Place, what: int | str, value: float) -> None:
    old = EDITS.get().get(place, Edit())
    if isinstance(what, int):
        new = replace(old, weights={**old.weights, what: value})
    else:
        new = replace(old, bias=value) if what == "bias" else replace(old, factor=value)
    EDITS.set({**EDITS.get(), place: new})


def _changes(subject: Subject, place: Place) -> tuple[dict[str, object], ...]:
    """What this session changed in other channels of the network."""
    return tuple(
        {
            "stage": stage,
            "channel": number,
            "weights": tuple(subject.chain.stages[stage].channel(number).weights.flatten().tolist()),
            "bias": subject.chain.stages[stage].channel(number).bias,
        }
        for arch, stage, number in EDITS.get()
        if arch == subject.arch and (arch, stage, number) != place and number < subject.chain.stages[stage].channels
    )


def _class(key: str) -> str:
    """The class name that Streamlit makes of a key."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", key)

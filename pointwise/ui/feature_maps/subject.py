"""What is looked at: the drawing, the network, its weights in use with this session's changes, and the answer.

The changes are kept beside the weights, which other visitors share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.card import DIGITS, class_names
from pointwise.drawing import SIDE
from pointwise.explain.chain import Chain, Channel, Trace
from pointwise.inference import Reading
from pointwise.models import ARCHITECTURES, CLASSIFIERS, Network
from pointwise.ui.canvas import tools
from pointwise.ui.canvas.drawing import received_image
from pointwise.ui.canvas.reading import chosen_reader, headline
from pointwise.ui.frame import html, labels
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.training import weights_in_use
from pointwise.visible_text import visible

PREDICTION = "features-prediction"  # the key of what the prediction stands in
RECEIVED = f"What the network receives, {SIDE} by {SIDE} pixels"
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


def _dump(edits: Mapping[Place, Edit]) -> Any:
    return [[*place, list(edit.weights.items()), edit.factor, edit.bias] for place, edit in edits.items()] or None


def _load(raw: Any) -> dict[Place, Edit]:
    """Changes from JSON. Raises ValueError or TypeError for anything else."""
    edits = {}
    for arch, stage, number, weights, factor, bias in raw:
        values = {int(name): float(value) for name, value in weights}
        edit = Edit(values, float(factor), None if bias is None else float(bias))
        if not all(isfinite(value) for value in (*values.values(), edit.factor, edit.bias or 0.0)):
            raise ValueError("a weight is no number")
        if arch in CLASSIFIERS and stage in range(len(ARCHITECTURES[arch].layers)) and min(number, *values) >= 0:
            edits[arch, int(stage), int(number)] = edit
    return edits


EDITS: Lasting[Mapping[Place, Edit]] = Lasting("features.edits", {}, _dump, _load)


@dataclass(frozen=True, eq=False)
class Subject:
    """One drawing in one network."""

    arch: str
    model: Network
    plain: Chain  # with the weights as they are
    chain: Chain  # with this session's changes
    image: NDArray[np.uint8]  # (28, 28): what the network receives
    trace: Trace  # of ``chain``

    @property
    def names(self) -> tuple[str, ...]:
        """What the network's classes are called, a person's texts."""
        return class_names(self.model.card, self.model.config)

    @property
    def kind(self) -> str:
        """What a class is: "digit", or "class" where they are somebody's own."""
        return "digit" if self.names == DIGITS else "class"

    def called(self, number: int) -> str:
        """A class in words: "digit 3", or its name, as text that can be shown where there is no markup."""
        return f"digit {number}" if self.names == DIGITS else visible(self.names[number])


def choose(pictured: bool = True) -> Subject | None:
    """Choose network and drawing, and show the answer; None when the canvas is empty. Raises ModelFileError.

    The drawing is shown as well if it is to be ``pictured`` here.
    """
    image = received_image()
    with st.container(horizontal=True, vertical_alignment="bottom", key="features-subject"):
        if pictured:
            with st.container(width=84):
                st.html(html.framed(image, 84, RECEIVED))
        with st.container(width=200):
            arch = st.selectbox(
                "Network",
                CLASSIFIERS,
                CLASSIFIERS.index(chosen_reader()),
                format_func=labels.MODELS.__getitem__,
                help=_networks(),
                key="network",
                bind="query-params",
                persist_state="session",
            )
            weights_in_use.choose(arch)
            model, mark = weights_in_use.used(arch)
        with st.popover("Another drawing", width="content"):
            tools.samples()
            tools.upload()
        answer = st.container(horizontal=True, vertical_alignment="bottom", width="content", gap="medium")
    if not image.any():
        st.info("There is no drawing. Draw a digit on the first page, or take one of the samples.")
        return None
    plain = Chain.of(model)
    chain, changes = _changed(plain, arch)
    trace = chain.run(image)
    with answer:
        with st.container(key=PREDICTION, width="content"):
            prediction("Prediction", model, trace, image)
        if changes:
            with st.container(width="content"):
                prediction("Without your changes", model, plain.run(image), image)
            channels = "1 channel" if changes == 1 else f"{changes} channels"
            st.button(f"Reset {channels}", on_click=_reset, args=(arch,), icon=":material/restart_alt:", key="reset")
        st.caption(f"By {labels.plain(mark)}", width="content")
    return Subject(arch, model, plain, chain, image, trace)


def _networks() -> str:
    """The networks, a line each, as Markdown."""
    return "  \n".join(f"**{labels.MODELS[arch]}**: {labels.ABOUT[arch]}." for arch in CLASSIFIERS)


def prediction(label: str, model: Network, trace: Trace, image: NDArray[np.uint8]) -> None:
    """What the network says of ``image``, and how sure it is; a blank picture has no class."""
    names = class_names(model.card, model.config)
    reading = Reading(int(trace.logits.argmax()) if image.any() else None, trace.probabilities, image, names)
    best, remark = headline(reading)
    st.metric(label, labels.plain(best), remark, delta_color="off", delta_arrow="off")


def _changed(chain: Chain, arch: str) -> tuple[Chain, int]:
    """The chain with this session's changes, and how many channels they change.

    Changes of channels that a narrower network lacks wait.
    """
    result, count = chain, 0
    for (name, stage, number), value in EDITS.get().items():
        if name == arch and number < chain.stages[stage].channels:
            result = result.with_channel(stage, number, value.of(chain.stages[stage].channel(number)))
            count += 1
    return result, count


def _reset(arch: str) -> None:
    EDITS.set({place: value for place, value in EDITS.get().items() if place[0] != arch})

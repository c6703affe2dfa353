"""What is looked at: the drawing, the network, its weights in use with this session's changes, and the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Chain, Trace
from pointwise.inference import Reading
from pointwise.models import CLASSIFIERS, Network
from pointwise.ui.canvas import tools
from pointwise.ui.canvas.drawing import received_image
from pointwise.ui.canvas.reading import chosen_reader, headline
from pointwise.ui.feature_maps import channel_edits
from pointwise.ui.frame import html, labels
from pointwise.ui.training import weights_in_use

PREDICTION = "features-prediction"  # the key of what the prediction stands in


@dataclass(frozen=True, eq=False)
class Subject:
    """One drawing in one network."""

    arch: str
    model: Network
    plain: Chain  # with the weights as they are
    chain: Chain  # with this session's changes
    image: NDArray[np.uint8]  # (28, 28): what the network receives
    trace: Trace  # of ``chain``


def choose() -> Subject | None:
    """Choose network and drawing, and show the answer; None when the canvas is empty. Raises ModelFileError."""
    image = received_image()
    left, middle, right = st.columns([2, 4, 3], gap="medium")
    with middle:
        arch = st.selectbox(
            "Network",
            CLASSIFIERS,
            CLASSIFIERS.index(chosen_reader()),
            format_func=labels.MODELS.__getitem__,
            key="network",
            bind="query-params",
            persist_state="session",
        )
        weights_in_use.toggle(arch)
        model, whose = weights_in_use.network(arch)
        _drawings()
    with left:
        st.html(html.framed(image, 168, "What the network receives, 28 by 28 pixels"))
    if not image.any():
        right.info("There is no drawing. Draw a digit on the first page, or take one of the samples.")
        return None
    plain = Chain.of(model)
    chain, changes = channel_edits.applied(plain, arch)
    trace = chain.run(image)
    with right:
        _answers(arch, plain, trace, image, whose, changes)
    return Subject(arch, model, plain, chain, image, trace)


def _drawings() -> None:
    with st.popover("Another drawing", icon=":material/draw:"):
        tools.samples()
        tools.upload()


def _answers(arch: str, plain: Chain, trace: Trace, image: NDArray[np.uint8], whose: str, count: int) -> None:
    with st.container(key=PREDICTION):
        st.metric("Prediction", *headline(reading(trace, image)), delta_color="off", delta_arrow="off")
    if not count:
        st.caption(f"With {whose}.")
        return
    st.metric("Without your changes", *headline(reading(plain.run(image), image)), delta_color="off", delta_arrow="off")
    channels = "1 channel" if count == 1 else f"{count} channels"
    st.button(
        f"Reset {channels}", on_click=channel_edits.reset, args=(arch,), icon=":material/restart_alt:", key="reset"
    )


def reading(trace: Trace, image: NDArray[np.uint8]) -> Reading:
    """What the network says; a blank picture has no digit."""
    return Reading(int(trace.logits.argmax()) if image.any() else None, trace.probabilities, image)

"""Every channel of a layer in one mosaic, and what belongs to the layer as a whole."""

from __future__ import annotations

import functools
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Maps, Stage
from pointwise.ui.feature_maps import channel, mosaic
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame.colours import Scale

BEFORE, AFTER = "Before the activation", "After it"
SHARED, OWN = "One for the layer", "Each its own"
CHOSEN = "features.channel"


def show(subject: Subject) -> None:
    """Choose a layer and a channel."""
    number = _layer(subject)
    stage, maps = subject.chain.stages[number], subject.trace.maps[number]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Values",
            [AFTER, BEFORE],
            default=AFTER,
            required=True,
            key="features.which",
            persist_state="session",
            disabled=not stage.activated,
        )
        scale = st.segmented_control(
            "Colour scale", [SHARED, OWN], default=SHARED, required=True, key="features.scale", persist_state="session"
        )
    before = stage.activated and which == BEFORE
    values = (maps.before if before else maps.after).numpy()
    strongest = int(np.abs(values).reshape(len(values), -1).max(axis=1).argmax())
    chosen = min(st.session_state.get(CHOSEN, strongest), stage.channels - 1)
    left, right = st.columns([5, 4], gap="large")
    with left:
        _mosaic(stage, maps, values, scale == SHARED, chosen)
        _downloads(f"{subject.arch}-{stage.name}-{'before' if before else 'after'}", values, scale == SHARED)
    with right:
        colours = Scale.of(values if scale == SHARED else values[chosen])
        channel.show(subject, number, chosen, values[chosen], before, colours)
    channel.calculator(subject, number, chosen, values[chosen])


def title(stage: Stage) -> str:
    """A layer in a few words: its name, kernel and channels."""
    kind = "dense, a 1×1 convolution on a 1×1 picture" if stage.flat else f"{stage.kernel}×{stage.kernel} convolution"
    return f"{stage.name}: {kind}, {stage.inputs:,} → {stage.channels}"


def _layer(subject: Subject) -> int:
    names = [stage.name for stage in subject.chain.stages]
    titles = {stage.name: title(stage) for stage in subject.chain.stages}
    key = f"features.layer.{subject.arch}"
    first = next((i for i, stage in enumerate(subject.chain.stages) if stage.kernel == 1), 0)
    name = st.selectbox("Layer", names, first, titles.__getitem__, key=key, persist_state="session")
    return names.index(name)


def _mosaic(stage: Stage, maps: Maps, values: NDArray[np.float32], shared: bool, chosen: int) -> None:
    height, width = values.shape[1:]
    dead = maps.dead()
    st.markdown(f"**{stage.channels} channels of {height} × {width}: choose one**")
    alt = f"The {stage.channels} feature maps of {stage.name}, {int(dead.sum())} of them dead"
    mosaic.show(values, shared, dead, chosen, alt, _choose)
    if shared:
        st.html(Scale.of(values).bar())
    st.caption(_about(dead, stage))


def _about(dead: NDArray[np.bool_], stage: Stage) -> str:
    count = int(dead.sum())
    if not stage.activated:
        return "The last layer has no activation: each map's average is a digit's logit."
    if not count:
        return "No channel is dead on this drawing: each is other than zero somewhere."
    dead_ones = f"{count} of {stage.channels} " + ("is" if count == 1 else "are")
    return f"{dead_ones} dead on this drawing (zero everywhere after the activation) and struck through."


def _choose() -> None:
    chosen = st.session_state[mosaic.KEY].chosen
    if chosen is not None:
        st.session_state[CHOSEN] = int(chosen)


def _downloads(name: str, values: NDArray[np.float32], shared: bool) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "Maps as PNG",
            functools.partial(_png, values, shared),
            f"{name}.png",
            "image/png",
            icon=":material/image:",
            on_click="ignore",
        )
        st.download_button(
            "Maps as .npy",
            functools.partial(_npy, values),
            f"{name}.npy",
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
        )


def _png(values: NDArray[np.float32], shared: bool) -> bytes:
    """The mosaic with every pixel enlarged."""
    from PIL import Image

    pixels, _ = mosaic.picture(values, shared)
    content = io.BytesIO()
    Image.fromarray(pixels.repeat(4, axis=0).repeat(4, axis=1)).save(content, format="PNG")
    return content.getvalue()


def _npy(values: NDArray[np.float32]) -> bytes:
    content = io.BytesIO()
    np.save(content, values)
    return content.getvalue()

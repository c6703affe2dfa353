"""Every channel of a layer in one mosaic, what belongs to the layer as a whole, and what the maps mean."""

from __future__ import annotations

import functools
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Chain, Maps, Stage
from pointwise.ui.feature_maps import channel, map_components
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept, choice

BEFORE, AFTER = "Before the activation", "After it"
SHARED, OWN = "One for the layer", "Each its own"
CHOSEN: Kept[int | None] = Kept("features.channel", None)


def show(subject: Subject) -> None:
    """Choose a layer and a channel."""
    number = _layer(subject)
    stage, maps = subject.chain.stages[number], subject.trace.maps[number]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        linear = not stage.activated
        which = choice("Values", (AFTER, BEFORE), "features.which", persist_state="session", disabled=linear)
        scale = choice("Colour scale", (SHARED, OWN), "features.scale", persist_state="session")
    before = which == BEFORE and not linear
    values = (maps.before if before else maps.after).numpy()
    strongest = int(np.abs(values).reshape(len(values), -1).max(axis=1).argmax())
    chosen = CHOSEN.get()
    chosen = min(strongest if chosen is None else chosen, stage.channels - 1)
    left, right = st.columns([5, 4], gap="large")
    with left:
        _mosaic(stage, maps, values, scale == SHARED, chosen)
        _downloads(f"{subject.arch}-{stage.name}-{'before' if before else 'after'}", values, scale == SHARED)
    with right:
        colours = Scale.of(values if scale == SHARED else values[chosen])
        channel.show(subject, number, chosen, values[chosen], before, colours)
    channel.calculator(subject, number, chosen, values[chosen])
    _explanation(subject)


def _layer(subject: Subject) -> int:
    names = [stage.name for stage in subject.chain.stages]
    titles = {stage.name: stage.title for stage in subject.chain.stages}
    key = f"features.layer.{subject.arch}"
    first = next((i for i, stage in enumerate(subject.chain.stages) if stage.kernel == 1), 0)
    name = st.selectbox("Layer", names, first, titles.__getitem__, key=key, persist_state="session")
    return names.index(name)


def _mosaic(stage: Stage, maps: Maps, values: NDArray[np.float32], shared: bool, chosen: int) -> None:
    height, width = values.shape[1:]
    dead = maps.dead()
    st.markdown(f"**{stage.channels} channels of {height} × {width}: choose one**")
    alt = f"The {stage.channels} feature maps of {stage.name}, {int(dead.sum())} of them dead"
    map_components.mosaic(values, shared, dead, chosen, alt, _choose)
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
    chosen = st.session_state[map_components.MOSAIC].chosen
    if chosen is not None:
        CHOSEN.set(int(chosen))


def _downloads(name: str, values: NDArray[np.float32], shared: bool) -> None:
    with st.container(horizontal=True):
        for kind, made, mime, icon in (
            ("PNG", functools.partial(_png, values, shared), "image/png", "image"),
            (".npy", functools.partial(_npy, values), "application/octet-stream", "download"),
        ):
            file = f"{name}.{kind.lower().lstrip('.')}"
            label, icon = f"Maps as {kind}", f":material/{icon}:"
            st.download_button(label, made, file, mime, icon=icon, on_click="ignore")


def _png(values: NDArray[np.float32], shared: bool) -> bytes:
    """The mosaic with every pixel enlarged."""
    from PIL import Image

    pixels, _ = map_components.tiles(values, shared)
    content = io.BytesIO()
    Image.fromarray(pixels.repeat(4, axis=0).repeat(4, axis=1)).save(content, format="PNG")
    return content.getvalue()


def _npy(values: NDArray[np.float32]) -> bytes:
    content = io.BytesIO()
    np.save(content, values)
    return content.getvalue()


def _explanation(subject: Subject) -> None:
    """Answer "it only multiplies by a number" for the network at hand."""
    stage, maps = subject.chain.stages[0], subject.trace.maps[0]
    st.subheader("What it means")
    st.markdown(f"*“A 1×1 convolution just multiplies by a number.”* {_meaning(stage, maps, subject.chain)}")


def _meaning(stage: Stage, maps: Maps, chain: Chain) -> str:
    if stage.kernel == 1 and stage.inputs == 1:
        return (
            f"On a grey picture that is nearly true of **{stage.name}**: before the activation its {stage.channels} "
            f"maps are mixtures of only **{maps.rank()}**, the drawing and a constant. They are one picture with its "
            f"brightness bent in different ways. {_next(chain.stages[1])}"
        )
    if stage.flat:
        return (
            f"Here all {stage.inputs:,} pixels are channels of one 1×1 picture, and each channel of the first layer is "
            "a weighted sum of them all: the 1×1 convolution is a dense layer, number by number."
        )
    mixing = next(stage for stage in chain.stages if stage.kernel == 1)
    return (
        f"Look at **{mixing.name}**: each of its maps is a weighted sum of {mixing.inputs} maps, the same sum at every "
        "pixel. The k×k convolutions look around; the 1×1 convolutions between them mix what was seen, a small dense "
        "layer at every pixel."
    )


def _next(stage: Stage) -> str:
    """What the second layer does with the maps of the first."""
    if stage.flat:
        return (
            f"What follows, **{stage.name}**, sees all {stage.inputs:,} values at once: a dense layer, which is a 1×1 "
            "convolution on a 1×1 picture with that many channels."
        )
    return (
        f"**{stage.name}** has {stage.inputs} inputs at every pixel, and there the sentence is wrong: each of its "
        "channels is a weighted sum of all channels below it, a dense layer at every pixel."
    )

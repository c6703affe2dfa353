"""The chosen layer of the network: every channel in one mosaic, one of them from its input maps to a pixel's sum."""

from __future__ import annotations

import functools
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from pointwise.explain.chain import Chain, Maps, Stage
from pointwise.explain.mixture import mixture
from pointwise.ui.feature_maps import channel, input_maps, map_components, network_strip, pixel_sum
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.figures import one_pixel
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept, choice

BEFORE, AFTER = "Before the activation", "After it"
SHARED, OWN = "One for the layer", "Each its own"
CHOSEN: Kept[int | None] = Kept("features.channel", None)  # from 0; None: the strongest
FIGURE = "features.one_pixel"  # the key of what the figure is in; True when it is open
MANY = 64  # channels of which the tiles are small
FEW = 10  # channels that stand in one row


def show(subject: Subject) -> None:
    """Choose a layer, a channel, a pixel."""
    number = chosen_layer(subject)
    stage, maps = subject.chain.stages[number], subject.trace.maps[number]
    st.markdown("Follow it from left to right: choose a layer, one of its channels, and a pixel of that.")
    strip = st.container()
    glossary.write(f"{_in_words(stage)} {_about(maps.dead(), stage)}")
    figure = st.container()
    wide = _is_dots(stage) or stage.channels <= FEW  # which take the whole width, and little height
    over, (left, right) = st.container(), st.columns([5, 4] if wide else [3, 5], gap="medium")
    with over if wide else left:
        linear = not stage.activated
        before, shared, options = _options(stage)
        values = (maps.before if before else maps.after).numpy()
        chosen = _channel(values, int(subject.trace.logits.argmax()) if linear else None)
        _mosaic(stage, maps, values, shared, chosen)
    with options:
        _downloads(f"{subject.arch}-{stage.name}-{'before' if before else 'after'}", values, shared)
    with strip:
        network_strip.show(subject, number, chosen, functools.partial(_choose_layer, subject))
    if one_pixel.shows(subject.chain, subject.trace, number):
        with figure:
            _one_pixel(subject, number, chosen)
    mixed = mixture(subject.chain, subject.trace, number, chosen)
    scale = Scale.of(values if shared else values[chosen])
    with left if wide else right:
        channel.show(subject, number, chosen, values[chosen], scale, mixed)
    with right:
        channel.changes(subject, number, chosen, before, scale, mixed)
    point = channel.point(values[chosen])
    if channel.has_tone_curve(stage, number):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            pixel_sum.show(subject, number, chosen, point, mixed)
        with right:
            channel.tone_curve(subject, chosen)
    else:
        pixel_sum.show(subject, number, chosen, point, mixed)
    _explanation(subject)


def _one_pixel(subject: Subject, stage: int, number: int) -> None:
    """The figure in which the sum is made before one's eyes, behind a click."""
    title, icon = "How one value is made: watch a pixel go through this layer", ":material/play_circle:"
    with st.expander(title, icon=icon, key=FIGURE, on_change="rerun") as shown:
        if shown.open:
            one_pixel.layer(subject.chain, subject.trace, stage, number)


def _options(stage: Stage) -> tuple[bool, bool, DeltaGenerator]:
    """A title, and beside it what is shown how: values before the activation, one colour scale for all, and room."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            st.markdown(f"**Choose one of {stage.channels} channels**")
        options = st.popover("Options", width="content")
    with options:
        linear = not stage.activated
        which = choice("Values", (AFTER, BEFORE), "features.which", persist_state="session", disabled=linear)
        scale = choice("Colour scale", (SHARED, OWN), "features.scale", persist_state="session")
    return which == BEFORE and not linear, scale == SHARED, options


def _is_dots(stage: Stage) -> bool:
    """Whether a layer's maps are many single values."""
    return stage.flat and stage.channels >= MANY


def _channel(values: NDArray[np.float32], first: int | None) -> int:
    """The chosen channel of maps (C, h, w); at first ``first``, or the strongest."""
    chosen = CHOSEN.get()
    if chosen is None and first is not None:
        return first
    if chosen is None:
        return int(np.abs(values).reshape(len(values), -1).max(axis=1).argmax())
    return max(0, min(chosen, len(values) - 1))


def layer_key(arch: str) -> str:
    """The key of the chosen layer's name, which each network has its own of."""
    return f"features.layer.{arch}"


def chosen_layer(subject: Subject) -> int:
    """The number of the chosen layer, at first the first of 1×1 convolutions."""
    names = [stage.name for stage in subject.chain.stages]
    name = st.session_state.get(layer_key(subject.arch))
    if name in names:
        return names.index(name)
    return next((i for i, stage in enumerate(subject.chain.stages) if stage.kernel == 1), 0)


def _choose_layer(subject: Subject) -> None:
    chosen = st.session_state[network_strip.STRIP].chosen
    if chosen is not None:
        st.session_state[layer_key(subject.arch)] = subject.chain.stages[int(chosen)].name
        for kept in (CHOSEN, input_maps.CHOSEN):
            kept.pop()


def _in_words(stage: Stage) -> str:
    """What the chosen layer does at each pixel."""
    inputs = "1 channel" if stage.inputs == 1 else f"{stage.inputs:,} channels"
    if stage.flat:
        kind, does = "[[dense layer]]", f"each of its {stage.channels} values is a weighted sum of all {stage.inputs:,}"
    elif stage.kernel == 1:
        kind = "[[1×1 convolution]]"
        takes = "takes the brightness" if stage.inputs == 1 else f"mixes the {inputs}"
        does = f"at every pixel, each of its {stage.channels} channels {takes} there, and sees nothing else"
    else:
        kind = f"{stage.kernel}×{stage.kernel} [[convolution]]"
        does = f"each of its {stage.channels} channels looks at {stage.kernel} × {stage.kernel} pixels of {inputs}"
    return f"**{stage.name}** is a {kind}: {does}."


def _mosaic(stage: Stage, maps: Maps, values: NDArray[np.float32], shared: bool, chosen: int) -> None:
    dead = maps.dead()
    alt = f"The {stage.channels} feature maps of {stage.name}, {int(dead.sum())} of them dead"
    sprite, columns = map_components.tiles(values, shared)
    tiles = map_components.Tiles(
        sprite,
        columns,
        names=[channel.name(stage, at) + (", dead" if gone else "") for at, gone in enumerate(dead)],
        captions=[
            "" if _is_dots(stage) else (str(at + 1) if stage.activated else f"digit {at}")
            for at in range(stage.channels)
        ],
        faded=dead.tolist(),
        side=map_components.DOT if _is_dots(stage) else map_components.side(stage.channels),
    )
    map_components.mosaic(map_components.MOSAIC, tiles, chosen, alt, _choose)


def _about(dead: NDArray[np.bool_], stage: Stage) -> str:
    count = int(dead.sum())
    if not stage.activated:
        return "The last layer has no [[activation]]: each map's average is a digit's [[logit]]."
    if not count:
        return "No channel is [[dead|dead channel]] on this drawing: each is other than zero somewhere."
    dead_ones = f"{count} of {stage.channels} " + ("is" if count == 1 else "are")
    return f"{dead_ones} [[dead|dead channel]] on this drawing and faded: zero everywhere."


def _choose() -> None:
    chosen = st.session_state[map_components.MOSAIC].chosen
    if chosen is not None:
        CHOSEN.set(int(chosen))
        input_maps.CHOSEN.pop()


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

"""The chosen layer of the network: every channel in one mosaic, one of them from its input maps to a pixel's sum."""

from __future__ import annotations

import functools
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from pointwise.explain.chain import Maps, Stage
from pointwise.explain.mixture import mixture
from pointwise.ui.feature_maps import channel, input_maps, layer_words, network_strip, pixel_sum
from pointwise.ui.feature_maps.live_channel import MOSAIC
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.figures import map_tiles, one_pixel
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.page_values import sent, whole
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
    glossary.write(f"{layer_words.does(stage)} {layer_words.alive(stage, maps.dead(), subject.kind)}")
    figure = st.container()
    wide = _is_dots(stage) or stage.channels <= FEW  # which take the whole width, and little height
    over, (left, right) = st.container(), st.columns([5, 4] if wide else [3, 5], gap="medium")
    with over if wide else left:
        linear = not stage.activated
        before, shared, options = _options(stage)
        values = (maps.before if before else maps.after).numpy()
        chosen = _channel(values, int(subject.trace.logits.argmax()) if linear else None)
        _mosaic(subject, stage, maps, values, shared, chosen)
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
        if number:
            _way_back(subject, number - 1, input_maps.chosen_input(mixed))
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
    layer_words.meaning(subject)


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
    chosen = sent(network_strip.STRIP, "chosen", whole(0, len(subject.chain.stages) - 1))
    if chosen is not None:
        _look_into(subject, chosen, None)


def _way_back(subject: Subject, stage_number: int, number: int) -> None:
    """A button that leads to the input map that is marked, which is a channel of the layer before."""
    name = subject.chain.stages[stage_number].name
    st.button(
        f"Look into channel {number + 1} of {name}",
        on_click=_look_into,
        args=(subject, stage_number, number),
        icon=":material/arrow_back:",
        key="features.back",
    )


def _look_into(subject: Subject, stage_number: int, number: int | None) -> None:
    st.session_state[layer_key(subject.arch)] = subject.chain.stages[stage_number].name
    CHOSEN.set(number)
    input_maps.CHOSEN.pop()


def _mosaic(subject: Subject, stage: Stage, maps: Maps, values: NDArray[np.float32], shared: bool, chosen: int) -> None:
    dead = maps.dead()
    alt = f"The {stage.channels} feature maps of {stage.name}, {int(dead.sum())} of them dead"
    sprite, columns = map_tiles.tiles(values, shared)
    tiles = map_tiles.Tiles(
        sprite,
        columns,
        names=[channel.name(subject, stage, at) + (", dead" if gone else "") for at, gone in enumerate(dead)],
        captions=[
            "" if _is_dots(stage) else (str(at + 1) if stage.activated else subject.called(at))
            for at in range(stage.channels)
        ],
        faded=dead.tolist(),
        side=map_tiles.DOT if _is_dots(stage) else map_tiles.side(stage.channels),
    )
    map_tiles.mosaic(MOSAIC, tiles, chosen, alt, _choose)


def _choose() -> None:
    chosen = sent(MOSAIC, "chosen", whole(0, input_maps.MOST_CHANNELS))
    if chosen is not None:
        CHOSEN.set(chosen)
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

    pixels, _ = map_tiles.tiles(values, shared)
    content = io.BytesIO()
    Image.fromarray(pixels.repeat(4, axis=0).repeat(4, axis=1)).save(content, format="PNG")
    return content.getvalue()


def _npy(values: NDArray[np.float32]) -> bytes:
    content = io.BytesIO()
    np.save(content, values)
    return content.getvalue()

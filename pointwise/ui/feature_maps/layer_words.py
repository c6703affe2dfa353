"""A layer in words: what it does, how many of its channels are dead, and what its maps mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import Chain, Maps, Stage
from pointwise.ui.feature_maps.subject import Subject


def does(stage: Stage) -> str:
    """What a layer does at each pixel, as text for the glossary."""
    inputs = "1 channel" if stage.inputs == 1 else f"{stage.inputs:,} channels"
    if stage.flat:
        kind, work = "[[dense layer]]", f"each of its {stage.channels} values is a weighted sum of all {stage.inputs:,}"
    elif stage.kernel == 1:
        kind = "[[1×1 convolution]]"
        takes = "takes the brightness" if stage.inputs == 1 else f"mixes the {inputs}"
        work = f"at every pixel, each of its {stage.channels} channels {takes} there, and sees nothing else"
    else:
        kind = f"{stage.kernel}×{stage.kernel} [[convolution]]"
        work = f"each of its {stage.channels} channels looks at {stage.kernel} × {stage.kernel} pixels of {inputs}"
    return f"**{stage.name}** is a {kind}: {work}."


def alive(stage: Stage, dead: NDArray[np.bool_], kind: str) -> str:
    """How many of a layer's channels are ``dead``, as text for the glossary."""
    count = int(dead.sum())
    if not stage.activated:
        return f"The last layer has no [[activation]]: each map's average is a {kind}'s [[logit]]."
    if not count:
        return "No channel is [[dead|dead channel]] on this drawing: each is other than zero somewhere."
    dead_ones = f"{count} of {stage.channels} " + ("is" if count == 1 else "are")
    return f"{dead_ones} [[dead|dead channel]] on this drawing and faded: zero everywhere."


def meaning(subject: Subject) -> None:
    """Answer "it only multiplies by a number" for the network at hand."""
    stage, maps = subject.chain.stages[0], subject.trace.maps[0]
    st.header("What it means")
    st.markdown(f"*“A 1×1 convolution just multiplies by a number.”* {_answer(stage, maps, subject.chain)}")


def _answer(stage: Stage, maps: Maps, chain: Chain) -> str:
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

"""The value of one pixel of a map as a sum: a small picture for each input map, and every product behind them."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, Pixel, Stage, pixel_at
from pointwise.explain.mixture import Mixture
from pointwise.ui.feature_maps.input_maps import input_name
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.figures import pixel_terms
from pointwise.ui.figures.pixel_terms import Factor, Spot
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.labels import number as written

AROUND = 3  # pixels to each side of the one that a 1×1 convolution reads


def show(subject: Subject, stage_number: int, channel: int, point: tuple[int, int], mixed: Mixture) -> None:
    """The pixel at ``point``, row and column, of a channel's map, which is ``mixed`` of its input maps."""
    stage, maps = subject.chain.stages[stage_number], subject.trace.maps[stage_number]
    pixel = pixel_at(subject.chain, maps, stage_number, channel, *point)
    many = maps.after[0].numel() > 1
    terms = mixed.at(*point).double().numpy()
    where = f"row {point[0] + 1}, column {point[1] + 1}" if many else "its only place"
    st.header("The sum of one pixel")
    choose = " Choose another pixel in the large map, by a click or with the arrow keys." if many else ""
    glossary.write(
        f"Channel {channel + 1} at {where} is **{pixel.after:.{DIGITS}f}**: {_sum_in_words(stage)}, then the "
        f"[[bias]]{_bend(pixel)}. {pixel_terms.order(terms)}{choose}"
    )
    st.html(_pictures(subject, stage_number, point, mixed, pixel))
    pixel_terms.details(pixel)


def _sum_in_words(stage: Stage) -> str:
    if stage.flat:
        return "each input map times its weights, all pixels added"
    if stage.kernel > 1:
        window = f"{stage.kernel} × {stage.kernel}"
        return f"in each input map the {window} pixels around that place times the {window} weights of its [[kernel]]"
    return "each input map's value at that pixel times its [[weight]]"


def _bend(pixel: Pixel) -> str:
    return "" if pixel.activation is None else f", and then the [[activation]], {pixel_terms.NAMES[pixel.activation]}"


def _pictures(subject: Subject, stage_number: int, point: tuple[int, int], mixed: Mixture, pixel: Pixel) -> str:
    """HTML of what each input map adds to the pixel, and of what becomes of the sum."""
    inputs, kernels = mixed.inputs.numpy(), mixed.kernels.numpy()
    stage, grey = subject.chain.stages[stage_number], np.repeat(subject.image[:, :, None], 3, axis=2)
    inputs_scale, kernels_scale = Scale.of(inputs), Scale.around(kernels)

    def factors(at: int) -> tuple[Factor, Factor]:
        seen, mark = _seen(inputs_scale.coloured(inputs[at]) if stage_number else grey, stage, point)
        if kernels[at].size == 1:
            numbers = written(float(pixel.inputs[at, 0, 0])), written(float(pixel.weights[at, 0, 0]))
        else:
            numbers = "map", "weights"
        return Factor(seen, numbers[0], mark), Factor(kernels_scale.coloured(kernels[at]), numbers[1])

    terms = mixed.at(*point).double().numpy()
    return pixel_terms.pictures(terms, pixel, lambda at: input_name(stage_number, at), factors)


def _seen(picture: NDArray[np.uint8], stage: Stage, point: tuple[int, int]) -> tuple[NDArray[np.uint8], Spot | None]:
    """What of a coloured input map belongs to the pixel, and a mark on the one that a 1×1 convolution reads."""
    if stage.flat or picture.shape[:2] == (1, 1):
        return picture, None
    size = stage.kernel if stage.kernel > 1 else 2 * AROUND + 1
    edge = stage.padding if stage.kernel > 1 else AROUND
    padded = np.full((picture.shape[0] + 2 * edge, picture.shape[1] + 2 * edge, 3), 128, np.uint8)
    padded[edge : edge + picture.shape[0], edge : edge + picture.shape[1]] = picture
    top, left = (at * stage.stride for at in point)
    inset = 100 * AROUND / size
    mark = Spot(inset, inset, 100 - 2 * inset) if stage.kernel == 1 else None
    return padded[top : top + size, left : left + size], mark

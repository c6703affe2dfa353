"""One channel: its map, its weights, how to change them, and the arithmetic of one of its pixels."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, MOST_COPIED, Chain, Channel, Pixel, pixel_at
from pointwise.explain.evidence import tone_curve
from pointwise.ui.feature_maps import curves, live_channel, map_components
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import charts, html
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Kept

MAP = "features.map"
POINT: Kept[tuple[float, float] | None] = Kept("features.point", None)  # row and column as shares of the map's sides
SIZE = Kept("features.map_size", (1, 1))  # rows and columns of the map that is shown
LISTED = 200  # products in the pixel calculator
NAMES = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU"}


def show(
    subject: Subject, stage_number: int, number: int, values: NDArray[np.float32], before: bool, scale: Scale
) -> None:
    """The channel's map (h, w), ``before`` the activation or after it, in the colours of ``scale``; its weights, and
    sliders that change them here.
    """
    stage = subject.chain.stages[stage_number]
    used = stage.channel(number)
    st.markdown(f"**Channel {number + 1} of {stage.channels}**")
    if values.size > 1:
        SIZE.set((values.shape[0], values.shape[1]))
        alt = f"The feature map of channel {number + 1}; click a pixel for its arithmetic"
        map_components.pick(MAP, scale.coloured(values), values, _point(values), alt, _picked)
        st.html(scale.bar())
    st.markdown(_in_numbers(used))
    live_channel.sliders(subject, (subject.arch, stage_number, number), used, before, scale, MAP)
    _weights(subject, stage_number, number, used)


def calculator(subject: Subject, stage_number: int, number: int, values: NDArray[np.float32]) -> None:
    """The chosen pixel's value, product by product; ``values`` (h, w) is the map that is shown."""
    maps = subject.trace.maps[stage_number]
    y, x = _point(values)
    pixel = pixel_at(subject.chain, maps, stage_number, number, y, x)
    many = maps.after[0].numel() > 1
    where = f"row {y + 1}, column {x + 1}" if many else "its only place"
    how = " Click the large map, or move over it with the arrow keys." if many else ""
    st.subheader("Pixel calculator")
    st.caption(f"Channel {number + 1} at {where}.{how}")
    st.latex(formula(pixel))
    if pixel.inputs.size > 1:
        st.html(_products(pixel))
    code = pixel.as_pytorch()
    if pixel.inputs.size > MOST_COPIED:
        st.download_button(
            f"The {pixel.inputs.size:,} products as a PyTorch program",
            code,
            "pixel.py",
            "text/x-python",
            icon=":material/download:",
            on_click="ignore",
        )
        return
    with st.expander("Copy as PyTorch", icon=":material/code:"):
        st.code(code, language="python", height=220)


def formula(pixel: Pixel) -> str:
    """The sum with its numbers, as LaTeX."""
    count, bias = pixel.inputs.size, _signed(pixel.bias)
    if count == 1:
        symbols = "w \\cdot x + b"
        numbers = f"{float(pixel.weights.item()):.{DIGITS}f} \\cdot ({float(pixel.inputs.item()):.{DIGITS}f}) {bias}"
    else:
        symbols = f"\\textstyle\\sum_{{i=1}}^{{{count}}} w_i x_i + b"
        numbers = f"{float(pixel.products.sum()):.{DIGITS}f} {bias}"
    value = f"\\mathbf{{{pixel.after:.{DIGITS}f}}}"
    if pixel.activation is None:
        steps = [symbols, numbers, value]
    else:
        act = f"\\mathrm{{{NAMES[pixel.activation]}}}"
        steps = [*(f"{act}({step})" for step in (symbols, numbers, f"{pixel.before:.{DIGITS}f}")), value]
    return "\\begin{aligned} y &= " + " \\\\ &= ".join(steps) + " \\end{aligned}"


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value):.{DIGITS}f}"


def _products(pixel: Pixel) -> str:
    """HTML of the largest products, the sum of the rest, and what becomes of them."""
    flat, weights, inputs = pixel.products.ravel(), pixel.weights.ravel(), pixel.inputs.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")[:LISTED]
    rows = [(_name(pixel, int(i)), *(f"{v:.{DIGITS}f}" for v in (weights[i], inputs[i], flat[i]))) for i in order]
    ends = [("sum", flat.sum()), ("bias", pixel.bias), ("before", pixel.before), ("value", pixel.after)]
    if flat.size > len(rows):
        ends.insert(0, (f"{flat.size - len(rows):,} more", flat.sum() - flat[order].sum()))
    return html.table(
        ("input", "weight", "× input", "= product"),
        [*rows, *((name, "", "", f"{value:.{DIGITS}f}") for name, value in ends)],
        label="The products, largest first",
        totals=4,
    )


def _name(pixel: Pixel, index: int) -> str:
    channel, y, x = np.unravel_index(index, pixel.inputs.shape)
    if pixel.inputs.shape[1] == 1:
        return f"channel {channel + 1}"
    middle = pixel.inputs.shape[1] // 2
    return f"channel {channel + 1}, {int(y) - middle:+d} down, {int(x) - middle:+d} right"


def _point(values: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of the chosen pixel of a map, at first of the strongest."""
    rows, columns = values.shape
    point = POINT.get()
    if point is None:
        return divmod(int(np.abs(values).argmax()), columns)
    return min(rows - 1, int(point[0] * rows)), min(columns - 1, int(point[1] * columns))


def _picked() -> None:
    if picked := st.session_state[MAP].picked:
        (y, x), (rows, columns) = picked, SIZE.get()
        POINT.set(((y + 0.5) / rows, (x + 0.5) / columns))


def _in_numbers(channel: Channel) -> str:
    weights = channel.weights
    if weights.numel() == 1:
        return f"Weight **{weights.item():.{DIGITS}f}**, bias **{channel.bias:.{DIGITS}f}**"
    low, high = float(weights.min()), float(weights.max())
    return f"{weights.numel():,} weights from {low:.{DIGITS}f} to {high:.{DIGITS}f}, bias **{channel.bias:.{DIGITS}f}**"


def _weights(subject: Subject, stage_number: int, number: int, used: Channel) -> None:
    """A tone curve for one weight, bars for many, a picture for very many or for kernels."""
    chain, weights = subject.chain, used.weights.double().numpy()
    if weights.size == 1 and stage_number == 0:
        brightness, after = tone_curve(chain, number)
        before = weights.item() * brightness + used.bias
        figure = curves.tone_curve(brightness, before, after, subject.image)
        alt = f"Tone curve of channel {number + 1}: weight {weights.item():.3f}, bias {used.bias:.3f}"
        charts.show(figure, "features.tone", alt)
    elif weights.shape[1] == 1 and len(weights) <= live_channel.MOST_SINGLE:
        alt = f"Weights of channel {number + 1}, from {weights.min():.3f} to {weights.max():.3f}"
        charts.show(curves.weight_bars(weights[:, 0, 0]), "features.bars", alt)
    else:
        _as_picture(chain, stage_number, subject.trace.maps[stage_number - 1].after.shape, weights)


def _as_picture(chain: Chain, stage_number: int, before: tuple[int, ...], weights: NDArray[np.float64]) -> None:
    """Kernels side by side; a dense layer's weights laid out as the maps that they read."""
    stage = chain.stages[stage_number]
    if stage.flat:
        side = 28 if stage_number == 0 else before[1]
        weights = weights.reshape(-1, side, side)
    tiles, _ = map_components.tiles(weights.astype(np.float32), shared=True)
    st.html(html.framed(tiles, 300, f"The weights, from {weights.min():.3f} to {weights.max():.3f}"))
    st.html(Scale.of(weights).bar())
    st.caption("The weights as pictures, one for each channel that they read.")

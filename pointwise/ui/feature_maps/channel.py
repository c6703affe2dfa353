"""One channel: its map, its weights, how to change them, and the arithmetic of one of its pixels."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, MOST_COPIED, Chain, Channel, Pixel, Stage, pixel_at
from pointwise.explain.evidence import tone_curve
from pointwise.ui.feature_maps import channel_edits, curves, live_channel, mosaic, pixels
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import html
from pointwise.ui.frame.colours import Scale
from pointwise.ui.training import weights_in_use

MAP = "features.map"
POINT = "features.point"  # row and column as shares of the map, so that they hold for maps of all sizes
SIZE = "features.map_size"
MOST_BARS = 128
LISTED = 200  # products in the pixel calculator
NAMES = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU"}
QUIET = {"displayModeBar": False}


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
        st.session_state[SIZE] = values.shape
        pixels.pick(
            MAP,
            scale.coloured(values),
            values,
            _point(values),
            f"The feature map of channel {number + 1}; click a pixel for its arithmetic",
            _picked,
        )
        st.html(scale.bar())
    st.markdown(_in_numbers(used))
    place = (subject.arch, stage_number, number)
    sliders = _sliders(place, subject.plain.stages[stage_number], used)
    packed = weights_in_use.packed(subject.model, stage_number + 1)
    if packed is not None:
        live_channel.show(subject, packed, place, sliders, before, scale, MAP)
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
    """HTML of the largest products, and the sum of the rest."""
    flat = pixel.products.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")[:LISTED]
    rows = [(_name(pixel, int(i)), pixel.weights.ravel()[i], pixel.inputs.ravel()[i], flat[i]) for i in order]
    body = "".join(
        f"<tr><td>{name}</td>" + "".join(f"<td>{v:.{DIGITS}f}</td>" for v in row) + "</tr>" for name, *row in rows
    )
    rest = flat.size - len(rows)
    if rest:
        body += f"<tr><td>{rest:,} more</td><td></td><td></td><td>{flat.sum() - flat[order].sum():.{DIGITS}f}</td></tr>"
    for name, value in (("sum", flat.sum()), ("bias", pixel.bias), ("before", pixel.before), ("value", pixel.after)):
        body += f"<tr><th>{name}</th><td></td><td></td><th>{value:.{DIGITS}f}</th></tr>"
    return (
        "<style>.pw-sum {border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.88rem}"
        ".pw-sum td, .pw-sum th {padding: 0.12rem 0.9rem 0.12rem 0; text-align: right}"
        ".pw-sum td:first-child, .pw-sum th:first-child {text-align: left}</style>"
        '<div style="max-height: 26rem; overflow-y: auto" tabindex="0" role="region" '
        'aria-label="The products, largest first"><table class="pw-sum"><thead><tr><th>input</th>'
        "<th>weight</th><th>× input</th><th>= product</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _name(pixel: Pixel, index: int) -> str:
    channel, y, x = np.unravel_index(index, pixel.inputs.shape)
    if pixel.inputs.shape[1] == 1:
        return f"channel {channel + 1}"
    middle = pixel.inputs.shape[1] // 2
    return f"channel {channel + 1}, {int(y) - middle:+d} down, {int(x) - middle:+d} right"


def _point(values: NDArray[np.float32]) -> tuple[int, int]:
    """The chosen place on a map, at first where the map is strongest."""
    rows, columns = values.shape
    if POINT not in st.session_state:
        strongest = int(np.abs(values).argmax())
        return strongest // columns, strongest % columns
    y, x = st.session_state[POINT]
    return min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))


def _picked() -> None:
    picked, size = st.session_state[MAP].picked, st.session_state.get(SIZE)
    if picked is not None and size is not None:
        st.session_state[POINT] = tuple((at + 0.5) / count for at, count in zip(picked, size, strict=True))


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
        st.plotly_chart(figure, key="features.tone", config=QUIET, alt=alt)
    elif weights.shape[1] == 1 and len(weights) <= MOST_BARS:
        alt = f"Weights of channel {number + 1}, from {weights.min():.3f} to {weights.max():.3f}"
        st.plotly_chart(curves.weight_bars(weights[:, 0, 0]), key="features.bars", config=QUIET, alt=alt)
    else:
        _as_picture(chain, stage_number, subject.trace.maps[stage_number - 1].after.shape, weights)


def _as_picture(chain: Chain, stage_number: int, before: tuple[int, ...], weights: NDArray[np.float64]) -> None:
    """Kernels side by side; a dense layer's weights laid out as the maps that they read."""
    stage = chain.stages[stage_number]
    if stage.flat:
        side = 28 if stage_number == 0 else before[1]
        weights = weights.reshape(-1, side, side)
    tiles, _ = mosaic.picture(weights.astype(np.float32), shared=True)
    st.html(html.framed(tiles, 300, f"The weights, from {weights.min():.3f} to {weights.max():.3f}"))
    st.html(Scale.of(weights).bar())
    st.caption("The weights as pictures, one for each channel that they read.")


def _sliders(place: channel_edits.Place, stage: Stage, used: Channel) -> live_channel.Sliders:
    """Change the channel: a weight, or all of them at once; and the bias."""
    reach = round(max(1.0, 1.5 * float(stage.weights.abs().max())), 1)
    name = ".".join(map(str, place))
    with st.container(key=live_channel.SLIDERS):
        if stage.kernel == 1 and stage.inputs <= MOST_BARS:
            number, row = _input(name, stage, used), used.weights
            key = f"features.weight.{name}.{number}"
            st.session_state[key] = _within(float(used.weights[number, 0, 0]), reach)
            st.slider(
                "Weight", -reach, reach, step=0.001, format="%.3f", key=key, on_change=_set, args=(place, key, number)
            )
        else:
            number, row = None, stage.channel(place[2]).weights
            key = f"features.factor.{name}"
            st.session_state[key] = channel_edits.edit(place).factor
            st.slider("All weights times", -2.0, 2.0, step=0.01, key=key, on_change=_set, args=(place, key, "factor"))
        reach = round(max(1.0, 1.5 * float(stage.biases.abs().max())), 1)
        bias_key = f"features.bias.{name}"
        st.session_state[bias_key] = _within(used.bias, reach)
        st.slider(
            "Bias",
            -reach,
            reach,
            step=0.001,
            format="%.3f",
            key=bias_key,
            on_change=_set,
            args=(place, bias_key, "bias"),
        )
    weight, bias = float(st.session_state[key]), float(st.session_state[bias_key])
    return live_channel.Sliders(bias_key, bias, key, weight, number, row.numpy())


def _input(name: str, stage: Stage, used: Channel) -> int:
    """Which input channel's weight the slider changes; at first the largest."""
    if stage.inputs == 1:
        return 0
    key = f"features.input.{name}"
    st.session_state.setdefault(key, int(used.weights.abs().flatten().argmax()) + 1)
    return int(st.number_input("Input channel", 1, stage.inputs, key=key)) - 1


def _within(value: float, reach: float) -> float:
    return min(max(value, -reach), reach)


def _set(place: channel_edits.Place, key: str, what: int | str) -> None:
    old, value = channel_edits.edit(place), float(st.session_state[key])
    if what == "bias":
        channel_edits.set_edit(place, channel_edits.Edit(old.weights, old.factor, value))
    elif what == "factor":
        channel_edits.set_edit(place, channel_edits.Edit(old.weights, value, old.bias))
    else:
        channel_edits.set_edit(place, channel_edits.Edit({**old.weights, int(what): value}, old.factor, old.bias))

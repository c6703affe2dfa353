"""The value of one pixel of a map as a sum: a small picture for each input map, and every product behind them."""

from __future__ import annotations

import html as markup

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, MOST_COPIED, Pixel, Stage, pixel_at
from pointwise.explain.mixture import Mixture
from pointwise.ui.feature_maps.input_maps import input_name
from pointwise.ui.feature_maps.subject import Subject
from pointwise.ui.frame import address, glossary, html
from pointwise.ui.frame.colours import DEEP_BLUE, ORANGE, Scale
from pointwise.ui.frame.labels import number as written

PICTURES = 12  # terms with a picture, the largest first
LISTED = 200  # products in the table
AROUND = 3  # pixels to each side of the one that a 1×1 convolution reads
NAMES = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU"}
STYLE = f"""<style>
.pw-sum {{display: grid; grid-template-columns: repeat(auto-fill, minmax(6.9rem, 1fr)); gap: 0.6rem;
  font-size: 0.8rem; line-height: 1.3;
  font-variant-numeric: tabular-nums}}
.pw-sum figure {{margin: 0; padding: 0.4rem; border: 1px solid rgba(127, 155, 179, 0.45); border-radius: 0.4rem;
  display: flex; flex-direction: column; align-items: center; justify-content: flex-end}}
.pw-sum .pair {{display: flex; gap: 0.3rem; align-items: center; text-align: center}}
.pw-sum .pair > span {{display: flex; flex-direction: column; align-items: center}}
.pw-sum .pair i {{font-style: normal; padding-bottom: 1rem}}
.pw-sum .picture {{position: relative; display: block; width: 44px; height: 44px}}
.pw-sum img {{width: 44px; height: 44px; image-rendering: pixelated; border-radius: 2px; display: block}}
.pw-sum s {{position: absolute; box-sizing: border-box; outline: 2px solid #fff; box-shadow: 0 0 0 3px #000}}
.pw-sum .bar {{width: 100%; height: 0.4rem; margin-top: 0.3rem}}
.pw-sum .bar b {{display: block; height: 100%; border-radius: 0.1rem; background: {ORANGE}}}
.pw-sum .less .bar b {{background: {DEEP_BLUE}}}
.pw-sum figcaption {{text-align: center}}
.pw-sum strong {{font-size: 0.95rem}}
.pw-sum .end {{background: rgba(127, 155, 179, 0.14)}}
</style>"""

Floats = NDArray[np.float32]


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
        f"[[bias]]{_bend(pixel)}. {_order(terms)}{choose}"
    )
    st.html(_pictures(subject, stage_number, point, mixed, pixel))
    with st.expander("The formula, and every product", icon=":material/function:"):
        st.latex(formula(pixel))
        if pixel.inputs.size > 1:
            st.html(_products(pixel))
    _code(pixel)


def _sum_in_words(stage: Stage) -> str:
    if stage.flat:
        return "each input map times its weights, all pixels added"
    if stage.kernel > 1:
        window = f"{stage.kernel} × {stage.kernel}"
        return f"in each input map the {window} pixels around that place times the {window} weights of its [[kernel]]"
    return "each input map's value at that pixel times its [[weight]]"


def _order(terms: NDArray[np.float64]) -> str:
    zeros = int((terms == 0).sum())
    left_out = f"; {zeros} of {terms.size} are 0 and left out" if zeros else ""
    return f"The largest parts come first{left_out}." if terms.size > 1 else ""


def _bend(pixel: Pixel) -> str:
    return "" if pixel.activation is None else f", and then the [[activation]], {NAMES[pixel.activation]}"


def _pictures(subject: Subject, stage_number: int, point: tuple[int, int], mixed: Mixture, pixel: Pixel) -> str:
    """HTML of the terms that are not 0, the largest first, and of what becomes of their sum."""
    terms = mixed.at(*point).double().numpy()
    order = [int(at) for at in np.argsort(-np.abs(terms), kind="stable") if terms[at] != 0]
    most = float(np.abs(terms).max()) or 1.0
    inputs, kernels = mixed.inputs.numpy(), mixed.kernels.numpy()
    stage, grey = subject.chain.stages[stage_number], np.repeat(subject.image[:, :, None], 3, axis=2)
    inputs_scale, kernels_scale = Scale.of(inputs), Scale.around(kernels)
    tiles = []
    for at in order[:PICTURES]:
        seen, mark = _seen(inputs_scale.coloured(inputs[at]) if stage_number else grey, stage, point)
        weights = kernels_scale.coloured(kernels[at])
        if kernels[at].size == 1:
            numbers = written(float(pixel.inputs[at, 0, 0])), written(float(pixel.weights[at, 0, 0]))
        else:
            numbers = "map", "weights"
        name = input_name(stage_number, at)
        pair = " <i>×</i> ".join(
            f'<span><span class="picture"><img src="{html.data_url(picture)}" alt="">{box}</span>{text}</span>'
            for picture, box, text in zip((seen, weights), (mark, ""), numbers, strict=True)
        )
        tiles.append(_tile(markup.escape(name), f'<div class="pair">{pair}</div>', terms[at], most))
    left = order[PICTURES:]
    if left:
        tiles.append(
            _tile("1 other" if len(left) == 1 else f"{len(left)} others", "", float(terms[left].sum()), most, end=True)
        )
    tiles.append(_tile("bias", "", pixel.bias, most, end=True))
    tiles.append(_tile("sum of all", "", pixel.before, 0, end=True))
    if pixel.activation is not None:
        tiles.append(_tile(f"after {NAMES[pixel.activation]}", "", pixel.after, 0, end=True))
    return f'{STYLE}<div class="pw-sum">{"".join(tiles)}</div>'


def _tile(name: str, pictures: str, value: float, most: float, end: bool = False) -> str:
    """HTML of one term; ``most`` is the value whose bar is as wide as the tile, 0 for no bar."""
    share = min(100.0, 100 * abs(value) / most) if most else 0
    bar = f'<div class="bar"><b style="width: {share:.0f}%"></b></div>' if most else ""
    kind = f"{'less' if value < 0 else ''} {'end' if end else ''}"
    caption = f"<figcaption>{name}<br><strong>{value:+.{DIGITS}f}</strong></figcaption>"
    return f'<figure class="{kind}">{pictures}{bar}{caption}</figure>'


def _seen(picture: NDArray[np.uint8], stage: Stage, point: tuple[int, int]) -> tuple[NDArray[np.uint8], str]:
    """What of a coloured input map belongs to the pixel, and HTML that marks the one that a 1×1 convolution reads."""
    if stage.flat or picture.shape[:2] == (1, 1):
        return picture, ""
    size = stage.kernel if stage.kernel > 1 else 2 * AROUND + 1
    edge = stage.padding if stage.kernel > 1 else AROUND
    padded = np.full((picture.shape[0] + 2 * edge, picture.shape[1] + 2 * edge, 3), 128, np.uint8)
    padded[edge : edge + picture.shape[0], edge : edge + picture.shape[1]] = picture
    top, left = (at * stage.stride for at in point)
    place = f"inset: {100 * AROUND / size:.2f}%"
    return padded[top : top + size, left : left + size], f'<s style="{place}"></s>' if stage.kernel == 1 else ""


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


def _code(pixel: Pixel) -> None:
    """The pixel as a program to copy, or where that is too long, to download."""
    if address.hides("code"):
        return
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

"""One value of a map as a sum: a small picture for each input with its weight, every product, and a program."""

from __future__ import annotations

import html as markup
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, MOST_COPIED, Pixel
from pointwise.ui.frame import address, html
from pointwise.ui.frame.colours import DEEP_BLUE, ORANGE
from pointwise.visible_text import visible

PICTURES = 12  # terms with a picture, the largest first
LISTED = 200  # products in the table
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
.pw-sum img {{width: 44px; height: 44px; image-rendering: pixelated; border-radius: 2px; display: block;
  object-fit: contain}}
.pw-sum s {{position: absolute; box-sizing: border-box; outline: 2px solid #fff; box-shadow: 0 0 0 3px #000}}
.pw-sum .bar {{width: 100%; height: 0.4rem; margin-top: 0.3rem}}
.pw-sum .bar b {{display: block; height: 100%; border-radius: 0.1rem; background: {ORANGE}}}
.pw-sum .less .bar b {{background: {DEEP_BLUE}}}
.pw-sum figcaption {{text-align: center}}
.pw-sum strong {{font-size: 0.95rem}}
.pw-sum .end {{background: rgba(127, 155, 179, 0.14)}}
</style>"""


Called = Callable[[int], str]  # what an input is called, from 0


class Spot(NamedTuple):
    """A square over a picture, in percent of the picture's square: its upper left corner, and its side."""

    left: float
    top: float
    side: float


class Factor(NamedTuple):
    """A picture of an input or of its weights, and what stands below it."""

    picture: NDArray[np.uint8]  # (h, w, 3)
    text: str
    spot: Spot | None = None


def largest(terms: NDArray[np.float64]) -> list[int]:
    """The terms that are not 0, the largest first."""
    return [int(at) for at in np.argsort(-np.abs(terms), kind="stable") if terms[at] != 0]


def order(terms: NDArray[np.float64]) -> str:
    """A sentence on the order of the terms, and on those that are left out."""
    zeros = int((terms == 0).sum())
    left_out = f"; {zeros} of {terms.size} are 0 and left out" if zeros else ""
    return f"The largest parts come first{left_out}." if terms.size > 1 else ""


def pictures(
    terms: NDArray[np.float64], pixel: Pixel, called: Called, factors: Callable[[int], Sequence[Factor]]
) -> str:
    """HTML of the terms that are not 0, the largest first, and of what becomes of their sum.

    ``terms`` are what each input adds, (I,); ``factors`` the pictures of one.
    """
    shown = largest(terms)
    most = float(np.abs(terms).max()) or 1.0
    tiles = []
    for at in shown[:PICTURES]:
        pair = " <i>×</i> ".join(
            f'<span><span class="picture"><img src="{html.data_url(one.picture)}" alt="">{_marked(one.spot)}</span>'
            f"{markup.escape(one.text)}</span>"
            for one in factors(at)
        )
        tiles.append(_tile(called(at), f'<div class="pair">{pair}</div>', terms[at], most))
    left = shown[PICTURES:]
    if left:
        tiles.append(
            _tile("1 other" if len(left) == 1 else f"{len(left)} others", "", float(terms[left].sum()), most, end=True)
        )
    tiles.append(_tile("bias", "", pixel.bias, most, end=True))
    tiles.append(_tile("sum of all", "", pixel.before, 0, end=True))
    if pixel.activation is not None:
        tiles.append(_tile(f"after {NAMES[pixel.activation]}", "", pixel.after, 0, end=True))
    return f'{STYLE}<div class="pw-sum">{"".join(tiles)}</div>'


def _marked(spot: Spot | None) -> str:
    if spot is None:
        return ""
    left, top, side = (f"{share:.2f}%" for share in spot)
    return f'<s style="left: {left}; top: {top}; width: {side}; height: {side}"></s>'


def _tile(name: str, pair: str, value: float, most: float, end: bool = False) -> str:
    """HTML of one term; ``most`` is the value whose bar is as wide as the tile, 0 for no bar."""
    share = min(100.0, 100 * abs(value) / most) if most else 0
    bar = f'<div class="bar"><b style="width: {share:.0f}%"></b></div>' if most else ""
    kind = f"{'less' if value < 0 else ''} {'end' if end else ''}"
    called = markup.escape(visible(name))
    caption = f"<figcaption>{called}<br><strong>{value:+.{DIGITS}f}</strong></figcaption>"
    return f'<figure class="{kind}">{pair}{bar}{caption}</figure>'


def details(pixel: Pixel, called: Called | None = None) -> None:
    """Behind clicks: the formula, every product, and the pixel as a program; inputs are channels with numbers, or as
    they are ``called``.
    """
    with st.expander("The formula, and every product", icon=":material/function:"):
        st.latex(formula(pixel))
        if pixel.inputs.size > 1:
            st.html(_products(pixel, called))
    _code(pixel)


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


def _products(pixel: Pixel, called: Called | None) -> str:
    """HTML of the largest products, the sum of the rest, and what becomes of them."""
    flat, weights, inputs = pixel.products.ravel(), pixel.weights.ravel(), pixel.inputs.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")[:LISTED]
    rows = [
        (_name(pixel, int(i), called), *(f"{v:.{DIGITS}f}" for v in (weights[i], inputs[i], flat[i]))) for i in order
    ]
    ends = [("sum", flat.sum()), ("bias", pixel.bias), ("before", pixel.before), ("value", pixel.after)]
    if flat.size > len(rows):
        ends.insert(0, (f"{flat.size - len(rows):,} more", flat.sum() - flat[order].sum()))
    return html.table(
        ("input", "weight", "× input", "= product"),
        [*rows, *((name, "", "", f"{value:.{DIGITS}f}") for name, value in ends)],
        label="The products, largest first",
        totals=4,
    )


def _name(pixel: Pixel, index: int, called: Called | None) -> str:
    channel, y, x = np.unravel_index(index, pixel.inputs.shape)
    if pixel.inputs.shape[1] == 1:
        return f"channel {channel + 1}" if called is None else called(int(channel))
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
        st.code(code, language="python", wrap_lines=True)

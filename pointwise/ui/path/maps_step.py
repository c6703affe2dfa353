"""Step 3: the visitor's drawing through Network in Network, layer by layer, and how far each layer sees."""

from __future__ import annotations

import html as markup
from collections.abc import Iterator

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain import five_steps
from pointwise.explain.chain import Chain, Maps, Stage
from pointwise.ui.canvas import reading
from pointwise.ui.frame import glossary, html, labels, navigation, shipped
from pointwise.ui.frame.colours import Scale
from pointwise.ui.path import own_drawing

ARCH = five_steps.READER
TILES = 6  # maps of a layer that are shown
STYLE = """<style>
.pw-layers {max-width: 54rem; display: grid; gap: 1.1rem}
.pw-layer {display: grid; grid-template-columns: 5.2rem 1fr; gap: 0 1rem; align-items: start;
  border-left: 4px solid #d55e00; padding-left: 0.8rem}
.pw-layer.one {border-color: #0090d0}
.pw-layer p {margin: 0; font-size: 0.95rem; line-height: 1.4}
.pw-layer p:first-child {font-weight: 600}
.pw-seen {width: 5.2rem; margin: 0}
.pw-seen div {position: relative; overflow: hidden}
.pw-seen img {display: block; width: 100%; border-radius: 0.2rem}
.pw-seen i {position: absolute; box-sizing: border-box; border: 2px solid #ffffff; box-shadow: 0 0 0 2px #000000}
.pw-seen figcaption {font-size: 0.78rem; line-height: 1.25; padding-top: 0.25rem; white-space: nowrap}
.pw-tiles {display: grid; grid-template-columns: repeat(6, minmax(0, 4.2rem)); gap: 0.35rem; padding-top: 0.5rem}
.pw-tiles.ten {grid-template-columns: repeat(10, minmax(0, 2.9rem))}
.pw-tiles figure {margin: 0}
.pw-tiles img {display: block; width: 100%; image-rendering: pixelated; border-radius: 0.2rem}
.pw-tiles figcaption {font-size: 0.82rem; text-align: center; font-variant-numeric: tabular-nums}
.pw-tiles .best {font-weight: 700}
@media (max-width: 640px) {.pw-layer {grid-template-columns: 4.4rem 1fr} .pw-seen {width: 4.4rem}
  .pw-tiles.ten {grid-template-columns: repeat(5, minmax(0, 2.9rem))}}
</style>"""


def show() -> None:
    """Every layer with a few of its maps, and the answer at the end."""
    image = own_drawing.image()
    if image is None:
        return
    glossary.write(five_steps.FOLLOW)
    own_drawing.another()
    model = shipped.shipped_model(ARCH)
    chain = Chain.of(model)
    trace = chain.run(image)
    layers = zip(chain.stages, trace.maps, _seen(chain), strict=True)
    st.html(f'{STYLE}<div class="pw-layers">{"".join(_layer(*layer, image) for layer in layers)}</div>')
    answer = reading.read(model, image)
    probability = labels.probability(answer.probability)
    glossary.write(
        f"The highest score wins: the network reads **{answer.digit}**, with a probability of **{probability}** "
        "([[softmax]] makes probabilities of the scores). **The 5×5 and 3×3 layers saw the shape; the 1×1 layers "
        "between them mixed what was seen**, at every pixel in the same way."
    )
    navigation.link("feature_maps", "Look into every channel of every layer", network=ARCH)


def _seen(chain: Chain) -> Iterator[int]:
    """Height and width of the part of the drawing that one value of each stage has seen."""
    side, apart = 1, 1
    for stage in chain.stages:
        side += (stage.kernel - 1) * apart
        apart *= stage.stride
        yield side


def _layer(stage: Stage, maps: Maps, seen: int, image: NDArray[np.uint8]) -> str:
    """HTML of one stage."""
    channels, height, width = maps.after.shape
    kind = f"{stage.kernel}×{stage.kernel} convolution"
    size = f"{stage.inputs} {'channel' if stage.inputs == 1 else 'channels'} → {channels} maps of {height} × {width}"
    if stage.activated and channels > TILES:
        size += f", {TILES} of them shown"
    return (
        f'<section class="pw-layer{" one" if stage.kernel == 1 else ""}">{_window(image, seen)}<div>'
        f"<p>{kind}: {size}</p><p>{markup.escape(five_steps.LAYERS[stage.name])}</p>{_tiles(stage, maps.after.numpy())}"
        "</div></section>"
    )


def _window(image: NDArray[np.uint8], seen: int) -> str:
    """HTML of the drawing with the square that one value has seen, around an inked pixel near the middle."""
    side = len(image)
    rows, columns = np.nonzero(image > 127)
    nearest = int(np.argmin((rows - side / 2) ** 2 + (columns - side / 2) ** 2)) if len(rows) else 0
    middle = (rows[nearest], columns[nearest]) if len(rows) else (side // 2, side // 2)
    top, left = (100 * (at - seen // 2) / side for at in middle)
    return (
        f'<figure class="pw-seen"><div><img src="{html.data_url(image)}" alt="The drawing" '
        f'style="image-rendering: pixelated"><i style="top: {top:.2f}%; left: {left:.2f}%; '
        f'width: {100 * seen / side:.2f}%; height: {100 * seen / side:.2f}%"></i></div>'
        f"<figcaption>sees {seen} × {seen}</figcaption></figure>"
    )


def _tiles(stage: Stage, maps: NDArray[np.float32]) -> str:
    """HTML of a few maps, those that differ most from place to place; of the last stage all, with their averages."""
    scale = Scale.of(maps)
    if not stage.activated:
        averages = maps.mean(axis=(1, 2))
        best = int(averages.argmax())
        figures = [
            _figure(scale, one, f"The map of {number}", f"<b>{number}</b><br>{averages[number]:.1f}", number == best)
            for number, one in enumerate(maps)
        ]
        return f'<div class="pw-tiles ten">{"".join(figures)}</div>'
    chosen = sorted(np.argsort(-maps.std(axis=(1, 2)), kind="stable")[:TILES].tolist())
    figures = [_figure(scale, maps[number], f"Map {number + 1} of {stage.name}") for number in chosen]
    return f'<div class="pw-tiles">{"".join(figures)}</div>'


def _figure(scale: Scale, values: NDArray[np.float32], alt: str, caption: str = "", best: bool = False) -> str:
    below = f'<figcaption class="{"best" if best else ""}">{caption}</figcaption>' if caption else ""
    return f'<figure><img src="{html.data_url(scale.coloured(values))}" alt="{alt}">{below}</figure>'

"""Step 2: a 1×1 convolution mixes colours, and the channels of large networks."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from pointwise.claims import parameters
from pointwise.explain import colour
from pointwise.inpage import bundled
from pointwise.ui.frame import glossary, html, navigation
from pointwise.ui.frame.page_values import sent
from pointwise.ui.path.steps import GREY, MIX, Weights, weights_of

MIXER = "path.mixer"  # the key of the picture with its three sliders
ANSWER = (-0.5, 1.0, -0.5)  # weights of red, green and blue
ENOUGH = 0.5  # the contrast that solves it
OTHERS = {
    "sky": (-1.0, 0.0, 1.0),
    "clouds": (0.5, 0.5, -0.3),
    "trunk": (1.0, -1.0, -0.2),
}  # weights that each part stands out by
SAYS = {
    "hidden": "Not yet. Brightest now: the {other}, {by} ahead of the leaves.",
    "close": "Nearly. The leaves lead, {by} ahead of the {other}.",
    "found": "Found. The leaves lead by {by}, and no pixel has looked at its neighbours.",
}
_mixer = st.components.v2.component(
    "pointwise_colour_mixer",
    html="""<section><div class="pictures"><figure><canvas class="picture" role="img"
  aria-label="A green tree on grass, before a blue sky with white clouds"></canvas><figcaption>The picture</figcaption>
</figure><figure><canvas class="map" role="img"></canvas><figcaption>Your mix of it: black is least, white most
</figcaption></figure></div><div class="desk"><div class="sliders">
<label class="red"><span>red</span><input type="range" min="-1" max="1" step="0.1"><output></output></label>
<label class="green"><span>green</span><input type="range" min="-1" max="1" step="0.1"><output></output></label>
<label class="blue"><span>blue</span><input type="range" min="-1" max="1" step="0.1"><output></output></label></div>
<code></code><p role="status"></p><strong>How bright each part is in your mix, on average</strong>
<div class="bars" role="group" aria-label="Brightness"></div>
<div class="buttons"><button type="button">Back to grey</button><button type="button">Show me an answer</button></div>
</div></section>""",
    css="""section {display: flex; flex-wrap: wrap; gap: 1rem 2rem; font-family: var(--st-font);
  color: var(--st-text-color); font-size: 0.95rem}
.pictures {display: grid; grid-template-columns: 1fr 1fr; gap: 0.8rem; flex: 1 1 20rem; max-width: 34rem}
figure {margin: 0}
figcaption {font-size: 0.85rem; padding-top: 0.3rem; line-height: 1.35}
canvas {display: block; width: 100%; image-rendering: pixelated; border-radius: 0.3rem}
.desk {flex: 1 1 18rem; max-width: 26rem}
label {display: grid; grid-template-columns: 3.2rem 1fr 2.6rem; gap: 0.6rem; align-items: center; height: 2rem}
input {width: 100%; height: 1.6rem; margin: 0; cursor: pointer}
input:focus-visible, button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 2px}
.red input {accent-color: #d9412b} .green input {accent-color: #2f8f3a} .blue input {accent-color: #3b7ddd}
output {text-align: right; font-variant-numeric: tabular-nums}
code {display: block; font-family: var(--st-code-font, monospace); font-size: 0.85rem; padding: 0.4rem 0 0.2rem}
p {margin: 0.5rem 0; padding: 0.5rem 0.8rem; border-radius: 0.4rem; min-height: 2.8em; display: flex;
  align-items: center; border: 1px solid color-mix(in srgb, var(--st-text-color) 35%, transparent)}
p.found {border: 2px solid var(--st-primary-color); font-weight: 600}
strong {display: block; margin: 0.7rem 0 0.3rem; font-size: 0.88rem; font-weight: 600}
.bars div {display: grid; grid-template-columns: 3.8rem 1fr 2.8rem; gap: 0.6rem; align-items: center; height: 1.5rem;
  font-variant-numeric: tabular-nums}
.bars div > :last-child {text-align: right}
i {height: 0.8rem; border-radius: 0.15rem; background: color-mix(in srgb, var(--st-text-color) 12%, transparent)}
u {display: block; height: 100%; border-radius: 0.15rem;
  background: color-mix(in srgb, var(--st-text-color) 60%, var(--st-background-color))}
.bars div:first-child u {background: var(--st-primary-color)}
.bars div:first-child {font-weight: 600}
.buttons {display: flex; flex-wrap: wrap; gap: 0.6rem; padding-top: 0.6rem}
button {font: inherit; color: inherit; cursor: pointer; min-height: 2.4rem; padding: 0.2rem 0.8rem;
  border-radius: 0.5rem; border: 1px solid color-mix(in srgb, var(--st-text-color) 45%, transparent);
  background: var(--st-background-color)}
button:hover {border-color: var(--st-primary-color)}""",
    js=bundled(Path(__file__).with_name("colour_mixer.js")),
)


def show() -> None:
    """The picture with its three weights, four mixes at once, and what it saves in large networks."""
    glossary.write(
        "A colour picture has three [[channels|channel]]: how much red, green and blue there is at each pixel. A "
        "[[1×1 convolution]] gives each of them a [[weight]], which may be below zero, and adds them up."
    )
    st.markdown("**Can you find weights that make leaves and grass bright, and everything else dark?**")
    _mix(colour.tree())
    st.subheader("Four mixes: a layer from three channels to four")
    st.html(html.strip(_maps(colour.tree())))
    st.markdown(
        "Each set of three weights makes one new channel: yours, and three in which the sky, the clouds and the trunk "
        "stand out. No pixel has looked at its neighbours. **Colour alone tells the parts apart, and a 1×1 convolution "
        "can use it.**"
    )
    st.subheader("What large networks use it for")
    st.html(_work())
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    glossary.write(
        "Deep inside, a network has hundreds of channels instead of three. There a 1×1 convolution squeezes them into "
        "a few good mixes before a larger [[kernel]] has to read them, a [[bottleneck]]. A branch of GoogLeNet, a "
        f"network for photos, needs **{inception:.1f} times fewer [[multiply-adds]]** so, and a block of ResNet, "
        f"another, {resnet:.0f} times fewer than two 3×3 convolutions on as many channels."
    )
    navigation.link("feature_maps", "Mix a picture of your own", maps="Colour")


def _mix(scene: colour.Scene) -> None:
    numbers = np.zeros(scene.picture.shape[:2], np.uint8)
    for number, part in enumerate(scene.parts.values()):
        numbers[part] = number
    _mixer(
        key=MIXER,
        data={
            "picture": base64.b64encode(scene.picture.tobytes()).decode(),
            "parts": base64.b64encode(numbers.tobytes()).decode(),
            "side": len(numbers),
            "names": tuple(scene.parts),
            "weights": MIX.get(),
            "start": GREY,
            "answer": ANSWER,
            "enough": ENOUGH,
            "says": SAYS,
        },
        on_mixed_change=_take,
    )


def _take() -> None:
    weights = sent(MIXER, "mixed", weights_of)
    if weights is not None:
        MIX.set(weights)


def _maps(scene: colour.Scene) -> list[tuple[Any, str, str, float]]:
    """The visitor's mix, and one for each other part in which that stands out, with their weights as captions."""
    every = {"your weights": MIX.get(), **OTHERS}
    return [_map(scene, f"{name.capitalize()}: {_written(weights)}", weights) for name, weights in every.items()]


def _map(scene: colour.Scene, caption: str, weights: Weights) -> tuple[Any, str, str, float]:
    (values,) = colour.mix(scene.picture, np.array([weights]))
    return np.round(255 * colour.shown(values)).astype(np.uint8), caption, f"A grey picture. {caption}", 1.0


def _written(weights: Weights) -> str:
    """For example "−1 red + 0.5 green"; what counts 0 is left out."""
    named = [(weight, name) for weight, name in zip(weights, ("red", "green", "blue"), strict=True) if weight]
    terms = "".join(f" {'−' if weight < 0 else '+'} {abs(weight):g} {name}" for weight, name in named)
    return terms.removeprefix(" + ").replace(" − ", "−", terms.startswith(" − ")) or "nothing"


def _work() -> str:
    """HTML of the multiply-adds of Inception's branch with and without its 1×1 convolution, as bars to scale."""
    squeeze = parameters.INCEPTION[1].convolutions[0]
    names = (f"5×5 on all {squeeze.inputs} channels", f"1×1 to {squeeze.outputs} channels, then the 5×5")
    most = max(block.multiply_adds for block in parameters.INCEPTION)
    rows = "".join(
        f'<div><span>{name}</span><i style="width: {100 * block.multiply_adds / most:.2f}%"></i>'
        f"<b>{block.multiply_adds / 1e6:.1f} million</b></div>"
        for name, block in zip(names, parameters.INCEPTION, strict=True)
    )
    return f"""<style>.pw-work {{max-width: 38rem; font-size: 0.92rem; font-variant-numeric: tabular-nums}}
.pw-work div {{display: grid; grid-template-columns: 1fr auto; gap: 0.1rem 1rem; padding: 0.2rem 0}}
.pw-work i {{grid-column: 1 / -1; grid-row: 2; height: 0.9rem; border-radius: 0.15rem; background: #0090d0}}
.pw-work p {{margin: 0 0 0.3rem; font-weight: 600}}</style>
<div class="pw-work"><p>Multiply-adds for one picture, to scale</p>{rows}</div>"""

"""Step 2: a 1×1 convolution mixes colours, and the channels of large networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pointwise.claims import parameters
from pointwise.explain import colour, colour_mixer, five_steps
from pointwise.inpage import FOLDER, bundled
from pointwise.ui.frame import glossary, html, navigation
from pointwise.ui.frame.page_values import sent
from pointwise.ui.path.steps import MIX, Weights, weights_of

MIXER = "path.mixer"  # the key of the picture with its three sliders
_mixer = st.components.v2.component(
    "pointwise_colour_mixer",
    html=colour_mixer.MARKUP,
    css=colour_mixer.STYLES,
    js=bundled(FOLDER / "colour_mixer.js"),
)


def show() -> None:
    """The picture with its three weights, four mixes at once, and what it saves in large networks."""
    glossary.write(five_steps.COLOURS)
    st.markdown(five_steps.LEAVES)
    _mix(colour.tree())
    st.subheader(five_steps.FOUR_MIXES)
    st.html(html.strip(_maps(colour.tree())))
    st.markdown(five_steps.MIXES)
    st.subheader(five_steps.LARGE_NETWORKS)
    st.html(_work())
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    glossary.write(five_steps.BOTTLENECK.format(inception=inception, resnet=resnet))
    navigation.link("feature_maps", "Mix a picture of your own", maps="Colour")


def _mix(scene: colour.Scene) -> None:
    _mixer(key=MIXER, data=colour_mixer.of_scene(scene, MIX.get()), on_mixed_change=_take)


def _take() -> None:
    weights = sent(MIXER, "mixed", weights_of)
    if weights is not None:
        MIX.set(weights)


def _maps(scene: colour.Scene) -> list[tuple[Any, str, str, float]]:
    """The visitor's mix, and one for each other part in which that stands out, with their weights as captions."""
    every = {"your weights": MIX.get(), **colour_mixer.OTHERS}
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

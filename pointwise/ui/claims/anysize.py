"""Claim: a network of 1×1 convolutions takes pictures of any size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.claims import anysize, sliding
from pointwise.drawing import prepare_strip
from pointwise.models import Network
from pointwise.ui import answer, boards, canvas, resources, state, words
from pointwise.ui.claims import charts, frame

ALL, SOME, NONE = "All four", "Those without a dense layer", "None of them"


def show() -> None:
    """Three sizes, and a reader of one digit slid over several."""
    guess = frame.guessed(
        "anysize",
        "Four networks have learned from pictures of 28 × 28 pixels. Which of them take one of 28 × 140, with the same "
        "weights?",
        (ALL, SOME, NONE),
    )
    if guess is None:
        return
    _three_sizes()
    seen = _sliding()
    if seen is not None:
        _verdict(seen, guess)


def _three_sizes() -> None:
    rows = [
        (words.MODELS[arch], *(_answer(one) for one in anysize.answers(resources.current_model(arch))))
        for arch in answer.CLASSIFIERS
    ]
    frame.table(("the same weights on", *(f"{height} × {width}" for height, width in anysize.SIZES)), rows)


def _answer(one: anysize.Answer) -> str:
    return "refuses" if one.shape is None else f"{one.shape[-1]} logits"


@dataclass(frozen=True, eq=False)
class Seen:
    """A strip as one network reads it by sliding."""

    model: Network
    picture: NDArray[np.uint8]
    scores: sliding.Scores
    digits: list[sliding.Found]

    @classmethod
    def by(cls, arch: str, picture: NDArray[np.uint8]) -> Seen:
        model = resources.current_model(arch)
        scores = sliding.score_map(model, picture)
        return cls(model, picture, scores, sliding.read(picture, scores, sliding.SLIDERS[arch]))

    @property
    def text(self) -> str:
        return " ".join(str(found.digit) for found in self.digits)


def _sliding() -> dict[str, Seen] | None:
    """The canvas, the readings and the map; None where nothing is written."""
    st.markdown("**Write several digits.** A network that knows one digit at a time looks at every place.")
    picture = prepare_strip(_canvas().rgba)
    if not picture.any():
        st.info("There is nothing written yet.")
        return None
    seen = {arch: Seen.by(arch, picture) for arch in sliding.SLIDERS}
    with st.grid(2, min_column_width=150, border=True):
        for arch, one in seen.items():
            st.metric(words.MODELS[arch], one.text or "–")
    one = seen["mlp_1x1"]
    with st.container(width=charts.STRIP_WIDTH):
        st.plotly_chart(
            charts.strip(picture, one.scores, one.digits),
            key="why.anysize.chart",
            config={"displayModeBar": False},
            alt=f"What is written, with boxes around {one.text}, and below it the probability of each digit by place",
        )
        st.caption(
            f"Of {words.MODELS['mlp_1x1']}; each place shows its best row. Boxes stand where a piece of ink is centred "
            "as MNIST's digits are. Only such places were learned from: between digits the network is sure of things "
            "that are not there."
        )
    return seen


def _canvas() -> canvas.Board:
    if state.entered_claim():
        state.set_strip(boards.remounted(state.strip()))
    canvas.show(state.strip(), boards.STRIP_PEN, _drawn, boards.STRIP)
    empty = not state.strip().shapes
    with st.container(horizontal=True):
        st.button("Undo", on_click=_undo, icon=":material/undo:", disabled=empty, key="why.anysize.undo")
        st.button("Clear", on_click=_clear, icon=":material/delete:", disabled=empty, key="why.anysize.clear")
    return state.strip()


def _drawn() -> None:
    state.set_strip(canvas.taken(state.strip(), boards.STRIP))


def _undo() -> None:
    state.set_strip(boards.undone(state.strip(), boards.STRIP))


def _clear() -> None:
    state.set_strip(boards.cleared(state.strip(), boards.STRIP))


def _verdict(seen: dict[str, Seen], guess: str) -> None:
    mlp, nin = seen["mlp_1x1"], seen["nin"]
    slid = sliding.work(mlp.model, *mlp.picture.shape)[0]
    shared, cropped = sliding.work(nin.model, *nin.picture.shape)
    difference = float(np.abs(mlp.scores - sliding.cropped_scores(mlp.model, mlp.picture)).max())
    apart = float(np.abs(nin.scores - sliding.cropped_scores(nin.model, nin.picture, sliding.SLIDERS["nin"])).max())
    frame.verdict(
        "**True of convolutions and averages.** A dense layer is tied to one size, until it is written as what it is: "
        f"{words.MODELS['mlp_1x1']} with its first layer as a 28 × 28 convolution gives at each of "
        f"{mlp.scores[0].size:,} places what it gives on the crop there; the largest difference of a logit is "
        f"{frame.small(difference)}. That saves no work: {slid:,} multiply-adds either way. "
        f"{words.MODELS['nin']} does, because neighbouring places share its small kernels' products: {shared:,} "
        f"instead of {cropped:,}, {cropped / shared:.1f} times fewer. It is not quite the same on crops (a logit "
        f"differs by up to {apart:.1f}): a crop has borders of zeros that the middle of a strip has not.",
        guess,
        SOME,
    )

"""Claim: 1×1 convolutions see no shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pointwise.claims.shape import ARCHS, comparison, key_of, shuffle, shuffled
from pointwise.data.digits import BUNDLED_HELD_OUT
from pointwise.models import CLASSIFIERS
from pointwise.runs import Progress
from pointwise.training import RECIPES
from pointwise.ui.frame import html, labels
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import weights_in_use
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings
from pointwise.ui.why_1x1 import claim_widgets

ORDER = Kept("why.shape.order", 0)  # the seed of the order that is shown
STILL = 1e-4  # a change of the logits that is rounding
RECIPE = replace(RECIPES["fast"], epochs=10)
ALL, ONE, NONE = "All of them", "One of them", "None of them"


@claim_widgets.guess_first(
    "shape",
    "Put your drawing's 784 pixels into a random order. How many of the four networks cannot notice it at all?",
    (ALL, ONE, NONE),
)
def show(guess: str) -> None:
    """The visitor's drawing and its pixels in another order, read by all four networks."""
    image = claim_widgets.drawing()
    if image is None:
        return
    order = ORDER.get()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.html(html.framed(image, 150, "Your drawing, 28 by 28 pixels"), width=150)
        st.html(html.framed(shuffled(image, order), 150, "The same pixels in another order"), width=150)
        st.button("Another order", on_click=ORDER.set, args=(order + 1,), icon=":material/shuffle:")
    results = {arch: shuffle(weights_in_use.current_model(arch), image, order) for arch in CLASSIFIERS}
    claim_widgets.table(
        ("network", "your drawing", "shuffled", "largest change of a logit"),
        [
            (weights_in_use.titled(arch), str(both.digits[0]), str(both.digits[1]), _moved(both.moved))
            for arch, both in results.items()
        ],
    )
    weights_in_use.choose_each(CLASSIFIERS)
    bag = results["bag_of_pixels"].moved
    claim_widgets.verdict(
        f"**True of 1×1 convolutions alone.** {labels.MODELS['bag_of_pixels']}, all 1×1 convolutions and an average, "
        f"moves by {claim_widgets.small(bag)}: it knows how many pixels of each brightness there are, and nothing "
        "else. The others look at places, two through dense layers, one through larger kernels; where they still name "
        "the same digit, it is by luck.",
        guess,
        ONE,
    )
    _train()


def _train() -> None:
    """Networks that learn from shuffled digits, beside those that learn from the usual ones."""
    st.markdown(
        "**And if it learns from shuffled digits?** The same order for all of them, in training and afterwards."
    )
    SideBySide("why.shape.contest", "Train on shuffled digits", comparison(RECIPE, seed=0), _live).show()
    st.caption(
        f"Two networks, each on {labels.SOURCES['digits'].lower()} as they are and shuffled: 1,500 to learn from, "
        f"{BUNDLED_HELD_OUT} held out, {RECIPE.epochs} epochs."
    )


def _live(progress: Progress, trainings: Trainings) -> None:
    done = {name: epochs[-1].metrics["accuracy"] for name, epochs in trainings.items()}
    if len(done) < 2 * len(ARCHS):
        return
    mistakes = {
        arch: [round((1 - done[key_of(arch, moved)]) * BUNDLED_HELD_OUT) for moved in (False, True)] for arch in ARCHS
    }
    claim_widgets.table(
        ("mistakes on held-out digits", "usual", "shuffled"),
        [(labels.MODELS[arch], *(f"{one} of {BUNDLED_HELD_OUT}" for one in both)) for arch, both in mistakes.items()],
    )
    if progress.state == "done":
        st.info(trained(mistakes), icon=":material/flag:")


def trained(mistakes: Mapping[str, Sequence[int]]) -> str:
    """What the mistakes of each network, on usual and on shuffled digits, say. Markdown."""
    (usual, moved), (neighbours, lost) = mistakes["mlp_1x1"], mistakes["nin"]
    same = abs(moved - usual) <= 2 * max(usual, 1) ** 0.5  # two standard deviations of a count
    first = "is as good as ever" if same else "is not quite the same"
    second = "needs them to stay neighbours" if lost > neighbours else "did not need its neighbours this time"
    return (
        f"{labels.MODELS['mlp_1x1']} {first}: {moved} mistakes after {usual}. Each pixel has weights of its own, and "
        "which pixel lies beside which was never known. That is what permutation invariant means. "
        f"{labels.MODELS['nin']}, whose kernels look at neighbours, {second}: {lost} mistakes after {neighbours}."
    )


def _moved(change: float) -> str:
    return f"{claim_widgets.small(change)}: unchanged" if change <= STILL else f"{change:.1f}"

"""Claim: 1×1 convolutions see no shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from pointwise.claims.shape import ARCHS, Shuffle, comparison, key_of, shuffle, shuffled
from pointwise.data.catalogue import DATA_SETS
from pointwise.data.digits import BUNDLED_HELD_OUT
from pointwise.drawing import SIDE
from pointwise.models import CLASSIFIERS
from pointwise.runs import Progress
from pointwise.training import RECIPES
from pointwise.ui.frame import html, labels
from pointwise.ui.frame.colours import BLUE, ORANGE
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
    f"Put the drawing's {SIDE**2} pixels into a random order. How many of the four networks cannot notice it at all?",
    {
        ALL: "That would be so if all four had nothing but 1×1 convolutions and an average; only one has.",
        ONE: "Right: one of them cannot notice, the one with nothing but 1×1 convolutions and an average.",
        NONE: "One of them cannot: it has nothing but 1×1 convolutions and an average.",
    },
    ONE,
    ("logit",),
)
def show() -> None:
    """The visitor's drawing and its pixels in another order, read by all four networks."""
    image = claim_widgets.drawing()
    if image is None:
        return
    order = ORDER.get()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.html(html.framed(image, 150, f"The drawing, {SIDE} by {SIDE} pixels"), width=150)
        st.html(html.framed(shuffled(image, order), 150, "The same pixels in another order"), width=150)
        st.button("Another order", on_click=ORDER.set, args=(order + 1,), icon=":material/shuffle:")
    results = {arch: shuffle(weights_in_use.current_model(arch), image, order) for arch in CLASSIFIERS}
    st.html(_readings(results))
    weights_in_use.choose_each(CLASSIFIERS)
    bag = results["bag_of_pixels"].moved
    claim_widgets.verdict(
        f"**True of 1×1 convolutions alone.** {labels.MODELS['bag_of_pixels']}, all 1×1 convolutions and an average, "
        f"moves by {claim_widgets.small(bag)}: it knows how many pixels of each brightness there are, and nothing "
        "else. The others look at places, two through dense layers, one through larger kernels; where they still name "
        "the same digit, it is by luck."
    )
    _train()


def _readings(results: Mapping[str, Shuffle]) -> str:
    """HTML of what each network reads before and after, and how far its logits move."""
    most = max(both.moved for both in results.values()) or 1.0
    cards = ""
    for arch, both in results.items():
        before, after = both.digits
        cards += (
            f'<div class="{"pw-still" if both.moved <= STILL else ""}"><b>{escape(weights_in_use.titled(arch))}</b>'
            f'<p>{before} <small>becomes</small> {after}</p><i style="width: {100 * both.moved / most:.1f}%"></i>'
            f"<span>largest change of a logit: {_moved(both.moved)}</span></div>"
        )
    return f'{STYLE}<div class="pw-read">{cards}</div>'


def _train() -> None:
    """Networks that learn from shuffled digits, beside those that learn from the usual ones."""
    st.markdown(
        "**And if it learns from shuffled digits?** The same order for all of them, in training and afterwards."
    )
    SideBySide("why.shape.contest", "Train on shuffled digits", comparison(RECIPE, seed=0), _live).show()
    st.markdown(
        f"Two networks, each on {labels.SOURCES['digits'].lower()} as they are and shuffled: "
        f"{DATA_SETS['digits'].training:,} to learn from, {BUNDLED_HELD_OUT} held out, {RECIPE.epochs} epochs."
    )


def _live(progress: Progress, trainings: Trainings) -> None:
    done = {name: epochs[-1].metrics["accuracy"] for name, epochs in trainings.items()}
    if len(done) < 2 * len(ARCHS):
        return
    mistakes = {
        arch: [round((1 - done[key_of(arch, moved)]) * BUNDLED_HELD_OUT) for moved in (False, True)] for arch in ARCHS
    }
    claim_widgets.table(
        ("mistakes on test digits", "usual", "shuffled"),
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


STYLE = f"""<style>
.pw-read {{display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.8rem}}
.pw-read > div {{border: 1px solid #7f9bb3; border-radius: 0.5rem; padding: 0.6rem 0.8rem}}
.pw-read > .pw-still {{border: 3px solid {BLUE}}}
.pw-read p {{margin: 0.2rem 0; font-size: 2rem; line-height: 1.2; font-variant-numeric: tabular-nums}}
.pw-read small {{font-size: 0.9rem}}
.pw-read i {{display: block; height: 0.5rem; min-width: 2px; background: {ORANGE}; margin-bottom: 0.3rem}}
.pw-read span {{font-size: 0.9rem}}
</style>"""

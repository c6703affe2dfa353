"""Step 5: four claims in the words of those who made them, a guess for each, and what the path has shown."""

from __future__ import annotations

import html
from collections.abc import Callable

import streamlit as st

from pointwise.claims import any_size, dense_layer
from pointwise.claims.quotations import Claim, claim_named
from pointwise.explain import five_steps
from pointwise.models import CLASSIFIERS, default_config
from pointwise.ui.frame import address, glossary, labels, navigation, shipped
from pointwise.ui.path import steps

CHANNELS = 8  # of the layers that are compared
TRUE, SOMETIMES, FALSE = "True", "Sometimes", "False"
VERDICTS = {"true": TRUE, "sometimes": SOMETIMES, "no": FALSE}
QUOTATION = """<blockquote style="margin: 0; padding: 0.1rem 0 0.1rem 0.9rem; color: inherit;
border-left: 4px solid #0090d0">
<p style="margin: 0; font-size: 1.08rem; line-height: 1.45">{}</p>
<footer style="font-size: 0.85rem; padding-top: 0.3rem; overflow-wrap: anywhere">{}</footer></blockquote>"""


def show() -> None:
    """The claims one below the other, the score, three sentences to keep, and ways to go on."""
    st.markdown(five_steps.GUESS_FIRST)
    answered = [_claim(claim_named(name), measured) for name, measured in CLAIMS.items()]
    given = [right for right in answered if right is not None]
    if len(given) == len(CLAIMS):
        st.success(f"**You guessed {sum(given)} of {len(given)} right.** {_remark(sum(given))}", icon=":material/flag:")
    elif given:
        st.markdown(f"So far you guessed {sum(given)} of {len(given)} right.")
    st.subheader(five_steps.NOW_KNOWN)
    st.markdown("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(five_steps.KNOWN, 1)))
    st.subheader("Go on")
    navigation.link("draw", "Draw, and watch it read")
    navigation.link("feature_maps", "Look into every channel")
    navigation.link("regression", "See it price a house")
    navigation.link("runs", "Find what you trained")
    st.markdown(
        "To train a network of your own, open **Retrain a network** in the sidebar; it is kept under *Your runs*."
    )


def _quotation(claim: Claim) -> tuple[str, str]:
    """The words, and where they stand."""
    return (f"“{claim.words}”", f"{claim.source} ({claim.address})") if claim.quoted else (claim.words, "")


def _claim(claim: Claim, measured: Callable[[], str]) -> bool | None:
    """A claim and its guess; once there is one, what was measured, and whether the guess was right."""
    right = VERDICTS[claim.verdict]
    with st.container(border=True):
        st.html(QUOTATION.format(*map(html.escape, _quotation(claim))))
        question = f"**{claim.title}.** What do you think?"
        guessed = steps.guess(claim.name.lower().replace(" ", "_"), question, (TRUE, SOMETIMES, FALSE), horizontal=True)
        if guessed is None:
            return None
        if address.hides("verdicts"):
            st.markdown("Your guess is kept.")
            return None
        kindly = "You are right" if guessed == right else f"You guessed {guessed.lower()}, and it is not that simple"
        glossary.write(f"**{right}: {claim.holds}.** {kindly}. {measured()}")
        navigation.link("why_1x1", "See it measured", claim=claim.name)
    return guessed == right


def _dense_layer() -> str:
    rows = dense_layer.compare(1, 4, 4, CHANNELS, CHANNELS)
    most = max(row.outputs for row in rows)
    return (
        f"Measured just now: with the same weights the outputs of both differ {steps.differ(most)}, and both have "
        f"{rows[0].parameters} [[parameters]], from {CHANNELS} channels to {CHANNELS}. It is a dense layer over the "
        "channels of a pixel, repeated at every pixel; not one over the whole picture."
    )


def _parameters() -> str:
    tutorial, plain_mlp = (shipped.cost_of(default_config(arch)).parameters for arch in ("conv_mlp", "mlp_1x1"))
    average, full = dense_layer.head_parameters(*dense_layer.nin_head())
    return (
        f"At the end of {labels.MODELS['nin']} it leaves {average:,} [[parameters]] where a [[dense layer]] on the "
        f"whole map would have {full:,}. In the tutorial the 1×1 convolution stands before a dense layer, and "
        f"raises the count from {plain_mlp:,} to {tutorial:,}."
    )


def _any_size() -> str:
    taken = [
        labels.MODELS[arch]
        for arch in CLASSIFIERS
        if any_size.answers(shipped.shipped_model(arch))[-1].shape is not None
    ]
    height, width = any_size.SIZES[-1]
    return (
        f"Of the {len(CLASSIFIERS)} networks here, {' and '.join(taken)} take a picture of {height} × {width} pixels "
        "with the weights that they have. The others have a [[dense layer]], or one written as a 1×1 convolution over "
        "the whole picture, and refuse it."
    )


def _regularising() -> str:
    gradients = max(row.gradients for row in dense_layer.compare(1, 1, 1, CHANNELS, CHANNELS))
    average, full = dense_layer.head_parameters(*dense_layer.nin_head())
    return (
        "On a picture of one pixel it is a dense layer: training follows the gradients, and those of the two with the "
        f"same weights differ {steps.differ(gradients)}. So both learn the same, and [[overfit|overfitting]] the same. "
        "On a whole map the same few weights are learned from every pixel: at the end of "
        f"{labels.MODELS['nin']} {average:,} [[parameters]] instead of {full:,}, and [[batch norm]] takes its mean "
        "over all pixels. There it can overfit less."
    )


def _remark(right: int) -> str:
    if right == len(CLAIMS):
        return "Nobody can tell you tales about 1×1 convolutions."
    return "These are often said, also by people who know a lot; measuring is what helps."


CLAIMS: dict[str, Callable[[], str]] = {
    "Dense layer": _dense_layer,
    "Parameters": _parameters,
    "Any size": _any_size,
    "Regularising": _regularising,
}

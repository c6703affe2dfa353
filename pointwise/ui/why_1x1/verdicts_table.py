"""All claims in one table: what the visitor guessed, the verdict, the number that decides it, and when it holds."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from pointwise.claims import activations, any_size, dense_layer, depthwise, parameters, structured_data
from pointwise.claims.quotations import CLAIMS, NAMES
from pointwise.claims.shape import shuffle
from pointwise.drawing import SLACK, prepare_strip
from pointwise.models import default_config
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import address, shipped
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.why_1x1 import claim_widgets, guesses, parameter_claims

OPEN = "why.summary"
NIN_HEAD = (default_config("nin").widths[-1], 7, 10)  # channels, side of the last maps, classes
HEAD = ("claim", "verdict", "your guess", "the number", "when it holds")
GUESSED = {True: "right", False: "not this time", None: "–"}


def show() -> None:
    """The table: openly once every answer is known, else behind a choice, and measured when it is opened.

    Nothing in a lesson that hides verdicts.
    """
    if address.hides("verdicts"):
        return
    if len(guesses.done()) == len(NAMES):
        st.header("All verdicts", anchor=False)
        _table()
        return
    label = "All verdicts in one table (gives the answers away)"
    with st.expander(label, icon=":material/table:", key=OPEN, on_change="rerun") as opened:
        if opened.open:
            _table()


@shown_errors()
def _table() -> None:
    numbers = _numbers()
    rows = "".join(
        "<tr>"
        + "".join(f'<td data-name="{name}">{escape(cell)}</td>' for name, cell in zip(HEAD, cells, strict=True))
        + "</tr>"
        for cells in (
            (claim.title, claim.verdict, GUESSED[guesses.is_right(claim.name)], numbers[claim.name], claim.holds)
            for claim in CLAIMS
        )
    )
    head = "".join(f"<th>{name}</th>" for name in HEAD)
    st.html(f'{STYLE}<table class="pw-verdicts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>')


def _numbers() -> dict[str, str]:
    """The number that decides each claim, by the claim's name."""
    same = max(row.outputs for row in dense_layer.compare(1, 4, 4, 8, 8))
    tutorial, plain = parameter_claims.tutorial_and_plain()
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    average, full = dense_layer.head_parameters(*NIN_HEAD)
    image = drawing.first().prepared.image
    moved = shuffle(shipped.shipped_model("bag_of_pixels"), image, 0).moved
    wide = prepare_strip(drawing.first(drawing.STRIP).rgba)[SLACK:-SLACK]
    mlp = shipped.shipped_model("mlp_1x1")
    slid = any_size.score_map(mlp, wide)
    crops = float(np.abs(slid - any_size.cropped_scores(mlp, wide)).max())
    straight = activations.compare(activations.stack((3, 8, 8, 4)), activation=False).product
    whole, pair = depthwise.blocks(*depthwise.MOBILENET)
    arranged = max(one.difference for one in structured_data.arrangements())
    return {
        "Dense layer": f"outputs differ by {claim_widgets.small(same)}",
        "Parameters": f"{tutorial:,} against {plain:,}",
        "Speed": "measured where this app runs, under Speed",
        "Shape": f"shuffled pixels move the logits by {claim_widgets.small(moved)}",
        "Any size": f"slid over {slid.shape[2]} places it differs from crops by {claim_widgets.small(crops)}",
        "Activations": f"three of them differ from one by {claim_widgets.small(straight)}",
        "Depthwise": f"{whole.multiply_adds / pair.multiply_adds:.1f} times fewer multiply-adds in MobileNet",
        "Structured data": f"1×1 convolutions and dense layers differ by {claim_widgets.small(arranged)}",
        "Bottlenecks": f"{inception:.1f} times fewer multiply-adds in Inception, {resnet:.1f} in ResNet",
        "Regularising": "measured where this app runs, under Regularising",
        "Network in Network": f"{average:,} parameters at the end, not {full:,}",
    }


STYLE = """<style>
.pw-verdicts {border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums}
.pw-verdicts :is(td, th) {padding: 0.4rem 1rem 0.4rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid rgba(127, 155, 179, 0.5)}
.pw-verdicts td:nth-child(-n + 2) {font-weight: 600}
@media (max-width: 640px) {
  .pw-verdicts thead {position: absolute; clip-path: inset(50%)}
  .pw-verdicts tr {display: block; padding: 0.5rem 0; border-bottom: 1px solid rgba(127, 155, 179, 0.5)}
  .pw-verdicts td {display: block; padding: 0.1rem 0; border: none}
  .pw-verdicts td:not(:first-child)::before {content: attr(data-name) ": "; font-weight: 400}
}
</style>"""

"""The claims in one table, and the chosen one below it; the choice is in the address."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.claims import any_size, parameters
from pointwise.claims import dense_layer as forms
from pointwise.claims.dense_layer import head_parameters
from pointwise.claims.shape import shuffle
from pointwise.drawing import SLACK, prepare_strip
from pointwise.errors import PointwiseError
from pointwise.models import default_config
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import shipped
from pointwise.ui.why_1x1 import (
    any_size_claim,
    bottleneck_claim,
    claim_widgets,
    dense_layer_claim,
    network_in_network_claim,
    parameters_claim,
    regularising_claim,
    shape_claim,
    speed_claim,
)

SECTIONS = {
    "Dense layer": dense_layer_claim.show,
    "Parameters": parameters_claim.show,
    "Speed": speed_claim.show,
    "Shape": shape_claim.show,
    "Any size": any_size_claim.show,
    "Bottlenecks": bottleneck_claim.show,
    "Regularising": regularising_claim.show,
    "Network in Network": network_in_network_claim.show,
}
SCRIPTS = {claim: claim.lower().replace(" ", "_") for claim in SECTIONS}  # in pointwise/claims/take_home/
SUMMARY = "why.summary"
NIN_HEAD = (default_config("nin").widths[-1], 7, 10)  # channels, side of the last maps, classes


def show() -> None:
    """All verdicts, and one claim. Raises PointwiseError."""
    with st.expander("All verdicts in one table", icon=":material/table:", key=SUMMARY, on_change="rerun") as summary:
        if summary.open:
            try:
                _summary()
            except PointwiseError as error:
                st.error(str(error), icon=":material/error:")
    claim = st.segmented_control(
        "Claim",
        list(SECTIONS),
        default="Dense layer",
        required=True,
        key="claim",
        bind="query-params",
        persist_state="session",
    )
    claim_widgets.enter_claim(claim)
    SECTIONS[claim]()
    claim_widgets.take_home(SCRIPTS[claim])


def _summary() -> None:
    same = max(row.outputs for row in forms.compare(1, 4, 4, 8, 8))
    tutorial, plain = parameters_claim.ratio()
    inception, resnet = parameters.saved(parameters.INCEPTION), parameters.saved(parameters.RESNET)
    average, full = head_parameters(*NIN_HEAD)
    image = drawing.first().prepared.image
    moved = shuffle(shipped.shipped_model("bag_of_pixels"), image, 0).moved
    wide = prepare_strip(drawing.first(drawing.STRIP).rgba)[SLACK:-SLACK]
    mlp = shipped.shipped_model("mlp_1x1")
    slid = any_size.score_map(mlp, wide)
    crops = float(np.abs(slid - any_size.cropped_scores(mlp, wide)).max())
    rows = [
        ("It is a dense layer", "true", f"outputs differ by {claim_widgets.small(same)}", "always, at every pixel"),
        (
            "It has fewer parameters",
            "sometimes",
            f"{tutorial:,} against {plain:,}",
            "where it replaces a dense layer on a whole map; not where it stands before one",
        ),
        ("It is faster", "it depends", "measured where this app runs, under Speed", "the multiply-adds are the same"),
        (
            "It sees no shape",
            "true",
            f"shuffled pixels move the logits by {claim_widgets.small(moved)}",
            "for 1×1 convolutions and an average alone",
        ),
        (
            "It takes any size",
            "sometimes",
            f"slid over {slid.shape[2]} places it differs from crops by {claim_widgets.small(crops)}",
            "without dense layers, or with the first one written as a convolution as large as the picture",
        ),
        (
            "It makes networks cheaper",
            "true",
            f"{inception:.1f} times fewer multiply-adds in Inception, {resnet:.1f} in ResNet",
            "where it squeezes many channels before a larger kernel",
        ),
        (
            "It is easier to regularise",
            "no",
            "measured where this app runs, under Regularising",
            "it has a dense layer's weights, and overfits as one",
        ),
        (
            "An MLP slides over the image, and no dense layer is needed",
            "true",
            f"{average:,} parameters at the end, not {full:,}",
            "with global average pooling; the classes then need maps of their own",
        ),
    ]
    claim_widgets.table(("claim", "verdict", "the number", "when it holds"), rows, numbers=False)

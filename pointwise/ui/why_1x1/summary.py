"""All claims in one table: the verdict, the number that decides it, and when it holds."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pointwise.claims import any_size, dense_layer, parameters
from pointwise.claims.shape import shuffle
from pointwise.drawing import SLACK, prepare_strip
from pointwise.models import default_config
from pointwise.ui.canvas import drawing
from pointwise.ui.frame import shipped
from pointwise.ui.frame.sections import shown_errors
from pointwise.ui.why_1x1 import claim_widgets, parameter_claims

OPEN = "why.summary"
NIN_HEAD = (default_config("nin").widths[-1], 7, 10)  # channels, side of the last maps, classes


def show() -> None:
    """The table, measured when it is opened."""
    with (
        st.expander("All verdicts in one table", icon=":material/table:", key=OPEN, on_change="rerun") as summary,
        shown_errors(),
    ):
        if summary.open:
            _table()


def _table() -> None:
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

"""Why 1×1: what people claim about 1×1 convolutions, guessed first, then measured here and now."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame.sections import section  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.why_1x1 import claim_opening, claim_steps  # noqa: E402

st.title("Why 1×1")
st.markdown("What people say about 1×1 convolutions. Guess which of it is true, then see each claim measured here.")

if navigation.arrived():
    claim_steps.CLAIM.pop()


@section("why")
def why() -> None:
    claim = claim_steps.choose()
    question = claim_opening.show(claim)
    with startup.loading(height=320):  # what these import needs torch
        from pointwise.ui.why_1x1 import (
            activations_claim,
            any_size_claim,
            claim_widgets,
            dense_layer_claims,
            depthwise_claim,
            parameter_claims,
            regularising_claim,
            shape_claim,
            structured_data_claim,
            verdicts_table,
        )
    claims = {
        "Dense layer": dense_layer_claims.equality,
        "Parameters": parameter_claims.counts,
        "Speed": dense_layer_claims.speed,
        "Shape": shape_claim.show,
        "Any size": any_size_claim.show,
        "Activations": activations_claim.show,
        "Bottlenecks": parameter_claims.bottlenecks,
        "Depthwise": depthwise_claim.show,
        "Structured data": structured_data_claim.show,
        "Regularising": regularising_claim.show,
        "Network in Network": dense_layer_claims.network_in_network,
    }
    claims[claim.name](question)
    claim_widgets.take_home(claim.name)
    claim_steps.follow()
    verdicts_table.show()
    claim_steps.mark()


why()

startup.let_paint()

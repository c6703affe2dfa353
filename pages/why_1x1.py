"""Why 1×1: what people claim about 1×1 convolutions, guessed first, then measured here and now."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame.sections import choice, section  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.why_1x1 import claim_widgets  # noqa: E402

st.title("Why 1×1")
st.caption("What people claim about 1×1 convolutions. Guess first, then see it measured here and now.")

if navigation.arrived():
    claim_widgets.CLAIM.pop()


@section("why")
def why() -> None:
    with startup.loading(height=320):  # what these import needs torch
        from pointwise.ui.why_1x1 import (
            any_size_claim,
            dense_layer_claims,
            parameter_claims,
            regularising_claim,
            shape_claim,
            summary,
        )
    claims = {
        "Dense layer": dense_layer_claims.equality,
        "Parameters": parameter_claims.counts,
        "Speed": dense_layer_claims.speed,
        "Shape": shape_claim.show,
        "Any size": any_size_claim.show,
        "Bottlenecks": parameter_claims.bottlenecks,
        "Regularising": regularising_claim.show,
        "Network in Network": dense_layer_claims.network_in_network,
    }
    summary.show()
    claim = choice("Claim", claims, "claim", bind="query-params", persist_state="session")
    claim_widgets.enter(claim)
    claims[claim]()
    claim_widgets.take_home(claim)


why()

startup.let_paint()

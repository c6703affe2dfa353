"""The page /why_1x1 as AppTest runs it: how it is opened, how a question is answered, and what is read off it."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pointwise.ui.frame import navigation
from pointwise.ui.why_1x1 import (
    activations_claim,
    any_size_claim,
    dense_layer_claims,
    depthwise_claim,
    parameter_claims,
    shape_claim,
)

PAGE = str(Path(__file__).parents[1] / "pages" / "why_1x1.py")
CLAIMS = {
    "Dense layer": ("dense", dense_layer_claims.THE_SAME, dense_layer_claims.DIFFERENT),
    "Parameters": ("size", parameter_claims.MORE, parameter_claims.FEWER),
    "Shape": ("shape", shape_claim.ONE, shape_claim.ALL),
    "Network in Network": ("nin", dense_layer_claims.FIFTY_TIMES, dense_layer_claims.AS_MANY),
    "Any size": ("anysize", any_size_claim.SOME, any_size_claim.ALL),
    "Activations": ("activations", activations_claim.NOTHING, activations_claim.BENDS),
    "Bottlenecks": ("bottleneck", parameter_claims.NINE_TENTHS, parameter_claims.THIRD),
    "Depthwise": ("depthwise", depthwise_claim.NINE_TIMES, depthwise_claim.TWICE),
}


def opened(claim: str, **session: object) -> AppTest:
    """The page with that claim, in a session that holds these values."""
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.session_state[navigation.FRAME.key] = True  # AppTest runs the page without app.py
    for name, value in session.items():
        app.session_state[name] = value
    app.query_params["claim"] = claim
    return app.run()


def verdict(app: AppTest) -> str:
    """The verdict on the page, or "" before there is one."""
    return next((text.value for text in app.markdown if "**Verdict**" in text.value), "")


def answer(app: AppTest) -> str:
    """What is said to the guess."""
    return "".join(box.value for box in [*app.success, *app.info])


def shown(app: AppTest) -> str:
    """All HTML on the page."""
    return "".join(text.proto.body for text in app.get("html"))


def guess(app: AppTest, claim: str, answer: str) -> AppTest:
    """The page once a claim's question is answered."""
    return app.radio(key=f"why.{CLAIMS[claim][0]}").set_value(answer).run()

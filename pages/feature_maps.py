"""Feature maps: what every channel makes of the drawing, down to the arithmetic of one pixel."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.models import CLASSIFIERS  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame import glossary  # noqa: E402
from pointwise.ui.frame.sections import choice, section  # noqa: E402
from pointwise.ui.training import weights_in_use  # noqa: E402

st.title("Feature maps")
glossary.write(
    "A network turns your drawing, [[layer]] by layer, into new pictures, its **[[feature maps|feature map]]**, until "
    "one number for each possible answer is left."
)


def features() -> None:
    with startup.loading(height=420):  # what these import needs torch
        from pointwise.ui.feature_maps import channels, colour_mixing, curves, evidence_map, subject
    views = {"Channels": channels.show, "Evidence": evidence_map.show, "Ten curves": curves.show}
    view = choice("Look at", [*views, "Colour"], "maps", bind="query-params", persist_state="session")
    if view == "Colour":
        colour_mixing.show()
    elif chosen := subject.choose(pictured=view != "Channels"):
        views[view](chosen)


section("features", run_every=weights_in_use.pace(st.session_state.get("network", CLASSIFIERS[0])))(features)()

"""The path: what a 1×1 convolution is, what it is good for and what it cannot do, in five steps."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame import glossary  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.path import steps  # noqa: E402

with st.container(key=steps.TITLE):
    st.title("1×1 convolutions in five steps")


@section("path")
def path() -> None:
    step = steps.choose()
    with startup.loading(height=480):  # what these import needs torch
        from pointwise.ui.path import claims_step, colour_step, maps_step, pixel_step, shape_step
    bodies = {
        "pixel": pixel_step.show,
        "colours": colour_step.show,
        "maps": maps_step.show,
        "shape": shape_step.show,
        "claims": claims_step.show,
    }
    bodies[step.name]()
    steps.foot(step)


path()

with st.expander("Glossary: all words, each in a line", icon=":material/dictionary:"):
    st.html(glossary.listed())

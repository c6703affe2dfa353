"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.canvas import tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.training import downloads  # noqa: E402

DRAW = "draw"  # the fragment of everything; a stroke runs all of it but the canvas

st.title("Draw a digit")

if navigation.arrived():
    tools.reopen()


@section(DRAW)
def draw() -> None:
    left, right = st.columns([5, 6], gap="medium")
    with left:
        tools.board()
        below = st.container()
    with right:
        beside = st.container()
    section("answers")(lambda: answers(below, beside))()


def answers(below: st.delta_generator.DeltaGenerator, beside: st.delta_generator.DeltaGenerator) -> None:
    from pointwise.ui.canvas import reading  # imports NumPy: only now that the canvas is on its way
    from pointwise.ui.draw import answer, four_models
    from pointwise.ui.training import weights_in_use

    with beside:
        answer.live()
    startup.let_paint()
    tools.strokes(on_shown=startup.begin)
    with below:
        tools.tools(changed=DRAW)
    with beside:
        reading.choose_reader()
        if startup.loaded():
            weights_in_use.choose(reading.chosen_reader())
    if startup.loaded():
        four_models.received()
        four_models.side_by_side()


draw()

if startup.loaded():
    downloads.section()
with st.expander("Read a picture instead", icon=":material/upload:"):
    tools.upload()
st.caption("A small network made with 1×1 convolutions reads it while you draw. Nothing leaves this computer.")

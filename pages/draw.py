"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.canvas import tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.draw import opening  # noqa: E402
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.training import downloads  # noqa: E402

DRAW = "draw"  # the fragment of everything; a stroke runs all of it but the canvas

st.title("Draw a digit")
link = opening.text()

if navigation.arrived():
    tools.reopen()


@section(DRAW)
def draw() -> None:
    left, right = st.columns([27, 23], gap="medium")
    with left:
        tools.board()
        below = st.container()
    with right:
        beside = st.container()
    section("answers")(lambda: answers(below, beside))()


def answers(below: Place, beside: Place) -> None:
    from pointwise.ui.canvas import reading  # imports NumPy: only now that the canvas is on its way
    from pointwise.ui.draw import answer

    with beside:
        answer.live()
    startup.let_paint()
    from pointwise.ui.draw import four_models, hard_cases, two_ways
    from pointwise.ui.training import weights_in_use

    tools.strokes(on_shown=startup.begin)
    with below:
        tools.tools(changed=DRAW)
    with beside:
        if startup.loaded():
            hard_cases.two_digits()
        reading.choose_reader()
        if startup.loaded():
            weights_in_use.choose(reading.chosen_reader())
    tools.samples(changed=DRAW)
    if startup.loaded():
        hard_cases.gallery(changed=DRAW)
    with st.expander("Read a picture instead", icon=":material/upload:"):
        tools.upload(changed=DRAW)
    if startup.loaded():
        two_ways.ways()
        four_models.side_by_side()


draw()

with link:
    opening.link()
if startup.loaded():
    downloads.section()

"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.canvas import tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.training import downloads  # noqa: E402

DRAW, TOOLS, STEPS = "draw", "tools", "steps"  # fragments; a stroke runs all but the canvas
ANSWER = "prediction"

st.title("Draw a digit")

if navigation.arrived():
    tools.reopen()


@section(DRAW)
def draw() -> None:
    left, right = st.columns([5, 6], gap="medium")
    with left:
        tools.board(drawn=(ANSWER, TOOLS, STEPS), on_shown=startup.begin)

    from pointwise.ui.canvas import reading  # imports NumPy: only now that the canvas is on its way
    from pointwise.ui.draw import answer
    from pointwise.ui.training import weights_in_use

    with right:
        answer.live(ANSWER)
    startup.let_paint()
    with left:
        section(TOOLS)(lambda: tools.tools(changed=DRAW))()
    with right:
        reading.choose_reader()
        if startup.loaded():
            weights_in_use.toggle(reading.chosen_reader())
    section(STEPS)(steps)()


def steps() -> None:
    from pointwise.ui.draw import four_models

    if startup.loaded():
        four_models.received(changed=DRAW)
        four_models.side_by_side()


draw()

if startup.loaded():
    downloads.section()
with st.expander("Read a picture instead", icon=":material/upload:"):
    tools.upload()
st.caption("A small network made with 1×1 convolutions reads it while you draw. Nothing leaves this computer.")

"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from pointwise.ui.frame import navigation, startup, turns

navigation.guard()

from pointwise.ui.canvas import drawing, tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.draw import opening  # noqa: E402
from pointwise.ui.frame.sections import Kept, section  # noqa: E402
from pointwise.ui.training import downloads  # noqa: E402

DRAW = "draw"  # the fragment of everything; a use of the controls runs it
ANSWERS = "answers"  # the fragment in it that a stroke runs, unless the controls change as well
SHOWN: Kept[tuple[object, ...]] = Kept("draw.shown", ())  # what the controls were last drawn for

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
        beside, choices = st.container(), st.container()
    between = st.container()
    SHOWN.set(())
    section(ANSWERS)(lambda: answers(beside))()
    controls(below, choices, between)


def answers(beside: Place) -> None:
    from pointwise.ui.draw import answer  # imports NumPy: only now that the canvas is on its way

    with beside:
        answer.live()
    startup.let_paint()
    tools.strokes(on_shown=startup.begin, on_drawn=drawn)
    with turns.turn():
        if startup.loaded():
            from pointwise.ui.draw import four_models, two_ways

            two_ways.picture()
            four_models.side_by_side()


def controls(below: Place, choices: Place, between: Place) -> None:
    from pointwise.ui.canvas import reading
    from pointwise.ui.draw import hard_cases, two_ways
    from pointwise.ui.training import weights_in_use

    with below:
        tools.tools(changed=DRAW)
    with choices:
        if startup.loaded():
            hard_cases.two_digits()
        reading.choose_reader()
        if startup.loaded():
            weights_in_use.choose(reading.chosen_reader())
    with between:
        tools.samples(changed=DRAW)
        if startup.loaded():
            hard_cases.gallery(changed=DRAW)
        with st.expander("Read a picture instead", icon=":material/upload:"):
            tools.upload(changed=DRAW)
        if startup.loaded():
            two_ways.words()
    SHOWN.set(controls_show())


def drawn() -> None:
    if SHOWN.get() != controls_show():
        st.rerun(DRAW)


def controls_show() -> tuple[object, ...]:
    """What of the drawing they depend on."""
    from pointwise.ui.draw import hard_cases

    now = drawing.current()
    return now.empty, *((hard_cases.case_of(now), hard_cases.has_two_digits(now)) if startup.loaded() else ())


draw()

with link:
    opening.link()
if startup.loaded():
    downloads.section()

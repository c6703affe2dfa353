"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from pointwise.ui.frame import navigation, startup, turns

navigation.guard()

from pointwise.ui.canvas import tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.draw import opening  # noqa: E402
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.training import downloads  # noqa: E402

DRAW = "draw"  # the fragment of everything; a use of the controls runs it
ANSWERS = "answers"  # the fragment in it that a stroke runs
TOOLS = "tools"  # the fragment in it of undo, clear and the pen, which a stroke on an empty canvas runs as well

st.title("Draw a digit")
link = opening.text()
loaded = startup.loaded()  # for all of the page until its next run, which is asked for as soon as it has changed

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
    between, hint, lesson, words, steps, about = (st.container() for _ in range(6))
    section(ANSWERS)(lambda: answers(beside, hint, steps))()
    with below:
        section(TOOLS)(lambda: tools.tools(changed=DRAW))()
    controls(choices, between, lesson, words, about)


def answers(beside: Place, hint: Place, steps: Place) -> None:
    from pointwise.ui.draw import answer  # imports NumPy: only now that the canvas is on its way

    with beside:
        answer.live(loaded)
    startup.let_paint()
    with steps:
        tools.strokes(on_shown=startup.begin, on_first=lambda: st.rerun([ANSWERS, TOOLS]))
    with turns.turn():
        if loaded:
            from pointwise.ui.draw import four_models, hard_cases, two_ways

            with beside:
                hard_cases.two_digits()
            with hint:
                hard_cases.look_for()
            with steps:
                two_ways.picture()
            four_models.side_by_side()


def controls(choices: Place, between: Place, lesson: Place, words: Place, about: Place) -> None:
    from pointwise.models import CLASSIFIERS
    from pointwise.ui.canvas import reading
    from pointwise.ui.draw import correcting, four_models, hard_cases, taught_drawings, two_ways
    from pointwise.ui.training import weights_in_use

    with choices:
        if loaded:
            correcting.buttons(changed=DRAW)
        reading.choose_reader()
        if loaded:
            weights_in_use.choose(reading.chosen_reader())
    with between:
        tools.samples(changed=DRAW)
        if loaded:
            hard_cases.gallery(changed=DRAW)
    if loaded:
        with lesson:
            taught_drawings.show(changed=DRAW)
    with words:
        with st.expander("Read a picture instead", icon=":material/upload:"):
            tools.upload(changed=DRAW)
        if loaded:
            two_ways.words()
    if loaded:
        with about:
            four_models.words()
        weights_in_use.choose_each(CLASSIFIERS)


draw()

with link:
    opening.link()
if loaded:
    from pointwise.ui.draw import mistaken_digits, study_table, sureness

    navigation.link("own_classes", "Letters, signs, doodles? Let it learn classes of your own")
    sureness.show()
    mistaken_digits.show()
    study_table.show()
    downloads.section()

"""Your own classes: name them, draw a few of each, let a last layer or a whole network learn them, and be read."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator as Place

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.canvas import tools  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.canvas.drawing import EXAMPLES  # noqa: E402
from pointwise.ui.frame import glossary  # noqa: E402
from pointwise.ui.frame.sections import section  # noqa: E402
from pointwise.ui.own_classes import class_list, keeping, lesson  # noqa: E402

CLASSES = "classes"  # the fragment of everything; a use of the controls runs it
ANSWERS = "answers"  # the fragment in it that a stroke runs
TOOLS = "tools"  # the fragment in it of undo, clear and the pen

st.title("Your own classes")
glossary.write(
    "Letters, signs, doodles: name what you like, draw a few of each, and the network that reads digits reads yours. "
    "Only its last [[layer]] learns, in about a second; all that it knows of strokes, corners and curves it keeps."
)

if navigation.arrived():
    tools.reopen(EXAMPLES)


@section(CLASSES)
def classes() -> None:
    first = st.container()
    left, right = st.columns([27, 23], gap="medium")
    with left:
        keeping.asked_for()
        tools.board(EXAMPLES)
        below = st.container()
    with right:
        beside, train = st.container(), st.container()
    listed, words = st.container(), st.container()
    with below:
        keeping.buttons(changed=CLASSES)
        refused = st.container()
        section(TOOLS)(lambda: tools.tools(CLASSES, EXAMPLES))()
    with listed if lesson.named() else first:
        class_list.show(changed=CLASSES)
    with beside, startup.loading(height=300):
        from pointwise.ui.own_classes import learning
    section(ANSWERS)(lambda: answers(beside, refused))()
    with train:
        learning.show(changed=CLASSES)
    with words:
        learning.words()


def answers(beside: Place, refused: Place) -> None:
    from pointwise.ui.own_classes import class_answer

    with beside:
        class_answer.live()
    with refused:
        keeping.refusal()
    tools.strokes(startup.begin, lambda: st.rerun([ANSWERS, TOOLS]), EXAMPLES)


lesson.look()
classes()

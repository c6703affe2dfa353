"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st

from pointwise.ui import shell

shell.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui import board, resources, takehome  # noqa: E402

st.title("Draw a digit")

if shell.arrived():
    board.remount()


@st.fragment(key="draw")
def draw() -> None:
    left, right = st.columns([5, 6], gap="medium")
    with left:
        board.drawing()

    from pointwise.ui import answer  # imports NumPy: only now that the canvas is on its way

    with right:
        answer.live()
    shell.let_paint()
    with left:
        board.tools()
    with right:
        answer.choose_reader()
    if not resources.loaded():
        return
    try:
        look = answer.look()
        answer.received(look)
        answer.side_by_side(look)
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


draw()

if resources.loaded():
    takehome.section()
with st.expander("Read a picture instead", icon=":material/upload:"):
    board.upload()
st.caption("A small network made with 1×1 convolutions reads it while you draw. Nothing leaves this computer.")

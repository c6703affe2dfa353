"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st

from pointwise.ui import shell

shell.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui import answer, board  # noqa: E402

st.title("Draw a digit")

if shell.arrived():
    board.remount()


@st.fragment(key="draw")
def draw() -> None:
    left, right = st.columns([5, 6], gap="medium")
    with left:
        board.drawing()
        board.tools()
    try:
        with right:
            look = answer.look()
            answer.prediction(look)
            answer.reader()
        answer.received(look)
        answer.side_by_side(look)
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


draw()

with st.expander("Read a picture instead", icon=":material/upload:"):
    board.upload()
st.caption("A small network made with 1×1 convolutions reads it while you draw. Nothing leaves this computer.")

"""Draw a digit: live classification, what the network receives, and four models side by side."""

import streamlit as st

from pointwise.ui import shell

shell.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui import answer, board, resources, takehome  # noqa: E402

st.title("Draw a digit")

if shell.arrived():
    board.remount()


@st.fragment(key="draw")
def draw() -> None:
    left, right = st.columns([5, 6], gap="medium")
    early = resources.loaded()
    with left:
        preview = st.empty()
        if early:
            board.drawing()
        else:  # the canvas waits for pandas, and the server's first visitor for torch anyway
            preview.html(board.preview())
    try:
        with right:
            look = answer.read()
    except PointwiseError as error:
        look = None
        right.error(str(error), icon=":material/error:")
    with left:
        if not early:
            board.drawing()
            preview.empty()
    shell.let_paint()
    with left:
        board.tools()
    with right:
        answer.reader()
    if look is not None:
        answer.received(look)
        answer.side_by_side(look)


draw()

takehome.section()
with st.expander("Read a picture instead", icon=":material/upload:"):
    board.upload()
st.caption("A small network made with 1×1 convolutions reads it while you draw. Nothing leaves this computer.")

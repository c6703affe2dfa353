"""A page of its own for test_one_pixel.py: the figure of a drawing, and of a network's layer."""

from __future__ import annotations

import streamlit as st

from pointwise.data.digits import load_bundled
from pointwise.explain.chain import Chain
from pointwise.ui.canvas import drawing
from pointwise.ui.figures import one_pixel
from pointwise.ui.frame import shipped

st.set_page_config(layout="wide")
kind = st.query_params.get("kind", "drawing")
if kind == "drawing":
    one_pixel.drawing(drawing.received_image())
else:
    chain = Chain.of(shipped.shipped_model(kind))
    trace = chain.run(load_bundled()[1].images[0].numpy())
    one_pixel.layer(chain, trace, 1)
st.button("Once more")
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.write(f"Runs: {st.session_state.runs}")

"""Feature maps: what every channel makes of the drawing, down to the arithmetic of one pixel."""

import streamlit as st

from pointwise.ui.frame import navigation

navigation.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame import startup  # noqa: E402

st.title("Feature maps")
st.markdown(
    "A 1×1 convolution looks at one pixel $p$ at a time. Each of its channels $k$ mixes what is there, the channels "
    "$x_c$ below, adds a bias, and bends the result: the picture of its values at all pixels is a **feature map**. "
    "Look for what two maps have in common, and choose one to see the numbers that make it."
)
st.latex(r"y_k(p) = \mathrm{act}\Big(\textstyle\sum_c w_{kc}\,x_c(p) + b_k\Big)")


@st.fragment(key="features")
def features() -> None:
    try:
        with startup.loading(height=420):
            from pointwise.ui.feature_maps import views  # imports torch: only now that there is something to read
        views.show()
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


features()

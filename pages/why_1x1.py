"""Why 1×1: what people claim about 1×1 convolutions, guessed first, then measured here and now."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.why_1x1 import claim_widgets  # noqa: E402

st.title("Why 1×1")
st.caption("What people claim about 1×1 convolutions. Guess first, then see it measured here and now.")


if navigation.arrived():
    claim_widgets.forget_claim()


@st.fragment(key="why")
def why() -> None:
    try:
        with startup.loading(height=320):
            from pointwise.ui.why_1x1 import views  # imports torch: only now that there is something to read
        views.show()
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


why()

startup.let_paint()

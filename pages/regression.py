"""House prices: two sliders, a network's price, and the network itself; and the same network on your own table."""

import streamlit as st

from pointwise.ui.frame import navigation

navigation.guard()

from pointwise.errors import PointwiseError  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.frame import startup  # noqa: E402
from pointwise.ui.regression import parts, sliders, table_section  # noqa: E402

st.title("House prices")
part = parts.choose()


@st.fragment(key=sliders.FRAGMENT)
def house() -> None:
    st.caption("A house is a 1×1 picture whose channels are its features; a network of 1×1 convolutions prices it.")
    top, waiting = st.container(), st.container()
    left, right = st.columns(2, gap="large")
    with left:
        chosen = sliders.show()
    try:
        with waiting, startup.loading(height=90):
            from pointwise.ui.regression import (
                networks,
                price,
                views,  # imports torch: only now that the sliders stand
            )

            asked = networks.ask()
        with top:
            price.show(chosen, asked)
        with right:
            price.at_work(chosen, asked)
        price.warn(chosen)
        views.show(chosen, asked)
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


@st.fragment(key="table")
def table() -> None:
    st.caption("Each column is a channel of a 1×1 picture, and the same network learns to predict one of them.")
    try:
        table_section.show()
    except PointwiseError as error:
        st.error(str(error), icon=":material/error:")


if part == parts.TABLE:
    table()
else:
    house()

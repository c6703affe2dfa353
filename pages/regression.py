"""House prices: two sliders, a network's price, and the network itself; and the same network on your own table."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame.sections import choice, section  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.regression import house as houses  # noqa: E402
from pointwise.ui.regression import own_table  # noqa: E402
from pointwise.ui.training import weights_in_use  # noqa: E402

st.title("House prices")


@section("house")
def house() -> None:
    st.caption("A house is a 1×1 picture whose channels are its features; a network of 1×1 convolutions prices it.")
    top, waiting = st.container(), st.container()
    left, right = st.columns(2, gap="large")
    with left:
        chosen = houses.choose()
    with waiting, startup.loading(height=90):  # what these import needs torch: only now that the sliders stand
        from pointwise.ui.regression import accuracy, house_training, live_price, network_view, surface

        asked = houses.asked_networks()
    with left:
        weights_in_use.choose(houses.ARCH)
    with top:
        live_price.metrics(chosen, asked)
    with right:
        live_price.diagram(chosen, asked)
    live_price.warn(chosen)
    views = {
        "Surface": lambda: surface.show(chosen, asked),
        "Network": lambda: network_view.show(chosen, asked),
        "Slices": lambda: surface.slices(chosen, asked),
        "Accuracy": lambda: accuracy.show(asked),
        "Tutorial": house_training.tutorial,
    }
    views[choice("Look at", views, "view", bind="query-params")]()


@section("table")
def table() -> None:
    st.caption("Each column is a channel of a 1×1 picture, and the same network learns to predict one of them.")
    own_table.show()


if houses.choose_part() == houses.TABLE:
    table()
else:
    house()

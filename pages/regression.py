"""House prices: two sliders, a network's price, and the network itself; and the same network on your own table."""

import streamlit as st

from pointwise.ui.frame import navigation, startup

navigation.guard()

from pointwise.ui.frame.sections import choice, section  # noqa: E402  (after the guard, which may rerun)
from pointwise.ui.regression import house as houses  # noqa: E402
from pointwise.ui.regression import own_table  # noqa: E402

st.title("House prices")


@section("house")
def house() -> None:
    houses.explain()
    chosen = houses.choose()
    with startup.loading(height=540):  # what these import needs torch: only now that the sliders stand
        from pointwise.ui.regression import accuracy, live_price, network_view, price_surface, slices, tutorial

        asked = houses.asked_networks()
    live_price.show(chosen, asked)
    live_price.warn(chosen)
    views = {
        "Tutorial": lambda: tutorial.show(asked),
        "Slices": lambda: slices.show(chosen, asked),
        "Accuracy": lambda: accuracy.show(asked),
        "Network": lambda: network_view.show(chosen, asked),
        "Surface": lambda: price_surface.show(chosen, asked),
    }
    views[choice("Look at", views, "view", bind="query-params")]()


@section("table")
def table() -> None:
    own_table.show()


if houses.choose_part() == houses.TABLE:
    table()
else:
    house()

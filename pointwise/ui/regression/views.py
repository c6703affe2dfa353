"""What is shown below the price, one at a time, so that the others cost nothing; the choice is in the address."""

from __future__ import annotations

import streamlit as st

from pointwise.ui.regression import accuracy, network_view, slices, surface, tutorial
from pointwise.ui.regression.networks import Networks
from pointwise.ui.regression.sliders import House

SURFACE, NETWORK, SLICES, FIT, TUTORIAL = "Surface", "Network", "Slices", "Accuracy", "Tutorial"


def show(house: House, networks: Networks) -> None:
    """The chosen view."""
    view = st.segmented_control(
        "Look at",
        [SURFACE, NETWORK, SLICES, FIT, TUTORIAL],
        default=SURFACE,
        required=True,
        key="view",
        bind="query-params",
    )
    if view == SURFACE:
        surface.show(house, networks)
    elif view == NETWORK:
        network_view.show(house, networks)
    elif view == SLICES:
        slices.show(house, networks)
    elif view == FIT:
        accuracy.show(networks)
    else:
        tutorial.show()

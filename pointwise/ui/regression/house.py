"""What the page is asked: houses or a table, a house by two sliders (or typed exactly), and which networks price it.

Sliders and choice are part of the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from pointwise.data import housing
from pointwise.ui.frame import glossary, labels, sections, shipped
from pointwise.ui.training import weights_in_use

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.models import Network

HOUSES, TABLE = "House prices", "Your own table"
PART = "data"  # the key of the choice between them, and its name in the address
ARCH = "price_1x1"
AS_WRITTEN, WRITTEN = "as_written/price_1x1", "as a tutorial trains it"  # the tutorial's recipe's weights, their name
CONTAINER = "house-sliders"
MAP = "house-map"  # a click on that chart moves the sliders
SQUARE_FEET, ROOMS = "sqft", "rooms"  # keys, and names in the address
TRAINED = (int(housing.SQUARE_FEET), int(housing.ROOMS))  # square feet and rooms up to which there are training houses
REACH = 1.2  # as far as the sliders go beyond, times TRAINED
MOST_SQUARE_FEET, MOST_ROOMS = 6_000, 12.0
EXACT_FEET, EXACT_ROOMS = "houses.exact.sqft", "houses.exact.rooms"


def choose_part() -> str:
    """HOUSES or TABLE; what is not chosen is not drawn."""
    return sections.choice("Data", (HOUSES, TABLE), PART, bind="query-params", label_visibility="collapsed")


def chosen_part() -> str:
    """What ``choose_part`` said in this run."""
    return st.session_state.get(PART, HOUSES)


class House(NamedTuple):
    """A house's two features."""

    square_feet: float
    rooms: float


def explain() -> None:
    """What a house is to a 1×1 convolution, and where the prices come from."""
    house, rule = st.columns(2, gap="medium")
    with house:
        glossary.write(
            "**A house is a picture of one pixel.** Its two [[channels|channel]] are its square feet and its rooms. A "
            "network of [[1×1 convolutions|1×1 convolution]] makes one number of them, the price. On a single pixel a "
            "1×1 convolution is exactly a [[dense layer]]."
        )
    with rule:
        glossary.write(
            labels.escaped(
                f"**We made up the rule for the prices:** {labels.dollars(housing.PER_SQUARE_FOOT)} for each square "
                f"foot and {labels.dollars(housing.PER_ROOM)} for each room. So the true price of any house is known, "
                "and how far off a network is. The network was not told the rule: it has seen "
                f"{housing.TRAINING_ROWS:,} houses and their prices. Their sizes are made up as well, from 0 to "
                f"{housing.SQUARE_FEET:,.0f} square feet and {housing.ROOMS:.0f} rooms: the smallest are no real "
                "houses."
            )
        )


def choose() -> House:
    """The house that the visitor has chosen."""
    with st.container(key=CONTAINER):
        feet, room, exact = st.columns([2, 2, 1.2], gap="medium", vertical_alignment="center")
        with feet:
            square_feet = st.slider(
                "Square feet", 0, MOST_SQUARE_FEET, 1_800, 10, "localized", key=SQUARE_FEET, bind="query-params"
            )
        with room:
            rooms = st.slider("Rooms", 0.0, MOST_ROOMS, 4.0, 0.1, "%.1f", key=ROOMS, bind="query-params")
        with exact, st.popover("Type exact numbers"):
            _exact(square_feet, rooms)
    return House(float(square_feet), float(rooms))


def move_to(square_feet: float, rooms: float) -> None:
    """Set both sliders, within their range; only in a callback, before they are drawn."""
    st.session_state[SQUARE_FEET] = round(min(max(square_feet, 0), MOST_SQUARE_FEET))
    st.session_state[ROOMS] = round(min(max(rooms, 0.0), MOST_ROOMS), 2)


def _exact(square_feet: float, rooms: float) -> None:
    follows = sections.following(EXACT_FEET, int(square_feet), lambda typed: move_to(typed, st.session_state[ROOMS]))
    st.number_input("Area in square feet", 0, MOST_SQUARE_FEET, int(square_feet), **follows)
    follows = sections.following(EXACT_ROOMS, float(rooms), lambda typed: move_to(st.session_state[SQUARE_FEET], typed))
    st.number_input("Number of rooms", 0.0, MOST_ROOMS, float(rooms), 0.5, "%.2f", **follows)


@dataclass(frozen=True)
class Networks:
    """What is asked for a price, and what before and after are told by."""

    current: Network
    name: str  # as in a chart's key
    written: Network  # the same network as the tutorial trains it
    other: Network | None = None
    other_name: str = ""
    mark: str = ""  # whose weights ``current`` has, where they are a run's: a person's text

    def prices(self, square_feet: NDArray[np.float64], rooms: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Prices in dollars of houses, (N,) each, by the network's name."""
        from pointwise.inference import prices_at

        prices = {self.name: prices_at(self.current, square_feet, rooms)}
        if self.other is not None:
            prices[self.other_name] = prices_at(self.other, square_feet, rooms)
        return prices


def asked_networks() -> Networks:
    """The network in use; beside a run's the shipped one. Raises ModelFileError when that cannot be loaded."""
    used, written = weights_in_use.used(ARCH), shipped.shipped_model(AS_WRITTEN)
    if used.own:
        return Networks(
            used.network, "your network", written, shipped.shipped_model(ARCH), "shipped network", used.mark
        )
    return Networks(used.network, "this network", written)

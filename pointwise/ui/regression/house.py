"""The house: two sliders whose values are part of the address, and fields to type its numbers exactly."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

CONTAINER = "house-sliders"
MAP = "house-map"  # a click on that chart moves the sliders
SQUARE_FEET, ROOMS = "sqft", "rooms"  # keys, and names in the address
TRAINED = (5_000, 10)  # square feet and rooms up to which there are training houses
REACH = 1.2  # as far as the sliders go beyond, times TRAINED
MOST_SQUARE_FEET, MOST_ROOMS = 6_000, 12.0
EXACT_FEET, EXACT_ROOMS = "houses.exact.sqft", "houses.exact.rooms"


@dataclass(frozen=True)
class House:
    """A house's two features."""

    square_feet: float
    rooms: float

    @property
    def features(self) -> tuple[float, float]:
        return self.square_feet, self.rooms


def choose() -> House:
    """The house that the visitor has chosen."""
    with st.container(key=CONTAINER):
        square_feet = st.slider(
            "Square feet", 0, MOST_SQUARE_FEET, 1_800, 10, "localized", key=SQUARE_FEET, bind="query-params"
        )
        rooms = st.slider("Rooms", 0.0, MOST_ROOMS, 4.0, 0.1, "%.1f", key=ROOMS, bind="query-params")
    with st.popover("Type exact numbers", icon=":material/keyboard:"):
        _exact(square_feet, rooms)
    return House(float(square_feet), float(rooms))


def move_to(square_feet: float, rooms: float) -> None:
    """Set both sliders, within their range; only in a callback, before they are drawn."""
    st.session_state[SQUARE_FEET] = round(min(max(square_feet, 0), MOST_SQUARE_FEET))
    st.session_state[ROOMS] = round(min(max(rooms, 0.0), MOST_ROOMS), 2)


def _exact(square_feet: float, rooms: float) -> None:
    st.session_state[EXACT_FEET], st.session_state[EXACT_ROOMS] = int(square_feet), float(rooms)
    st.number_input("Area in square feet", 0, MOST_SQUARE_FEET, key=EXACT_FEET, on_change=_typed)
    st.number_input("Number of rooms", 0.0, MOST_ROOMS, step=0.5, format="%.2f", key=EXACT_ROOMS, on_change=_typed)


def _typed() -> None:
    move_to(st.session_state[EXACT_FEET], st.session_state[EXACT_ROOMS])

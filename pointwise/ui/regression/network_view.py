"""The network itself: the price as a sum over its channels, and every channel over the whole plane."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pointwise.explain.price_parts import Matrices, Parts, channel_maps, has_folds, price_parts
from pointwise.models import Network
from pointwise.ui.frame import labels
from pointwise.ui.regression import channel_tiles, price_charts, sliders
from pointwise.ui.regression.networks import Networks
from pointwise.ui.regression.sliders import House

REACH = 1.2  # of the training range, as far as the sliders go
CELLS = 31  # along each side of a tile
QUIET = {"displayModeBar": False}


def show(house: House, networks: Networks) -> None:
    """The sum, the local plane in a sentence, both layers as mosaics, and the numbers."""
    model = networks.current
    parts = price_parts(model, *house.features)
    st.markdown(labels.escaped(_plane(parts)))
    if not has_folds(model):
        st.info(
            f"With {model.config.activation} no channel is ever off, so nothing folds and the price is not made of "
            "planes. Shown instead: each channel's output, and the slope of the curved surface at this house.",
            icon=":material/info:",
        )
    title = "The price, channel by channel"
    alt = (
        f"{labels.dollars(parts.base)} and {len(parts.contributions)} contributions make {labels.dollars(parts.price)}"
    )
    st.plotly_chart(
        price_charts.waterfall(parts.base, parts.contributions, title), key="houses.sum", config=QUIET, alt=alt
    )
    _mosaics(house, model, parts)
    with st.expander("The numbers", icon=":material/table:"):
        _numbers(parts, model)


def _plane(parts: Parts) -> str:
    plane = parts.plane
    foot, room = plane.dollars_per_square_foot, plane.dollars_per_room
    around = "Up to the next fold" if plane.exact else "Close to this house"
    return (
        f"{around}, a square foot more costs **{_exact(foot)}** and a room more **{_exact(room)}** "
        "(in truth $100 and $10,000)."
    )


def _exact(value: float) -> str:
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def _mosaics(house: House, model: Network, parts: Parts) -> None:
    channels = channel_maps(model, CELLS, REACH)
    folds = has_folds(model)
    reach = (float(sliders.MOST_SQUARE_FEET), sliders.MOST_ROOMS)
    left, right = st.columns(2)
    with left:
        shown = [f"{value:.2f}" if value or not folds else "off" for value in parts.first.values]
        first = channel_tiles.mosaic(
            channels.values[0],
            channels.before[0] if folds else None,
            house.features,
            shown,
            "Layer 1: each channel is flat, then a slope" if folds else "Layer 1: each channel is a slope, bent",
            "output",
            reach,
        )
        on = sum(value > 0 for value in parts.first.values)
        st.plotly_chart(first, key="houses.first", config=QUIET, alt=f"Layer 1: {on} of {len(shown)} channels above 0")
    with right:
        worth = Matrices.of(model).last.numpy()[:, None, None]  # dollars per unit of output
        shown = [labels.dollars(value, signed=True) if value or not folds else "off" for value in parts.contributions]
        second = channel_tiles.mosaic(
            channels.values[1] * worth,
            channels.before[1] if folds else None,
            house.features,
            shown,
            "Layer 2: what each channel adds to the price",
            "dollars",
            reach,
        )
        on = sum(value > 0 for value in parts.second.values)
        st.plotly_chart(
            second, key="houses.second", config=QUIET, alt=f"Layer 2: {on} of {len(shown)} channels above 0"
        )
    if folds:
        st.caption(
            "Empty is off: the orange line is a channel's fold, where its ReLU turns on. The diamond is this house."
        )


def _numbers(parts: Parts, model: Network) -> None:
    """Both layers as tables; the last column of the second, with the base, adds up to the price."""
    last = Matrices.of(model).last.numpy()
    first = pd.DataFrame(
        {
            "channel": range(1, len(parts.first.values) + 1),
            "before": parts.first.before,
            "output": parts.first.values,
        }
    )
    second = pd.DataFrame(
        {
            "channel": range(1, len(last) + 1),
            "before": parts.second.before,
            "output": parts.second.values,
            "dollars per unit": last,
            "adds, in dollars": parts.contributions,
        }
    )
    dollars = st.column_config.NumberColumn(format="%,.2f")
    plain = st.column_config.NumberColumn(format="%.4f")
    columns = {"before": plain, "output": plain, "dollars per unit": dollars, "adds, in dollars": dollars}
    left, right = st.columns([2, 3])
    left.caption("Layer 1")
    left.dataframe(first, hide_index=True, column_config=columns, height=320, alt="Layer 1's channels for this house")
    right.caption("Layer 2")
    right.dataframe(second, hide_index=True, column_config=columns, height=320, alt="Layer 2's channels for this house")
    total = f"{_exact(parts.base)} + {_exact(float(parts.contributions.sum()))} = **{_exact(parts.price)}**"
    st.markdown(labels.escaped(f"Base and contributions: {total}"))

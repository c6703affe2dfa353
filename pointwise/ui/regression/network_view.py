"""The network itself: the price as a sum over its channels, and every channel over the whole plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from pointwise.data.housing import PER_ROOM, PER_SQUARE_FOOT
from pointwise.explain.price_parts import Matrices, Parts, channel_maps, has_folds, price_parts
from pointwise.models import Network
from pointwise.ui.frame import charts, glossary, labels
from pointwise.ui.frame.colours import AMBER, DEEP_BLUE, DIVERGING_SCALE, GREY, ORANGE
from pointwise.ui.regression.house import MOST_ROOMS, MOST_SQUARE_FEET, REACH, House, Networks
from pointwise.ui.regression.plane_charts import HOUSE, Floats

CELLS = 31  # along each side of a tile
GAP, HEAD = 2, 7  # cells between two tiles, beside and above each other
FAR = (float(MOST_SQUARE_FEET), MOST_ROOMS)  # square feet and rooms of a tile's far corner


def show(house: House, networks: Networks) -> None:
    """The sum, the local plane in a sentence, both layers as mosaics, and the numbers."""
    model = networks.current
    parts = price_parts(model, *house)
    st.header("The price is a sum of bent slopes")
    glossary.write(
        "Over all houses, the weighted sum of a [[channel]] is an even slope, and its [[activation]] bends it. Layer 2 "
        "adds up such bent slopes and bends the sums once more. What each of its channels adds makes the price."
    )
    st.markdown(labels.escaped(_plane(parts)))
    if not has_folds(model):
        st.info(
            f"With {model.config.activation} no channel is ever off, so nothing folds and the price is not made of "
            "planes. Shown instead: each channel's output, and the slope of the curved surface at this house.",
            icon=":material/info:",
        )
    alt = (
        f"{labels.dollars(parts.base)} and {len(parts.contributions)} contributions make {labels.dollars(parts.price)}"
    )
    charts.show(_waterfall(parts.base, parts.contributions), "houses.sum", alt)
    _mosaics(house, model, parts)
    with st.expander("The numbers", icon=":material/table:"):
        _numbers(parts, model)


def _plane(parts: Parts) -> str:
    plane = parts.plane
    foot, room = plane.dollars_per_square_foot, plane.dollars_per_room
    around = "Around your house, up to the next fold" if plane.exact else "Close to your house"
    return (
        f"{around}, a square foot more costs **{_exact(foot)}** and a room more **{_exact(room)}**; by the rule it is "
        f"${PER_SQUARE_FOOT:,.0f} and ${PER_ROOM:,.0f}."
    )


def _exact(value: float) -> str:
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def _mosaics(house: House, model: Network, parts: Parts) -> None:
    channels = channel_maps(model, CELLS, REACH)
    folds = has_folds(model)
    worth = Matrices.of(model).last.numpy()[:, None, None]  # dollars per unit of output
    left, right = st.columns(2)
    with left:
        shown = [f"{value:.2f}" if value or not folds else "off" for value in parts.first.values]
        title = "Layer 1: each channel is flat, then a slope" if folds else "Layer 1: each channel is a slope, bent"
        before = channels.before[0] if folds else None
        on = sum(value > 0 for value in parts.first.values)
        figure = _mosaic(channels.values[0], before, house, shown, title, "output")
        charts.show(figure, "houses.first", f"Layer 1: {on} of {len(shown)} channels above 0")
    with right:
        shown = [labels.dollars(value, signed=True) if value or not folds else "off" for value in parts.contributions]
        title = "Layer 2: what each channel adds to the price"
        before = channels.before[1] if folds else None
        on = sum(value > 0 for value in parts.second.values)
        figure = _mosaic(channels.values[1] * worth, before, house, shown, title, "dollars")
        charts.show(figure, "houses.second", f"Layer 2: {on} of {len(shown)} channels above 0")
        tile = "Each tile is all houses, square feet to the right, rooms upwards; the diamond is yours."
        fold = "Where a tile is empty, that channel is off; the orange line is its fold, where its [[ReLU]] turns on."
        glossary.write(f"{tile} {fold}" if folds else tile)


def _numbers(parts: Parts, model: Network) -> None:
    """Both layers as tables; the last column of the second, with the base, adds up to the price."""
    tables = [
        {"channel": range(1, len(layer.values) + 1), "before": layer.before, "output": layer.values}
        for layer in (parts.first, parts.second)
    ]
    tables[1] |= {"dollars per unit": Matrices.of(model).last.numpy(), "adds, in dollars": parts.contributions}
    dollars, plain = (st.column_config.NumberColumn(format=written) for written in ("%,.2f", "%.4f"))
    columns = {"before": plain, "output": plain, "dollars per unit": dollars, "adds, in dollars": dollars}
    for cell, name, table in zip(st.columns([2, 3]), ("Layer 1", "Layer 2"), tables, strict=True):
        cell.caption(name)
        alt = f"{name}'s channels for this house"
        cell.dataframe(table, hide_index=True, column_config=columns, height=320, alt=alt)
    total = f"{_exact(parts.base)} + {_exact(float(parts.contributions.sum()))} = **{_exact(parts.price)}**"
    st.markdown(labels.escaped(f"Base and contributions: {total}"))


def _waterfall(base: float, contributions: Floats) -> go.Figure:
    """A price as a sum: what there is without any channel, what each channel adds, and the price, in dollars."""
    names = ["base", *(str(i + 1) for i in range(len(contributions))), "price"]
    total = base + float(contributions.sum())
    texts = [labels.thousands(value) if round(value) else "" for value in (base, *contributions, total)]
    figure = go.Figure(
        go.Waterfall(
            x=names,
            y=[base, *contributions, 0],
            measure=["absolute", *["relative"] * len(contributions), "total"],
            text=texts,
            textposition="outside" if len(texts) <= 20 else "none",
            textfont={"size": 11},
            constraintext="none",
            cliponaxis=False,
            increasing={"marker": {"color": ORANGE}},
            decreasing={"marker": {"color": DEEP_BLUE}},
            totals={"marker": {"color": GREY}},
            connector={"line": {"color": GREY, "width": 1}},
            hovertemplate="%{x}: %{delta:$,.2f}<extra></extra>",
        )
    )
    running = base + np.concatenate([[0.0], np.cumsum(contributions)])
    low, high = min(0.0, float(running.min())), max(0.0, float(running.max()))
    ends = [low - 0.08 * (high - low), high + 0.12 * (high - low)]
    figure.update_yaxes(title="dollars", tickformat="$.3~s", range=ends, fixedrange=True)
    figure.update_xaxes(title="channel of layer 2", type="category", fixedrange=True)
    return charts.framed(figure, "The price, channel by channel", 320)


def _mosaic(
    values: Floats, before: Floats | None, house: tuple[float, float], shown: Sequence[str], title: str, unit: str
) -> go.Figure:
    """Every channel's map in one heatmap: values (C, n, n), ``shown`` its number for the house at ``house``.

    ``before`` (C, n, n) draws the line where it is 0 and leaves empty what is below it.
    """
    channels, n, _ = values.shape
    grid = _Grid(channels, n)
    visible = values if before is None else np.where(before > 0, values, np.nan)
    diverging = bool((values < 0).any())
    most = float(np.abs(values).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=grid.picture(visible),
            colorscale=DIVERGING_SCALE if diverging else "Cividis",
            zmin=-most if diverging else 0,
            zmax=most,
            colorbar={
                "thickness": 12,
                "title": {"text": unit, "side": "right"},
                "tickformat": "$~s" if unit == "dollars" else ".2~f",
            },
            hovertemplate="%{z:,.2f} " + unit + "<extra></extra>",
            hoverongaps=False,
        )
    )
    if before is not None:
        figure.add_contour(
            z=grid.picture(before),
            contours={"start": 0, "end": 0, "size": 1, "coloring": "none"},
            line={"color": AMBER, "width": 2},
            hoverinfo="skip",
            showscale=False,
            connectgaps=False,
        )
    inside = (house[0] / FAR[0] * (n - 1), house[1] / FAR[1] * (n - 1))
    figure.add_scatter(
        x=[x + inside[0] for x, _ in grid.corners],
        y=[y + inside[1] for _, y in grid.corners],
        mode="markers",
        marker={**HOUSE, "size": 8, "line": {"color": "#000000", "width": 1.5}},
        customdata=shown,
        hovertemplate="this house: %{customdata}<extra></extra>",
    )
    border = {"color": "rgba(127,155,179,0.6)", "width": 1}
    for channel, (x, y) in enumerate(grid.corners):
        text = f"{channel + 1}: {shown[channel]}"
        figure.add_annotation(x=x - 0.5, y=y + n - 0.5, text=text, xanchor="left", yanchor="bottom", borderpad=0)
        figure.add_shape(
            type="rect", x0=x - 0.5, y0=y - 0.5, x1=x + n - 0.5, y1=y + n - 0.5, line=border, layer="below"
        )
    figure.update_annotations(font={"size": 10.5}, showarrow=False)
    figure.update_xaxes(title=f"0 to {FAR[0]:,.0f} square feet in each", range=[-1, grid.width])
    figure.update_yaxes(title=f"0 to {FAR[1]:.0f} rooms", range=[-1, grid.height])
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(showticklabels=False, showgrid=False, zeroline=False, ticks="", fixedrange=True)
    return charts.framed(figure, title, 90 + 105 * grid.lines).update_layout(showlegend=False)


class _Grid:
    """Where the tiles of a mosaic lie: the first in the top left corner."""

    def __init__(self, channels: int, n: int) -> None:
        self.n, self.columns = n, 4 if channels <= 16 else 8
        self.lines = -(-channels // self.columns)
        self.width = self.columns * (n + GAP) - GAP
        self.height = self.lines * (n + HEAD)
        places = (divmod(channel, self.columns) for channel in range(channels))
        self.corners = [(column * (n + GAP), (self.lines - 1 - line) * (n + HEAD)) for line, column in places]

    def picture(self, maps: Floats) -> NDArray[np.float32]:
        """(C, n, n) as one picture with NaN between the tiles."""
        picture = np.full((self.height, self.width), np.nan, np.float32)
        for tile, (x, y) in zip(maps, self.corners, strict=True):
            picture[y : y + self.n, x : x + self.n] = tile
        return picture

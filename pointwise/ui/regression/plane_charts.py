"""Charts over the plane of houses: the response surface, flat and in 3-D."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pointwise.ui.frame.charts import BELOW, framed
from pointwise.ui.frame.colours import AMBER, DIVERGING_SCALE, ORANGE
from pointwise.ui.regression.house import TRAINED

Floats = NDArray[np.float64]
Rows = tuple[Floats, Floats, Floats]  # square feet, rooms and dollars of houses as points
Segment = tuple[tuple[float, float], tuple[float, float]]
PRICES = "Viridis"
HOUSE = {"size": 15, "color": "#ffffff", "symbol": "diamond", "line": {"color": "#000000", "width": 2.5}}
ROWS, FOLD = "#ffffff", "#ff3d9a"
DEAREST = 750_000  # dollars, the end of the colours: all networks' maps can be compared
FEET_TICKS, ROOM_TICKS = [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000], [0, 2, 4, 6, 8, 10, 12]


@dataclass(frozen=True)
class Surface:
    """Prices, or errors, over a grid; rows follow ``rooms``, columns ``square_feet``."""

    square_feet: Floats  # (n,)
    rooms: Floats  # (n,)
    dollars: Floats  # (n, n)
    diverging: bool = False  # whether 0 is the middle, as of errors

    @property
    def colours(self) -> dict[str, Any]:
        """Colour scale and range; errors beyond the training range do not drown those inside."""
        if not self.diverging:
            return {"colorscale": PRICES, "zmin": 0, "zmax": DEAREST}
        inside = np.outer(self.rooms <= TRAINED[1], self.square_feet <= TRAINED[0])
        most = _round_up(float(np.abs(self.dollars[inside]).max()) or 1.0)
        return {"colorscale": DIVERGING_SCALE, "zmin": -most, "zmax": most}

    @property
    def levels(self) -> dict[str, Any]:
        """Contours as plotly wants them."""
        if not self.diverging:
            return {"start": 0, "end": DEAREST, "size": 50_000}
        most = self.colours["zmax"]
        return {"start": -most, "end": most, "size": most / 5, "coloring": "heatmap"}


def flat(
    surface: Surface,
    house: tuple[float, float],
    rows: Rows | None,
    folds: Sequence[Segment],
    creases: Sequence[Floats],
    title: str,
) -> go.Figure:
    """A contour map. ``folds`` are lines, ``creases`` maps (n, n) whose zeros are lines."""
    ink = "#1b2530" if surface.diverging else "#ffffff"
    figure = go.Figure(
        go.Contour(
            x=surface.square_feet,
            y=surface.rooms,
            z=surface.dollars.astype(np.float32),
            contours={
                "showlabels": True,
                "labelfont": {"color": ink, "size": 11},
                "labelformat": "$,.2~s",
                **surface.levels,
            },
            line={"width": 0.6, "color": "rgba(255,255,255,0.7)"},
            colorbar={"tickformat": "$.3~s", "thickness": 12, "outlinewidth": 0, "ticklabelposition": "outside"},
            hovertemplate="%{x:,} sq ft, %{y} rooms: %{z:$,.0f}<br>click to choose<extra></extra>",
            **surface.colours,
        )
    )
    _add_creases(figure, surface, folds, creases)
    if rows is not None:
        figure.add_scatter(
            x=rows[0],
            y=rows[1],
            mode="markers",
            marker={"size": 3.5, "color": ROWS, "opacity": 0.75, "line": {"width": 0.5, "color": "#000000"}},
            name="training houses",
            hoverinfo="skip",
        )
    figure.add_scatter(x=[house[0]], y=[house[1]], mode="markers", marker=HOUSE, name="this house", hoverinfo="skip")
    figure.add_shape(
        type="rect", x0=0, y0=0, x1=TRAINED[0], y1=TRAINED[1], line={"color": ink, "width": 1.5, "dash": "dot"}
    )
    figure.update_xaxes(
        title="square feet", tickvals=FEET_TICKS, tickformat=",", range=[0, surface.square_feet[-1]], fixedrange=True
    )
    figure.update_yaxes(title="rooms", tickvals=ROOM_TICKS, range=[0, surface.rooms[-1]], fixedrange=True)
    figure.update_layout(hovermode="closest")
    return framed(figure, title, 460).update_layout(showlegend=True, legend=BELOW)


def solid(surface: Surface, house: tuple[float, float, float], rows: Rows | None, title: str) -> go.Figure:
    """A surface in 3-D, to be turned with the mouse; ``house`` is square feet, rooms and dollars."""
    colours = {name.replace("z", "c"): value for name, value in surface.colours.items()}
    figure = go.Figure(
        go.Surface(
            x=surface.square_feet,
            y=surface.rooms,
            z=surface.dollars.astype(np.float32),
            colorbar={"tickformat": "$.3~s", "thickness": 12, "len": 0.7},
            hovertemplate="%{x:,.0f} sq ft, %{y:.1f} rooms: %{z:$,.0f}<extra></extra>",
            contours={"z": {"show": True, "color": "rgba(255,255,255,0.5)", "width": 1}},
            **colours,
        )
    )
    if rows is not None:
        figure.add_scatter3d(
            **dict(zip("xyz", rows, strict=True)),
            mode="markers",
            marker={"size": 2, "color": AMBER},
            name="training houses",
            hoverinfo="skip",
        )
    figure.add_scatter3d(
        **{axis: [value] for axis, value in zip("xyz", house, strict=True)},
        mode="markers",
        marker={"size": 7, "color": ORANGE, "symbol": "diamond", "line": {"color": "#ffffff", "width": 2}},
        name="this house",
        hoverinfo="skip",
    )
    figure.update_layout(
        scene={
            "xaxis": {"title": "square feet"},
            "yaxis": {"title": "rooms"},
            "zaxis": {"title": "", "tickformat": "$.3~s"},
            "camera": {"eye": {"x": -1.3, "y": -1.3, "z": 0.7}},
            "aspectratio": {"x": 1.1, "y": 1.1, "z": 0.75},
        },
        uirevision="solid",
    )
    return framed(figure, title, 520).update_layout(showlegend=True, legend=BELOW, dragmode="turntable")


def _round_up(value: float) -> float:
    """To 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value))


def _add_creases(figure: go.Figure, surface: Surface, folds: Sequence[Segment], creases: Sequence[Floats]) -> None:
    if folds:
        xs = [x for (x0, _), (x1, _) in folds for x in (x0, x1, None)]
        ys = [y for (_, y0), (_, y1) in folds for y in (y0, y1, None)]
        line = {"color": FOLD, "width": 1.2}
        figure.add_scatter(x=xs, y=ys, mode="lines", line=line, name="folds of layer 1", hoverinfo="skip")
    for number, crease in enumerate(creases):
        figure.add_contour(
            x=surface.square_feet,
            y=surface.rooms,
            z=crease.astype(np.float32),
            contours={"start": 0, "end": 0, "size": 1, "coloring": "none"},
            line={"color": FOLD, "width": 2, "dash": "dash"},
            name="folds of layer 2",
            legendgroup="second",
            showlegend=number == 0,
            showscale=False,
            hoverinfo="skip",
        )

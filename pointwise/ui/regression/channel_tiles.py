"""Every channel of a layer over the plane of houses, as one heatmap of tiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pointwise.ui.frame.charts import framed
from pointwise.ui.regression.plane_charts import DIVERGING, HOUSE, Floats

GAP, HEAD = 2, 7  # cells between two tiles, beside and above each other


def mosaic(
    values: Floats,
    before: Floats | None,
    house: tuple[float, float],
    shown: Sequence[str],
    title: str,
    unit: str,
    reach: tuple[float, float],
) -> go.Figure:
    """Every channel's map in one heatmap: values (C, n, n), ``shown`` its number for the house at ``house``.

    ``before`` (C, n, n) draws the line where it is 0 and leaves empty what is below it; ``reach`` is the square feet
    and rooms of a tile's far corner.
    """
    channels, n, _ = values.shape
    grid = _Grid(channels, n)
    visible = values if before is None else np.where(before > 0, values, np.nan)
    diverging = bool((values < 0).any())
    most = float(np.abs(values).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=grid.picture(visible),
            colorscale=DIVERGING if diverging else "Cividis",
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
            line={"color": "#e69f00", "width": 2},
            hoverinfo="skip",
            showscale=False,
            connectgaps=False,
        )
    inside = (house[0] / reach[0] * (n - 1), house[1] / reach[1] * (n - 1))
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
    figure.update_xaxes(title=f"0 to {reach[0]:,.0f} square feet in each", range=[-1, grid.width])
    figure.update_yaxes(title=f"0 to {reach[1]:.0f} rooms", range=[-1, grid.height])
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(showticklabels=False, showgrid=False, zeroline=False, ticks="", fixedrange=True)
    return framed(figure, title, 90 + 105 * grid.lines).update_layout(showlegend=False)


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

"""Colours that all kinds of colour vision tell apart: those of charts, and numbers as colours with their scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pointwise.ui.frame.labels import number

# Of lines and bars: each stands out from both themes' pages and sidebars (3 to 1). As bright as they all must be then,
# some are too near for some eyes: lines that are compared differ in their dashes or symbols as well.
BLUE, ORANGE, AMBER, GREY = "#0090d0", "#d55e00", "#b37a00", "#6e8ca6"
SERIES = (BLUE, ORANGE, "#009e73", "#c46a9b", AMBER, "#8467d7", "#8f8f2b", GREY, "#b5485d", "#009c9c")
DEEP_BLUE = "#0072b2"  # of bars below 0, beside orange ones
DIVERGING = ((0, 114, 178), (245, 245, 245), (213, 94, 0))  # below 0, 0, above 0
DIVERGING_SCALE = [[number / 2, f"rgb{colour}"] for number, colour in enumerate(DIVERGING)]  # for plotly
RISING = ((0, 34, 78), (53, 69, 108), (102, 105, 112), (148, 142, 119), (200, 184, 102), (254, 232, 56))  # Cividis


@dataclass(frozen=True)
class Scale:
    """Colours for values from ``low`` to ``high``; diverging around 0 when ``low`` is below it."""

    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Scale:
        """A scale from 0 to the largest value, or as far below 0 as above where there are negative values."""
        if not values.size:
            return cls(0.0, 1.0)
        most = float(np.abs(values).max()) or 1.0
        return cls(-most if float(values.min()) < 0 else 0.0, most)

    @classmethod
    def around(cls, values: NDArray[np.floating]) -> Scale:
        """A scale as far below 0 as above, whatever the values' signs."""
        most = float(np.abs(values).max()) or 1.0
        return cls(-most, most)

    @property
    def stops(self) -> NDArray[np.float64]:
        """(n, 3) colours, 0–255, at even distances."""
        return np.array(DIVERGING if self.low < 0 else RISING, float)

    def coloured(self, values: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Any shape to that shape with 3 colours."""
        stops = self.stops
        place = np.clip((values.astype(float) - self.low) / (self.high - self.low), 0, 1) * (len(stops) - 1)
        start = np.minimum(place.astype(int), len(stops) - 2)
        share = (place - start)[..., None]
        return (stops[start] * (1 - share) + stops[start + 1] * share).round().astype(np.uint8)

    def bar(self) -> str:
        """HTML of the scale with its ends, and 0 where it lies between."""
        colours = ", ".join(f"rgb({r:.0f},{g:.0f},{b:.0f})" for r, g, b in self.stops)
        middle = "<span>0</span>" if self.low < 0 else ""
        return (
            '<div style="max-width: 22rem; font-size: 0.82rem; font-variant-numeric: tabular-nums">'
            f'<div style="height: 0.7rem; border-radius: 0.15rem; background: linear-gradient(90deg, {colours})"></div>'
            f'<div style="display: flex; justify-content: space-between"><span>{number(self.low)}</span>{middle}'
            f"<span>{number(self.high)}</span></div></div>"
        )

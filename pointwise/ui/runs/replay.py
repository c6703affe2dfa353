"""A run looked at again, snapshot by snapshot, in a component of the page's own (replay.js).

The server sends everything once; the slider, Play and the arrow keys then repaint without a message.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.calibration import SURE
from pointwise.data.housing import ROOMS, SQUARE_FEET
from pointwise.explain.chain import stages_of
from pointwise.explain.replay import DrawingReplay, PriceReplay, Snapshots, replay_drawing, replay_prices
from pointwise.inpage import bundled
from pointwise.models import ModelConfig
from pointwise.ui.canvas import reading
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.sections import Latest
from pointwise.visible_text import visible

MOST_BYTES = 1_100_000  # of a layer's maps over all snapshots; as text a third more
FEET, PLACES = np.linspace(0, 6_000, 61), np.linspace(0, 12, 49)  # the grid of houses, a fifth beyond the training
FEET_TICKS, ROOM_TICKS = tuple(range(0, 6_001, 1_000)), tuple(range(0, 13, 2))
NOT_FINITE = "No probabilities: the weights are no finite numbers here"

PLAYER = """<div class="player"><button type="button">Play</button>
<input type="range" min="0" step="1" aria-label="Snapshot"><span class="step">Step</span></div>"""
_style = Path(__file__).with_name("replay.css").read_text(encoding="utf-8")
_scripts = bundled(Path(__file__).with_name("replay.js"))
_drawing = st.components.v2.component(
    "pointwise_replay_drawing",
    html=f"""<section>{PLAYER}<div class="views">
<figure class="curves"><figcaption>The probability of each class over the run</figcaption>
<div class="plot" role="img"><svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"></svg>
<s style="bottom: 100%">1</s><s style="bottom: 50%">0.5</s><s style="bottom: 0">0</s><div class="now"></div></div>
<div class="unit">–</div></figure>
<div class="answer"><div class="digit" aria-hidden="true">–</div><div class="bars">
<div class="title" aria-live="polite">–</div><div class="rows" role="img"></div></div></div>
<figure class="maps"><figcaption class="what">–</figcaption><canvas role="img"></canvas><div class="scale"></div>
</figure></div></section>""",
    css=_style,
    js=_scripts,
)
_prices = st.components.v2.component(
    "pointwise_replay_prices",
    html=f"""<section>{PLAYER}<figure class="houses"><figcaption>What the network says a house costs</figcaption>
<div class="plot"><canvas role="img"></canvas><div class="trained"></div><div class="house"></div>
<div class="side">rooms</div></div><div class="unit">square feet</div><div class="scale"></div>
<div class="price" aria-live="polite"><span class="which">–</span>: <b>–</b></div>
<div class="unit note">Outside the dotted line there are no training houses.</div></figure></section>""",
    css=_style,
    js=_scripts,
)


@dataclass(frozen=True)
class Player:
    """How the snapshots are shown: under which key, and who is told of the one that somebody chose."""

    key: str
    total: int | None = None  # steps of the run; None: as many as its last snapshot
    start: int | None = None  # the index of the snapshot that is shown first; None: the last
    chosen: Callable[[], None] | None = None  # called when ``st.session_state[key].snapshot`` is another index


def show_drawing(
    player: Player, config: ModelConfig, card: Mapping[str, Any], snapshots: Snapshots, image: NDArray[np.uint8]
) -> None:
    """A picture, uint8 (28, 28), through a run's snapshots: a curve and a bar for each class, and maps of a layer.

    What was computed is kept as long as ``snapshots`` is the same object. Raises ConfigError as ``replay_drawing``.
    """
    layer = _layer(player.key, config, snapshots) if snapshots else 0
    replays = Latest[dict[Any, DrawingReplay]](f"{player.key}.replays").of(snapshots, dict)
    asked = (image.tobytes(), layer, card.get("temperature"))
    if asked not in replays:
        replays.clear()
        replays[asked] = replay_drawing(config, card, snapshots, image, layer)
    drawing(player, replays[asked])


def _layer(key: str, config: ModelConfig, snapshots: Snapshots) -> str:
    titles = {stage.name: stage.title for stage in stages_of(config, snapshots[-1][1])}
    first = next((n for n, layer in enumerate(config.architecture.layers) if layer.kernel == 1), 0)
    key = f"{key}.layer.{config.arch}"
    return st.selectbox("Layer", list(titles), first, titles.__getitem__, key=key, persist_state="session")


def show_prices(
    player: Player,
    config: ModelConfig,
    card: Mapping[str, Any],
    snapshots: Snapshots,
    house: tuple[float, float] | None = None,
) -> None:
    """The prices of all houses, and of one of so many square feet and rooms, through a run's snapshots.

    What was computed is kept as long as ``snapshots`` is the same object. Raises ConfigError as ``replay_prices``.
    """
    replays = Latest[dict[Any, PriceReplay]](f"{player.key}.replays").of(snapshots, dict)
    if house not in replays:
        replays.clear()
        replays[house] = replay_prices(config, card, snapshots, FEET, PLACES, house)
    prices(player, replays[house])


def drawing(player: Player, replay: DrawingReplay) -> None:
    """Curves, bars and maps of a replay, with one colour scale for the layer over all snapshots."""
    _mount(_drawing, player, Latest[dict[str, Any]](f"{player.key}.data").of(replay, lambda: drawing_data(replay)))


def prices(player: Player, replay: PriceReplay) -> None:
    """The plane of houses in a replay, with one colour scale over all snapshots."""
    _mount(_prices, player, Latest[dict[str, Any]](f"{player.key}.data").of(replay, lambda: prices_data(replay)))


def _mount(component: Callable[..., Any], player: Player, data: Mapping[str, Any]) -> None:
    more = {
        "total": player.total or data["steps"][-1],
        "start": player.start,
        "report": player.chosen is not None,
    }
    listening = {} if player.chosen is None else {"on_snapshot_change": player.chosen}
    component(key=player.key, data={**data, **more}, **listening)


def drawing_data(replay: DrawingReplay) -> dict[str, Any]:
    """What replay.js paints of a drawing, at most 1.5 MB: of a layer with too many maps the first ones."""
    number, channels, height, width = replay.maps.shape
    shown = max(1, min(channels, MOST_BYTES // (number * height * width)))
    maps = replay.maps[:, :shown]
    scale = Scale.of(maps)
    which = f"The {channels}" if shown == channels else f"The first {shown} of {channels}"
    return {
        "steps": list(replay.steps),
        "probabilities": _text(replay.probabilities.astype("<f4")),
        "maps": _text(_levels(maps, scale)),
        "shape": [shown, height, width],
        "columns": _columns(shown),
        "what": f"{which} maps of {replay.layer}",
        "scale": _colours(scale),
        "names": [visible(name) for name in replay.names],
        "titles": {**reading.TITLES, "none": NOT_FINITE},
        "sure": SURE,
    }


def prices_data(replay: PriceReplay) -> dict[str, Any]:
    """What replay.js paints of houses; the colours go from $0 to the dearest house of all snapshots."""
    scale = Scale(0.0, max(float(replay.dollars.max()), 1.0))
    which = "" if replay.house is None else f"{replay.house[0]:,.0f} square feet, {replay.house[1]:g} rooms"
    return {
        "steps": list(replay.steps),
        "dollars": _text(_levels(replay.dollars, scale)),
        "shape": list(replay.dollars.shape[1:]),
        "feet": {"ends": _ends(replay.square_feet), "ticks": FEET_TICKS},
        "rooms": {"ends": _ends(replay.rooms), "ticks": ROOM_TICKS},
        "trained": (SQUARE_FEET, ROOMS),
        "scale": _colours(scale),
        "below": bool(replay.dollars.min() < 0),
        "house": replay.house,
        "which": which,
        "prices": None if replay.prices is None else _text(replay.prices.astype("<f4")),
    }


def _levels(values: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    """Values as shares of the scale, 0 for its low end and 255 for its high end."""
    shares = (values - np.float32(scale.low)) * np.float32(255 / (scale.high - scale.low))
    return np.clip(shares, 0, 255).round().astype(np.uint8)


def _columns(tiles: int) -> int:
    """Columns of a mosaic that is wider than high, without a gap at its end where that can be had."""
    side = math.ceil(math.sqrt(tiles))
    return next((columns for columns in range(side, 2 * side + 1) if tiles % columns == 0), side)


def _colours(scale: Scale) -> dict[str, Any]:
    return {"low": scale.low, "high": scale.high, "stops": scale.stops.tolist()}


def _ends(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[-1])


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode()

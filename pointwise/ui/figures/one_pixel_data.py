"""What one_pixel.js takes: a 1×1 convolution with its inputs, a 3×3 kernel, and their colours and words."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pointwise.models import SHIPPED
from pointwise.models.config import folded
from pointwise.ui.frame.colours import Scale

if TYPE_CHECKING:
    from pointwise.explain.chain import Chain, Trace

Floats = NDArray[np.float64]

RELIEF = ((-1, -1, 0), (-1, 0, 1), (0, 1, 1))  # brighter towards the lower right is above 0
TELLING = [26, 7, 28, 19]  # channels of bag_of_pixels' first layer whose tone curves differ
MOST_LINES = 4  # products that are shown one by one
GREYS = ((11, 15, 20), (255, 255, 255))  # of the canvas's paper and ink
BENDS = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "GELU"}
KNOWS_NONE = "It knows no neighbours: "
ONE_BRIGHTNESS = "pixels of one brightness get one value, wherever they are."
COMPARES = "It compares neighbours: 0 where all nine are equal, far from 0 at an edge."


@dataclass(frozen=True, eq=False)
class Channel:
    """An input channel, its name, and the colours of its values as formats.js takes them."""

    values: NDArray[np.float32]  # (h, w)
    name: str
    scale: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Mixing:
    """A 1×1 convolution, its inputs and its maps."""

    inputs: Sequence[Channel]
    weights: Floats  # (k, c)
    biases: Floats  # (k,)
    activation: str | None
    names: Sequence[str]  # of the maps
    maps: NDArray[np.floating]  # (k, h, w)


def of_drawing(image: NDArray[np.uint8]) -> dict[str, Any]:
    """A drawing, uint8 (28, 28), and four maps of the first layer of the shipped bag_of_pixels."""
    values = image.astype(np.float32) / np.float32(127.5) - np.float32(1)  # as the network takes it
    weights, biases = _shipped_layer()
    maps = np.maximum(np.einsum("k,hw->khw", weights[:, 0], values) + biases[:, None, None], 0.0)
    mixing = Mixing(
        [Channel(values, "grey", _colours(Scale(-1.0, 1.0), GREYS))],
        weights,
        biases,
        "relu",
        _numbered(TELLING, 32),
        maps,
    )
    texts = {"picture": "The drawing", "one_says": KNOWS_NONE + ONE_BRIGHTNESS}
    return _data(mixing, _grey(image), texts, kernel_on=0)


def of_layer(chain: Chain, trace: Trace, stage: int, channel: int | None = None) -> dict[str, Any]:
    """A 1×1 convolution of a network, and one of its maps or four that are unlike one another."""
    part, maps = chain.stages[stage], trace.maps[stage]
    after = maps.after.numpy()
    numbers = _unlike(after) if channel is None else [channel]
    used = [part.channel(number) for number in numbers]
    weights = np.array([one.weights.double().numpy().ravel() for one in used])
    grey = GREYS if stage == 0 and part.inputs == 1 else None
    inputs = [
        Channel(values, f"ch {number}", _colours(Scale(-1.0, 1.0) if stage == 0 else Scale.of(values), grey))
        for number, values in enumerate(maps.inputs.numpy(), 1)
    ]
    activation = chain.activation if part.activated else None
    mixing = Mixing(
        inputs,
        weights,
        np.array([one.bias for one in used]),
        activation,
        _numbered(numbers, part.channels),
        after[numbers],
    )
    rows, columns = maps.inputs.shape[1:]
    picture = _picture_of(trace, rows, columns)
    texts = {
        "picture": "The drawing" if columns == trace.maps[0].inputs.shape[2] else f"The drawing at {columns}×{rows}",
        "one_says": KNOWS_NONE
        + (f"the same {part.inputs} weights mix the channels at every pixel." if part.inputs > 1 else ONE_BRIGHTNESS),
    }
    return _data(mixing, picture, texts, kernel_on=0 if part.inputs == 1 else None)


def _unlike(maps: NDArray[np.floating], most: int = 4) -> list[int]:
    """The map (k, h, w) that varies most, and those least like any chosen before; none that is the same everywhere."""
    flat = maps.reshape(len(maps), -1) - maps.mean(axis=(1, 2))[:, None]
    sizes = np.linalg.norm(flat, axis=1)
    shapes = flat / np.maximum(sizes, 1e-12)[:, None]
    chosen, left = [int(sizes.argmax())], np.flatnonzero(sizes > 0.1 * sizes.max())  # faint ones tell nothing
    while len(chosen) < most and (left := left[~np.isin(left, chosen)]).size:
        likeness = (shapes[left] @ shapes[chosen].T).max(axis=1)
        chosen.append(int(left[likeness.argmin()]))
    return chosen


def _numbered(numbers: Sequence[int], of: int) -> list[str]:
    return [f"Map {number + 1} of {of}" for number in numbers]


@functools.cache
def _shipped_layer() -> tuple[Floats, Floats]:
    from safetensors.numpy import load_file

    weights, biases = folded(load_file(SHIPPED / "bag_of_pixels.safetensors"), "conv1")
    return weights[TELLING, :, 0, 0].astype(float), biases[TELLING].astype(float)


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    paper, ink = np.array(GREYS, float)
    return (paper + (ink - paper) * image[..., None] / 255.0).round().astype(np.uint8)


def _picture_of(trace: Trace, rows: int, columns: int) -> NDArray[np.uint8]:
    """The network's input as a picture (h, w, 3) of a layer's size."""
    from PIL import Image

    grey = ((trace.maps[0].inputs.numpy().mean(axis=0) + 1) * 127.5).round().astype(np.uint8)
    return _grey(np.asarray(Image.fromarray(grey).resize((columns, rows), Image.Resampling.BOX)))


def _data(
    mixing: Mixing, picture: NDArray[np.uint8], texts: dict[str, str], kernel_on: int | None = None
) -> dict[str, Any]:
    """What one_pixel.js takes."""
    values = np.stack([channel.values for channel in mixing.inputs]).astype("<f4")
    _, rows, columns = values.shape
    shown = _lines(mixing, values)
    sides = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    data = {
        "rows": rows,
        "columns": columns,
        "picture": base64.b64encode(sides.tobytes()).decode(),
        "inputs": base64.b64encode(values.tobytes()).decode(),
        "channels": [{"name": channel.name, "scale": channel.scale} for channel in mixing.inputs],
        "weights": mixing.weights.tolist(),
        "biases": mixing.biases.tolist(),
        "activation": mixing.activation,
        "bends": BENDS.get(mixing.activation or ""),
        "names": list(mixing.names),
        "scales": [_colours(Scale.of(one)) for one in mixing.maps],
        "shown": shown,
        "kernel": None,
        "start": _start(values),
        "texts": {
            "one": "1×1: one pixel in, one value out",
            "nine": "3×3: nine pixels in, one value out",
            "nine_says": COMPARES,
            "edges": "A map of edges",
            "rest": f"the other {len(values) - len(shown[0])} channels",
            "bent": BENDS.get(mixing.activation or "", "") + ": below 0 becomes 0" * (mixing.activation == "relu"),
            "alt": "The picture. Arrow keys move the pixel, the space bar plays and pauses.",
            **texts,
        },
    }
    if kernel_on is not None:
        most = float(np.abs(relief(values[kernel_on])).max()) or 1.0
        data["kernel"] = {
            "weights": np.ravel(RELIEF).tolist(),
            "channel": kernel_on,
            "scale": _colours(Scale(-most, most)),
        }
    data["version"] = hashlib.sha256(repr(sorted(data.items())).encode()).hexdigest()[:16]
    return data


def _colours(scale: Scale, stops: Sequence[Sequence[int]] | None = None) -> dict[str, Any]:
    return {"low": scale.low, "high": scale.high, "stops": stops or scale.stops.tolist()}


def relief(channel: NDArray[np.floating]) -> Floats:
    """The map (h, w) of the 3×3 kernel on a channel, of its values in hundredths; at the rim its edge is repeated."""
    height, width = channel.shape
    padded = np.pad(np.round(channel.astype(float) * 100) / 100, 1, mode="edge")
    parts = (
        weight * padded[y : y + height, x : x + width] for y, row in enumerate(RELIEF) for x, weight in enumerate(row)
    )
    return np.sum(list(parts), axis=0)


def _lines(mixing: Mixing, values: NDArray[np.float32]) -> list[list[int]]:
    """For each map the inputs that are shown one by one."""
    if len(values) <= MOST_LINES:
        return [list(range(len(values)))] * len(mixing.weights)
    counts = np.abs(mixing.weights) * np.abs(values).mean(axis=(1, 2))
    return [np.argsort(-row, kind="stable")[:MOST_LINES].tolist() for row in counts]


def _start(values: NDArray[np.float32]) -> int:
    """The pixel to begin with: where the strongest edge is in the middle rows; the middle of a blank picture."""
    _, rows, columns = values.shape
    edges = sum(np.abs(relief(channel)) for channel in values[:3])
    top, bottom = rows * 2 // 5, max(rows * 2 // 5 + 1, rows * 3 // 5)
    middle = np.asarray(edges)[top:bottom]
    if not middle.any():
        return rows // 2 * columns + columns // 2
    return top * columns + int(middle.argmax())

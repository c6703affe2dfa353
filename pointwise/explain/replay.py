"""A run looked at again through its snapshots: what each of them says of one drawing, or of the plane of houses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pointwise.card import DIGITS, class_names
from pointwise.errors import ConfigError, ModelFileError
from pointwise.explain.chain import Chain
from pointwise.inference import classify_image, prices_at
from pointwise.models import ModelConfig, Network
from pointwise.weights import model_from

Snapshots = Sequence[tuple[int, Mapping[str, Tensor]]]  # (step, weights), in the order of the steps; float32 or float16
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class DrawingReplay:
    """What N snapshots of a run say of one drawing."""

    steps: tuple[int, ...]
    probabilities: Floats  # (N, classes), 0–1; a row is all 0 where nothing is read
    maps: Floats  # (N, C, h, w) of the layer, after its activation
    layer: str
    names: tuple[str, ...] = DIGITS  # of the classes

    def digit(self, number: int) -> int | None:
        """The class that the snapshot ``number`` reads, from 0; None for a blank drawing, and weights not finite."""
        row = self.probabilities[number]
        return int(row.argmax()) if row.any() else None


@dataclass(frozen=True, eq=False)
class PriceReplay:
    """What N snapshots of a run say that houses cost."""

    steps: tuple[int, ...]
    square_feet: NDArray[np.float64]  # (columns,), rising
    rooms: NDArray[np.float64]  # (rows,), rising
    dollars: Floats  # (N, rows, columns)
    house: tuple[float, float] | None = None  # square feet and rooms of a house that is looked at
    prices: Floats | None = None  # (N,): what it costs, in dollars


def replay_drawing(
    config: ModelConfig, card: Mapping[str, Any], snapshots: Snapshots, image: NDArray[np.uint8], layer: str | int
) -> DrawingReplay:
    """What every snapshot reads in a prepared picture, uint8 (28, 28), and the maps of a layer, by name or number.

    ``card`` is the run's; where it holds a temperature, all snapshots are read with it. What is not finite is given as
    0. Raises ConfigError for a network that reads no drawings, an unknown layer, no snapshots, or weights of another
    network.
    """
    until = _number(config, layer) + 1
    probabilities, maps = [], []
    for model in _networks(config, card, snapshots):
        probabilities.append(_finite(classify_image(model, image).probabilities))
        chain = Chain.of(model)
        maps.append(_finite(replace(chain, stages=chain.stages[:until]).run(image).maps[-1].after.numpy()))
    name = config.architecture.layers[until - 1].name
    return DrawingReplay(_steps(snapshots), np.stack(probabilities), np.stack(maps), name, class_names(card, config))


def replay_prices(
    config: ModelConfig,
    card: Mapping[str, Any],
    snapshots: Snapshots,
    square_feet: NDArray[np.float64],
    rooms: NDArray[np.float64],
    house: tuple[float, float] | None = None,
) -> PriceReplay:
    """What every snapshot says that houses of ``square_feet`` (columns,) and ``rooms`` (rows,) cost, and one house.

    ``card`` is the run's and holds the scaling. What is not finite is given as 0. Raises ConfigError for a network that
    prices no houses, no snapshots, or weights of another network.
    """
    plane = np.meshgrid(square_feet, rooms)
    dollars, prices = [], []
    for model in _networks(config, card, snapshots):
        dollars.append(_finite(prices_at(model, *plane).astype(np.float32)))
        if house is not None:
            prices.append(_finite(prices_at(model, *np.array(house)[:, None]).astype(np.float32)))
    along = None if house is None else np.concatenate(prices)
    return PriceReplay(_steps(snapshots), square_feet, rooms, np.stack(dollars), house, along)


def _networks(config: ModelConfig, card: Mapping[str, Any], snapshots: Snapshots) -> Iterator[Network]:
    """One network with the weights of each snapshot in turn: to build it takes longer than to fill it."""
    if not snapshots:
        raise ConfigError("This run has no snapshots. Wait for its first one, or train again.")
    try:
        model = model_from(config, snapshots[0][1], card)
        for _, weights in snapshots:
            model.load_state_dict(weights)  # widens what is float16
            yield model
    except (ModelFileError, RuntimeError):
        raise ConfigError(f"A snapshot of this run does not fit its network, {config.arch}. Train again.") from None


def _number(config: ModelConfig, layer: str | int) -> int:
    names = [one.name for one in config.architecture.layers]
    if layer in names:
        return names.index(str(layer))
    if isinstance(layer, int) and 0 <= layer < len(names):
        return layer
    raise ConfigError(f"{config.arch} has no layer {layer!r}. Choose one of {', '.join(names)}.")


def _steps(snapshots: Snapshots) -> tuple[int, ...]:
    return tuple(step for step, _ in snapshots)


def _finite(values: Floats) -> Floats:
    """The values, or zeros where one of them is not finite: weights of a run that is about to diverge."""
    return values if np.isfinite(values).all() else np.zeros_like(values)

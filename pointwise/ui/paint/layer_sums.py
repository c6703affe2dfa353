"""The chosen pixel's way through the network: its channels, two hidden layers and the logits, each value as a sum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pointwise.explain.chain import DIGITS, Pixel
from pointwise.segmentation import explanation
from pointwise.ui.figures import map_tiles, pixel_terms
from pointwise.ui.figures.pixel_terms import Factor, Spot
from pointwise.ui.frame import glossary
from pointwise.ui.frame.colours import Scale
from pointwise.ui.frame.labels import number, plain
from pointwise.ui.frame.page_values import sent, whole
from pointwise.ui.frame.sections import Kept, choice
from pointwise.ui.paint.paintings import Work
from pointwise.ui.paint.pixel_labels import Answer
from pointwise.visible_text import visible

if TYPE_CHECKING:
    from pointwise.segmentation.channel_maps import Channels
    from pointwise.segmentation.explanation import Contributions, Step

LAYERS = ("First layer", "Second layer", "Last layer")
LAST = len(LAYERS) - 1
LAYER, VALUES = "paint.layer", "paint.values"  # keys of the choice of a layer, and of the tiles
LONGEST = 64  # pixels of a small map
MARK = 9.0  # percent of a small map's square
MOST_VALUES = 4096  # of a layer
SPREAD = Scale(-3.0, 3.0)  # of standardised channels
# Of a pixel, the value that was chosen in each layer, from 0.
CHOSEN: Kept[tuple[object, dict[int, int]]] = Kept("paint.value", (None, {}))
HIDDEN = (
    "Each picture is one channel of this layer over all pixels, each number its value at the chosen pixel; pale ones "
    "are 0 there and add nothing. Choose one to see what it is the sum of."
)
LOGITS = "Each picture is the logit of a class over all pixels; below it, the class and its logit at the chosen pixel."


@dataclass(frozen=True, eq=False)
class Way:
    """A pixel's way through the network."""

    classes: tuple[str, ...]  # a person's words
    pixel: tuple[int, int]  # (x, y)
    shape: tuple[int, int]  # of the picture
    names: tuple[str, ...]  # of the channels
    found: Contributions
    steps: list[Step]
    effects: list[NDArray[np.float64]]  # of each step's values on the winner against the runner-up
    maps: list[NDArray[np.float32]]  # small ones: the channels, and what follows each step

    def inputs(self, layer: int) -> tuple[str, ...]:
        """What the values are called that go into a layer."""
        return tuple(f"channel {at + 1}" for at in range(len(self.steps[layer].inputs))) if layer else self.names

    def called(self, layer: int, at: int) -> str:
        """What a value after a layer is called."""
        if layer == LAST:
            return f"The logit of {visible(self.classes[at])}"
        return f"Channel {at + 1} of the {LAYERS[layer].lower()}"

    def chosen(self, layer: int) -> int:
        """The value that was chosen in a layer; at first the one that adds most, of the last layer the winner's."""
        of, known = CHOSEN.get()
        first = self.found.winner - 1 if layer == LAST else int(np.abs(self.effects[layer]).argmax())
        return min(known.get(layer, first), len(self.effects[layer]) - 1) if of == self.pixel else first


def show(work: Work, answer: Answer, given: Channels, pixel: tuple[int, int], found: Contributions) -> None:
    """Choose a layer, and one of its values at ``pixel`` (x, y), to which the contributions ``found`` belong."""
    network, (x, y) = answer.fitted.network, pixel
    steps = explanation.calculation(network, given, y, x)
    effects = explanation.effects(steps, found.winner, found.runner_up)
    maps = explanation.small_maps(network, given, LONGEST)
    way = Way(work.classes, pixel, given.shape, given.names, found, steps, effects, maps)
    first, second, third = (len(step.after) for step in steps)
    glossary.write(
        f"**Layer by layer.** Nothing but the {len(given.names)} [[channels|channel]] of this pixel, [[standardised]], "
        f"goes into the network. A [[1×1 convolution]] makes {first} values of them, a second one {second} of those, "
        f"and a last one the {third} [[logits|logit]]."
    )
    layer = LAYERS.index(choice("Layer", LAYERS, LAYER, default=LAYERS[-1], persist_state="session"))
    chosen = way.chosen(layer)
    st.markdown(LOGITS if layer == LAST else HIDDEN)
    _tiles(way, layer, chosen)
    _sum(way, layer, chosen)


def _tiles(way: Way, layer: int, chosen: int) -> None:
    """Every value of a layer at the pixel, below its map."""
    sprite, columns = map_tiles.tiles(way.maps[layer + 1], shared=layer == LAST)
    values = [f"{value:.2f}" if value else "0" for value in way.steps[layer].after]
    tiles = map_tiles.Tiles(
        sprite,
        columns,
        names=[f"{way.called(layer, at)}: {value} at the pixel" for at, value in enumerate(values)],
        captions=[f"{at}: {value}" for at, value in enumerate(values, 1)] if layer == LAST else values,
        faded=[value == "0" for value in values],
    )
    alt = f"{'Logits' if layer == LAST else 'Channels'} of the {LAYERS[layer].lower()}"
    map_tiles.mosaic(VALUES, tiles, chosen, alt, partial(_choose, way.pixel, layer))


def _sum(way: Way, layer: int, chosen: int) -> None:
    """The chosen value as the sum that it is, and what it does to the answer."""
    step, maps, names = way.steps[layer], way.maps[layer], way.inputs(layer)
    weights = step.weights[chosen]
    activation = None if layer == LAST else "relu"  # without which there are no contributions to be shown
    pixel = Pixel(step.inputs[:, None, None], weights[:, None, None], float(step.biases[chosen]), activation)
    terms, mark, weights_scale = pixel.products[:, 0, 0], _mark(way.shape, way.pixel), Scale.around(step.weights)
    bend = "" if activation is None else ", and then the [[activation]], [[ReLU]]"
    glossary.write(
        f"{plain(way.called(layer, chosen))} is **{pixel.after:.{DIGITS}f}** at this pixel: each channel's value times "
        f"its [[weight]], then the [[bias]]{bend}. {pixel_terms.order(terms)} {_role(way, layer, chosen)}"
    )

    def factors(at: int) -> tuple[Factor, Factor]:
        scale = Scale.of(maps[at]) if layer else SPREAD
        seen = Factor(scale.coloured(maps[at]), number(float(step.inputs[at])), mark)
        return seen, Factor(weights_scale.coloured(weights[at : at + 1, None]), number(float(weights[at])))

    st.html(pixel_terms.pictures(terms, pixel, names.__getitem__, factors))
    if layer and (order := pixel_terms.largest(terms)):
        st.button(
            f"Look into channel {order[0] + 1} of the {LAYERS[layer - 1].lower()}",
            icon=":material/arrow_back:",
            key="paint.look-into",
            on_click=_look_into,
            args=(way.pixel, layer - 1, order[0]),
        )
    pixel_terms.details(pixel, names.__getitem__)


def _role(way: Way, layer: int, chosen: int) -> str:
    """What a value does to the difference between winner and runner-up."""
    found = way.found
    winner, second = (plain(way.classes[label - 1]) for label in (found.winner, found.runner_up))
    if layer != LAST:
        adds = float(way.effects[layer][chosen])
        return f"It adds **{adds:+.{DIGITS}f}** to the logit of {winner} over that of {second}."
    high, low = (float(way.steps[-1].after[label - 1]) for label in (found.winner, found.runner_up))
    gap = f"{winner} has {high:.{DIGITS}f} and {second} {low:.{DIGITS}f}: {high - low:.{DIGITS}f} more"
    if abs(high - low - found.difference) < 1e-4:
        return f"{gap}, which is what the bars above add up to."
    return (
        f"{gap}. The bars above add up to {found.difference:.{DIGITS}f}, for with textures the logits of the pixels "
        "around are averaged in."
    )


def _mark(shape: tuple[int, int], pixel: tuple[int, int]) -> Spot:
    """A mark on the pixel (x, y) in a square that holds the whole picture of ``shape``."""
    (height, width), (x, y) = shape, pixel
    left, top = (50 + 100 * (at + 0.5 - side / 2) / max(shape) for at, side in ((x, width), (y, height)))
    return Spot(left - MARK / 2, top - MARK / 2, MARK)


def _choose(pixel: tuple[int, int], layer: int) -> None:
    if (chosen := sent(VALUES, "chosen", whole(0, MOST_VALUES))) is not None:
        _remember(pixel, layer, chosen)


def _look_into(pixel: tuple[int, int], layer: int, chosen: int) -> None:
    st.session_state[LAYER] = LAYERS[layer]
    _remember(pixel, layer, chosen)


def _remember(pixel: tuple[int, int], layer: int, chosen: int) -> None:
    of, known = CHOSEN.get()
    CHOSEN.set((pixel, {**(known if of == pixel else {}), layer: chosen}))

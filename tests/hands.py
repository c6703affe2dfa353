"""Ways of writing digits that readers of MNIST's digits fail at, as strokes of our own, each one drawn in many ways.

Numerals of other scripts, digits in mirror writing, forms of one person's own: what no training has shown to a network.
None has the very shape of another digit, as the Arabic six has that of a seven.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.calibration import SURE
from pointwise.data.digits import normalise
from pointwise.data.synthetic_digits import Skeleton, drawn, points_of, smooth
from pointwise.teaching.corrections import Correction
from pointwise.teaching.examined import Examined, examine
from pointwise.teaching.fitting import teach
from pointwise.teaching.last_layer import FrozenNetwork, LastLayer, Seen

LOOKED_AT = 10  # drawings of a hand, of which the first that is not read right and surely is corrected
WOBBLE = 0.03  # of the points, in the digit's height: the same hand writes no digit twice alike


@dataclass(frozen=True)
class Hand:
    """One way of writing one digit."""

    name: str
    digit: int
    skeleton: Skeleton

    def drawing(self, number: int) -> NDArray[np.uint8]:
        """The drawing of that ``number``, uint8 (28, 28) as a network receives it; always the same one."""
        chance = np.random.default_rng([number, self.digit, *self.name.encode()])
        return drawn([smooth(points_of(stroke, chance, WOBBLE)) for stroke in self.skeleton], chance)


HANDS = (
    Hand("Eastern Arabic two", 2, ("80,2 80,2 74,30 40,26 18,4 18,4 22,50 28,100",)),
    Hand("Eastern Arabic three", 3, ("95,4 95,4 84,26 64,24 56,6 56,6 46,28 22,26 8,4 8,4 14,50 24,100",)),
    Hand("Eastern Arabic four", 4, ("80,4 40,8 22,28 60,46 60,46 24,66 22,90 84,98",)),
    Hand("Eastern Arabic seven", 7, ("5,0 5,0 50,100 50,100 95,0",)),
    Hand("Eastern Arabic eight", 8, ("5,100 5,100 50,0 50,0 95,100",)),
    Hand("Persian four", 4, ("20,0 20,100", "85,8 50,4 24,24 60,42 90,40")),
    Hand("Persian six", 6, ("80,4 30,10 16,34 50,44 76,40 76,40 40,70 20,100",)),
    Hand("Devanagari seven", 7, ("50,50 30,60 20,34 50,8 86,28 84,76 40,96 12,82",)),
    Hand("Devanagari eight", 8, ("10,6 56,2 56,2 22,38 24,78 60,98 94,94",)),
    Hand("Chinese five", 5, ("10,4 90,2", "52,4 38,96", "18,46 76,44 76,44 70,96", "2,98 98,96")),
    Hand("Chinese seven", 7, ("4,46 96,30", "48,0 48,0 46,86 46,86 70,96 96,90")),
    Hand("Roman two", 2, ("28,4 28,96", "72,4 72,96", "6,2 94,2", "6,98 94,98")),
    Hand("Roman three", 3, ("12,2 12,98", "50,2 50,98", "88,2 88,98")),
    Hand("mirrored two", 2, ("88,25 58,0 20,22 40,60 90,98 90,98 10,96",)),
    Hand("mirrored three", 3, ("86,12 48,0 20,22 58,46 58,46 14,70 50,100 92,88",)),
    Hand("mirrored four", 4, ("68,0 90,55 90,55 10,55", "32,20 36,100")),
    Hand("mirrored seven", 7, ("90,6 90,6 12,4 12,4 58,100",)),
    Hand("nine like a g", 9, ("80,22 44,4 16,28 44,52 78,26 78,26 80,78 44,100 10,82 40,66 94,60",)),
    Hand("one with a flag and a bar", 1, ("8,44 8,44 56,0 56,0 54,98", "20,50 86,50", "10,99 96,99")),
    Hand("six like a delta", 6, ("80,10 40,4 36,26 66,48 76,80 48,100 20,80 30,52 64,46",)),
)


class Outcome(NamedTuple):
    """What one correction of a hand brings."""

    right: bool  # the corrected drawing is read right, and surely
    others: float  # the share of further drawings that is
    examined: Examined


def probabilities(frozen: FrozenNetwork, layer: LastLayer, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """What the network with another last layer says of pictures, (N, 10)."""
    inputs = normalise(torch.from_numpy(np.stack(pictures)))
    return (layer.logits(frozen.features(inputs)) / frozen.temperature).softmax(1).numpy()


def failed(frozen: FrozenNetwork) -> Iterator[tuple[Hand, Correction]]:
    """Each hand with the first of its drawings that is read wrongly or unsurely, if there is one."""
    for hand in HANDS:
        drawings = [hand.drawing(number) for number in range(LOOKED_AT)]
        found = probabilities(frozen, frozen.layer, drawings)
        wrong = (found.argmax(1) != hand.digit) | (found.max(1) < SURE)
        if wrong.any():
            yield hand, Correction.of(drawings[int(wrong.argmax())], hand.digit)


def outcome(frozen: FrozenNetwork, hand: Hand, correction: Correction, others: int, held_out: Seen) -> Outcome:
    """What one correction brings for its drawing, for so many further ones, and for digits that are held out."""
    layer = teach(frozen, [correction]).layer
    (own,) = probabilities(frozen, layer, [correction.picture])
    drawings = [hand.drawing(number) for number in range(LOOKED_AT, LOOKED_AT + others)]
    read = probabilities(frozen, layer, drawings).argmax(1)
    right = bool(own.argmax() == hand.digit and own.max() >= SURE)
    return Outcome(right, float((read == hand.digit).mean()), examine(held_out, frozen.layer, layer))

"""The labels of all pixels: channels of the picture, a network fitted to the strokes, and what it says of each pixel.

Channels and labels, those of one picture for each visitor, are in memory as long as there is room, and are made again
where they are asked for afterwards. Fits are short: they take no place at work, and one visitor's comes after the
other's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import PointwiseError
from pointwise.segmentation.strokes import Stroke, rasterise
from pointwise.ui.frame import turns, visitor
from pointwise.ui.frame.in_memory import memory
from pointwise.ui.frame.sections import Kept
from pointwise.ui.paint.paintings import SETS, Work

if TYPE_CHECKING:
    from pointwise.segmentation.channel_maps import Channels
    from pointwise.segmentation.fitting import Fitted
    from pointwise.segmentation.labelling import Labelled

Scribbles = tuple[NDArray[np.int32], NDArray[np.int32]]  # the class of each pixel, and which stroke gave it


@dataclass(frozen=True)
class Answer:
    """What the network says of a picture, and what it was fitted to."""

    picture: str
    number: int  # of the painting's changes
    strokes: tuple[Stroke, ...]
    classes: int
    seen: str  # which of SETS
    scribbles: Scribbles
    fitted: Fitted
    labelled: Labelled
    cost: tuple[tuple[str, int, float], ...]  # of each set of channels: its title, how many, and their milliseconds

    @property
    def fitted_to(self) -> object:
        """What a measurement of this answer is of; equal for equal answers."""
        return self.strokes, self.classes, self.seen

    @property
    def stroke_count(self) -> int:
        """Strokes of which there is something to be seen."""
        return len(np.unique(self.scribbles[1][self.scribbles[0] > 0]))

    @property
    def size(self) -> int:
        """Bytes."""
        arrays = (*self.scribbles, *2 * (self.labelled.labels,), self.labelled.probabilities)  # twice: the uncertainty
        return sum(array.nbytes for array in arrays)


LATEST: Kept[tuple[str, Fitted] | None] = Kept("paint.fitted", None)  # of a picture: the next fit goes on from it


def channels(name: str, picture: NDArray[np.uint8], seen: str) -> Channels:
    """The channels of a picture that the network may see."""
    return all_channels(name, picture).only(SETS[seen])


def all_channels(name: str, picture: NDArray[np.uint8]) -> Channels:
    """All channels of a picture."""
    from pointwise.segmentation.channel_maps import compute

    return memory().made("channels", name, lambda: compute(picture), lambda made: made.nbytes)


def latest(name: str, work: Work, seen: str) -> Answer | None:
    """The answer to these strokes, if it is there already."""
    return memory().get("labels", (name, work.painting.strokes, len(work.classes), seen, work.network))


def answer(name: str, picture: NDArray[np.uint8], work: Work, seen: str) -> Answer | None:
    """The answer to the strokes; None where they are of less than two classes. Raises PointwiseError.

    The run begins again where the visitor has painted on before it is this one's turn.
    """
    from pointwise.segmentation.channel_maps import CHANNEL_SETS
    from pointwise.segmentation.fitting import fit
    from pointwise.segmentation.labelling import label

    if (known := latest(name, work, seen)) is not None:
        return known
    scribbles, numbers = rasterise(work.painting.strokes, picture.shape[:2])
    painted, loaded = len(np.unique(scribbles[scribbles > 0])) > 1, _loaded(work)
    if not painted and (loaded is None or loaded.network.config.channel_sets != SETS[seen]):
        return None
    with turns.turn():
        given = channels(name, picture, seen)
        before = LATEST.get()
        going_on = before[1] if before and before[0] == name else loaded or _kept(work)
        if loaded is not None and not painted:
            fitted = loaded
        else:
            fitted = fit(given, scribbles, numbers, classes=len(work.classes), before=going_on)
        labelled = label(fitted.network, given)
        cost = tuple((CHANNEL_SETS[one].title.lower(), *given.cost[one]) for one in given.sets)
    LATEST.set((name, fitted))
    strokes, count = work.painting.strokes, len(work.classes)
    made = Answer(name, work.painting.number, strokes, count, seen, (scribbles, numbers), fitted, labelled, cost)
    memory().put("labels", (name, strokes, count, seen, work.network), made, made.size)
    return made


def _loaded(work: Work) -> Fitted | None:
    """The network that came with a file, as if it had been fitted to strokes of all its classes."""
    from pointwise.segmentation.fitting import fitted_before
    from pointwise.weights import load_model

    content = visitor.shelf().file(work.network) if work.network else None
    return None if content is None else fitted_before(load_model(content))


def _kept(work: Work) -> Fitted | None:
    """The network that is kept with a painting, with which the visitor's last session ended."""
    from pointwise.segmentation.fitting import fitted_before

    if not work.run:
        return None
    with suppress(PointwiseError):
        return fitted_before(visitor.shelf().network(work.run))
    return None

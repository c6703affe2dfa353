"""What teaching did to digits that nobody corrected: accuracy before and after, and which are read otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pointwise.intervals import Share, share_of
from pointwise.teaching.last_layer import LastLayer, Seen


@dataclass(frozen=True)
class Change:
    """A digit that is read otherwise than before."""

    number: int  # among the digits
    label: int
    before: int
    after: int

    @property
    def gain(self) -> int:
        """1 where it is read right now, -1 where it was before, 0 where it is wrong both times."""
        return int(self.after == self.label) - int(self.before == self.label)


@dataclass(frozen=True)
class Examined:
    """Two last layers on the same digits."""

    before: Share  # read right
    after: Share
    changes: tuple[Change, ...]  # losses first, then gains

    @property
    def lost(self) -> float:
        """Percentage points of accuracy; below 0 where it has become better."""
        return 100 * (self.before.value - self.after.value)


def examine(seen: Seen, before: LastLayer, after: LastLayer) -> Examined:
    """What two last layers read in digits that are seen already; a few milliseconds for ten thousand."""
    labels = seen.digits.labels.numpy()
    then, now = (_read(layer, seen.features) for layer in (before, after))
    changes = [
        Change(int(at), int(labels[at]), int(then[at]), int(now[at])) for at in np.flatnonzero(np.asarray(then != now))
    ]
    worst_first = tuple(sorted(changes, key=lambda change: change.gain))
    return Examined(share_of(then == labels), share_of(now == labels), worst_first)


def _read(layer: LastLayer, features: Tensor) -> NDArray[np.int64]:
    return layer.logits(features).argmax(1).numpy()

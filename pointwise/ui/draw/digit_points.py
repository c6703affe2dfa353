"""Drawings as points in the space of the last maps: MNIST's digits pale, the corrected ones bright, on the move."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.ui.frame import glossary
from pointwise.ui.training import lessons

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pointwise.models import Network
    from pointwise.teaching.corrections import Correction

EACH = 45  # pale points of a digit
RATIO = 1.6  # width to height
MARGIN = 3.0  # percent of each side
HUES = ("#4e79a7", "#b8860b", "#d1605e", "#3a8f8a", "#4f9a46", "#8f7a00", "#96689a", "#c2607f", "#8a6450", "#6d7480")
STYLE = f"""<style>
.pw-points {{position: relative; width: 100%; max-width: 47rem; aspect-ratio: {RATIO}; border-radius: 0.5rem;
  border: 1px solid rgba(127, 155, 179, 0.45); overflow: hidden; container-type: inline-size; line-height: 1}}
.pw-points span {{position: absolute; transform: translate(-50%, -50%)}}
.pw-pale {{font-size: 0.7rem; opacity: 0.5}}
.pw-points i {{position: absolute; height: 0; border-top: 2px dashed #d55e00; transform-origin: 0 0}}
.pw-yours {{width: 1.35rem; height: 1.35rem; border-radius: 50%; background: #b34700; color: #ffffff; font-weight: 700;
  font-size: 0.85rem; display: grid; place-items: center; border: 1.5px solid #ffffff; box-sizing: border-box;
  animation: pw-moves 1.4s ease-in-out}}
@keyframes pw-moves {{from {{left: var(--from-x); top: var(--from-y)}}}}
@media (max-width: 640px) {{.pw-pale {{font-size: 0.55rem}}}}
</style>"""


Place = tuple[float, float]  # in the picture: percent from the left, and from the top


@dataclass(frozen=True)
class Move:
    """A corrected drawing's way in the picture."""

    digit: int
    before: Place
    after: Place


@dataclass(frozen=True)
class Picture:
    """All points in their places."""

    pale: tuple[tuple[int, Place], ...]  # MNIST's digits with their labels
    moves: tuple[Move, ...]

    @classmethod
    def of(cls, base: Network, taught: Network, corrections: Sequence[Correction]) -> Picture:
        """The stored digits and the corrected drawings as two networks place them. Raises DataError."""
        import numpy as np
        import torch

        from pointwise.data.digits import normalise
        from pointwise.teaching.last_layer import LastLayer
        from pointwise.teaching.points import Plane

        frozen = lessons.frozen(base)
        plane, stored = Plane.of(frozen), frozen.stored
        labels = stored.digits.labels.numpy()
        some = np.concatenate([np.flatnonzero(labels == digit)[:EACH] for digit in range(len(HUES))])
        features = frozen.features(normalise(torch.from_numpy(np.stack([one.picture for one in corrections]))))
        pale = plane.points(frozen.layer, stored.features[some])
        before, after = (plane.points(LastLayer.of(one), features) for one in (base, taught))
        low, size = pale.min(axis=0), np.ptp(pale, axis=0)

        def place(point: NDArray[np.float64]) -> Place:
            x, y = np.clip((point - low) / size, -0.02, 1.02)  # yours may lie beyond all others
            across = 100 - 2 * MARGIN
            return round(float(MARGIN + x * across), 1), round(float(MARGIN + y * across), 1)

        ways = zip(corrections, before, after, strict=True)
        return cls(
            tuple((int(label), place(point)) for label, point in zip(labels[some], pale, strict=True)),
            tuple(Move(one.digit, place(start), place(end)) for one, start, end in ways),
        )

    def nearest(self, place: Place) -> int:
        """The digit in whose middle a place lies most nearly."""
        sums: dict[int, list[float]] = {}
        for label, (x, y) in self.pale:
            known = sums.setdefault(label, [0.0, 0.0, 0.0])
            known[0], known[1], known[2] = known[0] + x, known[1] + y, known[2] + 1
        return min(sums, key=lambda label: math.dist(place, [value / sums[label][2] for value in sums[label][:2]]))

    def said(self) -> str:
        """The picture in words."""
        ways = [
            f"The {move.digit} lay nearest to the digits {self.nearest(move.before)} and lies nearest to the digits "
            f"{self.nearest(move.after)}."
            for move in self.moves
        ]
        return "MNIST's digits in ten clouds, and your drawings. " + " ".join(ways)


def show(base: Network, taught: Network) -> None:
    """The picture, folded up until somebody asks for it."""
    title = "Your drawings among MNIST's, as points"
    with st.expander(title, icon=":material/scatter_plot:", key="digit-points", on_change="rerun") as opened:
        if not opened.open:
            return
        st.html(drawn(Picture.of(base, taught, lessons.CORRECTIONS.get())))
        glossary.write(
            "Each numeral is a digit of MNIST, where the network's last maps put it: their averages are ten [[logits|"
            "logit]], and this plane holds the two directions in which those differ most (principal components). Yours "
            "are orange, and move from where the network put them before to where it puts them now. What lies apart in "
            "the other directions may look near here."
        )


def drawn(picture: Picture) -> str:
    """HTML of the picture; the corrected drawings move once from where they were."""
    pale = "".join(
        f'<span class="pw-pale" style="left: {x}%; top: {y}%; color: {HUES[label]}">{label}</span>'
        for label, (x, y) in picture.pale
    )
    yours = "".join(_way(move) for move in picture.moves)
    return f'{STYLE}<div class="pw-points" role="img" aria-label="{html.escape(picture.said())}">{pale}{yours}</div>'


def _way(move: Move) -> str:
    (x0, y0), (x, y) = move.before, move.after
    right, down = x - x0, (y - y0) / RATIO  # both in percent of the width
    length, turn = math.hypot(right, down), math.degrees(math.atan2(down, right))
    return (
        f'<i style="left: {x0}%; top: {y0}%; width: {length:.1f}%; transform: rotate({turn:.1f}deg)"></i>'
        f'<span class="pw-yours" style="left: {x}%; top: {y}%; --from-x: {x0}%; --from-y: {y0}%">{move.digit}</span>'
    )

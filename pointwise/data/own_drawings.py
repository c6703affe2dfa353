"""Drawings of classes of somebody's own, as a PictureJob learns from them; a description holds all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from pointwise.data.catalogue import MOST_DRAWN, NONE
from pointwise.data.digits import Digits
from pointwise.data.labelled_pictures import OwnPictures
from pointwise.data.nondigits import ASSORTED, assortment
from pointwise.data.packed_drawings import SIDE, packed, unpacked
from pointwise.errors import DataError

MOST = 1_000  # drawings in a description
SHOWN = 1_000  # pictures in an epoch, about: few drawings are shown again and again, each time bent otherwise


class OwnDrawings(OwnPictures):
    """Drawings, uint8 (N, 28, 28) as a network receives them, with the numbers of their classes, which have ``names``.

    A fifth of each class is held out. With ``none`` there is one class more, NONE, which learns from what
    ``assortment`` holds. Raises DataError for what does not belong together.
    """

    def __init__(self, names: tuple[str, ...], images: Any, labels: Any, none: bool = False) -> None:
        super().__init__(np.asarray(images), np.asarray(labels), title="Your drawings")
        if len(self.classes) != len(names) or self._parts[0].images.shape[1:] != (SIDE, SIDE):
            raise DataError("These drawings are not of 28×28 pixels, or not of these classes. Draw them anew.")
        self.classes = names + (NONE,) * none
        self.options = {"drawn": True}
        self._every = np.asarray(images), np.asarray(labels)
        self._repeats = math.ceil(SHOWN / self.counts[0])
        self._names, self._none = names, none
        self.counts = self.counts[0] * self._repeats + ASSORTED * none, self.counts[1]

    def load(self) -> tuple[Digits, Digits]:
        """Training drawings, each as often as it is shown in an epoch, and held-out ones."""
        training, held_out = super().load()
        images, labels = (torch.cat([part] * self._repeats) for part in (training.images, training.labels))
        if self._none:
            images = torch.cat([images, assortment().images])
            labels = torch.cat([labels, torch.full((ASSORTED,), len(self.classes) - 1)])
        return Digits(training.name, images, labels), held_out

    def describe(self) -> dict[str, Any]:
        """JSON that ``own_drawings_from`` makes the same drawings of."""
        images, labels = self._every
        drawings = [[int(label), packed(image.tobytes())] for image, label in zip(images, labels, strict=True)]
        described: dict[str, Any] = {"name": self.name, "classes": list(self._names), "drawings": drawings}
        return {**described, "none": True} if self._none else described


def own_drawings_from(data: Mapping[str, Any]) -> OwnDrawings:
    """The drawings that were described. Raises DataError, ValueError, KeyError or TypeError for anything else."""
    names, drawings = data["classes"], data["drawings"]
    if not 2 <= len(names) <= MOST_DRAWN or len(drawings) > MOST or not all(isinstance(one, str) for one in names):
        raise DataError("There are too many drawings or classes to be learned. Draw them anew.")
    images = np.frombuffer(b"".join(unpacked(text) for _, text in drawings), np.uint8).reshape(-1, SIDE, SIDE)
    return OwnDrawings(tuple(names), images, [label for label, _ in drawings], data.get("none") is True)

"""Drawings as points of a plane: the ten logits that a last layer gives them, along their two main directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from pointwise.teaching.last_layer import FrozenNetwork, LastLayer

Points = NDArray[np.float64]  # (N, 2)


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane in which the stored digits' logits are farthest apart, before anything is taught: it stays the same."""

    centre: NDArray[np.float64]  # (classes,)
    axes: NDArray[np.float64]  # (2, classes)

    @classmethod
    def of(cls, frozen: FrozenNetwork) -> Plane:
        """The plane in which the stored training digits' logits vary most, by PCA. Raises DataError."""
        from sklearn.decomposition import PCA

        found = PCA(2, svd_solver="full").fit(_centred(frozen.layer, frozen.stored.features))
        return cls(found.mean_, found.components_)

    def points(self, layer: LastLayer, features: Tensor) -> Points:
        """Where a last layer puts drawings of these features, (N, 2)."""
        return (_centred(layer, features) - self.centre) @ self.axes.T


def _centred(layer: LastLayer, features: Tensor) -> NDArray[np.float64]:
    """Logits without what all have in common, which changes no probability."""
    logits = layer.logits(features).double().numpy()
    return logits - logits.mean(axis=1, keepdims=True)

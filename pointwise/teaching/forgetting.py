"""What a last layer would forget by a move of its weights: exactly, and as a quadratic form that takes no time.

It is the divergence of the layer's probabilities for the stored digits from what they were before. Probabilities are
computed SOFTER times as soft as the network gives them: beside those of a sure network hardly any digit seems to be
in danger. Half of the stored digits are those that a network is least sure of, for they change sides first. The form is
the curvature at no move, class by class (the Gauss-Newton matrix's blocks); far from there it says too little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if TYPE_CHECKING:
    from pointwise.teaching.last_layer import LastLayer, Seen

SOFTER = 4.0
HARD_SHARE = 0.3  # of the weight of all stored digits, that the hard ones have
PULL = 3e-5  # to where the weights were, in directions that no stored digit shows

Values = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Forgetting:
    """Stored digits as a network sees them, and the moves of its last layer measured by what they would forget.

    ``moves[c] @ z`` moves the weights and the bias of class c, and costs about ½·z·z.
    """

    moves: Values  # (classes, F + 1, F + 1)
    features: Values  # (N, F + 1), with a 1 at the end of each, that the bias belongs to
    logits: Values  # (N, classes), before any move, at the softer temperature
    temperature: float
    weights: Values  # (N, 1), of each digit

    @classmethod
    def of(cls, layer: LastLayer, temperature: float, typical: Seen, hard: Seen) -> Forgetting:
        """That of a last layer and of stored digits as its network sees them."""
        features = with_one(torch.cat([typical.features, hard.features])).double()
        weights = torch.cat(
            [
                torch.full((len(seen.features), 1), share / len(seen.features))
                for seen, share in ((typical, 1 - HARD_SHARE), (hard, HARD_SHARE))
            ]
        )
        logits = layer.logits(features[:, :-1].float()) / (SOFTER * temperature)
        soft = logits.softmax(1)
        curvature = (weights * soft * (1 - soft)).double() / temperature**2
        pull = PULL * torch.eye(features.shape[1]).double()
        moves = []
        for each in curvature.T:
            half = torch.linalg.cholesky((features.T * each) @ features + pull)
            moves.append(torch.linalg.inv(half).T.float().numpy())
        kept = (np.stack(moves), features.float().numpy(), logits.numpy())
        return cls(*kept, SOFTER * temperature, weights.numpy())

    def cost(self, moved: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """What a move, ``z`` (classes, F + 1, 1), costs exactly, and the slope in it."""
        turned = (self.moves @ moved.astype(np.float32))[:, :, 0]
        before = _log_softmax(self.logits)
        after = _log_softmax(self.logits + self.features @ (turned.T / self.temperature))
        powers = np.exp(before)
        value = SOFTER**2 * float((self.weights * powers * (before - after)).sum())
        wrong = (np.exp(after) - powers) * (self.weights * (SOFTER**2 / self.temperature))
        slope = (wrong.T @ self.features + PULL * turned)[:, None, :] @ self.moves
        return value + PULL / 2 * float((turned**2).sum()), slope.transpose(0, 2, 1).astype(np.float64)


def with_one(features: Tensor) -> Tensor:
    """Features (N, F) with a 1 at the end of each, that the bias belongs to: (N, F + 1)."""
    return torch.cat([features, torch.ones(len(features), 1)], 1)


def _log_softmax(logits: Values) -> Values:
    less = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(less - np.log(np.exp(less).sum(axis=1, keepdims=True)))

"""The tutorial's houses: two uniform features and a price that is exactly linear in them.

price = 500,000 · x₀ + 100,000 · x₁, both features in 0–1. Here x₀ is 0–5,000 square feet and x₁ is 0–10 rooms, so a
square foot costs 100 dollars and a room 10,000. Importing this needs no torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from pointwise.data.scaling import Scaling
from pointwise.errors import DataError, check_whole

if TYPE_CHECKING:
    from torch import Tensor

SQUARE_FEET = 5_000.0  # of x₀ = 1
ROOMS = 10.0  # of x₁ = 1
PER_SQUARE_FOOT = 100.0  # dollars
PER_ROOM = 10_000.0  # dollars
TRAINING_ROWS, TEST_ROWS = 1_000, 200  # the tutorial's
# Mean absolute errors in dollars on the test houses of the tutorial's own Keras code, run unchanged on Keras 3 with its
# torch backend, seeds 0 to 2.
KERAS_ERRORS = (286_274, 289_215, 295_158)
Number = TypeVar("Number", float, NDArray[np.float64])


@dataclass(frozen=True)
class HouseOptions:
    """What the houses are made from; the defaults are the tutorial's."""

    rows: int = TRAINING_ROWS  # to train on, 20–20,000
    noise: float = 0.0  # standard deviation added to every price, 0–500,000 dollars
    seed: int = 42  # 0–2³²−1

    def __post_init__(self) -> None:
        check_whole("number of houses", self.rows, 20, 20_000, DataError)
        check_whole("seed", self.seed, 0, 2**32 - 1, DataError)
        if not (isinstance(self.noise, (int, float)) and math.isfinite(self.noise) and 0 <= self.noise <= 500_000):
            raise DataError(f"A noise of {self.noise} dollars is out of range. Choose one from 0 to 500,000.")


@dataclass(frozen=True)
class Houses:
    """Houses with their prices."""

    name: str  # as shown to a person
    features: Tensor  # float32 (N, 2), 0–1
    prices: Tensor  # float64 (N,), dollars
    scaling: Scaling  # of the training prices; the identity for raw dollars

    def __len__(self) -> int:
        return len(self.prices)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Features as float32 (n, 2, 1, 1), and the prices as the network learns them, float32 (n, 1)."""
        targets = self.scaling.to_model(self.prices[indices])
        return self.features[indices, :, None, None], targets.float()[:, None]

    @property
    def target_scale(self) -> float:
        """Dollars per unit of the network's output."""
        return self.scaling.std

    @property
    def square_feet(self) -> NDArray[np.float64]:
        """Square feet of every house, float64 (N,), 0–5,000."""
        return self.features[:, 0].double().numpy() * SQUARE_FEET

    @property
    def rooms(self) -> NDArray[np.float64]:
        """Rooms of every house, float64 (N,), 0–10."""
        return self.features[:, 1].double().numpy() * ROOMS


def true_price(square_feet: Number, rooms: Number) -> Number:
    """What the house costs, in dollars: 100 a square foot and 10,000 a room."""
    return PER_SQUARE_FOOT * square_feet + PER_ROOM * rooms


def make_houses(options: HouseOptions | None = None, standardise: bool = True) -> tuple[Houses, Houses]:
    """Training houses and 200 test houses, as the tutorial draws them: NumPy's legacy generator, training rows first.

    The test houses are the same 200 for any number of training rows; noise is drawn after all features, for both.
    With ``standardise`` the networks learn (price − mean) / std of the training prices, else raw dollars.
    """
    import torch

    options = options or HouseOptions()
    generator = np.random.RandomState(options.seed)
    features = generator.rand(TRAINING_ROWS, 2)
    test = generator.rand(TEST_ROWS, 2)
    more = generator.rand(max(options.rows - TRAINING_ROWS, 0), 2)
    training = np.concatenate([features, more])[: options.rows]
    prices, test_prices = (_priced(x, options.noise, generator) for x in (training, test))
    scaling = Scaling.of(prices) if standardise else Scaling()
    return (
        Houses("Training houses", torch.from_numpy(training).float(), torch.from_numpy(prices), scaling),
        Houses("Test houses", torch.from_numpy(test).float(), torch.from_numpy(test_prices), scaling),
    )


def _priced(features: NDArray[np.float64], noise: float, generator: np.random.RandomState) -> NDArray[np.float64]:
    return 500_000 * features[:, 0] + 100_000 * features[:, 1] + noise * generator.randn(len(features))

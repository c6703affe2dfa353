"""Tables with a known truth: twelve columns of which five decide, a rule that makes the target of them, and noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.data.scaling import Scaling
from pointwise.errors import DataError, check_whole

COLUMNS, DECIDE = 12, 5
HELD_OUT = 4_000  # rows
NOISE = 0.3  # standard deviation of the noise, in those of the rule's values
MOST = 20_000  # rows to train on

Columns = NDArray[np.float64]


def smooth(x: Columns) -> Columns:
    """Friedman's first function (1991) of the first five columns: a product within a sine, a square, two slopes."""
    return (
        10 * np.sin(np.pi * x[:, 0] * x[:, 1])  # an interaction
        + 20 * (x[:, 2] - 0.5) ** 2
        + 10 * x[:, 3]
        + 5 * x[:, 4]
    )


def thresholds(x: Columns) -> Columns:
    """Jumps where one of the first five columns, or two at once, pass a limit."""
    return (
        6.0 * ((x[:, 0] > 0.5) & (x[:, 1] > 0.4))  # an interaction
        + 4.0 * ((x[:, 2] > 0.3) & (x[:, 2] < 0.6))
        - 3.0 * ((x[:, 3] > 0.7) & (x[:, 4] < 0.5))
        + 2.0 * np.floor(4 * x[:, 4])
    )


TRUTHS: dict[str, Callable[[Columns], Columns]] = {"smooth": smooth, "thresholds": thresholds}


@dataclass(frozen=True)
class MadeRows:
    """Rows as a network sees them."""

    inputs: Tensor = field(repr=False)  # float32 or float64 (N, 12), of mean 0 and deviation 1
    targets: Tensor = field(repr=False)  # float64 (N,), rule and noise
    scaling: Scaling  # of the training rows' targets

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Inputs (n, 12, 1, 1), each row a picture of one pixel, and standardised targets (n, 1)."""
        targets = self.scaling.to_model(self.targets[indices]).to(self.inputs.dtype)
        return self.inputs[indices, :, None, None], targets[:, None]

    def double(self) -> MadeRows:
        """The rows in double precision."""
        return replace(self, inputs=self.inputs.double())


def made_table(truth: str, rows: int, seed: int) -> tuple[MadeRows, MadeRows]:
    """``rows`` to train on and HELD_OUT others, made by the rule of that name in TRUTHS.

    The columns are uniform; the noise is normal. The best R² that can be had on held-out rows is BEST. Raises DataError
    for an unknown rule, and for fewer than 20 rows or more than MOST.
    """
    if truth not in TRUTHS:
        raise DataError(f"There is no rule '{truth}'. Choose one of {', '.join(TRUTHS)}.")
    check_whole("number of rows", rows, 20, MOST, DataError)
    generator = np.random.default_rng([list(TRUTHS).index(truth), rows, seed])
    x = generator.random((rows + HELD_OUT, COLUMNS))
    values = TRUTHS[truth](x)
    targets = values + NOISE * values.std() * generator.standard_normal(len(values))
    scaling = Scaling.of(targets[:rows])
    inputs = torch.from_numpy((x - 0.5) * 12**0.5).float()  # a uniform column's deviation is 1/√12
    every = torch.from_numpy(targets)
    return MadeRows(inputs[:rows], every[:rows], scaling), MadeRows(inputs[rows:], every[rows:], scaling)


BEST = 1 / (1 + NOISE**2)  # R² of who knows the rule: the rest is noise

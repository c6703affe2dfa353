"""What a table's network is worth beside honest baselines, and which features it leans on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.data.table import Prepared, Rows
from pointwise.inference import predict_rows
from pointwise.intervals import Difference, differences_together
from pointwise.models import Network

ROWS = 2_000  # held-out rows that features are measured on, at most
VALUES = 2_000_000  # rows × inputs that the baselines are trained on, at most: 5 s
SHUFFLED = 100_000_000  # rows × inputs × shuffles that features are measured on, at most: 2 s
SHUFFLES = 5


@dataclass(frozen=True)
class Score:
    """How well a model predicts the held-out rows."""

    name: str
    r2: float  # 1 is perfect, 0 no better than the held-out rows' own mean
    mae: float  # mean absolute error in the target's own unit
    errors: NDArray[np.float64] = field(repr=False, compare=False)  # of each held-out row, in the target's own unit


def advantages(network: Score, others: Sequence[Score], prepared: Prepared) -> list[Difference]:
    """How much more R² the network has than each of the others, on the same held-out rows, by their squared errors.

    The intervals hold together, so that the best of the others may be picked. Where all targets are the same there is
    no R²: nothing differs.
    """
    spread = float(np.var(prepared.held_out.targets.numpy())) or math.inf
    return differences_together([(np.square(other.errors) - np.square(network.errors)) / spread for other in others])


def baseline_rows(prepared: Prepared) -> int:
    """How many of the training rows the baselines are trained on: all, as long as they are few enough."""
    return min(len(prepared.training), max(1, VALUES // prepared.training.inputs.shape[1]))


def baselines(prepared: Prepared) -> tuple[Score, ...]:
    """Three models of scikit-learn, trained on the network's inputs of the training rows, scored on the held-out ones.

    There are at most VALUES of rows × inputs to train on, the first ``baseline_rows``. The regression is solved step
    by step, as the direct solver holds up all other threads, for seconds where the inputs are many. The last is
    HistGradientBoostingRegressor with its own settings and ``random_state=0``.
    """
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import Ridge

    models = {
        "Always the mean": DummyRegressor(),
        "Linear regression": Ridge(alpha=0.0, solver="lsqr", tol=1e-6),
        "Gradient boosting": HistGradientBoostingRegressor(random_state=0),
    }
    training = prepared.training.first(baseline_rows(prepared))
    return tuple(_score(name, model, training, prepared.held_out) for name, model in models.items())


def _score(name: str, model: Any, training: Rows, held_out: Rows) -> Score:
    from sklearn.metrics import mean_absolute_error, r2_score

    model.fit(training.inputs.numpy(), training.targets.numpy())
    targets, answers = held_out.targets.numpy(), np.asarray(model.predict(held_out.inputs.numpy()))
    r2, mae = float(r2_score(targets, answers)), float(mean_absolute_error(targets, answers))
    return Score(name, r2, mae, answers - targets)


def network_errors(model: Network, prepared: Prepared) -> NDArray[np.float64]:
    """A network's errors on the held-out rows, (N,), in the target's own unit."""
    return predict_rows(model, prepared.held_out) - prepared.held_out.targets.numpy()


@dataclass(frozen=True)
class Strength:
    """How much a network leans on a feature."""

    feature: str
    added_error: float  # mean absolute error added, in the target's own unit, when the feature's values are shuffled


def strongest_features(model: Network, prepared: Prepared, count: int = 6, seed: int = 0) -> tuple[Strength, ...]:
    """The ``count`` features whose shuffling hurts most on the held-out rows, strongest first.

    Permutation importance (Breiman, Random Forests, Machine Learning 45, 2001), the mean of five shuffles; the inputs
    of one column of levels are shuffled together. Raises ConfigError when the network was made for another table.
    """
    generator = torch.Generator().manual_seed(seed)
    once = prepared.training.inputs.shape[1] * len(prepared.features) * SHUFFLES
    rows = prepared.held_out.first(min(ROWS, max(1, SHUFFLED // once)))
    plain = _error(model, rows, rows.inputs)
    strengths = []
    for feature in prepared.features:
        columns = torch.tensor([owner == feature.name for owner in prepared.columns.owners])
        errors = [_error(model, rows, _shuffled(rows.inputs, columns, generator)) for _ in range(SHUFFLES)]
        strengths.append(Strength(feature.name, float(np.mean(errors)) - plain))
    return tuple(sorted(strengths, key=lambda strength: strength.added_error, reverse=True)[:count])


def _shuffled(inputs: Tensor, columns: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(len(inputs), generator=generator)
    return torch.where(columns, inputs[order], inputs)


def _error(model: Network, rows: Rows, inputs: Tensor) -> float:
    answers = predict_rows(model, replace(rows, inputs=inputs))
    return float(np.abs(answers - rows.targets.numpy()).mean())

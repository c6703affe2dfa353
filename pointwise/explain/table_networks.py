"""What a table's network is worth beside honest baselines, and which features it leans on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pointwise.data.table import Prepared, Rows
from pointwise.inference import predict_rows
from pointwise.models import Network

ROWS = 2_000  # held-out rows that features are measured on, at most


@dataclass(frozen=True)
class Score:
    """How well a model predicts the held-out rows."""

    name: str
    r2: float  # 1 is perfect, 0 no better than the held-out rows' own mean
    mae: float  # mean absolute error in the target's own unit


def baselines(prepared: Prepared) -> tuple[Score, ...]:
    """Three models of scikit-learn, trained on the network's inputs of the training rows, scored on the held-out ones.

    The last is HistGradientBoostingRegressor with its own settings and ``random_state=0``.
    """
    from sklearn.dummy import DummyRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import LinearRegression

    models = {
        "Always the mean": DummyRegressor(),
        "Linear regression": LinearRegression(),
        "Gradient boosting": HistGradientBoostingRegressor(random_state=0),
    }
    return tuple(_score(name, model, prepared.training, prepared.held_out) for name, model in models.items())


def _score(name: str, model: Any, training: Rows, held_out: Rows) -> Score:
    from sklearn.metrics import mean_absolute_error, r2_score

    model.fit(training.inputs.numpy(), training.targets.numpy())
    targets, answers = held_out.targets.numpy(), np.asarray(model.predict(held_out.inputs.numpy()))
    return Score(name, float(r2_score(targets, answers)), float(mean_absolute_error(targets, answers)))


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
    rows = _first(prepared.held_out, ROWS)
    plain = _error(model, rows, rows.inputs)
    strengths = []
    for feature in prepared.features:
        columns = torch.tensor([owner == feature.name for owner in prepared.columns.owners])
        errors = [_error(model, rows, _shuffled(rows.inputs, columns, generator)) for _ in range(5)]
        strengths.append(Strength(feature.name, float(np.mean(errors)) - plain))
    return tuple(sorted(strengths, key=lambda strength: strength.added_error, reverse=True)[:count])


def _first(rows: Rows, number: int) -> Rows:
    return replace(rows, inputs=rows.inputs[:number], targets=rows.targets[:number])


def _shuffled(inputs: Tensor, columns: Tensor, generator: torch.Generator) -> Tensor:
    order = torch.randperm(len(inputs), generator=generator)
    return torch.where(columns, inputs[order], inputs)


def _error(model: Network, rows: Rows, inputs: Tensor) -> float:
    answers = predict_rows(model, replace(rows, inputs=inputs))
    return float(np.abs(answers - rows.targets.numpy()).mean())

"""What a network has to be compared with: always the mean, a linear regression, gradient boosting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pointwise.data.table.prepare import Prepared, Rows


@dataclass(frozen=True)
class Score:
    """How well something predicts the held-out rows."""

    name: str
    r2: float  # 1 is perfect, 0 no better than the held-out rows' own mean
    mae: float  # mean absolute error in the target's own unit


def baselines(prepared: Prepared) -> tuple[Score, ...]:
    """Train scikit-learn's three on the training rows and score them on the held-out ones; same inputs as the network.

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

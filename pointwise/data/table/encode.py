"""scikit-learn's transformers around a table: numbers imputed and standardised, levels one-hot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import torch
from torch import Tensor

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

MAX_LEVELS = 12  # inputs for one column of levels: the most frequent, and one that all others share
OTHER = "any other"  # how that one is called


def fit_transformer(training: pd.DataFrame, names: Sequence[str]) -> ColumnTransformer:
    """Fit on these columns of the training rows: float64 with NaN for missing, and text without."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [name for name in names if training[name].dtype != object]
    texts = [name for name in names if training[name].dtype == object]
    levels = OneHotEncoder(
        max_categories=MAX_LEVELS,
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
        feature_name_combiner=lambda name, level: name,
    )
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    return ColumnTransformer([("numbers", scaled, numbers), ("levels", levels, texts)]).fit(training)


def encode(transformer: ColumnTransformer, frame: pd.DataFrame) -> Tensor:
    """float32 (N, F): the numbers first, then the levels."""
    texts = transformer.transformers_[1][2]
    return torch.from_numpy(transformer.transform(frame.astype(dict.fromkeys(texts, object)))).float()


def owners(transformer: ColumnTransformer) -> tuple[str, ...]:
    """(F,): the column that each input belongs to."""
    numbers, texts = (list(names) for _, _, names in transformer.transformers_[:2])
    return (*numbers, *(transformer.named_transformers_["levels"].get_feature_names_out(texts) if texts else ()))


def shared_levels(transformer: ColumnTransformer) -> dict[str, tuple[str, ...]]:
    """The rare levels that share one input, by column; columns without such are not there."""
    texts = transformer.transformers_[1][2]
    rare = transformer.named_transformers_["levels"].infrequent_categories_ if texts else []
    return {name: tuple(levels) for name, levels in zip(texts, rare, strict=True) if levels is not None}

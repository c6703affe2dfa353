"""What a column holds (numbers, levels such as names of towns, or nothing usable), and how columns become inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import torch
from torch import Tensor

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

MOSTLY = 0.9  # the share of values that decides what a column is
FEW_LEVELS = 20  # so many different texts are always usable
MAX_LEVELS = 12  # inputs for one column of levels: the most frequent, and one that all others share
OTHER = "any other"  # how that one is called
LARGEST = 1e30  # beyond it a number is as good as infinite
MONEY = r"^[$€£]\s*|\s*[$€£%]$"
THOUSANDS = r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?"
DECIMAL_COMMA = r"[-+]?\d*,\d+"
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|\d{4}-\d{2}")


@dataclass(frozen=True)
class Column:
    """A column as it is described to a person."""

    name: str
    kind: str  # number or category
    missing: int  # rows without a value
    levels: int  # different values
    minimum: float | None = None  # of numbers
    median: float | None = None
    maximum: float | None = None
    left_out: str = ""  # why it cannot be used, as the end of a sentence; empty for a usable column


def tidy(series: pd.Series) -> tuple[pd.Series, int]:
    """A column as float64 or as text, with NaN for missing, and how many values had to be dropped for that.

    Text counts as numbers when nine in ten values are: amounts of money, percentages, thousands separated by commas
    and decimal commas included. The tenth is then missing.
    """
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return series.astype("float64"), 0
    stripped = {value: str(value).strip() or None for value in series.dropna().unique()}
    text = series.map(stripped).astype(object).where(series.notna(), None)
    given = int(text.notna().sum())
    numbers = _numbers(text.dropna())
    found = int(numbers.notna().sum())
    if given and found >= MOSTLY * given:
        return numbers.reindex(series.index).astype("float64"), given - found
    return text, 0


def _numbers(text: pd.Series) -> pd.Series:
    """Numbers where the texts are some, else NaN; every different text is looked at once."""
    levels = pd.Series(text.unique()).astype(str)
    bare = levels.str.replace(MONEY, "", regex=True)
    for pattern, old, new in ((THOUSANDS, ",", ""), (DECIMAL_COMMA, ",", ".")):
        fits = bare.str.fullmatch(pattern)
        bare = bare.where(~fits, bare.str.replace(old, new, regex=False))
    return text.map(dict(zip(levels, pd.to_numeric(bare, errors="coerce"), strict=True)))


def describe(series: pd.Series, named: bool = True) -> Column:
    """A tidy column's description; ``named`` says whether the file gave it a name."""
    values = series.dropna()
    missing, levels = len(series) - len(values), int(values.nunique())
    name = str(series.name)
    if series.dtype != "float64":
        return Column(name, "category", missing, levels, left_out=_unusable_text(values, levels))
    low, middle, high = (float(v) if len(values) else None for v in (values.min(), values.median(), values.max()))
    return Column(name, "number", missing, levels, low, middle, high, _unusable_numbers(values, levels, named))


def _unusable_numbers(values: pd.Series, levels: int, named: bool) -> str:
    if not named and levels == len(values) and values.diff().dropna().eq(1).all():
        return "it has no name and only counts the rows"
    return _unusable(levels)


def _unusable_text(values: pd.Series, levels: int) -> str:
    if sum(DATE.fullmatch(value) is not None for value in values.unique()) >= MOSTLY * max(levels, 2):
        return "it holds dates; give years, months or days as columns of numbers to use them"
    if levels > max(FEW_LEVELS, len(values) / 2):
        return f"it holds {levels:,} different texts in {len(values):,} rows, too many to learn from"
    return _unusable(levels)


def _unusable(levels: int) -> str:
    return "all its values are missing" if levels == 0 else "it holds a single value" if levels == 1 else ""


def fit_transformer(training: pd.DataFrame, names: Sequence[str]) -> ColumnTransformer:
    """The transformer of columns into inputs, fitted on training rows: float64 with NaN for missing, text without."""
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
    """Inputs of rows, float32 (N, F): the numbers first, then the levels."""
    texts = transformer.transformers_[1][2]
    return torch.from_numpy(transformer.transform(frame.astype(dict.fromkeys(texts, object)))).float()


def owners(transformer: ColumnTransformer) -> tuple[str, ...]:
    """The column that each input belongs to, (F,)."""
    numbers, texts = (list(names) for _, _, names in transformer.transformers_[:2])
    return (*numbers, *(transformer.named_transformers_["levels"].get_feature_names_out(texts) if texts else ()))


def shared_levels(transformer: ColumnTransformer) -> dict[str, tuple[str, ...]]:
    """The rare levels that share one input, by column, for the columns that have such."""
    texts = transformer.transformers_[1][2]
    rare = transformer.named_transformers_["levels"].infrequent_categories_ if texts else []
    return {name: tuple(levels) for name, levels in zip(texts, rare, strict=True) if levels is not None}

"""What a column holds: numbers, levels such as names of towns, or nothing usable."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

MOSTLY = 0.9  # the share of values that decides what a column is
FEW_LEVELS = 20  # so many different texts are always usable
LONGEST = 100  # characters of a column's name, or of a level
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
    text, numbers = as_text(series), as_numbers(series)
    given, found = int(text.notna().sum()), int(numbers.notna().sum())
    if _is_numeric(series) or (given and found >= MOSTLY * given):
        return numbers, 0 if _is_numeric(series) else given - found
    return text, 0


def as_text(series: pd.Series) -> pd.Series:
    """A column's values as texts without spaces around them; None for missing and for spaces alone."""
    stripped = {value: str(value).strip() or None for value in series.dropna().unique()}
    return series.map(stripped).astype(object).where(series.notna(), None)


def as_numbers(series: pd.Series) -> pd.Series:
    """A column's values as float64, NaN for what is no number; every different text is looked at once."""
    if _is_numeric(series):
        return series.astype("float64")
    text = as_text(series)
    levels = pd.Series(text.dropna().unique(), dtype=object).astype(str)
    bare = levels.str.replace(MONEY, "", regex=True)
    for pattern, old, new in ((THOUSANDS, ",", ""), (DECIMAL_COMMA, ",", ".")):
        fits = bare.str.fullmatch(pattern)
        bare = bare.where(~fits, bare.str.replace(old, new, regex=False))
    return text.map(dict(zip(levels, pd.to_numeric(bare, errors="coerce"), strict=True))).astype("float64")


def _is_numeric(series: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)


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
    longest = int(values.str.len().max()) if levels else 0
    if longest > LONGEST:
        return f"it holds texts of up to {longest:,} characters, longer than {LONGEST}"
    return _unusable(levels)


def _unusable(levels: int) -> str:
    return "all its values are missing" if levels == 0 else "it holds a single value" if levels == 1 else ""

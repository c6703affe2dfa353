"""What a column holds: numbers, levels such as names of towns, or nothing usable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOSTLY = 0.9  # the share of values that decides what a column is
NUMBER, CATEGORY = "number", "category"
SAMPLE = 1_000  # different texts of a column that are looked at for dates
MAX_LEVELS = 12  # inputs for one column of levels: the most frequent, and one that all others share
FEW_LEVELS = 20  # so many different texts are always usable
LONGEST = 100  # characters of a column's name, or of a level
LARGEST = 1e30  # beyond it a number is as good as infinite
ODD = re.compile(r"[$€£%,]")  # in numbers that are not written as in a program
MONEY = re.compile(r"^[$€£]\s*|\s*[$€£%]$")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+")
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

    @property
    def inputs(self) -> int:
        """How many of a network's inputs it becomes, at most."""
        return 1 if self.kind == NUMBER else min(self.levels + (self.missing > 0), MAX_LEVELS)


def tidy(series: pd.Series) -> tuple[pd.Series, int]:
    """A column as float64 or as categories, with NaN for missing, and how many values had to be dropped for that.

    Text counts as numbers when nine in ten values are: amounts of money, percentages, thousands separated by commas
    and decimal commas included. The tenth is then missing.
    """
    if is_numeric(series):
        return series.astype("float64"), 0
    text = as_text(series)
    numbers = as_numbers(text)
    given, found = int(text.notna().sum()), int(numbers.notna().sum())
    return (numbers, given - found) if given and found >= MOSTLY * given else (text, 0)


def as_text(series: pd.Series) -> pd.Series:
    """A column's values as categories, texts without spaces around them; NaN for missing and for spaces alone.

    The categories are in the order in which they first come. Every different value is looked at once.
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series
    codes, levels = pd.factorize(series)
    places, texts = pd.factorize(np.array([str(level).strip() or None for level in levels.tolist()], dtype=object))
    found = np.append(places, -1)[codes]  # -1 is missing, before and after
    categories = pd.Categorical.from_codes(found, categories=pd.Index(texts, dtype=object))
    return pd.Series(categories, index=series.index, name=series.name)


def as_numbers(series: pd.Series) -> pd.Series:
    """A column's values as float64, NaN for what is no number; every different text is looked at once."""
    if is_numeric(series):
        return series.astype("float64")
    text = as_text(series)
    numbers = _numbers(list(text.cat.categories))
    return pd.Series(np.append(numbers, np.nan)[text.cat.codes], index=series.index, name=series.name)


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """The number that each text is, NaN for none; a text of more than LONGEST characters is none."""
    numbers = pd.to_numeric(pd.Series([text if len(text) <= LONGEST else "" for text in texts], dtype=object), "coerce")
    numbers = numbers.to_numpy(dtype=np.float64, copy=True)
    odd = [i for i, text in enumerate(texts) if len(text) <= LONGEST and ODD.search(text)]
    numbers[odd] = pd.to_numeric(pd.Series([_bare(texts[i]) for i in odd], dtype=object), "coerce")
    return numbers


def _bare(text: str) -> str:
    """A text without signs of money, and with the decimal point of a program."""
    bare = MONEY.sub("", text)
    if THOUSANDS.fullmatch(bare):
        return bare.replace(",", "")
    return bare.replace(",", ".") if DECIMAL_COMMA.fullmatch(bare) else bare


def is_numeric(series: pd.Series) -> bool:
    """Whether a column holds numbers as it is, and no truth values."""
    return pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)


def describe(series: pd.Series, named: bool = True) -> Column:
    """A tidy column's description; ``named`` says whether the file gave it a name."""
    name, missing = str(series.name), int(series.isna().sum())
    if not is_numeric(series):
        texts, given = list(series.cat.categories), len(series) - missing
        return Column(name, CATEGORY, missing, len(texts), left_out=_unusable_text(texts, given))
    values = series.dropna()
    levels = int(values.nunique())
    low, middle, high = (float(v) if len(values) else None for v in (values.min(), values.median(), values.max()))
    return Column(name, NUMBER, missing, levels, low, middle, high, _unusable_numbers(values, levels, named))


def _unusable_numbers(values: pd.Series, levels: int, named: bool) -> str:
    if not named and levels == len(values) and values.diff().dropna().eq(1).all():
        return "it has no name and only counts the rows"
    return _unusable(levels)


def _unusable_text(texts: Sequence[str], given: int) -> str:
    """Why ``given`` values with so many different ``texts`` cannot be used."""
    first = texts[:SAMPLE]
    if sum(DATE.fullmatch(text[:LONGEST]) is not None for text in first) >= MOSTLY * max(len(first), 2):
        return "it holds dates; give years, months or days as columns of numbers to use them"
    if len(texts) > max(FEW_LEVELS, given / 2):
        return f"it holds {len(texts):,} different texts in {given:,} rows, too many to learn from"
    longest = max(map(len, texts), default=0)
    if longest > LONGEST:
        return f"it holds texts of up to {longest:,} characters, longer than {LONGEST}"
    return _unusable(len(texts))


def _unusable(levels: int) -> str:
    return "all its values are missing" if levels == 0 else "it holds a single value" if levels == 1 else ""

"""How columns become a network's inputs: fitted on training rows, kept on its card, applied to any rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pointwise.data.table.columns import (
    CATEGORY,
    LARGEST,
    LONGEST,
    MAX_LEVELS,
    MOSTLY,
    NUMBER,
    as_numbers,
    as_text,
    is_numeric,
)
from pointwise.data.table.text import MAX_COLUMNS
from pointwise.errors import ConfigError, DataError

SMALLEST = 1e-290  # of a column's range, which is divided into steps
OTHER = "any other"  # how that one is called
MISSING = "missing"  # the level of a text that is not there
Values = Mapping[str, Any]  # of a row, by its columns' names: numbers or texts, None for missing


@dataclass(frozen=True)
class Feature:
    """A column that is learned from, by its training rows: what may be asked, and how it becomes inputs.

    A number is one input, (number − mean) / scale, where a missing one counts as ``start``. A category is an input of
    0 or 1 for each level, in alphabetical order; a missing text is the level "missing". Raises ConfigError for values
    that cannot be.
    """

    name: str
    kind: str  # number or category
    start: float | str  # the median, or the most frequent level
    minimum: float = 0.0  # of numbers
    maximum: float = 0.0
    whole: bool = False  # whether all numbers are whole
    mean: float = 0.0
    scale: float = 1.0  # above 0
    levels: tuple[str, ...] = ()  # most frequent first, "any other" last where rare ones share an input
    shared: bool = False  # whether they do; else a level that is none of them has no input

    def __post_init__(self) -> None:
        if not _is_text(self.name) or self.kind not in (NUMBER, CATEGORY):
            raise ConfigError(f"A column is named {str(self.name)[:50]!r} and of the kind {str(self.kind)[:50]!r}.")
        if not isinstance(self.whole, bool) or not isinstance(self.shared, bool):
            raise ConfigError(f"The column '{self.name}' is neither whole nor not, or neither shared nor not.")
        if not all(_is_number(size) for size in (self.minimum, self.maximum, self.mean, self.scale)) or self.scale <= 0:
            raise ConfigError(f"The column '{self.name}' has an impossible range, mean or scale.")
        if self.kind == NUMBER and (
            not _is_number(self.start)
            or not self.minimum <= float(self.start) <= self.maximum
            or not self.maximum - self.minimum > SMALLEST
            or (self.whole and (self.minimum % 1 or self.maximum % 1))
        ):
            raise ConfigError(f"The column '{self.name}' has an impossible range.")
        if self.kind == CATEGORY and (
            not isinstance(self.levels, tuple)
            or not all(_is_text(level) for level in self.levels)
            or not 1 <= len(self.levels) <= MAX_LEVELS
            or len(set(self._own)) < len(self._own)
            or self.start not in self._own
        ):
            raise ConfigError(f"The column '{self.name}' has impossible levels.")

    @property
    def inputs(self) -> int:
        """The number of the network's inputs that it becomes."""
        return 1 if self.kind == NUMBER else len(self.levels)

    @property
    def _own(self) -> tuple[str, ...]:
        """The levels with an input of their own."""
        return self.levels[:-1] if self.shared else self.levels

    def checked(self, value: object) -> object:
        """A value of one row. Raises DataError for one of the wrong kind."""
        if self.kind == CATEGORY or value is None:
            return value
        if _is_number(value):
            return float(value)  # type: ignore[arg-type]
        raise DataError(f"{value!r} is no value for '{self.name}'. Give a number.")

    def encode(self, values: pd.Series, inputs: NDArray[np.float32]) -> None:
        """Write a column's values, as they were read, into ``inputs`` (N, its inputs), which are 0.

        Raises DataError for values of the wrong kind.
        """
        if self.kind == CATEGORY:
            levels = self._levels(values)
            known = np.flatnonzero(levels >= 0)
            inputs[known, levels[known]] = 1.0
        else:
            inputs[:, 0] = self._numbers(values)

    def _numbers(self, values: pd.Series) -> NDArray[np.float64]:
        numbers = as_numbers(values)
        odd = values[numbers.isna() & values.notna()]
        if len(odd) > (1 - MOSTLY) * values.notna().sum():
            raise DataError(f"'{self.name}' is a column of numbers, and '{str(odd.iloc[0])[:50]}' is none. Correct it.")
        inputs = (numbers.fillna(self.start) - self.mean) / self.scale
        if max(numbers.abs().max(), inputs.abs().max()) >= LARGEST:
            raise DataError(f"The column '{self.name}' has infinite values. Replace them, or leave them empty.")
        return inputs.to_numpy()

    def _levels(self, values: pd.Series) -> NDArray[np.int64]:
        """Which of its inputs each value is, (N,); -1 where a level has none."""
        order = {level: index for index, level in enumerate(sorted(self._own))}
        other = len(order) if self.shared else -1
        texts = as_text(values)
        places = [order.get(text, other) for text in (*texts.cat.categories, MISSING)]  # the code of missing is -1
        return np.array(places, dtype=np.int64)[texts.cat.codes]


@dataclass(frozen=True)
class Columns:
    """The columns that a network predicts from. Raises ConfigError for none, too many, or two of one name."""

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        if not 1 <= len(names) <= MAX_COLUMNS or len(set(names)) < len(names):
            raise ConfigError(f"{len(names):,} columns are none, too many, or have a name twice.")

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Columns:
        """What a weights file's card says under ``columns``. Raises ConfigError when it says nothing or nonsense."""
        given = card.get("columns")
        if given is None:
            raise ConfigError("This network does not say which columns it predicts from. Train it again on its table.")
        try:
            known = {field.name for field in fields(Feature)}
            if not isinstance(given, list) or any(set(one) - known for one in given):
                raise ConfigError("They are no list of columns.")
            return cls(tuple(Feature(**{**one, "levels": tuple(one.get("levels", ()))}) for one in given))
        except (ConfigError, TypeError, ValueError, AttributeError) as error:
            wrong = f"The columns that this network predicts from cannot be used ({error})"
            raise ConfigError(f"{wrong}. Train it again on its table.") from None

    def as_json(self) -> list[dict[str, Any]]:
        """What ``from_card`` reads, without what is as usual."""
        usual = {field.name: field.default for field in fields(Feature)}
        return [
            {name: value for name, value in asdict(feature).items() if value != usual[name]}
            for feature in self.features
        ]

    @property
    def owners(self) -> tuple[str, ...]:
        """The column that each input belongs to, (F,): the numbers first, then the levels."""
        return tuple(feature.name for feature in self._ordered for _ in range(feature.inputs))

    @property
    def _ordered(self) -> list[Feature]:
        return sorted(self.features, key=lambda feature: feature.kind == CATEGORY)

    def start(self) -> dict[str, float | str]:
        """A usual row: medians and most frequent levels."""
        return {feature.name: feature.start for feature in self.features}

    def row(self, values: Values) -> list[Values]:
        """One row for ``encode``, usual where ``values`` names no value. Raises DataError for the wrong kind."""
        return [{one.name: one.checked(values.get(one.name, one.start)) for one in self.features}]

    def encode(self, rows: pd.DataFrame | Sequence[Values]) -> NDArray[np.float32]:
        """Inputs float32 (N, F) of rows as they were read; other columns are ignored.

        A level that no training row had counts as a rare one. Raises DataError for a column that is not there, or
        whose values are of the wrong kind.
        """
        frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
        names = list(frame.columns)
        for feature in self.features:
            if names.count(feature.name) != 1:
                found = "no column" if feature.name not in names else "more than one column"
                raise DataError(
                    f"There is {found} '{feature.name}', which the network predicts from. Give one with that name."
                )
        inputs, begin = np.zeros((len(frame), len(self.owners)), dtype=np.float32), 0
        for one in self._ordered:
            one.encode(frame[one.name], inputs[:, begin : begin + one.inputs])
            begin += one.inputs
        return inputs


def fit_columns(training: pd.DataFrame, names: Sequence[str]) -> tuple[Columns, dict[str, int]]:
    """How training rows' columns become inputs, and the number of rare levels by the columns that have such.

    Numbers are float64 with NaN for missing, texts are categories without.
    """
    features: list[Feature] = []
    rare: dict[str, int] = {}
    for name in names:
        if is_numeric(training[name]):
            feature = _number(training[name])
        else:
            feature, shared = _category(training[name])
            rare |= {name: shared} if shared else {}
        features.append(feature)
    return Columns(tuple(features)), rare


def _number(values: pd.Series) -> Feature:
    from sklearn.preprocessing import StandardScaler

    start, whole = float(values.median()), bool((values.dropna() % 1 == 0).all())
    scaler = StandardScaler().fit(values.fillna(start).to_numpy()[:, None])
    mean, scale = float(scaler.mean_[0]), float(scaler.scale_[0])
    return Feature(str(values.name), NUMBER, start, float(values.min()), float(values.max()), whole, mean, scale)


def _category(values: pd.Series) -> tuple[Feature, int]:
    """A column of levels; where there are too many, those share an input that OneHotEncoder(max_categories) joins."""
    texts = as_text(values)
    counts = np.bincount(texts.cat.codes, minlength=len(texts.cat.categories))
    given = sorted((level, int(count)) for level, count in zip(texts.cat.categories, counts, strict=True) if count)
    most = sorted(given, key=lambda one: one[1], reverse=len(given) <= MAX_LEVELS)
    if len(given) > MAX_LEVELS:  # the last of equals in the alphabet are taken for the more frequent
        most = most[1 - MAX_LEVELS :][::-1]
    rare, frequent = len(given) - len(most), [level for level, _ in most]
    levels = (*frequent, *([OTHER] if rare else []))
    return Feature(str(values.name), CATEGORY, frequent[0], levels=levels, shared=rare > 0), rare


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST

"""From a table to a network's inputs: missing values, scaling, levels, and the rows that are held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import torch
from torch import Tensor

from pointwise.data.scaling import Scaling
from pointwise.data.table.columns import MAX_LEVELS, Column, is_numeric
from pointwise.data.table.encoding import MISSING, Columns, Feature, fit_columns
from pointwise.data.table.read import MIN_ROWS, Table
from pointwise.errors import DataError

HELD_OUT = 0.2  # the share of the rows that no network is trained on
MAX_VALUES = 10_000_000  # rows × inputs: 40 MB, and about a second an epoch


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as a network sees them."""

    name: str  # as shown to a person
    inputs: Tensor = field(repr=False)  # float32 (N, F): numbers of mean 0 and deviation 1, levels as 0 or 1
    targets: Tensor = field(repr=False)  # float64 (N,), in the target's own unit
    scaling: Scaling  # of the training rows' targets
    columns: Columns  # how the inputs are made, fitted on the training rows alone

    def __len__(self) -> int:
        return len(self.targets)

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Inputs as float32 (n, F, 1, 1), and standardised targets, float32 (n, 1)."""
        targets = self.scaling.to_model(self.targets[indices])
        return self.inputs[indices, :, None, None], targets.float()[:, None]

    def first(self, number: int) -> Rows:
        """The first rows, so many or all."""
        return replace(self, inputs=self.inputs[:number], targets=self.targets[:number])

    @property
    def target_scale(self) -> float:
        """The target's own unit per unit of the network's output."""
        return self.scaling.std


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table made ready: what to train on, what to be judged by, and how to ask about a row of one's own."""

    target: str
    training: Rows
    held_out: Rows
    notes: tuple[str, ...]  # sentences: what was done

    @property
    def columns(self) -> Columns:
        """How the inputs are made, fitted on the training rows alone."""
        return self.training.columns

    @property
    def features(self) -> tuple[Feature, ...]:
        """The columns that are learned from."""
        return self.columns.features

    @property
    def name(self) -> str:
        """The training rows', as shown to a person."""
        return self.training.name

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are learned from."""
        return tuple(feature.name for feature in self.features)

    @property
    def scaling(self) -> Scaling:
        """The target's scaling, by the training rows."""
        return self.training.scaling


def prepare(table: Table, target: str, features: Sequence[str] | None = None, seed: int = 0) -> Prepared:
    """A table split 80 to 20 and turned into a network's inputs; everything is fitted on the training rows alone.

    ``features`` are all usable columns unless named. Rows without a target are dropped, missing numbers become the
    median, missing texts a level of their own, rare levels share one input. The same seed gives the same split.
    Raises DataError when the target or the features cannot be used, too few rows are left, or rows × inputs are more
    than MAX_VALUES, which is known before anything is made.
    """
    chosen = [name for name in table.features if name != target] if features is None else list(features)
    _check_choice(table, target, chosen)
    _check_size(table, target, chosen)
    frame, notes = _without_missing_levels(_with_target(table.frame[[*chosen, target]], target), chosen)
    training, held_out = _split(frame, seed)
    _check_varies(frame[target], training[target])
    used = _varying(training, chosen)
    columns, rare = fit_columns(training, used)
    scaling = Scaling.of(training[target].to_numpy())
    training_rows, held_out_rows = (
        Rows(f"{table.name}, {part}", _inputs(columns, rows), torch.tensor(rows[target].to_numpy()), scaling, columns)
        for part, rows in (("training rows", training), ("held-out rows", held_out))
    )
    return Prepared(
        target,
        training_rows,
        held_out_rows,
        (
            f"{len(training):,} rows are trained on, {len(held_out):,} are held out.",
            *_dropped_rows(len(table) - len(frame), target),
            *notes,
            *_filled_numbers(training, frame, used),
            *(
                f"'{name}' is left out: it holds a single value in the training rows."
                for name in set(chosen) - set(used)
            ),
            *(f"The {number:,} rarest levels of '{name}' count as one." for name, number in rare.items()),
        ),
    )


def fitting(table: Table, target: str) -> list[str]:
    """The columns that the target can be learned from, all, or as many of the first as ``prepare`` takes."""
    columns, left, chosen = _columns(table), MAX_VALUES // _rows(table, target), []
    for name in table.features:
        if name != target and columns[name].inputs <= left:
            left -= columns[name].inputs
            chosen.append(name)
    return chosen


def inputs_of(table: Table, features: Sequence[str]) -> int:
    """How many of a network's inputs columns become, at most; those that the table has not become none."""
    columns = _columns(table)
    return sum(columns[name].inputs for name in features if name in columns)


def _columns(table: Table) -> dict[str, Column]:
    return {column.name: column for column in table.columns}


def _rows(table: Table, target: str) -> int:
    return max(1, len(table) - _columns(table)[target].missing)


def _inputs(columns: Columns, rows: pd.DataFrame) -> Tensor:
    return torch.from_numpy(columns.encode(rows))


def _check_choice(table: Table, target: str, features: Sequence[str]) -> None:
    columns = _columns(table)
    unknown = [name for name in (target, *features) if name not in columns]
    if unknown:
        raise DataError(f"{table.name} has no column '{unknown[0]}'. Choose one of its own.")
    if columns[target].kind != "number":
        raise DataError(f"'{target}' holds texts, and only numbers can be predicted. Choose another target.")
    if not features:
        raise DataError(f"No column is chosen to predict '{target}' from. Choose at least one.")
    if target in features:
        raise DataError(f"'{target}' is what is to be predicted, so it cannot be learned from. Take it out.")
    for name in features:
        if columns[name].left_out:
            raise DataError(f"'{name}' cannot be used: {columns[name].left_out}. Take it out.")


def _check_size(table: Table, target: str, features: Sequence[str]) -> None:
    """Whether there are few enough rows and inputs, by the columns' descriptions."""
    inputs, rows = inputs_of(table, features), _rows(table, target)
    if rows * inputs <= MAX_VALUES:
        return
    raise DataError(
        f"{rows:,} rows of {inputs:,} inputs are {rows * inputs:,} values, more than {MAX_VALUES:,}. Take out columns "
        f"until {MAX_VALUES // rows:,} inputs are left, or keep a part of the rows. A column of numbers is one input, "
        f"and one of texts up to {MAX_LEVELS}."
    )


def _with_target(frame: pd.DataFrame, target: str) -> pd.DataFrame:
    rows = frame[frame[target].notna()]
    if len(rows) < MIN_ROWS:
        raise DataError(f"Fewer than {MIN_ROWS} rows, {len(rows)}, have a value of '{target}'. Choose another target.")
    return rows


def _check_varies(targets: pd.Series, training: pd.Series) -> None:
    if training.nunique() == 1:
        rows = "row" if targets.nunique() == 1 else "training row"
        raise DataError(
            f"'{targets.name}' is {training.iloc[0]:g} in every {rows}: nothing can be learned. Choose another target."
        )


def _split(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    from sklearn.model_selection import train_test_split

    training, held_out = train_test_split(frame, test_size=HELD_OUT, random_state=seed)
    return training.reset_index(drop=True), held_out.reset_index(drop=True)


def _without_missing_levels(frame: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    texts = [name for name in names if not is_numeric(frame[name]) and frame[name].isna().any()]
    notes = [f"{frame[name].isna().sum():,} missing values of '{name}' became the level '{MISSING}'." for name in texts]
    return frame.assign(**{name: _with_level(frame[name]) for name in texts}), notes


def _with_level(values: pd.Series) -> pd.Series:
    known = MISSING in values.cat.categories
    return (values if known else values.cat.add_categories(MISSING)).fillna(MISSING)


def _varying(training: pd.DataFrame, names: Sequence[str]) -> list[str]:
    varying = [name for name in names if training[name].nunique() > 1]
    if not varying:
        raise DataError("None of the chosen columns varies in the training rows. Choose others.")
    return varying


def _dropped_rows(number: int, target: str) -> list[str]:
    return [f"{number:,} rows without a value of '{target}' are left out."] if number else []


def _filled_numbers(training: pd.DataFrame, frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    missing = {name: int(frame[name].isna().sum()) for name in names}
    return [
        f"{number:,} missing values of '{name}' became the training rows' median, {training[name].median():g}."
        for name, number in missing.items()
        if number
    ]

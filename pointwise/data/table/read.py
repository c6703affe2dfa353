"""A CSV or TSV file, or the sample that comes with scikit-learn, as a table with described columns."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pointwise.data.table.columns import LARGEST, LONGEST, Column, describe, tidy
from pointwise.data.table.encoding import CATEGORY, Columns
from pointwise.data.table.encoding import MISSING as LEVEL_OF_MISSING
from pointwise.data.table.text import Lines, split_lines, unclosed
from pointwise.errors import DataError
from pointwise.visible_text import one_line

MIN_ROWS = 20
TOLD = 3  # columns that a refusal names
MISSING = ("-", "--", "?", ".")  # beside what pandas takes for missing
TRUTHS = {"True", "False", LEVEL_OF_MISSING}  # levels of a column that pandas takes for truth values
SAMPLE_NAMES = {  # load_diabetes' own are abbreviations
    "age": "age",
    "sex": "sex",
    "bmi": "body mass index",
    "bp": "blood pressure",
    "s1": "total cholesterol",
    "s2": "LDL",
    "s3": "HDL",
    "s4": "total cholesterol / HDL",
    "s5": "log triglycerides",
    "s6": "blood sugar",
    "target": "disease progression",
}


@dataclass(frozen=True)
class Table:
    """A table as it was read, with its columns described."""

    name: str  # as shown to a person
    frame: pd.DataFrame = field(repr=False)  # float64 for numbers, categories for texts, NaN for missing
    columns: tuple[Column, ...]  # in the file's order
    notes: tuple[str, ...]  # sentences: how it was read, and what was left out

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that can be predicted: numbers that vary. The last is the usual choice."""
        return tuple(column.name for column in self.columns if column.kind == "number" and not column.left_out)

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that can be learned from, a target among them."""
        return tuple(column.name for column in self.columns if not column.left_out)


def read_table(content: bytes, name: str) -> Table:
    """The table in an uploaded CSV or TSV file: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252.

    With semicolons numbers may have decimal commas. Raises DataError, one sentence about what is wrong and one about
    what to do, for a file that is empty, larger than 10 MB, no text, or not a table of 20–100,000 rows and 2–200
    columns with names of their own, at least one of varying numbers, all of them finite; and where ``split_lines``
    does. It takes up to 0.2 s for 500 KB, 2 s for 10 MB, and 150 MB of memory while it works.
    """
    lines = split_lines(content, name)
    named, names = [bool(column) for column in lines.names], _names(lines)
    _check_names(names, name)
    frame = _parse(lines, name)
    empty = frame.isna().all(axis=1)
    if empty.any():
        frame = frame[~empty].reset_index(drop=True)
    frame.columns = pd.Index(names)
    return _table(name, frame, named, [lines.description])


def read_rows(content: bytes, name: str, columns: Columns | None = None) -> pd.DataFrame:
    """The rows (N ≥ 1) of a CSV or TSV file to be predicted, read as ``read_table`` does, with all columns that it has.

    The texts of ``columns`` stay as they are written, 01 too.
    Raises DataError for a file that is empty, too large, no text, or without rows.
    """
    lines = split_lines(content, name, least=1)
    names = _names(lines)
    features = columns.features if columns is not None else ()
    texts = {one.name for one in features if one.kind == CATEGORY and not set(one.levels) <= TRUTHS}
    frame = _parse(lines, name, [i for i, column in enumerate(names) if column in texts])
    frame.columns = pd.Index(names)
    if not len(frame):
        raise DataError(f"{name} has no rows. Add one or more.")
    return frame


def load_sample() -> Table:
    """scikit-learn's diabetes table: 442 people, ten measurements, disease progression after a year as target.

    Source: Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression, Annals of Statistics 32 (2004).
    """
    from sklearn.datasets import load_diabetes

    frame = load_diabetes(as_frame=True, scaled=False).frame.rename(columns=SAMPLE_NAMES)
    return _table("Diabetes", frame, [True] * len(frame.columns), [])


def _table(name: str, frame: pd.DataFrame, named: Sequence[bool], notes: list[str]) -> Table:
    _check_rows(len(frame), name)
    tidied = {column: tidy(frame[column]) for column in frame}
    frame = pd.DataFrame({column: series for column, (series, _) in tidied.items()})
    columns = tuple(describe(frame[column], is_named) for column, is_named in zip(frame, named, strict=True))
    for column, (_, dropped) in tidied.items():
        if dropped:
            notes.append(f"'{column}' is a column of numbers; what else it holds counts as missing ({dropped:,} rows).")
    notes += [f"'{column.name}' is left out: {column.left_out}." for column in columns if column.left_out]
    table = Table(name, frame, columns, tuple(notes))
    _check_content(table)
    return table


def _names(lines: Lines) -> tuple[str, ...]:
    return tuple(one_line(column, len(column)) or f"column {i}" for i, column in enumerate(lines.names, start=1))


def _parse(lines: Lines, name: str, texts: Sequence[int] = ()) -> pd.DataFrame:
    """A column for each name, numbered; those numbered in ``texts`` are not looked at for numbers."""
    try:
        return pd.read_csv(
            io.BytesIO(lines.content),
            sep=lines.delimiter,
            decimal="," if lines.delimiter == ";" else ".",
            names=range(len(lines.names)),
            usecols=range(len(lines.names)),
            header=0,
            index_col=False,
            skipinitialspace=True,
            na_values=list(MISSING),
            dtype=dict.fromkeys(texts, object),
            low_memory=False,
        )
    except pd.errors.ParserError:
        raise unclosed(name) from None


def _check_names(names: Sequence[str], file: str) -> None:
    if all(_is_number(name) for name in names):
        raise DataError(f"{file} begins with numbers instead of column names. Put a line of names above them.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(f"{file} has more than one column named '{twice[0][:LONGEST]}'. Give each its own name.")
    longest = max(names, key=len)
    if len(longest) > LONGEST:
        raise DataError(
            f"{file} has a column name of {len(longest):,} characters, '{longest[:20]}…'. Shorten it to {LONGEST}."
        )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?", text, re.IGNORECASE) is not None


def _check_rows(rows: int, file: str) -> None:
    if rows == 0:
        raise DataError(f"{file} has no values below its column names. Choose a table with at least {MIN_ROWS} rows.")
    if rows < MIN_ROWS:
        given = "a single row" if rows == 1 else f"{rows} rows"
        raise DataError(
            f"{file} has {given} of values, too few to learn from. Choose a table with at least {MIN_ROWS}."
        )


def _check_content(table: Table) -> None:
    for column in table.columns:
        if column.kind == "number" and column.levels and not np.abs(table.frame[column.name]).max() < LARGEST:
            raise DataError(
                f"The column '{column.name}' of {table.name} has infinite values. Replace them, or leave them empty."
            )
    if not table.targets:
        raise DataError(
            f"{table.name} has no column of numbers that vary, so there is nothing to predict. Add such a column."
        )
    if len(table.features) < 2:
        out = [column for column in table.columns if column.left_out]
        why = "; ".join(f"'{column.name}' cannot be used: {column.left_out}" for column in out[:TOLD])
        raise DataError(
            f"{table.name} has nothing to predict '{table.targets[0]}' from. {why}. Add a column of numbers, or of few "
            "different texts."
        )

"""Columns as inputs: equal to scikit-learn's transformers, kept as JSON, and refused where they are nonsense."""

import json
import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pointwise.data.table import Columns, Feature, Table, load_sample, prepare, read_rows, read_table
from pointwise.data.table.encoding import MAX_COLUMNS, MAX_LEVELS, fit_columns
from pointwise.errors import ConfigError, DataError
from pointwise.weights import MAX_HEADER_TEXT

SIZE = Feature("size", "number", 5.0, 0.0, 9.0, True, 4.5, 2.0)
TOWN = Feature("town", "category", "Ulm", levels=("Ulm", "Bonn", "any other"), shared=True)
COLUMNS = Columns((TOWN, SIZE))


def mixed(n: int = 200) -> bytes:
    """Texts with rare levels and leading zeros, truth values, money, decimal commas, and missing ones of each."""
    rng = np.random.default_rng(0)
    rows = [";".join(["size", "town", "code", "new", "cost", "price"])]
    for i in range(n):
        town = ["Ulm", "Bonn", "Jena", f"hamlet {i % 40}", ""][rng.choice(5, p=[0.4, 0.25, 0.15, 0.15, 0.05])]
        size = "" if i % 17 == 0 else f"{rng.random() * 100:.3f}".replace(".", ",")
        code, new = ["01", "02", "x3", "NA"][i % 4], ["TRUE", "false"][int(rng.random() < 0.5)]
        rows.append(";".join([size, town, code, new, f"$ {rng.integers(900, 9000):,}", f"{rng.random():.4f}"]))
    return "\n".join(rows).encode()


def oracle(training: pd.DataFrame, names: list[str], rows: pd.DataFrame) -> np.ndarray:
    """Inputs as scikit-learn makes them."""
    numbers = [name for name in names if training[name].dtype == np.float64]
    texts = [name for name in names if training[name].dtype != np.float64]
    levels = OneHotEncoder(max_categories=MAX_LEVELS, handle_unknown="infrequent_if_exist", sparse_output=False)
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    transformer = ColumnTransformer([("numbers", scaled, numbers), ("levels", levels, texts)]).fit(training)
    return transformer.transform(rows.astype(dict.fromkeys(texts, object))).astype(np.float32)


def without_missing_levels(frame: pd.DataFrame) -> pd.DataFrame:
    texts = [name for name in frame if frame[name].dtype != np.float64]
    return frame.astype(dict.fromkeys(texts, object)).fillna(dict.fromkeys(texts, "missing"))


@pytest.mark.parametrize("table", [load_sample(), read_table(mixed(), "mixed.csv")], ids=["sample", "mixed"])
def test_inputs_are_those_of_scikit_learn(table: Table) -> None:
    frame = without_missing_levels(table.frame)
    training, rows = frame.iloc[: len(frame) // 2], frame
    names = [name for name in table.features if name not in ("price", "disease progression")]
    columns, _ = fit_columns(training, names)
    with warnings.catch_warnings(action="ignore"):  # scikit-learn's, about levels that it has not seen
        expected = oracle(training, names, rows)
    found = columns.encode(rows)
    assert (found.dtype, found.shape) == (np.float32, expected.shape)
    np.testing.assert_array_equal(found, expected)


def test_the_mixed_table_holds_what_it_is_to_hold() -> None:
    prepared = prepare(read_table(mixed(), "mixed.csv"), "price")
    size, town, code, new, cost = prepared.features
    assert [one.kind for one in prepared.features] == ["number", "category", "category", "category", "number"]
    assert town.shared
    assert len(town.levels) == MAX_LEVELS
    assert set(code.levels) == {"01", "02", "x3", "missing"}
    assert set(new.levels) == {"True", "False"}
    assert (cost.minimum, size.whole) == (pytest.approx(900, abs=100), False)


@pytest.mark.parametrize("rows", [1, 7, 200])
def test_a_files_rows_are_encoded_as_its_table_was(rows: int) -> None:
    table = read_table(mixed(), "mixed.csv")
    columns = prepare(table, "price").columns
    content = b"\n".join(mixed().split(b"\n")[: rows + 1])
    np.testing.assert_array_equal(
        columns.encode(read_rows(content, "rows.csv", columns)), columns.encode(table.frame.head(rows))
    )


def test_columns_come_back_from_a_card() -> None:
    columns = prepare(read_table(mixed(), "mixed.csv"), "price").columns
    again = Columns.from_card(json.loads(json.dumps({"columns": columns.as_json()})))
    assert again == columns
    assert again.owners == columns.owners


def test_numbers_are_scaled_and_levels_are_zeros_and_ones_in_alphabetical_order() -> None:
    rows = [{"size": 6.5, "town": "Ulm"}, {"size": None, "town": "Bonn"}, {"size": "4,5", "town": "Rom", "more": 1}]
    assert COLUMNS.encode(rows).tolist() == [[1.0, 0, 1, 0], [0.25, 1, 0, 0], [0.0, 0, 0, 1]]
    assert COLUMNS.owners == ("size", "town", "town", "town")


def test_level_that_is_called_any_other_is_not_taken_for_the_rare_ones() -> None:
    town = replace(TOWN, levels=("any other", "Ulm", "any other"))
    assert Columns((town,)).encode([{"town": "any other"}, {"town": "Rom"}]).tolist() == [[0, 1, 0], [0, 0, 1]]


def test_unknown_level_has_no_input_where_there_was_no_rare_one() -> None:
    town = replace(TOWN, levels=("Ulm", "Bonn"), shared=False)
    assert Columns((town,)).encode([{"town": "Rom"}, {"town": None}]).tolist() == [[0, 0], [0, 0]]


def test_row_is_usual_where_nothing_is_said() -> None:
    np.testing.assert_array_equal(COLUMNS.encode(COLUMNS.row({})), COLUMNS.encode([{"size": 5, "town": "Ulm"}]))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"size": 3}], "no column 'town'"),
        (pd.DataFrame([[1, 2, "Ulm"]], columns=["size", "size", "town"]), "more than one column 'size'"),
        ([{"size": "large", "town": "Ulm"}], "'large' is none"),
        ([{"size": True, "town": "Ulm"}], "'True' is none"),
        ([{"size": float("inf"), "town": "Ulm"}], "infinite values"),
        ([{"size": "1e300", "town": "Ulm"}], "infinite values"),
        ([], "no column 'town'"),
    ],
)
def test_rows_of_another_form_are_refused(rows: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        COLUMNS.encode(rows)


def card(**changes: Any) -> dict[str, Any]:
    return {"columns": [{**COLUMNS.as_json()[1], **changes}]}


NONSENSE = {
    "nothing": {},
    "none": {"columns": []},
    "a number": {"columns": 3},
    "an object": {"columns": {"size": "number"}},
    "texts": {"columns": ["size"]},
    "numbers": {"columns": [3]},
    "lists": {"columns": [[]]},
    "too many": {"columns": [{**COLUMNS.as_json()[1], "name": f"size {i}"} for i in range(MAX_COLUMNS + 1)]},
    "one twice": {"columns": COLUMNS.as_json() * 2},
    "unknown setting": card(__class__="os"),
    "no name": card(name=""),
    "long name": card(name="n" * 101),
    "name that is no text": card(name=3),
    "other kind": card(kind="date"),
    "kind that is no text": card(kind=[]),
    "start that is no number": card(start="large"),
    "start outside": card(start=10.0),
    "no range": card(minimum=5.0, maximum=5.0),
    "no scale": card(scale=0.0),
    "negative scale": card(scale=-1.0),
    "scale that is no number": card(scale=math.nan),
    "endless mean": card(mean=math.inf),
    "huge mean": card(mean=10**400),
    "truth for a mean": card(mean=True),
    "whole is a text": card(whole="yes"),
    "whole of fractions": card(minimum=0.5),
    "no levels": card(kind="category", start="a", levels=[]),
    "too many levels": card(kind="category", start="0", levels=[str(i) for i in range(MAX_LEVELS + 1)]),
    "levels that are no texts": card(kind="category", start="1", levels=[1, 2]),
    "levels that are no list": card(kind="category", start="1", levels=3),
    "level twice": card(kind="category", start="a", levels=["a", "a"]),
    "long level": card(kind="category", start="a", levels=["a", "b" * 101]),
    "start that is no level": card(kind="category", start="c", levels=["a", "b"]),
}


@pytest.mark.parametrize("case", NONSENSE)
def test_card_of_nonsense_is_refused(case: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        Columns.from_card(NONSENSE[case])
    assert str(refusal.value).endswith("Train it again on its table.")


def test_the_largest_table_fits_into_a_weights_files_header() -> None:
    levels = tuple(chr(0x4E00 + i) * 100 for i in range(MAX_LEVELS))
    features = [
        Feature(f"{i:03}" + "列" * 97, "category", levels[0], levels=levels, shared=True) for i in range(MAX_COLUMNS)
    ]
    assert len(json.dumps({"columns": Columns(tuple(features)).as_json()})) < MAX_HEADER_TEXT


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"size,town", "has no rows"),
        (b"size,town\n" + b"1,Ulm\n" * 100_001, "more than 100,000 rows"),
        (b"PK\x03\x04", "is a workbook"),
    ],
)
def test_files_without_rows_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_rows(content, "rows.csv", COLUMNS)


def test_one_column_and_one_row_are_enough() -> None:
    columns = Columns((SIZE,))
    assert columns.encode(read_rows(b"size\n6.5\n", "rows.csv", columns)).tolist() == [[1.0]]


def test_column_of_long_texts_is_left_out() -> None:
    rows = [f"{'long ' * 30}{i % 3},{i % 7},{i}" for i in range(30)]
    text = read_table("\n".join(["text,size,price", *rows]).encode(), "t.csv").columns[0]
    assert text.left_out == "it holds texts of up to 151 characters, longer than 100"

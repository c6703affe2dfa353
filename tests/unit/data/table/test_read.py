"""Tables as people upload them: those that are read, and those that are refused in one sentence."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pointwise.data.table import Table, load_sample, read_table
from pointwise.errors import DataError


def lines(header: str, row: Callable[[int], str], n: int = 30) -> str:
    return "\n".join([header, *map(row, range(n))]) + "\n"


def read(text: str | bytes) -> Table:
    return read_table(text if isinstance(text, bytes) else text.encode(), "toy.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter: str) -> None:
    table = read(lines(f"a b{delimiter}c", lambda i: f"{i}{delimiter}{i * 2}"))
    assert [(column.name, column.kind) for column in table.columns] == [("a b", "number"), ("c", "number")]
    assert table.frame["c"].tolist() == [2.0 * i for i in range(30)]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252, since it is not")],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, words: str, end: str) -> None:
    table = read(lines("Größe;Preis", lambda i: f"{i};{i}").replace("\n", end).encode(encoding))
    assert table.features == ("Größe", "Preis")
    assert len(table) == 30
    assert words in table.notes[0]


def test_decimal_commas_and_points_beside_semicolons() -> None:
    table = read(lines("a;b", lambda i: f"{i},5;{i}.25"))
    assert table.frame["a"][3] == 3.5
    assert table.frame["b"][3] == 3.25


def test_decimal_commas_in_an_exported_tsv() -> None:
    assert read(lines("a\tb", lambda i: f"{i},5\t{i}")).frame["a"][3] == 3.5


def test_money_percentages_and_thousands_are_numbers() -> None:
    table = read(lines("a,b,c", lambda i: f'"$1,{i:03d}.50",{i} %,{i} €'))
    assert table.frame.loc[7].tolist() == [1007.5, 7.0, 7.0]


def test_quoted_values_may_hold_the_delimiter() -> None:
    table = read(lines("town,b", lambda i: f'"Town, {i % 3}",{i}'))
    assert table.columns[0].levels == 3


def test_first_line_that_names_the_delimiter_is_obeyed() -> None:
    assert read("sep=;\n" + lines("a;b", lambda i: f"{i};{i}")).features == ("a", "b")


def test_blank_lines_and_empty_rows_are_skipped() -> None:
    table = read("\n\n" + lines("a,b", lambda i: f"{i},{i}\n  \n,"))
    assert len(table) == 30
    assert table.columns[0].missing == 0


def test_trailing_delimiters_are_no_column() -> None:
    assert read(lines("a,b", lambda i: f"{i},{i},")).features == ("a", "b")


def test_missing_values_are_counted() -> None:
    table = read(lines("a,b,c", lambda i: f"{'' if i < 3 else i},{'NA' if i < 4 else 'x' if i % 2 else 'y'},{i}"))
    assert [column.missing for column in table.columns] == [3, 4, 0]


def test_a_few_words_in_a_column_of_numbers_are_missing() -> None:
    table = read(lines("a,b", lambda i: f"{'unknown' if i < 2 else i},{i}"))
    assert (table.columns[0].kind, table.columns[0].missing) == ("number", 2)
    assert "'a' is a column of numbers; what else it holds counts as missing (2 rows)." in table.notes


def test_true_and_false_are_levels() -> None:
    table = read(lines("a,b,c", lambda i: f"{i % 2 == 0},{'' if i == 5 else i % 3 == 0},{i}"))
    assert [column.kind for column in table.columns] == ["category", "category", "number"]
    assert set(table.frame["b"].dropna()) == {"True", "False"}


def test_numbers_are_described() -> None:
    column = read(lines("a,b", lambda i: f"{i},{i}")).columns[0]
    assert (column.minimum, column.median, column.maximum, column.levels) == (0.0, 14.5, 29.0, 30)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (lambda i: f"name {i}", "30 different texts in 30 rows"),
        (lambda i: f"2020-01-{i % 28 + 1:02d}", "it holds dates"),
        (lambda i: f"{i % 28 + 1}.1.2020", "it holds dates"),
        (lambda i: "same", "a single value"),
        (lambda i: "7", "a single value"),
        (lambda i: "", "all its values are missing"),
    ],
    ids=["texts", "ISO dates", "dates with points", "one text", "one number", "nothing"],
)
def test_columns_that_cannot_be_used_are_left_out_with_a_sentence(cell: Callable[[int], str], why: str) -> None:
    table = read(lines("odd,a,b", lambda i: f"{cell(i)},{i},{i * i}"))
    assert table.features == table.targets == ("a", "b")
    assert [note for note in table.notes if "'odd' is left out" in note and why in note]


def test_nameless_counter_is_left_out_and_a_named_one_is_not() -> None:
    table = read(lines(",day,b", lambda i: f"{i},{i},{i % 7}"))
    assert table.columns[0].name == "column 1"
    assert table.features == ("day", "b")


def test_many_rows_may_have_many_levels() -> None:
    table = read(lines("town,b", lambda i: f"town {i % 40},{i}", n=200))
    assert table.features == ("town", "b")


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "blank": (" \n\n ", "is empty"),
    "names alone": ("a,b\n", "no values below its column names"),
    "all missing": (lines("a,b", lambda i: "NA,"), "no values below its column names"),
    "one row": ("a,b\n1,2\n", "a single row of values, too few"),
    "few rows": (lines("a,b", lambda i: f"{i},{i}", n=19), "19 rows of values, too few"),
    "too many rows": (lines("a,b", lambda i: "1,2", n=100_001), "more than 100,000 rows"),
    "too large": (b"a,b\n" + b"1,2\n" * (3 * 2**20), "12.0 MB, more than 10 MB"),
    "no numbers": (lines("a,b", lambda i: f"x{i % 2},y{i % 3}"), "no column of numbers that vary"),
    "constant numbers": (lines("a,b", lambda i: f"5,y{i % 3}"), "no column of numbers that vary"),
    "numbers alone": (
        lines("a,b", lambda i: f"{i},id {i}"),
        "nothing to predict 'a' from. 'b' cannot be used: it holds 30 different texts",
    ),
    "duplicate names": (lines("a,b, a", lambda i: f"{i},{i},{i}"), "more than one column named 'a'"),
    "no names": (lines("1,2.5", lambda i: f"{i},{i}"), "begins with numbers instead of column names"),
    "long name": (lines("a" * 101 + ",b", lambda i: f"{i},{i}"), "a column name of 101 characters"),
    "one column": (lines("a", lambda i: f"{i}"), "has a single column"),
    "other delimiter": (lines("a:b", lambda i: f"{i}:{i}"), "has a single column"),
    "10,000 columns": (",".join(f"c{i}" for i in range(10_000)) + "\n1\n", "10,000 columns, more than 200"),
    "infinite": (lines("a,b", lambda i: f"{'inf' if i == 7 else i},{i}"), "'a' of toy.csv has infinite values"),
    "overflowing": (lines("a,b", lambda i: f"{'-1e999' if i == 7 else i},{i}"), "has infinite values"),
    "ragged": (lines("a,b", lambda i: "1,2,3" if i == 7 else "1,2"), "Line 9 of toy.csv has 3 values for 2 columns"),
    "ragged at once": (lines("a,b", lambda i: f"{i},2,3"), "Line 2 of toy.csv has 3 values for 2 columns"),
    "open quote": (lines("a,b", lambda i: '1,"2' if i == 7 else "1,2"), "quotation mark is never closed"),
    "long open quote": ('a,b\n1,"' + "2\n" * 100_000, "quotation mark is never closed"),
    "workbook": (b"PK\x03\x04rest", "is a workbook"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "no text in a known encoding"),
    "undecodable": ("a,b\n\x81\x8d,2\n".encode("latin-1"), "no text in a known encoding"),
    "half of UTF-16": ("a,b\n1,2\n".encode("utf-16")[:-1], "no text in a known encoding"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_table_is_refused_in_plain_words(case: str) -> None:
    content, words = REFUSED[case]
    with pytest.raises(DataError) as refusal:
        read(content)
    message = str(refusal.value)
    assert words in message
    assert "toy.csv" in message
    assert len(message) < 200
    assert message.endswith(".")


def test_sample_is_scikit_learns_diabetes_table() -> None:
    table = load_sample()
    assert len(table) == 442
    assert table.targets[-1] == "disease progression"
    assert table.frame["body mass index"].between(15, 45).all()


def test_sample_written_as_csv_is_the_same_table() -> None:
    sample = load_sample()
    again = read(sample.frame.to_csv())
    assert again.features == sample.features
    pd.testing.assert_frame_equal(again.frame[list(sample.features)], sample.frame)


def test_values_are_numpy_floats_and_categories_of_plain_text() -> None:
    frame = read(lines("a,b", lambda i: f"{i},x{i % 2}")).frame
    assert frame["a"].dtype == np.float64
    assert list(frame["b"].cat.categories) == ["x0", "x1"]

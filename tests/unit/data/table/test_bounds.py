"""Hostile tables: how much memory and time they may take, measured in a process of their own, and legal large ones."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from pointwise.data.table import fitting, prepare, read_table
from pointwise.errors import DataError

TEN = 10 << 20
HOSTILE: dict[str, tuple[bytes, int, bytes, str]] = {  # begins with, so often, what, and the sentence about it
    "commas": (b"", TEN, b",", "10,485,761 columns, more than 200"),
    "names": (b"", TEN // 3, b"ab,", "3,495,254 columns, more than 200"),
    "commas below": (b"a,b\n", TEN - 4, b",", "Line 2 of t.csv has 10,485,756 characters, more than 131,072"),
    "empty cells": (b"c," * 199 + b"y\n", 50_000, b"," * 199 + b"\n", "10,000,000 values, more than 5,000,000"),
    "open quote": (b'a,b\n"', 450_000, b"1,2\n", "a quotation mark is never closed"),
    "open quote in the header": (b'a,"b\n', 450_000, b"1,2\n", "a quotation mark is never closed"),
    "open quote in one line": (b'a,b\n"', TEN - 10, b"x", "characters, more than 131,072"),
    "pairs of quotes": (b"a,b\n", 400_000, b'"x\n",', "a quotation mark is never closed"),
    "blank lines": (b"a,b\n", TEN - 4, b"\n", "10,485,757 lines, blank ones included, more than 500,000"),
    "NUL": (b"a,b\n" + b"1,2\n" * 400_000, 1, b"\0", "no text in a known encoding"),
    "Windows-1252": (b"a,b\n", 400_000, b"\x80,2\n", "more than 100,000 rows"),
    "UTF-16": ("a,b\n".encode("utf-16"), 400_000, "1,2\n".encode("utf-16-le"), "more than 100,000 rows"),
    "spaces within": (b"a,b\n", 100, b"x" + b" " * 100_000 + b"1,2\n", "no column of numbers that vary"),
}
MEASURE = """
import json, re, sys, time
from pathlib import Path
from pointwise.data.table import read_table
from pointwise.errors import DataError

def memory(name):
    return int(re.search(name + r":\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

for line in sys.stdin:
    head, times, what = json.loads(line)
    content = head.encode("latin-1") + what.encode("latin-1") * times
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began, sentence = memory("VmRSS"), time.process_time(), ""
    try:
        read_table(content, "t.csv")
    except DataError as error:
        sentence = str(error)
    print(json.dumps([sentence, memory("VmHWM") - before, time.process_time() - began]))
"""


@pytest.fixture(scope="module")
def measured() -> dict[str, tuple[str, float, float]]:
    """The sentence, the megabytes and the seconds of processor time of each."""
    sent = [
        json.dumps([head.decode("latin-1"), times, what.decode("latin-1")]) for head, times, what, _ in HOSTILE.values()
    ]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input="\n".join(sent), capture_output=True, text=True, check=True
    )
    return dict(zip(HOSTILE, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its peak")
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_table_is_refused_in_bounded_memory_and_time(
    case: str, measured: dict[str, tuple[str, float, float]]
) -> None:
    sentence, megabytes, seconds = measured[case]
    assert HOSTILE[case][-1] in sentence
    assert megabytes < 60
    assert seconds < 3


def large(columns: int = 100, rows: int = 12_000) -> bytes:
    """Columns of 13 texts, 12 inputs each, and one of numbers."""
    cells = [[*("abcdefghijklm"[(row * 7 + i) % 13] for i in range(columns)), str(row)] for row in range(rows)]
    return "\n".join([",".join([*(f"c{i}" for i in range(columns)), "y"]), *map(",".join, cells)]).encode()


def test_rows_times_inputs_are_bounded_before_anything_is_made_of_them() -> None:
    table = read_table(large(), "large.csv")
    assert all(column.inputs == 12 for column in table.columns[:-1])
    with pytest.raises(DataError, match=r"12,000 rows of 1,200 inputs are 14,400,000 values, more than 10,000,000\."):
        prepare(table, "y")
    chosen = fitting(table, "y")
    assert chosen == [f"c{i}" for i in range(69)]
    assert prepare(table, "y", chosen).training.inputs.shape == (9_600, 828)
    with pytest.raises(DataError, match="until 833 inputs are left"):
        prepare(table, "y", [*chosen, "c99"])


def test_of_a_small_table_all_columns_fit() -> None:
    table = read_table(large(5, 40), "small.csv")
    assert fitting(table, "y") == ["c0", "c1", "c2", "c3", "c4"]


def test_columns_of_thousands_of_texts_are_prepared_at_once() -> None:
    text = "a,b,y\n" + "".join(f"town {row % 9_000},{row % 5},{row}\n" for row in range(20_000))
    prepared = prepare(read_table(text.encode(), "towns.csv"), "y")  # took minutes
    assert len(prepared.features[0].levels) == 12

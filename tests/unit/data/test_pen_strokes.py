"""Pen strokes: read from a file, drawn as a round pen draws them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pointwise.data.pen_strokes import read_strokes
from pointwise.drawing import draw_strokes
from pointwise.errors import DataError

LINE = [[0.0, 0.5], [1.0, 0.5]]


def write(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return path


def test_digits_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "pen.jsonl", {"label": 7, "strokes": [LINE], "writer": 3}, {"label": 0, "strokes": [LINE]})
    digits = read_strokes(path)
    assert [digit.label for digit in digits] == [7, 0]
    assert digits[0].strokes == (((0.0, 0.5), (1.0, 0.5)),)


@pytest.mark.parametrize(
    "row",
    [
        7,
        [],
        {},
        {"label": 7},
        {"label": 10, "strokes": [LINE]},
        {"label": "seven", "strokes": [LINE]},
        {"label": 7, "strokes": []},
        {"label": 7, "strokes": [[]]},
        {"label": 7, "strokes": [[[0.5]]]},
        {"label": 7, "strokes": [[[0.5, "x"]]]},
        {"label": 7, "strokes": [[[0.5, 1.5]]]},
        {"label": 7, "strokes": [[[0.5, float("nan")]]]},
        {"label": 7, "strokes": 3},
    ],
)
def test_other_rows_are_refused(tmp_path: Path, row: Any) -> None:
    with pytest.raises(DataError, match="no file of pen strokes"):
        read_strokes(write(tmp_path / "pen.jsonl", row))


def test_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "pen.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="no file of pen strokes"):
        read_strokes(tmp_path / "pen.jsonl")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "pen.jsonl").write_text("\n\n")
    with pytest.raises(DataError, match="holds no pen strokes"):
        read_strokes(tmp_path / "pen.jsonl")


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_strokes(tmp_path / name)


@pytest.mark.parametrize("pen", [12, 20, 28])
def test_line_is_as_thick_as_the_pen(pen: int) -> None:
    grey = draw_strokes([LINE], side=280, pen=pen)[:, :, 0]
    assert (grey[:, 140] / 255).sum() == pytest.approx(pen, abs=1)


def test_dot_is_a_disc() -> None:
    grey = draw_strokes([[[0.5, 0.5]]], side=280, pen=20)[:, :, 0]
    assert (grey / 255).sum() == pytest.approx(np.pi * 10**2, rel=0.05)


def test_unit_box_fills_its_share_of_the_canvas() -> None:
    grey = draw_strokes([[[0.0, 0.0]], [[1.0, 1.0]]], side=280, pen=20, extent=0.7)[:, :, 0]
    rows = np.flatnonzero(grey.any(axis=1))
    assert rows[0] == pytest.approx(280 * 0.15 - 10, abs=1)
    assert rows[-1] == pytest.approx(280 * 0.85 + 10, abs=1)


def test_drawing_is_what_the_canvas_gives() -> None:
    rgba = draw_strokes([LINE], side=100)
    assert (rgba.shape, rgba.dtype) == ((100, 100, 4), np.uint8)
    assert (rgba[:, :, 3] == 255).all()

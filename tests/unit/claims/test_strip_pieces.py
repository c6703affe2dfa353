"""Rows of digits cut into pieces of ink, and read piece by piece."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.claims import any_size, strip_pieces
from pointwise.data.drawn_digits import made_strokes
from pointwise.drawing import draw_lines, prepare_strip, to_rgba
from pointwise.models import SHIPPED, Network
from pointwise.weights import load_model


@pytest.fixture(scope="module")
def nin() -> Network:
    return load_model(SHIPPED / "nin.safetensors")


def strip(*strokes: list[tuple[float, float]]) -> np.ndarray:
    return prepare_strip(to_rgba(draw_lines([(stroke, 9) for stroke in strokes], 348, 116) / 255))


ONE, BAR, HOOK = [(60, 20), (60, 95)], [(100, 20), (140, 20)], [(100, 22), (100, 50), (140, 60), (130, 90), (100, 92)]
OTHER = [(180, 20), (180, 95)]


def test_a_digit_of_two_strokes_is_one_and_two_ones_are_two(nin: Network) -> None:
    found = strip_pieces.read_pieces(nin, strip(ONE, BAR, HOOK, OTHER))
    assert found is not None
    assert [one.digit for one in found] == [1, 5, 1]


def test_boxes_stand_around_their_pieces_from_left_to_right(nin: Network) -> None:
    picture = strip(ONE, BAR, HOOK, OTHER)
    first, second, third = strip_pieces.read_pieces(nin, picture) or []
    assert first.left < second.left < third.left
    for one in (first, second, third):
        assert picture[one.top : one.top + 28, one.left : one.left + 28].any()
        assert 0 < one.probability <= 1


def test_rows_drawn_as_on_the_page_are_read(nin: Network) -> None:
    chance = np.random.default_rng(3)
    drawings = [(number % 10, made_strokes(number % 10, chance, 0.02)) for number in range(60)]
    rows = any_size.drawn_strips(drawings, 40)
    assert all(len(digits) == 3 and picture.shape[0] == 36 for picture, digits in rows)
    assert any_size.share_read(nin, rows) >= 0.85


def test_nothing_written_is_nothing_read_and_a_scribble_is_read_by_sliding(nin: Network) -> None:
    assert strip_pieces.read_pieces(nin, np.zeros((36, 56), np.uint8)) == []
    dots = np.zeros((36, 200), np.uint8)
    dots[::3, 10:190:3] = 255
    assert strip_pieces.read_pieces(nin, dots) is None
    assert any_size.read_strip(nin, dots)

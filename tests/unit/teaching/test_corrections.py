"""Corrections: JSON out and in, refusals, and which of several stays."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np
import pytest

from pointwise.errors import DataError
from pointwise.teaching.corrections import MOST, Correction, corrected, correction_from, lesson_key


def picture(at: int = 0) -> np.ndarray:
    pixels = np.zeros((28, 28), np.uint8)
    pixels.ravel()[at] = 200
    return pixels


def packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def test_a_correction_survives_as_json() -> None:
    one = Correction.of(picture(3), 7)
    assert correction_from(one.to_json()) == one
    np.testing.assert_array_equal(one.picture, picture(3))


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        {"digit": 3},
        {"digit": 10, "picture": packed(picture().tobytes())},
        {"digit": True, "picture": packed(picture().tobytes())},
        {"digit": "3", "picture": packed(picture().tobytes())},
        {"digit": 3, "picture": packed(bytes(784))},
        {"digit": 3, "picture": packed(b"short")},
        {"digit": 3, "picture": packed(bytes(10**7))},
        {"digit": 3, "picture": "no picture"},
        {"digit": 3, "picture": "A" * 10**6},
        {"digit": 3, "picture": 3},
    ],
)
def test_what_is_no_correction_is_refused(raw: Any) -> None:
    with pytest.raises(DataError):
        correction_from(raw)


def test_a_second_word_on_a_drawing_takes_the_place_of_the_first() -> None:
    first, other = Correction.of(picture(), 3), Correction.of(picture(1), 4)
    now = corrected([first, other], Correction.of(picture(), 5))
    assert [one.digit for one in now] == [4, 5]


def test_the_oldest_goes_where_there_are_too_many() -> None:
    many: tuple[Correction, ...] = ()
    for number in range(MOST + 1):
        many = corrected(many, Correction.of(picture(number), 0))
    assert len(many) == MOST
    assert many[0] == Correction.of(picture(1), 0)


def test_a_lesson_has_another_key_for_another_layer_picture_or_digit() -> None:
    keys = [
        lesson_key(layer, [Correction.of(picture(at), digit)])
        for layer, at, digit in ((b"a", 0, 0), (b"b", 0, 0), (b"a", 1, 0), (b"a", 0, 1))
    ]
    assert len(set(keys)) == len(keys)

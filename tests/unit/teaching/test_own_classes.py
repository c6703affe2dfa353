"""Classes of somebody's own: how they come about, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pointwise.errors import DataError
from pointwise.teaching.own_classes import LONGEST, MOST_CLASSES, MOST_DRAWINGS, OwnClasses, own_classes_from
from tests.doodles import doodle

SUNS = [doodle("sun", number) for number in range(MOST_DRAWINGS + 1)]


def lesson(drawings: int = 3) -> OwnClasses:
    made = OwnClasses().with_names("sun, fish")
    for name in ("sun", "fish"):
        for number in range(drawings):
            made = made.with_drawing(made.names.index(name), doodle(name, number))
    return made


def test_names_are_typed_one_by_one_or_several_with_commas() -> None:
    assert OwnClasses().with_names(" sun,  moon ,, ").with_names("star").names == ("sun", "moon", "star")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "needs a name"),
        (" , ", "needs a name"),
        ("\u202e\u200b", "can be seen"),
        ("Sun", "There is a class Sun already"),
        ("None of These", "where no class fits"),
        ("moon, moon", "There is a class moon already"),
        (", ".join("abcdefghij"), f"{MOST_CLASSES} classes at most"),
    ],
)
def test_names_that_cannot_be_told_apart_or_seen_are_refused_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        OwnClasses().with_names("sun").with_names(typed)


def test_a_name_is_one_short_line_whatever_is_typed() -> None:
    (name,) = OwnClasses().with_names("a\u202eb\tc" + "x" * 1_000).names
    assert name.startswith("ab c")
    assert len(name) == LONGEST


def test_a_class_is_called_otherwise_but_not_like_another_one() -> None:
    assert lesson().renamed(1, "whale").names == ("sun", "whale")
    assert lesson().renamed(1, "Fish").names == ("sun", "Fish")
    with pytest.raises(DataError, match="already"):
        lesson().renamed(1, "sun")


def test_a_class_that_needs_drawings_is_asked_for_and_then_the_one_with_the_fewest() -> None:
    assert lesson(2).next == 0
    assert lesson(2).with_drawing(0, SUNS[2]).next == 1
    assert lesson().next == 0
    assert lesson().with_drawing(0, SUNS[3]).next == 1


def test_what_is_lacking_is_said_until_it_is_enough() -> None:
    assert "at least 2" in OwnClasses().lacking
    assert "1 of sun, 3 of moon" in lesson(2).without(1).with_names("moon").lacking
    assert lesson().lacking == ""


def test_a_drawing_is_refused_where_it_is_none_there_already_or_one_too_many() -> None:
    for picture in (np.zeros((28, 28), np.uint8), doodle("sun", 0)):
        with pytest.raises(DataError):
            lesson().with_drawing(0, picture)
    full = OwnClasses().with_names("sun")
    for picture in SUNS[:MOST_DRAWINGS]:
        full = full.with_drawing(0, picture)
    with pytest.raises(DataError, match="enough"):
        full.with_drawing(0, SUNS[-1])


def test_classes_and_drawings_are_taken_away() -> None:
    assert lesson().without_drawing(0, 1).classes[0].drawings == (SUNS[0].tobytes(), SUNS[2].tobytes())
    assert lesson().without(0).names == ("fish",)


def test_they_come_back_from_json() -> None:
    assert own_classes_from(json.loads(json.dumps(lesson().to_json()))) == lesson()


@pytest.mark.parametrize(
    "raw",
    [
        {"sun": 1},
        [["sun", ["AAAA"]]],
        [["sun", [1]]],
        [[1, []]],
        [["sun", []], ["sun", []]],
        [[str(n), []] for n in range(MOST_CLASSES + 1)],
        [["sun", lesson().to_json()[0][1] * 9]],
        3,
    ],
)
def test_what_is_no_classes_is_refused(raw: Any) -> None:
    with pytest.raises(DataError):
        own_classes_from(raw)

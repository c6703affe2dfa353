"""Strokes: their pixels, changes that come late or twice, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pointwise.errors import DataError
from pointwise.segmentation import palette
from pointwise.segmentation.strokes import (
    MOST_CLASSES,
    MOST_POINTS,
    MOST_STROKES,
    Painting,
    Stroke,
    changes_from_message,
    rasterise,
)


def stroke(name: str = "a-1", *points: tuple[float, float], size: float = 6, label: int = 1) -> Stroke:
    return Stroke(name, points or ((4.0, 5.0), (14.0, 9.0)), size, label)


def line(name: str, n: int, what: str, *more: Any) -> list[Any]:
    return [name, n, what, *more]


def painted(name: str, n: int) -> list[Any]:
    return line(name, n, "paint", f"{name}-{n}", 1, 6, [4, 5, 14, 9])


def after(painting: Painting, *changes: list[Any]) -> Painting:
    return painting.after(changes_from_message({"changes": list(changes)}))


def names(painting: Painting) -> list[str]:
    return [one.id for one in painting.strokes]


def near(points: tuple[tuple[float, float], ...], radius: float, shape: tuple[int, int]) -> np.ndarray:
    """The pixels whose middles are within ``radius`` of a line through ``points``, pixel by pixel."""
    rows, columns = np.indices(shape) + 0.5
    covered = np.zeros(shape, bool)
    for (ax, ay), (bx, by) in zip(points, points[1:] or points, strict=False):
        dx, dy = bx - ax, by - ay
        along = ((columns - ax) * dx + (rows - ay) * dy) / ((dx * dx + dy * dy) or 1)
        t = np.clip(along, 0, 1)
        covered |= np.hypot(columns - ax - t * dx, rows - ay - t * dy) <= radius
    return covered


@pytest.mark.parametrize("size", [1, 2, 7.5, 40])
def test_a_stroke_labels_the_pixels_within_the_brush(size: float) -> None:
    generator = np.random.default_rng(3)
    for _ in range(30):
        points = tuple(map(tuple, generator.uniform(-20, 80, (generator.integers(1, 6), 2)).round(2).tolist()))
        labels, _ = rasterise([stroke("a", *points, size=size, label=3)], (50, 61))
        assert np.array_equal(labels == 3, near(points, max(size / 2, 0.51**0.5), (50, 61)))


@pytest.mark.parametrize("points", [((3.0, 3.0),), ((2.0, 4.0), (9.0, 4.0)), ((4.0, 1.0), (4.0, 8.0))])
def test_the_smallest_brush_leaves_no_gap_on_the_borders_of_pixels(points: tuple[tuple[float, float], ...]) -> None:
    labels, _ = rasterise([stroke("a", *points, size=1)], (10, 12))
    assert np.array_equal(labels == 1, near(points, 0.51**0.5, (10, 12)))
    assert labels.any()


def test_later_strokes_go_over_earlier_ones_and_the_eraser_over_both() -> None:
    strokes = [
        stroke("a", (2, 5), (18, 5), label=1),
        stroke("b", (2, 5), (10, 5), label=2),
        stroke("c", (10, 0), (10, 9), size=2, label=0),
    ]
    labels, numbers = rasterise(strokes, (10, 20))
    assert (labels[5, 4], labels[5, 9], labels[5, 15]) == (2, 0, 1)
    assert (numbers[5, 4], numbers[5, 9], numbers[5, 15]) == (2, 0, 1)
    assert np.array_equal(labels > 0, numbers > 0)


def test_strokes_beside_the_picture_label_nothing() -> None:
    labels, numbers = rasterise([stroke("a", (-50, -50), (-20, 900))], (8, 9))
    assert not labels.any()
    assert not numbers.any()
    assert rasterise([stroke()], (1, 1))[0].shape == (1, 1)


def test_changes_come_once_however_often_they_are_sent() -> None:
    first = after(Painting(), painted("a", 1), painted("a", 2))
    again = after(first, painted("a", 1), painted("a", 2))
    assert again is first
    assert names(after(first, painted("a", 2), line("a", 3, "undo", "a-2"), painted("b", 1))) == ["a-1", "b-1"]
    assert first.seen == {"a": 2}


def test_a_stroke_that_was_taken_back_does_not_return_when_all_is_sent_again() -> None:
    sent = painted("a", 1), line("a", 2, "undo", "a-1")
    undone = after(Painting(), *sent)
    assert names(undone) == []
    forgotten = Painting(undone.strokes, number=undone.number)  # by a server that knows the strokes alone
    assert names(after(forgotten, *sent)) == []


def test_what_was_cleared_comes_back() -> None:
    painting = after(Painting(), painted("a", 1), painted("a", 2), line("a", 3, "clear"))
    assert painting.strokes == ()
    assert names(after(painting, line("a", 4, "restore"))) == ["a-1", "a-2"]
    other = after(painting, painted("a", 4))
    assert names(after(other, line("a", 5, "undo", "a-4"), line("a", 6, "restore"))) == ["a-1", "a-2"]


def test_the_number_grows_with_the_strokes_alone() -> None:
    painting = after(Painting(), painted("a", 1))
    seen = after(painting, line("a", 2, "undo", "never-seen"))
    assert (painting.number, seen.number, seen.seen["a"]) == (1, 1, 2)


def test_there_is_room_for_so_many_strokes() -> None:
    painting = Painting(tuple(stroke(f"s-{n}") for n in range(MOST_STROKES)))
    assert painting.full
    assert len(after(painting, painted("a", 1)).strokes) == MOST_STROKES


def test_a_class_that_is_deleted_takes_its_strokes_along() -> None:
    painting = Painting(tuple(stroke(f"s-{label}", label=label) for label in range(4)))
    assert [(one.id, one.label) for one in painting.without_class(2).strokes] == [("s-0", 0), ("s-1", 1), ("s-3", 2)]


def test_json_of_a_painting_makes_it_again() -> None:
    painting = after(Painting(), painted("a", 1), line("a", 2, "clear"), painted("b", 7))
    assert Painting.from_json(json.loads(json.dumps(painting.to_json()))) == painting
    assert Painting.from_json(painting.to_json()["strokes"]).strokes == painting.strokes


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        "x",
        [1],
        [["a", 1, 6, []]],
        [["a", 1, 6, [1]]],
        [["a", 1, 6, [1, None]]],
        [["a", 1, 6, [float("nan"), 1]]],
        [["a", 1, True, [1, 2]]],
        [["a", 1.5, 6, [1, 2]]],
        [["a", -1, 6, [1, 2]]],
        [["a", MOST_CLASSES + 1, 6, [1, 2]]],
        [["<b>", 1, 6, [1, 2]]],
        [["a" * 50, 1, 6, [1, 2]]],
        [["a", 1, 6, [1, 2]]] * 2,
        [["a", 1, 6, [1, 2] * (MOST_POINTS + 1)]],
        [[f"a{n}", 1, 6, [1, 2]] for n in range(MOST_STROKES + 1)],
        [[f"a{n}", 1, 6, [1, 2] * MOST_POINTS] for n in range(25)],
        [["a", 1, 10**400, [1, 2]]],
    ],
)
def test_a_file_that_holds_no_strokes_is_refused_in_a_sentence(strokes: Any) -> None:
    with pytest.raises(DataError, match=r"^These strokes cannot be used: .*\. Choose a file of strokes"):
        Painting.from_json(strokes)


@pytest.mark.parametrize("change", [["a", 1, "burn"], ["A!", 1, "clear"], ["a", -1, "clear"], ["a", 1, "clear", 2], []])
def test_a_message_with_nonsense_is_refused_as_a_whole(change: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)):
        changes_from_message({"changes": [painted("a", 1), change]})


def test_points_far_outside_and_brushes_too_large_are_brought_into_reach() -> None:
    (change,) = changes_from_message({"changes": [line("a", 1, "paint", "a-1", 2, 1e9, [1e12, -1e12])]})
    assert change.stroke == Stroke("a-1", ((4_000.0, -2_000.0),), 200.0, 2)


def test_each_class_has_a_colour_of_its_own() -> None:
    assert palette.rgb().shape == (MOST_CLASSES + 1, 3)
    assert len({tuple(row) for row in palette.rgb().tolist()}) == MOST_CLASSES + 1
    assert len(set(palette.NAMES)) == MOST_CLASSES

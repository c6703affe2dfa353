"""The paint surface's own arithmetic: strokes as the server has them, layers in colours, and what part is seen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pointwise.segmentation import palette
from pointwise.segmentation.strokes import Painting, Stroke, changes_from_message, rasterise
from pointwise.ui.paint import surface
from tests.unit.inpage.conftest import Answers

FOLDER = "ui/paint/"
STAGE, PICTURE = {"width": 600, "height": 300}, {"width": 400, "height": 400}


def lines(strokes: tuple[Stroke, ...]) -> list[dict[str, Any]]:
    return [{"id": one.id, "label": one.label, "size": one.size, "points": one.points} for one in strokes]


def test_the_page_draws_the_pixels_that_the_server_trains_on(node: Answers) -> None:
    generator = np.random.default_rng(7)
    width, height = 131, 97

    def points() -> tuple[tuple[float, float], ...]:
        straight = generator.uniform(-30, 140, (generator.integers(1, 9), 2)).round(2)
        if generator.random() < 0.3:  # along and between the pixels
            straight = (straight * 2).round() / 2
            straight[:, generator.integers(2)] = straight[0, 0]
        return tuple(map(tuple, straight.tolist()))

    sizes, labels = (1, 2, 3, 7, 12, 30), (0, 1, 2, 5)
    paintings = [
        tuple(Stroke(str(n), points(), int(generator.choice(sizes)), int(generator.choice(labels))) for n in range(12))
        for _ in range(20)
    ]
    masks = node(FOLDER + "stroke_mask.js", "rasterised", [[lines(one), width, height] for one in paintings])
    for one, mask in zip(paintings, masks, strict=True):
        assert np.array_equal(np.array(mask).reshape(height, width), rasterise(one, (height, width))[0])


def test_changes_make_of_the_strokes_what_the_server_makes_of_them(node: Answers) -> None:
    generator = np.random.default_rng(5)
    cases = []
    for _ in range(30):
        changes: list[list[Any]] = []
        for n in range(1, 15):
            kind = generator.choice(["paint", "paint", "undo", "clear", "restore"])
            more: list[Any] = []
            if kind == "paint":
                more = [f"s{generator.integers(9)}", int(generator.integers(4)), 5, [1, 2, 3, n]]
            elif kind == "undo":
                more = [f"s{generator.integers(9)}"]
            changes.append(["a", n, str(kind), *more])
        cases.append([{"strokes": [], "cleared": []}, changes])
    found = node(FOLDER + "stroke_changes.js", "after", cases)
    for (_, changes), shown in zip(cases, found, strict=True):
        painting = Painting().after(changes_from_message({"changes": changes}))
        assert [one["id"] for one in shown["strokes"]] == [one.id for one in painting.strokes]
        assert [one["id"] for one in shown["cleared"]] == [one.id for one in painting.cleared]
        assert [one["points"] for one in shown["strokes"]] == [
            [list(at) for at in one.points] for one in painting.strokes
        ]


def test_only_what_the_server_has_seen_is_sent_no_more(node: Answers) -> None:
    changes = [["a", 3, "clear"], ["b", 1, "clear"], ["a", 4, "clear"]]
    (left,) = node(FOLDER + "stroke_changes.js", "unseen", [[changes, {"a": 3}]])
    assert left == changes[1:]


def test_changes_are_sent_until_the_server_has_them(node: Answers) -> None:
    things = [
        ["shown", "cat", 0], ["add"], ["add"], ["later"], ["later"],
        ["shown", "cat", 1], ["later"], ["shown", "cat", 2], ["later"],
    ]  # fmt: skip
    (sent,) = node(FOLDER + "unsent_changes.js", "messages", [[things]])
    assert sent == [["cat", [1]], ["cat", [1, 2]], ["cat", [1, 2]], "late", ["cat", [1, 2]], "late", ["cat", [2]]]


def test_changes_wait_for_their_picture_and_for_a_page_that_was_left(node: Answers) -> None:
    things = [
        ["shown", "cat", 0], ["away"], ["add"], ["later"], ["shown", "dog", 0], ["add"], ["shown", "cat", 0],
    ]  # fmt: skip
    (sent,) = node(FOLDER + "unsent_changes.js", "messages", [[things]])
    assert sent == [["dog", [2]], ["cat", [1]]]


def test_undo_takes_back_the_last_stroke_and_then_a_clearing(node: Answers) -> None:
    two = [{"id": "a"}, {"id": "b"}]
    cases = [[{"strokes": two, "cleared": two}], [{"strokes": [], "cleared": two}], [{"strokes": [], "cleared": []}]]
    last, clearing, nothing = node(FOLDER + "stroke_changes.js", "backwards", cases)
    assert last["change"] == ["undo", "b"]
    assert clearing["change"] == ["restore"]
    assert nothing is None


def test_layers_arrive_as_the_server_has_them(node: Answers) -> None:
    generator = np.random.default_rng(2)
    labels, unsure = generator.integers(1, 21, (31, 17)), generator.integers(0, 256, (31, 17)).astype(np.uint8)
    painting = Painting((Stroke("a-1", ((1.0, 2.0), (3.5, 4.25)), 6, 2),), number=3)
    head = {"surface": "a", "picture": "Bäume", "pixels": labels.size}
    files = {
        "both": surface.packed({**head, "kind": "answer"}, surface.deflated(labels, unsure)),
        "alone": surface.packed({**head, "kind": "answer", "surface": "b"}, surface.deflated(labels, None)),
        "none": surface.packed({**head, "kind": "answer", "surface": "c"}, b""),
        "strokes": surface.packed({**head, "kind": "strokes"}, json.dumps(painting.to_json()).encode()),
    }
    both, alone, none, strokes = node(
        FOLDER + "surface_layers.js", "unpacked", [[{"file": it}] for it in files], **files
    )
    assert (both["labels"], both["uncertainty"]) == (labels.ravel().tolist(), unsure.ravel().tolist())
    assert (alone["labels"], alone["uncertainty"]) == (labels.ravel().tolist(), None)
    assert (none["labels"], none["picture"]) == (None, "Bäume")
    assert strokes["strokes"] == [{"id": "a-1", "label": 2, "size": 6, "points": [[1, 2], [3.5, 4.25]]}]
    assert strokes["number"] == 3


def test_labels_have_the_colours_of_the_palette(node: Answers) -> None:
    labels = np.arange(21, dtype=np.uint8)
    box, colours = [0, 0, 21, 1], list(palette.COLOURS)
    (numbers,) = node(FOLDER + "label_layers.js", "inColours", [[labels.tolist(), 21, box, colours, 20]])
    rgba = np.array(numbers, "<u4").view(np.uint8).reshape(-1, 4)
    assert np.array_equal(rgba[1:, :3], palette.rgb()[1:])
    assert rgba[:, 3].tolist() == [0] + [255] * 20


def test_classes_beyond_the_plain_ones_are_hatched(node: Answers) -> None:
    box, colours = [0, 0, 12, 12], list(palette.COLOURS)
    cases = [[[label] * 144, 12, box, colours, palette.PLAIN] for label in (palette.PLAIN, palette.PLAIN + 1)]
    plain, hatched = node(FOLDER + "label_layers.js", "inColours", cases)
    assert (len(set(plain)), len(set(hatched))) == (1, 2)


def test_boundaries_are_on_both_sides_of_where_a_class_ends(node: Answers) -> None:
    labels = np.ones((4, 6), int)
    labels[:, 3:] = 2
    (numbers,) = node(
        FOLDER + "label_layers.js", "boundaries", [[labels.ravel().tolist(), 6, 4, list(palette.COLOURS)]]
    )
    assert (np.array(numbers).reshape(4, 6) > 0).all(axis=0).tolist() == [False, False, True, True, False, False]


def test_what_is_under_the_pointer_stays_there_while_one_zooms(node: Answers) -> None:
    view, at = {"scale": 3, "x": 100, "y": 150}, [200, 120]
    smallest, nearer, largest = node(
        FOLDER + "picture_view.js", "zoomed", [[view, factor, at, STAGE, PICTURE] for factor in (0.01, 1.5, 1000)]
    )
    assert (smallest["scale"], smallest["y"]) == (0.75, 0)  # the whole picture
    assert (nearer["scale"], largest["scale"]) == (4.5, 40)
    for view in (nearer, largest):
        assert view["x"] + at[0] / view["scale"] == pytest.approx(100 + 200 / 3)
        assert view["y"] + at[1] / view["scale"] == pytest.approx(150 + 120 / 3)


def test_two_fingers_move_and_zoom_at_once(node: Answers) -> None:
    view = {"scale": 4, "x": 100, "y": 150}
    fingers, later = [[100, 100], [200, 100]], [[120, 110], [320, 110]]
    (pinched,) = node(FOLDER + "picture_view.js", "pinched", [[view, fingers, later, STAGE, PICTURE]])
    assert pinched["scale"] == pytest.approx(8)
    for was, now in zip(fingers, later, strict=True):
        assert pinched["x"] + now[0] / 8 == pytest.approx(100 + was[0] / 4)
        assert pinched["y"] + now[1] / 8 == pytest.approx(150 + was[1] / 4)


def test_a_place_to_zoom_to_is_seen_with_what_is_around_it(node: Answers) -> None:
    places = [[0, 0], [399, 5], [200, 200]]
    views = node(FOLDER + "picture_view.js", "centred", [[place, 60, STAGE, PICTURE] for place in places])
    for (x, y), view in zip(places, views, strict=True):
        assert view["scale"] == 5
        assert 0 <= view["x"] <= x <= view["x"] + 600 / 5 <= 400
        assert 0 <= view["y"] <= y <= view["y"] + 300 / 5 <= 400

"""A Drawing and what becomes of it; the message that the page sends at the end of a stroke, and what is none."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pointwise.drawing import draw_strokes, ink_of
from pointwise.ui.canvas.component import fabric
from pointwise.ui.canvas.drawing import (
    CROSSED_SEVEN,
    EXTENT,
    LOOKS,
    PAPER,
    SAMPLES,
    SQUARE,
    STRIP,
    Drawing,
    Sheet,
    Stroke,
    first,
    pixels,
)
from pointwise.ui.canvas.drawing_json import MOST_BYTES, MOST_STROKES, dump, load, received

LINE = [[0.2, 0.5], [0.5, 0.4], [0.8, 0.5]]


def png(sheet: Sheet = SQUARE, ratio: float = 1.0, format: str = "PNG", ink: int = 90) -> bytes:
    width, height = sheet.picture
    picture = Image.new("RGB", (round(width * ratio), round(height * ratio)), (11, 15, 20))
    picture.paste((255, 255, 255), (ink, ink, ink + 20, ink + 20))
    content = io.BytesIO()
    picture.save(content, format=format)
    return content.getvalue()


def message(drawing: Drawing, picture: bytes | None = None, strokes: int = 1, **changes: Any) -> dict[str, Any]:
    sent = {
        "number": drawing.number + 1,
        "base": drawing.shown.number,
        "strokes": [{"points": LINE, "pen": 0.07}] * strokes,
        "picture": base64.b64encode(png(drawing.sheet) if picture is None else picture).decode(),
    }
    return sent | changes


def test_a_stroke_makes_the_next_drawing_with_the_pages_own_picture() -> None:
    before = first().with_digits(7)
    after = received(before, message(before))
    assert (after.number, after.shown.number, len(after.strokes)) == (3, before.number, len(before.strokes) + 1)
    assert after.shown.strokes == before.strokes
    assert np.array_equal(after.rgba[..., :3], np.asarray(Image.open(io.BytesIO(png()))))
    assert after.strokes[-1] == Stroke(tuple(map(tuple, LINE)), 0.07, by_hand=True)


@pytest.mark.parametrize("sheet", [SQUARE, STRIP])
def test_what_a_first_visitor_finds_makes_way_for_the_pen(sheet: Sheet) -> None:
    before = first(sheet)
    assert before.untouched
    assert before.reopened().untouched
    assert not before.empty
    after = received(before, message(before))
    assert after.strokes == (Stroke(tuple(map(tuple, LINE)), 0.07, by_hand=True),)
    assert not after.untouched
    more = received(after, message(after, strokes=2))
    assert more.strokes == after.strokes * 2
    assert more.undone().strokes == after.strokes
    assert after.undone().empty
    assert before.undone().empty
    assert not before.undone().untouched
    asked_for = before.with_figures(CROSSED_SEVEN)
    assert received(asked_for, message(asked_for)).strokes == (*asked_for.strokes, *after.strokes)


def test_the_canvas_itself_is_empty_over_what_makes_way() -> None:
    assert fabric(first()) == {"objects": [], "number": 1, "background": "transparent"}
    drawn = fabric(first().with_digits(7))
    assert (len(drawn["objects"]), drawn["background"]) == (len(SAMPLES[7]), PAPER)


def test_of_a_stroke_that_a_cleared_board_took_from_the_page_s_picture_one_is_made_here() -> None:
    """The board was cleared after the stroke began: it is in the message, and no ink is in its picture."""
    before = first().cleared()
    after = received(before, message(before, png(ink=9_999)))
    assert ink_of(pixels(png(ink=9_999))).sum() == 0 < after.prepared.image.sum()


def test_a_message_that_was_lost_is_made_up_for_by_the_next() -> None:
    before = first()
    after = received(before, message(before, strokes=3, number=5))
    assert (after.number, len(after.strokes)) == (5, 3)
    assert after.undone().number == 6


@pytest.mark.parametrize("changes", [{"base": 0}, {"base": 7}, {"number": 1}, {"number": 0}])
def test_a_message_about_an_older_drawing_changes_nothing(changes: dict[str, int]) -> None:
    before = first()
    assert received(before, message(before, **changes)) is before


def test_undo_brings_back_the_picture_that_was_there() -> None:
    empty = first().cleared()
    one = received(empty, message(empty, png(ink=40)))
    two = received(one, message(one, png(ink=90), strokes=2))
    back = two.undone()
    assert back.number == two.number + 1
    assert back.shown is back
    assert np.array_equal(back.rgba, one.rgba)
    assert np.array_equal(back.prepared.image, one.prepared.image)
    assert back.undone().empty


def test_undo_after_two_strokes_in_one_message_draws_what_is_left() -> None:
    empty = first().cleared()
    both = received(empty, message(empty, strokes=2))
    assert both.undone().rgba.any(axis=2).sum() > 1000


def test_every_change_has_a_number_of_its_own_and_is_shown_by_the_canvas() -> None:
    drawing = first()
    for change in (Drawing.undone, Drawing.reopened, Drawing.cleared, lambda one: one.with_digits(3)):
        after = change(drawing)
        assert after.number == drawing.number + 1
        assert after.shown is after
        assert fabric(after)["number"] != fabric(drawing)["number"]
        drawing = after


@pytest.mark.parametrize("digit", SAMPLES)
def test_a_sample_is_drawn_where_the_canvas_draws_it(digit: int) -> None:
    drawing = first().with_digits(digit)
    side = SQUARE.picture[0]
    pen = SQUARE.pen * side / SQUARE.width
    assert np.array_equal(drawing.rgba, draw_strokes(SAMPLES[digit], side, pen, EXTENT))
    for shape, stroke in zip(fabric(drawing)["objects"], SAMPLES[digit], strict=True):
        offset = SQUARE.width * (1 - EXTENT) / 2
        x, y = (offset + value * SQUARE.width * EXTENT for value in stroke[-1])
        assert shape["path"][-1] == ["L", pytest.approx(x), pytest.approx(y)]


def test_a_strip_holds_its_samples_side_by_side() -> None:
    strip = first(STRIP)
    ink = strip.prepared.ink
    assert ink.shape == (STRIP.height, STRIP.width)
    for number in range(3):
        assert ink[:, number * STRIP.height : (number + 1) * STRIP.height].any()


def test_a_hand_drawn_stroke_is_drawn_with_the_curves_of_the_canvas() -> None:
    corner = Stroke(((0.2, 0.2), (0.8, 0.2), (0.8, 0.8)), 0.05, by_hand=True)
    (shape,) = fabric(Drawing(SQUARE, 1, (corner,), (None,)))["objects"]
    assert [step[0] for step in shape["path"]] == ["M", "Q", "Q", "L"]
    outline = np.array(corner.outline(1, 1))
    assert outline[0].tolist() == pytest.approx([0.2, 0.2])
    assert outline[-1].tolist() == pytest.approx([0.8, 0.8])
    assert np.abs(outline - [0.8, 0.2]).sum(axis=1).min() > 0.1  # the corner is rounded


def test_a_picture_lies_under_what_is_drawn_over_it() -> None:
    grey = np.zeros((50, 100), np.uint8)
    grey[20:30, 40:60] = 255
    drawing = first().with_picture(np.dstack([grey, grey, grey, np.full_like(grey, 255)]))
    assert not drawing.empty
    ys, xs = np.nonzero(drawing.rgba[..., 0] > 128)
    assert (ys.mean(), xs.mean()) == (pytest.approx(153.5, abs=3), pytest.approx(153.5, abs=3))
    (image,) = fabric(drawing)["objects"]
    assert image["src"].startswith("data:image/png;base64,")
    assert (image["left"], image["top"]) == (0, pytest.approx(105))
    after = received(drawing, message(drawing))
    assert after.undone().photo == drawing.photo
    assert after.undone().undone().empty


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0, 2.625, 4.0])
def test_a_fine_screens_picture_is_read_as_it_is(ratio: float) -> None:
    before = first()
    assert received(before, message(before, png(ratio=ratio))).rgba.shape[0] == round(SQUARE.picture[0] * ratio)


def bomb() -> bytes:
    content = io.BytesIO()
    Image.new("1", (8000, 8000)).save(content, format="PNG")
    return content.getvalue()


WRONG: list[dict[str, Any]] = [
    {"number": "three"},
    {"number": None},
    {"number": True},
    {"number": json.loads("1e400")},
    {"base": [1]},
    {"strokes": 7},
    {"strokes": [7]},
    {"strokes": [{"points": LINE}]},
    {"strokes": [{"points": [], "pen": 0.1}]},
    {"strokes": [{"points": [[0.1]], "pen": 0.1}]},
    {"strokes": [{"points": [[0.1, "x"]], "pen": 0.1}]},
    {"strokes": [{"points": [[0.1, json.loads("NaN")]], "pen": 0.1}]},
    {"strokes": [{"points": [[0.1, 1e9]], "pen": 0.1}]},
    {"strokes": [{"points": LINE, "pen": 2.0}]},
    {"strokes": [{"points": LINE * 40_000, "pen": 0.1}]},
    {"strokes": [{"points": LINE, "pen": 0.1}] * 2_001},
    {"picture": None},
    {"picture": "no base64!"},
    {"picture": ""},
    {"picture": "A" * (2 * MOST_BYTES)},
]


@pytest.mark.parametrize("changes", WRONG, ids=[f"{n}: {next(iter(one))}" for n, one in enumerate(WRONG)])
def test_what_is_no_message_is_refused(changes: dict[str, Any]) -> None:
    before = first()
    with pytest.raises((ValueError, TypeError, KeyError)):
        received(before, message(before) | changes)


@pytest.mark.parametrize("sent", [None, 7, "a drawing", [], {}])
def test_what_is_no_message_at_all_is_refused(sent: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        received(first(), sent)


@pytest.mark.parametrize(
    "picture",
    [bomb(), png(format="EPS"), png(format="JPEG"), png(ratio=0.5), png(ratio=4.1), png(STRIP), png()[:200], b""],
    ids=["8000×8000", "EPS", "JPEG", "too small", "too large", "another sheet", "cut off", "empty"],
)
def test_a_picture_that_is_not_the_sheets_is_refused(picture: bytes) -> None:
    before = first()
    with pytest.raises((ValueError, OSError, SyntaxError)):
        received(before, message(before, picture))


def test_a_large_picture_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("it was opened")

    before, content = first(), bomb()
    monkeypatch.setattr(Image, "open", opened)
    with pytest.raises(ValueError, match="is no number from 1"):
        received(before, message(before, content))


def kept(drawing: Drawing) -> Drawing:
    """The Drawing of the next session."""
    return load(drawing.sheet, json.loads(json.dumps(dump(drawing))))


@pytest.mark.parametrize("sheet", [SQUARE, STRIP])
def test_a_kept_drawing_is_the_same_to_look_at_and_to_read(sheet: Sheet) -> None:
    before = first(sheet)
    before = received(before, message(before))
    after = kept(before)
    assert (after.strokes, after.shown) == (before.strokes, after)
    assert after.number > before.number
    assert np.array_equal(after.prepared.image, before.prepared.image)
    assert np.array_equal(after.whole, before.whole)
    assert fabric(after)["objects"] == fabric(before)["objects"]


def test_a_kept_upload_is_the_same_and_can_be_taken_back() -> None:
    picture = np.zeros((40, 30, 4), np.uint8)
    picture[10:20, 5:12] = 255
    before = first().with_picture(picture)
    after = kept(before)
    assert after.photo == before.photo
    assert np.array_equal(after.rgba, before.rgba)
    assert after.undone().empty


def test_a_drawing_kept_when_the_sheet_had_308_pixels_is_read_as_it_was() -> None:
    look = Image.new("RGB", (308, 308), (11, 15, 20))
    look.paste((255, 255, 255), (100, 60, 130, 250))
    content = io.BytesIO()
    look.save(content, format="PNG")
    stroke = {"points": LINE, "pen": 22 / 308, "by_hand": True}
    drawing = load(SQUARE, {"strokes": [stroke], "look": base64.b64encode(content.getvalue()).decode(), "photo": None})
    assert np.array_equal(drawing.rgba[..., :3], np.asarray(look))
    assert fabric(drawing)["objects"][0]["strokeWidth"] == pytest.approx(SQUARE.pen)


def test_an_empty_sheet_stays_empty() -> None:
    assert kept(first().cleared()).empty


def damaged(at: int) -> str:
    content = bytearray(png())
    content[at] ^= 1
    return base64.b64encode(content).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"strokes": None},
        {"strokes": [{"points": [], "pen": 0.1, "by_hand": True}]},
        {"strokes": [{"points": [[0, 99]], "pen": 0.1, "by_hand": True}]},
        {"strokes": [{"points": LINE, "pen": "thick", "by_hand": True}]},
        {"strokes": [{"points": LINE, "pen": 0.1}]},
        {"strokes": [{"points": LINE, "pen": 0.1, "by_hand": True}] * (MOST_STROKES + 1)},
        {"look": "no base64!"},
        {"look": base64.b64encode(png(STRIP)).decode()},
        {"look": damaged(40)},
        {"look": damaged(-20)},
        {"look": base64.b64encode(png()[:-8]).decode()},
        {"photo": base64.b64encode(b"GIF89a").decode()},
        {"photo": base64.b64encode(png(ratio=2.0)).decode()},
        {"photo": 7},
    ],
)
def test_what_is_no_kept_drawing_is_refused(change: dict[str, Any]) -> None:
    before = first()
    good = json.loads(json.dumps(dump(received(before, message(before)))))
    assert load(SQUARE, good)
    with pytest.raises((ValueError, TypeError, KeyError)):
        load(SQUARE, good | change)


def test_a_drawing_remembers_fifty_pictures() -> None:
    drawing = first().cleared()
    for count in range(1, LOOKS + 6):
        drawing = received(drawing, message(drawing, strokes=count))
    assert len(drawing.looks) == LOOKS + 5
    assert [look is not None for look in drawing.looks] == [False] * 5 + [True] * LOOKS
    while not drawing.empty:
        drawing = drawing.undone()


def test_many_messages_make_no_more_strokes_than_one() -> None:
    drawing = first().cleared()
    drawing = received(drawing, message(drawing, strokes=MOST_STROKES - 1)).reopened()
    drawing = received(drawing, message(drawing)).reopened()
    with pytest.raises(ValueError, match="too many"):
        received(drawing, message(drawing))

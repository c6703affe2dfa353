"""What the static edition computes by itself: short drawings, the figure of one pixel, readings of all its networks."""

from __future__ import annotations

import json

import numpy as np

from pointwise.inference import classify_image
from pointwise.static_site.readers import readers
from pointwise.ui.canvas import short_drawing
from pointwise.ui.canvas.drawing import SQUARE, Drawing, Stroke, first
from pointwise.ui.figures import one_pixel_data
from pointwise.ui.path import maps_step
from tests.unit.explain.toys import IMAGE
from tests.unit.inpage.conftest import Answers

SHORT = "inpage/short_drawing.js"


def in_page(drawing: Drawing) -> list[dict]:
    return [{"points": one.points, "pen": one.pen, "byHand": one.by_hand} for one in drawing.strokes]


def test_a_link_of_the_app_opens_in_the_page_and_back(node: Answers) -> None:
    by_hand = Stroke(((0.1, 0.2), (0.3, 0.45), (0.612, 0.7)), 0.05, by_hand=True)
    drawings = [first(), Drawing(SQUARE, 0, (by_hand,)), Drawing(SQUARE, 0)]
    texts = [short_drawing.shortened(one) for one in drawings]
    for one, lengthened in zip(drawings, node(SHORT, "lengthened", [[text] for text in texts]), strict=True):
        for theirs, ours in zip(lengthened["strokes"], in_page(one), strict=True):
            np.testing.assert_allclose(theirs["points"], ours["points"], atol=0.0006)
            assert (theirs["byHand"], round(theirs["pen"], 3)) == (ours["byHand"], round(ours["pen"], 3))
    cases = [[in_page(one), one.prepared.image.ravel().tolist()] for one in drawings]
    for one, text in zip(drawings, node(SHORT, "shortened", cases), strict=True):
        again = short_drawing.lengthened(SQUARE, text)
        assert [stroke.by_hand for stroke in again.strokes] == [stroke.by_hand for stroke in one.strokes]
        for theirs, ours in zip(again.strokes, one.strokes, strict=True):
            np.testing.assert_allclose(theirs.points, ours.points, atol=0.0006)


def test_a_drawing_that_is_too_long_becomes_its_pixels(node: Answers) -> None:
    chance = np.random.default_rng(0)
    strokes = [{"points": chance.random((900, 2)).tolist(), "pen": 0.07, "byHand": True}]
    (text,) = node(SHORT, "shortened", [[strokes, IMAGE.ravel().tolist()]])
    assert len(text) <= short_drawing.LONGEST
    (read,) = node(SHORT, "lengthened", [[text]])
    assert read["image"] == IMAGE.ravel().tolist()
    assert not short_drawing.lengthened(SQUARE, text).empty


def test_what_is_no_drawing_is_refused(node: Answers) -> None:
    """Damaged texts, and whole ones whose strokes are none."""
    lines = ("[[700,1,5001,0]]", "[[0,1,1,1]]", "[[700,1,1]]", "[[700,1,0.5,1]]", '{"a":1}', "[[700,1]]", "[7]")
    texts = ["", "s", "sAAAA", "x0", "p" + short_drawing.packed(b"short"), "s" + "A" * 3000, "s\u0416"]
    texts += ["s" + short_drawing.packed(one) for one in lines]
    texts += ["s" + short_drawing.packed("[" + " " * 70_000 + "]")]  # small as a text, large once it is opened
    assert node(SHORT, "refused", [[text] for text in texts]) == [True] * len(texts)
    assert node(SHORT, "refused", [["s" + short_drawing.packed("[[700,1,5000,0]]")]]) == [False]


def test_the_figure_of_one_pixel_is_the_apps(node: Answers) -> None:
    reader = next(one for one in readers() if one.name == "bag_of_pixels")
    case = [IMAGE.ravel().tolist(), {"file": "network"}]
    (ours,) = node("inpage/one_pixel_drawing.js", "figure", [case], network=reader.content)
    theirs = json.loads(json.dumps(one_pixel_data.of_drawing(IMAGE)))
    for name in set(theirs) - {"version", "weights", "biases", "scales", "kernel"}:
        assert ours[name] == theirs[name], name
    np.testing.assert_allclose(ours["weights"], theirs["weights"])
    np.testing.assert_allclose(ours["biases"], theirs["biases"])
    for one, other in zip(ours["scales"], theirs["scales"], strict=True):
        assert one["stops"] == other["stops"]
        np.testing.assert_allclose((one["low"], one["high"]), (other["low"], other["high"]), atol=1e-5)
    assert ours["kernel"]["weights"] == theirs["kernel"]["weights"]
    np.testing.assert_allclose(ours["kernel"]["scale"]["high"], theirs["kernel"]["scale"]["high"], atol=0.011)


def test_the_largest_network_reads_as_pytorch_does(node: Answers) -> None:
    """Its weights are stored in half precision, and so are sent exactly; test_parity.py has the others."""
    reader = next(one for one in readers() if one.name == "conv_mlp")
    images = [IMAGE, first().prepared.image]
    cases = [[{"file": "network"}, image.ravel().tolist()] for image in images]
    ours = node("inpage/network.js", "classified", cases, network=reader.content)
    np.testing.assert_allclose(ours, [classify_image(reader.network, one).probabilities for one in images], atol=1e-5)


def test_how_far_each_layer_sees_is_the_apps(node: Answers) -> None:
    from pointwise.explain.chain import Chain

    chain = Chain.of(next(one for one in readers() if one.name == "nin").network)
    stages = [{"kernel": one.kernel, "stride": one.stride} for one in chain.stages]
    (ours,) = node("static_site/pages/layers_figure.js", "seen", [[stages]])
    assert ours == list(maps_step._seen(chain))

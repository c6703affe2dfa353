"""Paintings on the page of runs: beside trainings, compared with one another, and loaded."""

from __future__ import annotations

import pytest

from pointwise.card import painted_card
from pointwise.library import Shelf
from pointwise.library.kept_paintings import SCORE, KeptPainting, begin_painting, keep_painting
from pointwise.models import PAINTER, ModelConfig, Network, build
from pointwise.segmentation.strokes import Painting, Stroke
from pointwise.ui.frame import labels, navigation
from pointwise.ui.runs import run_curves
from pointwise.weights import to_bytes
from tests.runs_page import MARKUP, houses, load, opened, table, train, words


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, dict[str, str]]]:
    """The links that were shown: AppTest runs the page alone, where there are no others to lead to."""
    shown: list[tuple[str, str, dict[str, str]]] = []
    monkeypatch.setattr(navigation, "link", lambda name, label="", **query: shown.append((name, label, query)))
    return shown


def pixel_network(score: float) -> Network:
    network = build(ModelConfig(PAINTER, 3, num_classes=2, channel_sets=("colour",)), 0)
    network.card = painted_card(120, 0, {SCORE: score}, 0.125)
    return network


def painted(shelf: Shelf, title: str, scores: dict[int, float]) -> str:
    """A kept painting's id."""
    strokes = tuple(Stroke(f"a-{n}", ((1.0, 2.0),), 8.0, 1 + n % 2) for n in range(max(scores)))
    kept = KeptPainting("f" * 64, title, 80, 100, ("Sky", MARKUP), Painting(strokes), 0.0, 3, ("colour",))
    run = begin_painting(shelf, kept)
    keep_painting(shelf, run, kept, pixel_network(scores[max(scores)]), scores)
    return run


def test_a_painting_has_its_strokes_and_score_and_nothing_of_a_training(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    run = painted(shelf, "Cat", {2: 0.5, 4: 0.75})
    app = opened(shelf)
    assert not app.exception
    rows = table(app)
    assert not {"Recipe", "Seed", "Accuracy"} & set(rows.columns)
    assert [rows[name][0] for name in ("Name", "State", "Model", "Data", "Score of strokes")] == [
        *("Cat", "painted, 4 strokes", "Pixel network", "Cat"),
        0.75,
    ]
    assert links == [("paint", "Paint on", {"run": run})]
    assert not [one for one in app.button if one.label in ("Use in the pages", "Go on")]
    said = words(app)
    assert labels.plain("Painted, 4 strokes: Pixel network on Cat; held out: score of strokes 0.7500.") in said
    assert not [
        word
        for word in ("poch", "Steps", "examples", "digit", "Dropout", "Height")
        if word in said.partition("What is kept")[0]
    ]
    (line,) = run_curves._lines(shelf, shelf.run(run), "stroke")
    assert line.scores == {SCORE: ([2, 4], [0.5, 0.75])}
    (trace,) = run_curves.figure([line], "stroke").data
    assert trace.showlegend


def test_paintings_are_compared_with_one_another_and_with_trainings(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    cat, other, dog = (painted(shelf, title, {2: score}) for title, score in (("cat", 0.5), ("cat", 0.75), ("dog", 1)))
    prices = train(shelf, houses(), "Prices")
    assert "+0.2500" in words(opened(shelf, cat, other))
    assert "The same seed twice" not in words(opened(shelf, cat, other))
    assert "+0.5000" not in words(opened(shelf, cat, dog))
    app = opened(shelf, cat, prices)
    assert not app.exception
    assert "The curves of paintings go by strokes" in words(app)
    assert "<td>picture</td><td>cat</td>" in words(app)


def test_a_network_that_was_painted_is_loaded_and_sent_to_its_page(
    shelf: Shelf, links: list[tuple[str, str, dict[str, str]]]
) -> None:
    network = pixel_network(0.5)
    app = load(opened(shelf), "cells.safetensors", to_bytes(network, network.card))
    assert not app.exception
    (record,) = shelf.runs()
    assert "It labels pixels" in words(app)
    assert table(app)["Data"][0] == "Brush strokes"
    assert links[-1] == ("paint", "Label a picture with it", {"run": record.id})

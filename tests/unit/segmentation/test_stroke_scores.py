"""Each stroke is held out once, from network and forest alike; what matters is missed; few strokes tell little."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.errors import DataError
from pointwise.segmentation.scribbles import parts
from pointwise.segmentation.stroke_scores import StrokeScore, ahead, of_forest, of_network, without_each_set
from tests.unit.segmentation.conftest import Painted


def test_no_part_has_all_strokes_of_a_class_and_an_only_one_is_in_none() -> None:
    labels, strokes = np.array([1, 1, 1, 1, 1, 1, 2, 2, 3]), np.array([1, 1, 2, 5, 6, 8, 3, 4, 7])
    assert parts(labels, strokes).tolist() == [0, 0, 1, 2, 3, 0, 0, 1, -1]


def test_network_and_forest_are_measured_on_the_same_strokes(painted: Painted) -> None:
    network, trees = (of(painted.channels, painted.scribbles) for of in (of_network, of_forest))
    assert network.strokes == trees.strokes == 4
    assert np.array_equal(network.labels, trees.labels)
    assert np.array_equal(network.counts.sum(1), trees.counts.sum(1))
    assert min(network.score, trees.score) > 0.7
    assert ahead(network, network) == (0.0, 0.0)


def test_texture_is_missed_where_colour_tells_nothing(painted: Painted) -> None:
    scores = without_each_set(painted.channels.only(("colour", "texture")), painted.scribbles)
    assert set(scores) == {"all", "colour", "texture"}
    assert scores["texture"].score < scores["all"].score == pytest.approx(scores["colour"].score, abs=0.2)


def test_classes_of_one_stroke_are_learned_but_not_measured(painted: Painted) -> None:
    scribbles = painted.scribbles.copy()
    scribbles[80:84, 40:60] = 5
    score = of_network(painted.channels, scribbles)
    assert set(score.by_class) == {1, 2}
    assert score.counts.shape == (4, 3)


def test_too_few_strokes_are_refused(painted: Painted) -> None:
    few = painted.scribbles.copy()
    few[50:] = 0
    with pytest.raises(DataError, match="too few strokes"):
        of_network(painted.channels, few)


def test_scores_and_what_chance_does_to_them() -> None:
    counts = np.array([[10, 0], [0, 10], [0, 20]])  # the second stroke of the first class is taken for the other one
    score = StrokeScore((3, 7), np.array([0, 0, 1]), counts)
    assert score.by_class == {3: 10 / 20, 7: 20 / 30}
    assert score.score == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert score.interval == (pytest.approx((0 + 20 / 40) / 2), 1.0)
    perfect = StrokeScore((3, 7), score.labels, np.array([[10, 0], [10, 0], [0, 20]]))
    assert ahead(perfect, score) == (0.0, pytest.approx(1 - (0 + 20 / 40) / 2))

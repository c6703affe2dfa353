"""Networks from strokes: the same again for a seed, warm after another stroke, scored on strokes kept back."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from pointwise.card import STROKES, data_set_of
from pointwise.errors import DataError
from pointwise.models import PAINTER, ModelConfig, build
from pointwise.segmentation.channel_maps import compute
from pointwise.segmentation.course import Course
from pointwise.segmentation.fitting import fit
from pointwise.segmentation.forest import forest
from pointwise.segmentation.labelling import label, mean_iou
from pointwise.segmentation.mosaics import made_strokes, mosaic
from pointwise.segmentation.scribbles import CELL, MOST_PIXELS, sample
from pointwise.weights import load_model, to_bytes
from tests.unit.segmentation.conftest import Painted


def test_same_seed_gives_the_same_network(painted: Painted) -> None:
    torch.rand(3)  # the process's own generator is of no account
    again = fit(painted.channels, painted.scribbles).network.state_dict()
    assert all(torch.equal(again[name], tensor) for name, tensor in painted.fitted.network.state_dict().items())


def test_saved_network_labels_as_before(painted: Painted) -> None:
    network = painted.fitted.network
    kept = load_model(to_bytes(network, network.card))
    assert kept.config == network.config
    assert np.array_equal(label(kept, painted.channels).labels, label(network, painted.channels).labels)
    assert data_set_of(kept) == STROKES


def test_another_stroke_goes_on_from_the_last_network_in_fewer_rounds(painted: Painted) -> None:
    more = painted.scribbles.copy()
    more[80:84, 10:40] = 1
    warm = fit(painted.channels, more, before=painted.fitted)
    assert warm.warm
    assert warm.epochs < painted.fitted.epochs / 2
    assert mean_iou(label(warm.network, painted.channels).labels, painted.truth) > 0.8


def test_stroke_of_another_class_starts_anew(painted: Painted) -> None:
    more = painted.scribbles.copy()
    more[80:84, 10:40] = 3
    assert not fit(painted.channels, more, before=painted.fitted).warm


def test_class_without_strokes_never_wins(painted: Painted) -> None:
    scribbles = np.where(painted.scribbles == 2, 3, painted.scribbles)
    answer = label(fit(painted.channels, scribbles, classes=5).network, painted.channels)
    assert set(np.unique(answer.labels)) == {1, 3}
    assert answer.probabilities.shape == (*painted.truth.shape, 5)
    assert answer.probabilities[..., [1, 3, 4]].max() < 1e-6


def test_held_out_strokes_are_apart_from_all_that_is_learned_from() -> None:
    scribbles = np.zeros((100, 100), np.int32)
    scribbles[10:14, 5:60] = 1
    scribbles[15:19, 5:95] = 1  # its left part lies beside the first
    chosen = sample(scribbles, np.where(scribbles > 0, 1 + (np.arange(100) >= 15)[:, None], 0))
    assert chosen.held.sum() == 4 * 90
    assert 0 < chosen.probe.sum() < chosen.held.sum()
    assert chosen.columns[chosen.probe].min() > 59 + CELL


def test_judge_that_has_seen_a_held_out_stroke_is_not_asked(painted: Painted) -> None:
    fitted = painted.fitted
    assert fitted.judge is not None
    assert fitted.seen is not None
    swapped = np.where(painted.scribbles > 0, np.where(np.arange(90)[:, None] < 40, 3, 2), 0)
    numbers = np.where(painted.scribbles == 2, swapped + 4, swapped)  # the strokes in another order
    tested = sample(painted.scribbles, numbers)
    assert fitted.seen[tested.rows, tested.columns][tested.held].any()
    assert fit(painted.channels, painted.scribbles, numbers, before=fitted).epochs > 2 * 2


def test_score_of_held_out_strokes_is_the_last_rounds_and_not_the_best_ones() -> None:
    torch.manual_seed(0)
    inputs, targets = torch.randn(300, 3), torch.randint(0, 2, (300,))  # nothing that could be learned
    kept = torch.arange(300) < 150
    config = ModelConfig(PAINTER, 3, num_classes=2, channel_sets=("colour",))

    def course() -> Course:
        return Course(inputs, targets, torch.Generator().manual_seed(0), math.inf, lambda: False)

    stopped, whole = build(config, 0), build(config, 0)
    answer = course().run(stopped, kept, 8, ~kept)
    course().run(whole, kept, 8)
    best, last = (course().said(network, ~kept) for network in (stopped, whole))
    assert torch.equal(answer, last)
    assert (best == targets[~kept]).sum() > (last == targets[~kept]).sum()


def test_too_few_strokes_have_no_score_but_a_network(painted: Painted) -> None:
    few = painted.scribbles.copy()
    few[50:] = 0
    fitted = fit(painted.channels, few)
    assert fitted.held_out is None
    assert mean_iou(label(fitted.network, painted.channels).labels, painted.truth) > 0.7


def test_strokes_of_one_pixel_and_pictures_of_one_are_labelled() -> None:
    plain = compute(np.full((20, 20, 3), 128, np.uint8))
    dots = np.zeros((20, 20), np.int32)
    dots[3, 3], dots[15, 15] = 1, 2
    assert set(np.unique(label(fit(plain, dots).network, plain).labels)) <= {1, 2}
    with pytest.raises(DataError, match="All strokes are of one class"):
        fit(compute(np.zeros((1, 1), np.uint8)), np.ones((1, 1), np.int32))


def test_twenty_classes_are_told_apart_by_brightness() -> None:
    picture = np.repeat(np.arange(0, 240, 12, np.uint8), 6)[None].repeat(12, 0)
    truth = np.repeat(np.arange(1, 21), 6)[None].repeat(12, 0)
    channels = compute(picture, ("colour", "edges"))
    assert fit(channels, truth.astype(np.int32)).classes == 20
    with pytest.raises(DataError, match="hold 21"):
        fit(channels, truth + 1)


def test_painted_over_picture_is_learned_from_in_part() -> None:
    scribbles = np.ones((300, 300), np.int32)
    scribbles[0, :50] = 2
    chosen = sample(scribbles, None)
    assert len(chosen.labels) == MOST_PIXELS // 2 + 50


@pytest.mark.parametrize(
    ("scribbles", "sentence"),
    [
        (np.zeros((90, 117), np.int32), "Nothing is painted yet"),
        (np.zeros((9, 9), np.int32), "the picture has 117 × 90 pixels"),
        (np.full((90, 117), 0.5), "Give one whole number"),
        (np.full((90, 117), -1), "hold -1"),
    ],
)
def test_scribbles_that_teach_nothing_are_refused(painted: Painted, scribbles: np.ndarray, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        fit(painted.channels, scribbles)


def test_fit_ends_when_it_is_told_to(painted: Painted) -> None:
    assert fit(painted.channels, painted.scribbles, stopped=lambda: True).epochs == 2


def test_forest_labels_the_same_strokes(painted: Painted) -> None:
    scribbles = np.where(painted.scribbles == 2, 3, painted.scribbles)
    found = forest(painted.channels, scribbles, smoothing=2.0, threads=1)
    assert mean_iou(found.labels, np.where(painted.truth == 2, 3, 1)) > 0.7
    assert found.probabilities.shape == (*painted.truth.shape, 3)


def test_made_strokes_lie_inside_the_areas_of_a_mosaic() -> None:
    made = mosaic(1, 96)
    scribbles, numbers = made_strokes(made.truth, 1, 0.05, length=20)
    painted = scribbles > 0
    assert 0.05 <= painted.mean() < 0.2
    assert (made.truth[painted] == scribbles[painted]).all()
    assert ((numbers > 0) == painted).all()
    assert np.array_equal(mosaic(1, 96).picture, made.picture)

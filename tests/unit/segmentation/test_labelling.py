"""Labels are the whole network's, however they are computed; doubt, areas and scores on toys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pointwise.errors import ConfigError
from pointwise.models import build, default_config
from pointwise.segmentation.channel_maps import as_tensor, compute
from pointwise.segmentation.fitting import fit
from pointwise.segmentation.labelling import areas, iou_by_class, label, label_here_next, mean_iou, raw_logits
from pointwise.weights import model_from
from tests.unit.segmentation.conftest import Painted


def test_stripes_are_told_apart_by_texture_and_not_by_colour(painted: Painted) -> None:
    colour = painted.channels.only(("colour",))
    by_colour = label(fit(colour, painted.scribbles).network, colour).labels
    assert mean_iou(label(painted.fitted.network, painted.channels).labels, painted.truth) > 0.8
    assert mean_iou(by_colour, painted.truth) < 0.6


def test_labels_are_those_of_the_network_that_takes_the_picture(painted: Painted) -> None:
    with torch.no_grad():
        whole = painted.fitted.network(as_tensor(painted.picture))[0]
    ours = label(painted.fitted.network, painted.channels)
    assert np.allclose(whole.permute(1, 2, 0).numpy(), ours.probabilities, atol=1e-4)
    assert (whole.argmax(0).numpy() + 1 == ours.labels).all()


@pytest.mark.parametrize("band", [2, 8, 64, 1024])
def test_tiles_are_the_whole(painted: Painted, band: int) -> None:
    whole = raw_logits(painted.fitted.network, painted.channels, 32)
    assert torch.allclose(raw_logits(painted.fitted.network, painted.channels, band), whole, atol=1e-4)


def test_network_with_other_channels_is_refused(painted: Painted) -> None:
    with pytest.raises(ConfigError, match="asks for 1"):
        label(painted.fitted.network, compute(np.zeros((8, 8, 3), np.uint8)))
    with pytest.raises(ConfigError, match="bag_of_pixels labels no pixels"):
        label(build(default_config("bag_of_pixels")), painted.channels)


def test_smoothing_takes_lone_pixels_away(painted: Painted) -> None:
    def borders(sigma: float) -> int:
        network = painted.fitted.network
        smoothed = model_from(replace(network.config, smoothing=sigma), network.state_dict(), network.card)
        labels = label(smoothed, painted.channels).labels.astype(int)
        return int((np.diff(labels, axis=0) != 0).sum() + (np.diff(labels, axis=1) != 0).sum())

    assert borders(4.0) < borders(0.0)


def test_next_stroke_is_wanted_in_the_doubtful_area_without_strokes() -> None:
    probabilities = np.full((80, 80, 2), (0.9, 0.1), np.float32)
    probabilities[10:30, 10:30] = probabilities[50:70, 50:70] = 0.5
    probabilities[40, 5] = 0.5
    scribbles = np.zeros((80, 80), np.int32)
    scribbles[8:32, 8:32] = 1
    y, x = label_here_next(probabilities, scribbles) or (0, 0)
    assert 52 <= y <= 67
    assert 52 <= x <= 67
    assert label_here_next(probabilities, np.ones((80, 80), np.int32)) is None


def test_uncertainty_is_the_margin_of_the_best_two(painted: Painted) -> None:
    answer = label(painted.fitted.network, painted.channels)
    best = np.sort(answer.probabilities, 2)
    assert np.array_equal(answer.uncertainty, np.round(255 * (1 - (best[..., -1] - best[..., -2]))).astype(np.uint8))


def test_areas_add_up_and_are_in_square_micrometres() -> None:
    labels = np.array([[1, 1, 2], [1, 2, 2]], np.uint8)
    first, second, third = areas(labels, 3, 2.0)
    assert (first.pixels, first.share, first.area) == (3, 0.5, 12.0)
    assert (second.pixels, third.pixels, third.area) == (3, 0, 0.0)
    assert areas(labels, 2)[0].area is None
    with pytest.raises(ConfigError, match="above 0"):
        areas(labels, 2, 0.0)


def test_iou_counts_known_pixels_alone() -> None:
    assert iou_by_class(np.array([1, 1, 2, 2, 1]), np.array([1, 2, 2, 2, 0])) == {1: 0.5, 2: 2 / 3}

"""Pictures larger than what is painted on: labels come at their size, and no stroke is lost."""

from __future__ import annotations

import numpy as np
import pytest

from pointwise.segmentation import apply, pictures, segment
from pointwise.segmentation.pictures import enlarged, shrunk
from tests.unit.segmentation.conftest import stripes


def test_large_picture_is_labelled_at_its_own_size() -> None:
    picture, truth = stripes(300, 1200)
    wide = np.where(truth == 1, 40, 200).astype(np.uint8)
    scribbles = np.zeros_like(truth)
    scribbles[100:110, 100:400] = 1
    scribbles[100:110, 700:1100] = 2
    found = segment(wide, scribbles, sets=("colour",))
    assert found.labels.shape == picture.shape
    assert (found.labels == truth).mean() > 0.995
    assert found.probabilities.shape == (256, 1024, 2)
    coloured = np.stack([wide] * 3, 2)
    assert (apply(found.network, coloured).labels == found.labels).mean() > 0.995


def test_labels_are_enlarged_by_their_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    share = np.array([[0.9, 0.1]], np.float32)
    probabilities = np.stack([share, 1 - share], 2)
    whole = enlarged(probabilities, (5, 8))
    assert whole.tolist() == [[1, 1, 1, 1, 2, 2, 2, 2]] * 5
    monkeypatch.setattr(pictures, "ROWS", 2)
    assert np.array_equal(enlarged(probabilities, (5, 8)), whole)


def test_every_stroke_survives_the_reduction() -> None:
    scribbles = np.zeros((100, 200), np.int32)
    scribbles[99, 199], scribbles[0, 7] = 2, 1
    assert shrunk(scribbles, (10, 20))[[9, 0], [19, 0]].tolist() == [2, 1]

"""Drawings of classes of somebody's own, as a run learns from them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pointwise import PictureJob, fit, pictures_recipe
from pointwise.card import class_names, reads_drawings
from pointwise.data.catalogue import NONE
from pointwise.data.nondigits import ASSORTED
from pointwise.data.own_drawings import OwnDrawings
from pointwise.errors import ConfigError, DataError
from pointwise.jobs import job_from
from tests.doodles import doodle

NAMES = ("sun", "fish")
LABELS = np.repeat([0, 1], 5)
DRAWINGS = OwnDrawings(NAMES, [doodle(NAMES[label], n) for n, label in enumerate(LABELS)], LABELS)


def job(epochs: int = 1) -> PictureJob:
    return PictureJob(DRAWINGS.config("bag_of_pixels"), pictures_recipe(1_000, epochs=epochs), DRAWINGS)


def test_a_fifth_is_held_out_and_the_others_are_shown_again_and_again() -> None:
    training, held_out = DRAWINGS.load()
    assert len(held_out) == DRAWINGS.counts[1] == 2
    assert len(training) == DRAWINGS.counts[0] >= 1_000
    assert len({image.numpy().tobytes() for image in training.images}) == 8


def test_a_job_on_them_is_made_again_of_its_description() -> None:
    again = job_from(json.loads(json.dumps(job().describe())))
    assert isinstance(again, PictureJob)
    assert again.stands_in_for == "bag_of_pixels"
    for part, same in zip(DRAWINGS.load(), again.data.load(), strict=True):
        assert (part.images == same.images).all()
        assert (part.labels == same.labels).all()


def test_a_class_more_learns_from_what_is_made_and_is_not_measured_on() -> None:
    drawings = OwnDrawings(NAMES, DRAWINGS._every[0], LABELS, none=True)
    more = PictureJob(drawings.config("bag_of_pixels"), pictures_recipe(1_000, epochs=1), drawings)
    again = job_from(json.loads(json.dumps(more.describe())))
    assert isinstance(again, PictureJob)
    training, held_out = again.data.load()
    assert again.config.num_classes == len(again.data.classes) == 3
    assert again.data.classes[2] == NONE
    assert again.data.counts == (len(training), len(held_out)) == (DRAWINGS.counts[0] + ASSORTED, 2)
    assert (training.labels == 2).sum() == ASSORTED
    assert held_out.labels.max() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"drawings": [[0, "AAAA"]]},
        {"drawings": [[0, 1], 3]},
        {"drawings": [[5, job().describe()["data"]["drawings"][0][1]]] * 6},
        {"classes": ["one"]},
        {"classes": [1, 2]},
        {"classes": ["a", "b", "c"]},
    ],
)
def test_a_damaged_description_is_refused(changes: dict[str, Any]) -> None:
    described = job().describe()
    with pytest.raises((ConfigError, DataError)):
        job_from({**described, "data": {**described["data"], **changes}})


def test_the_network_reads_drawings_by_their_names() -> None:
    network = fit(job())
    assert reads_drawings(network)
    assert class_names(network.card, network.config) == NAMES

"""Made digits as people draw them on the page."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pointwise.data import drawn_digits


def test_the_drawings_that_temperatures_are_fitted_on_are_always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_digits, "MADE", 20)
    make = drawn_digits.made_drawings.__wrapped__
    first, again = make(), make()
    assert torch.equal(first.images, again.images)
    assert torch.bincount(first.labels).tolist() == [2] * 10
    assert first.images.flatten(1).any(1).all()


def test_a_drawing_lies_inside_the_sheet_at_any_place() -> None:
    chance = np.random.default_rng(0)
    corners = set()
    for _ in range(8):
        ink = drawn_digits.draw_anywhere([[(0.0, 0.0), (1.0, 1.0)]], chance, side=70)[:, :, 0] > 0
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        assert 0 < len(rows) < 70
        corners.add((rows[0], columns[0]))
    assert len(corners) > 4

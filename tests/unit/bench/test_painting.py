"""Times and scores of a painted network beside a forest, on a small mosaic."""

from __future__ import annotations

import pytest

from pointwise.bench import painting


def test_every_time_and_score_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "SIDES", (64,))
    monkeypatch.setattr(painting, "SEEDS", range(1))
    monkeypatch.setattr(painting, "LARGE", 128)
    monkeypatch.setattr(painting, "LONGEST", 64)
    whole = painting.mosaic
    monkeypatch.setattr(painting, "mosaic", lambda seed, side=64: whole(seed, side))
    found = painting.measured(1)
    assert all(seconds > 0 for seconds in found["seconds"]["64"].values())
    assert all(0 <= score <= 1 for (score,) in found["mean_iou"].values())
    told = list(painting.lines(found))
    assert told[0].startswith("64 × 64 pixels, 3 classes, 2% painted: channels ")
    assert told[-2].startswith("mean IoU over 1 mosaics, forest, smoothed: 0.")
    assert told[-1].startswith("mean IoU over 1 mosaics of 128 pixels a side, labels enlarged: 0.")

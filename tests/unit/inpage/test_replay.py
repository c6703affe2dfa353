"""What a replay is painted from in the page: its axis of steps, the curves' names, and pixels."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from pointwise.explain.replay import DrawingReplay, PriceReplay
from pointwise.ui.runs.replay import MOST_BYTES, drawing_data, prices_data
from tests.unit.inpage.conftest import Answers

VIEWS, PLAYER = "ui/runs/replay_views.js", "ui/runs/replay.js"
STEPS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 938]
GAP = 0.1


def expected_places(steps: list[int], of: list[int]) -> np.ndarray:
    first, last = np.log1p(of[0]), np.log1p(of[-1])
    return (np.log1p(steps) - first) / (last - first)


def test_steps_stand_where_their_logarithms_do(node: Answers) -> None:
    places, alone = node(VIEWS, "along", [[STEPS], [[7]]])
    assert places == pytest.approx(expected_places(STEPS, STEPS).tolist())
    assert places[len(STEPS) // 2] > 0.4 > 0.1 > STEPS[len(STEPS) // 2] / STEPS[-1]
    assert alone == [1]


def test_ticks_are_round_and_stand_at_their_own_steps(node: Answers) -> None:
    dense, alone, late = node(VIEWS, "ticks", [[STEPS], [[7]], [[0, 40, 60_000]]])
    for ticks, steps in ((dense, STEPS), (late, [0, 40, 60_000])):
        written, places = [tick["step"] for tick in ticks], [tick["place"] for tick in ticks]
        assert places == pytest.approx(expected_places(written, steps).tolist())
        assert (written[0], written[-1]) == (steps[0], steps[-1])
        assert min(np.diff(places)) >= GAP
        assert all(str(step).strip("0") in "125" for step in written[1:-1])
        assert len(written) >= 5
    assert alone == [{"step": 7, "place": 1}]


def test_names_stand_on_their_curves_and_apart(node: Answers) -> None:
    places = np.linspace(0, 1, 12).tolist()
    rising, falling = np.linspace(0.1, 0.95, 12).tolist(), np.linspace(0.9, 0.04, 12).tolist()
    level = [0.1] * 12
    (names,) = node(VIEWS, "named", [[[rising, falling, level, level, [0.02] * 12], places]])
    assert names[4] is None
    for name, curve in zip(names[:4], (rising, falling, level, level), strict=True):
        assert curve[places.index(name["x"])] == name["y"]
    for one in range(4):
        for other in range(one):
            far = abs(names[one]["x"] - names[other]["x"]) >= 0.045 or abs(names[one]["y"] - names[other]["y"]) >= 0.075
            assert far


def test_maps_stand_side_by_side_with_a_gap(node: Answers) -> None:
    colours, levels = list(range(1000, 1256)), np.arange(3 * 2 * 7, dtype=np.uint8).reshape(3, 2, 7)
    (made,) = node(VIEWS, "mosaic", [[levels.ravel().tolist(), [3, 2, 7], 2, colours]])
    pixels = np.array(made["pixels"]).reshape(made["height"], made["width"])
    assert pixels.shape == (2 * 4 + 1, 2 * 14 + 1)
    large = levels.repeat(2, axis=1).repeat(2, axis=2).astype(int) + 1000
    assert np.array_equal(pixels[:4, :14], large[0])
    assert np.array_equal(pixels[:4, 15:], large[1])
    assert np.array_equal(pixels[5:, :14], large[2])
    assert not pixels[4].any()
    assert not pixels[:, 14].any()
    assert not pixels[5:, 15:].any()


def test_prices_rise_upwards(node: Answers) -> None:
    colours = list(range(1000, 1256))
    (made,) = node(VIEWS, "upwards", [[[0, 1, 2, 3, 4, 5], [2, 3], colours]])
    assert (made["width"], made["height"], made["pixels"]) == (3, 2, [1003, 1004, 1005, 1000, 1001, 1002])


def test_the_last_snapshot_stays_the_last_and_another_its_step(node: Answers) -> None:
    cases = [[[1, 5, 9], 2, [1, 5, 9, 20]], [[1, 5, 9], 1, [1, 2, 3, 5, 9]], [[1, 5, 9], 0, [4, 5]]]
    assert node(PLAYER, "kept", cases) == [3, 3, 0]


def drawing_replay(maps: np.ndarray) -> DrawingReplay:
    shares = np.random.default_rng(0).dirichlet(np.ones(10), len(maps)).astype(np.float32)
    return DrawingReplay(tuple(range(1, len(maps) + 1)), shares, maps.astype(np.float32), "mix1")


def numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


@pytest.mark.parametrize("lowest", [-3.0, 0.0])
def test_what_is_sent_are_the_values_to_a_255th_of_the_scale(lowest: float) -> None:
    maps = np.random.default_rng(1).uniform(lowest, 5.0, (4, 6, 3, 3))
    replay = drawing_replay(maps)
    data = drawing_data(replay)
    scale, levels = data["scale"], numbers(data["maps"], "u1").reshape(maps.shape)
    assert scale["low"] == (-scale["high"] if lowest < 0 else 0)
    assert (
        np.abs(scale["low"] + levels * (scale["high"] - scale["low"]) / 255 - maps).max()
        <= 0.51 * (scale["high"] - scale["low"]) / 255
    )
    assert np.array_equal(numbers(data["probabilities"], "<f4"), replay.probabilities.ravel())


@pytest.mark.parametrize(("shape", "shown"), [((40, 32, 14, 14), 32), ((40, 64, 28, 28), MOST_BYTES // (40 * 784))])
def test_a_replay_is_at_most_one_and_a_half_megabytes(shape: tuple[int, ...], shown: int) -> None:
    data = drawing_data(drawing_replay(np.ones(shape)))
    assert data["shape"] == [shown, *shape[2:]]
    assert ("first" in data["what"]) == (shown < shape[1])
    assert len(json.dumps(data)) <= 1_500_000


def test_prices_below_nothing_are_said_to_be_there() -> None:
    ends = np.array([0.0, 6_000.0]), np.array([0.0, 12.0])
    dollars = np.array([[[0, 100], [200, 400]], [[0, 300], [600, 1_000]]], np.float32)
    data = prices_data(PriceReplay((1, 2), *ends, dollars))
    assert (data["scale"]["low"], data["scale"]["high"], data["below"], data["prices"]) == (0, 1_000, False, None)
    assert numbers(data["dollars"], "u1").tolist() == [0, 26, 51, 102, 0, 76, 153, 255]
    assert prices_data(PriceReplay((1, 2), *ends, dollars - 50))["below"]

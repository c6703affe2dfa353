"""What a painted network costs and how good it is, beside a random forest on the same channels and strokes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from pointwise.data.picture_files import reduced
from pointwise.segmentation import LONGEST
from pointwise.segmentation.channel_maps import Channels, compute
from pointwise.segmentation.fitting import Fitted, fit
from pointwise.segmentation.forest import forest
from pointwise.segmentation.labelling import Labelled, label, mean_iou
from pointwise.segmentation.mosaics import Mosaic, made_strokes, mosaic
from pointwise.segmentation.pictures import enlarged

SIDES = (512, 1024)  # pixels of the timed mosaics
SEEDS = range(100, 110)  # of the mosaics that are scored; none was looked at while the channels were chosen
LARGE = 2048  # pixels of mosaics whose labels are enlarged
SEED = 99  # of the timed mosaics
FEWER = 0.9  # of the strokes' pixels that the last answer of a warm start has seen


def measured(rounds: int) -> dict[str, Any]:
    """JSON: seconds by side, network and forest in turns, medians of ``rounds``; mean IoU of each of ten mosaics, and
    of ten large ones.
    """
    times = {str(side): _times(mosaic(SEED, side), rounds) for side in SIDES}
    scores = [_scores(mosaic(seed), seed) for seed in SEEDS]
    by_name = {name: [row[name] for row in scores] for name in scores[0]}
    large = [_score_of_large(mosaic(seed, LARGE), seed) for seed in SEEDS]
    return {"seconds": times, "rounds": rounds, "mean_iou": by_name, "mean_iou_of_large": large}


def _times(made: Mosaic, rounds: int) -> dict[str, float]:
    scribbles, numbers = made_strokes(made.truth, SEED)
    earlier = np.where(numbers <= FEWER * numbers.max(), scribbles, 0)
    channels = compute(made.picture)
    before = fit(channels, earlier, np.where(earlier > 0, numbers, 0))
    taken: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        found = work()
        taken.setdefault(name, []).append(time.perf_counter() - begun)
        return found

    for _ in range(rounds + 1):  # the first round warms up
        timed("channels", lambda: compute(made.picture))
        cold: Fitted = timed("cold_fit", lambda: fit(channels, scribbles, numbers))
        timed("label", partial(label, cold.network, channels))
        timed("warm_fit", lambda: fit(channels, scribbles, numbers, before=before))
        trees = forest(channels, scribbles)
        taken.setdefault("forest_fit", []).append(trees.fit_seconds)
        taken.setdefault("forest_label", []).append(trees.label_seconds)
    return {name: median(seconds[1:]) for name, seconds in taken.items()}


def _scores(made: Mosaic, seed: int) -> dict[str, float]:
    scribbles, numbers = made_strokes(made.truth, seed)
    channels = compute(made.picture)

    def ours(some: Channels, before: Fitted | None = None) -> tuple[Fitted, Labelled]:
        fitted = fit(some, scribbles, numbers, before=before)
        return fitted, label(fitted.network, some)

    fitted, cold = ours(channels)
    return {
        "network": mean_iou(cold.labels, made.truth),
        "network_warm": mean_iou(ours(channels, fitted)[1].labels, made.truth),
        "network_colour_only": mean_iou(ours(channels.only(("colour",)))[1].labels, made.truth),
        "forest": mean_iou(forest(channels, scribbles).labels, made.truth),
        "forest_smoothed": mean_iou(forest(channels, scribbles, smoothing=4.0).labels, made.truth),
    }


def _score_of_large(made: Mosaic, seed: int) -> float:
    small = reduced(made.picture, LONGEST)
    every = len(made.truth) // len(small)
    scribbles, numbers = made_strokes(made.truth[every // 2 :: every, every // 2 :: every], seed)
    channels = compute(small)
    answer = label(fit(channels, scribbles, numbers).network, channels)
    return mean_iou(enlarged(answer.probabilities, made.truth.shape), made.truth)


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The results in sentences."""
    for side, taken in result["seconds"].items():
        ours, warm = taken["cold_fit"] + taken["label"], taken["warm_fit"] + taken["label"]
        trees = taken["forest_fit"] + taken["forest_label"]
        yield (
            f"{side} × {side} pixels, 3 classes, 2% painted: channels {1e3 * taken['channels']:.0f} ms; from a stroke "
            f"to all labels {1e3 * warm:.0f} ms (training {1e3 * taken['warm_fit']:.0f}), anew {1e3 * ours:.0f} ms"
        )
        yield f"  a random forest: {1e3 * trees:.0f} ms, {trees / warm:.1f} and {trees / ours:.1f} times as long"
    for name, scores in result["mean_iou"].items():
        called = name.replace("_", ", ", 1).replace("_", " ")
        yield f"mean IoU over {len(scores)} mosaics, {called}: {_spread(scores)}"
    large = result["mean_iou_of_large"]
    yield f"mean IoU over {len(large)} mosaics of {LARGE} pixels a side, labels enlarged: {_spread(large)}"


def _spread(scores: Sequence[float]) -> str:
    return f"{np.mean(scores):.3f} ± {np.std(scores):.3f}"

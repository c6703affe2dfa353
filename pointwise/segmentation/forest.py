"""A random forest on the same channels and strokes: what the established tools use, for comparison."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.segmentation.channel_maps import Channels
from pointwise.segmentation.filters import blurred
from pointwise.segmentation.scribbles import check_scribbles, sample

TREES = 100
BAND = 128  # rows that are labelled at a time
LEAST = 0.02  # added to a forest's probabilities, which may be 0, before their logarithms are smoothed


@dataclass(frozen=True, eq=False)
class Forest:
    """What a forest answers, and how long it took."""

    labels: NDArray[np.uint8]  # (H, W), 1…k
    probabilities: NDArray[np.float32]  # (H, W, k)
    fit_seconds: float
    label_seconds: float


def grown(values: NDArray[np.float32], labels: NDArray[np.int64], seed: int, threads: int) -> Any:
    """scikit-learn's RandomForestClassifier of 100 trees, fitted to the channels (n, C) of labelled pixels (n,)."""
    from sklearn.ensemble import RandomForestClassifier

    trees = RandomForestClassifier(TREES, n_jobs=threads, random_state=seed, class_weight="balanced")
    return trees.fit(values, labels)


def forest(
    channels: Channels,
    scribbles: NDArray[Any],
    *,
    classes: int | None = None,
    seed: int = 0,
    smoothing: float = 0.0,
    threads: int = 2,
) -> Forest:
    """scikit-learn's RandomForestClassifier with 100 trees, on the pixels that a network learns from.

    ``smoothing`` is the Gaussian over the logarithms of its probabilities, as over a network's logits. Raises
    DataError as ``fit`` does.
    """
    count = check_scribbles(scribbles, channels.shape, classes)
    begun = time.perf_counter()
    chosen = sample(scribbles, None, seed)
    trees = grown(channels.at(chosen.rows, chosen.columns).numpy(), chosen.labels, seed, threads)
    fitted = time.perf_counter()
    height, width = channels.shape
    probabilities = np.zeros((height, width, count), np.float32)
    for top in range(0, height, BAND):
        y, x = np.mgrid[top : min(top + BAND, height), :width]
        said = trees.predict_proba(channels.at(y.ravel(), x.ravel()).numpy())
        probabilities[top : top + BAND, :, trees.classes_ - 1] = said.reshape(*y.shape, -1)
    if smoothing:
        logs = torch.from_numpy(np.log(probabilities + LEAST)).permute(2, 0, 1)[None]
        probabilities = blurred(logs, smoothing)[0].softmax(0).permute(1, 2, 0).numpy()
    labels = probabilities.argmax(2).astype(np.uint8) + 1
    return Forest(labels, probabilities, fitted - begun, time.perf_counter() - fitted)

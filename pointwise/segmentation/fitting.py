"""From channels and a few brush strokes to a network, in a fraction of a second, again after each stroke."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pointwise.card import STROKES
from pointwise.models import PAINTER, ModelConfig, Network, build
from pointwise.segmentation.channel_maps import Channels
from pointwise.segmentation.course import NEVER, Course
from pointwise.segmentation.labelling import iou_by_class
from pointwise.segmentation.scribbles import Sample, check_scribbles, sample

SMOOTHING = 4.0  # px, of networks that know textures
COLD, REFIT, WARM = 8, 4, 2  # rounds: of a new network, of one then fitted to all strokes, of one that goes on


class HeldOut(NamedTuple):
    """How well strokes are labelled by a network that saw none of their pixels, nor their neighbours."""

    score: float  # mean IoU over the classes that have such strokes, before labels are smoothed
    by_class: dict[int, float]
    strokes: int
    pixels: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """A network fitted to all strokes, and what is needed to go on with it after the next one."""

    network: Network
    held_out: HeldOut | None  # None: too few strokes
    epochs: int  # rounds over the strokes
    seconds: float
    warm: bool  # it went on from an earlier one
    present: tuple[int, ...] = ()  # classes that have strokes
    judge: Network | None = None  # the network that was fitted to some of the strokes alone, for the score
    seen: NDArray[np.bool_] | None = None  # pixels that the judge was ever trained on

    @property
    def classes(self) -> int:
        """How many classes the network tells apart."""
        return self.network.config.num_classes


def fit(
    channels: Channels,
    scribbles: NDArray[Any],
    numbers: NDArray[Any] | None = None,
    *,
    classes: int | None = None,
    before: Fitted | None = None,
    seed: int = 0,
    smoothing: float | None = None,
    seconds: float = 10.0,
    stopped: Callable[[], bool] = lambda: False,
) -> Fitted:
    """A network that labels pixels as the strokes do.

    ``scribbles`` are (H, W): 0 unlabelled, 1…k; ``numbers`` tell the strokes apart, 0 where there is none (else
    connected areas of one class are strokes). A class without strokes never wins. ``before`` is the last answer, from
    which this one goes on where channels, settings and classes are the same. After ``seconds``, or once ``stopped``
    says so, it is handed over as it is. Raises DataError for strokes that nothing can be learned from.
    """
    begun = time.perf_counter()
    count = check_scribbles(scribbles, channels.shape, classes)
    chosen = sample(scribbles, numbers, seed)
    smooth = (SMOOTHING if "texture" in channels.sets else 0.0) if smoothing is None else float(smoothing)
    config = ModelConfig(PAINTER, channels.colours, num_classes=count, channel_sets=channels.sets, smoothing=smooth)
    going_on = before if before and (before.network.config, before.present) == (config, chosen.present) else None
    standard = _standard(going_on.network) if going_on else channels.standard
    inputs = (channels.at(chosen.rows, chosen.columns) - standard[0]) * standard[1]
    course = Course(
        inputs, torch.from_numpy(chosen.labels - 1), torch.Generator().manual_seed(seed), begun + seconds, stopped
    )
    judge, held_out = None, None
    seen = going_on.seen if going_on else None
    old = going_on.network if going_on else None
    if chosen.probe.any():
        goes_on = (
            going_on
            and going_on.judge
            and not (seen is not None and seen[chosen.rows, chosen.columns][chosen.held].any())
        )
        judge = _copied(going_on.judge if going_on and goes_on else None, config, standard, seed)
        held_out = _judged(judge, course, chosen, WARM if goes_on else COLD)
        seen = seen.copy() if goes_on and seen is not None else np.zeros(channels.shape, bool)
        seen[chosen.rows[~chosen.held], chosen.columns[~chosen.held]] = True
        old = old or judge
    network = _copied(old, config, standard, seed)
    course.run(network, None, WARM if going_on else REFIT if judge else COLD)
    _silence(network, chosen.present)
    network.card = {"data_set": STROKES, "data": f"{len(chosen.labels)} painted pixels", "seed": seed}
    taken = time.perf_counter() - begun
    return Fitted(network, held_out, course.rounds, taken, going_on is not None, chosen.present, judge, seen)


def _standard(network: Any) -> tuple[Tensor, Tensor]:
    return network.mean.flatten(), network.scale.flatten()


def _copied(old: Network | None, config: ModelConfig, standard: tuple[Tensor, Tensor], seed: int) -> Network:
    """A network to be trained: a new one, or one with the weights of another."""
    network: Any = build(config, seed)
    if old is not None:
        network.load_state_dict(old.state_dict())
        return network
    network.mean.copy_(standard[0][:, None, None])
    network.scale.copy_(standard[1][:, None, None])
    return network


def _silence(network: Any, present: tuple[int, ...]) -> None:
    """Let classes without strokes never win."""
    absent = [n for n in range(network.config.num_classes) if n + 1 not in present]
    with torch.no_grad():
        network.conv3.weight[absent] = 0.0
        network.conv3.bias[absent] = NEVER
    network.eval().requires_grad_(False)


def _judged(judge: Network, course: Course, chosen: Sample, rounds: int) -> HeldOut | None:
    """The score of held-out strokes by a network that is trained on the others."""
    kept, probe = torch.from_numpy(~chosen.held), torch.from_numpy(chosen.probe)
    labels = course.run(judge, kept, rounds, probe)
    _silence(judge, tuple(np.unique(chosen.labels[~chosen.held]).tolist()))
    truth = chosen.labels[chosen.probe]
    by_class = iou_by_class(labels.numpy() + 1, truth)
    strokes = len(np.unique(chosen.numbers[chosen.probe]))
    return HeldOut(float(np.mean(list(by_class.values()))), by_class, strokes, len(truth))

"""What the study measures of a network, where it was trained: on test digits, on what is no digit, on people's strokes.

Every network gets its temperature by one procedure, ``temperature_for``; what stands on its card is left aside.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pointwise.calibration import SURE, logits_of
from pointwise.costs import cost
from pointwise.data.catalogue import Pictures
from pointwise.data.digits import Digits, normalise
from pointwise.data.pen_strokes import PenDigit
from pointwise.evaluation import ROUNDS, draw, no_digits
from pointwise.models import Network
from pointwise.reliability import reliability
from pointwise.study.outcomes import DRAWINGS, OF, TEST
from pointwise.training.metrics import temperature_for


def measured(network: Network, pictures: Pictures, drawings: tuple[PenDigit, ...]) -> dict[str, Any]:
    """JSON: what of a network's Training is measured, on the test digits of ``pictures`` and on people's drawings."""
    temperature = temperature_for(network)
    strange = _Answers(network, no_digits()[0], temperature)
    samples = {TEST: _Answers(network, _test(pictures), temperature).sample(1)}
    if drawings:
        answers = _Answers(network, _anywhere(drawings), temperature)
        sources = np.array([one.source for one in drawings] * ROUNDS)
        samples[DRAWINGS] = answers.sample(ROUNDS)
        for source in sorted(set(sources.tolist()) - {""}):
            samples[OF + source] = answers.sample(ROUNDS, sources == source)
    return {
        "parameters": cost(network.config).parameters,
        "temperature": round(temperature, 4),
        "no_digits": len(strange.right),
        "unsure_of_no_digits": int(strange.unsure.sum()),
        "unsure_of_no_digits_raw": int(strange.unsure_raw.sum()),
        "samples": samples,
    }


@functools.cache
def _test(pictures: Pictures) -> Digits:
    return pictures.load_held_out()


@functools.cache
def _anywhere(drawings: tuple[PenDigit, ...]) -> Digits:
    return draw(drawings).anywhere


class _Answers:
    """A network's answers to digits: which are right, and which are unsure with its temperature and without, (N,)."""

    def __init__(self, network: Network, digits: Digits, temperature: float) -> None:
        logits = logits_of(network, normalise(digits.images))
        self.labels = digits.labels
        self.right = (logits.argmax(dim=1) == digits.labels).numpy()
        self.fitted, self.raw = (logits / temperature).softmax(1), logits.softmax(1)
        self.unsure, self.unsure_raw = ((one.max(dim=1).values < SURE).numpy() for one in (self.fitted, self.raw))

    def sample(self, times: int, chosen: NDArray[np.bool_] | None = None) -> dict[str, Any]:
        """JSON of a Sample, all or the ``chosen``, (N,), whose things were drawn so many ``times``, in rounds."""
        these = np.ones(len(self.right), bool) if chosen is None else chosen
        right, unsure, unsure_raw = self.right[these], self.unsure[these], self.unsure_raw[these]
        error, error_raw = (
            reliability(one[torch.from_numpy(these)], self.labels[torch.from_numpy(these)]).calibration_error
            for one in (self.fitted, self.raw)
        )
        hits = {"read": right, "wrong_but_sure": ~right & ~unsure, "unsure": unsure}
        return {
            "count": len(right) // times,
            "times": times,
            **{name: _counted(one, times) for name, one in hits.items()},
            "calibration_error": error,
            "raw": {
                "calibration_error": error_raw,
                "wrong_but_sure": float((~right & ~unsure_raw).mean()),
                "unsure": float(unsure_raw.mean()),
            },
        }


def _counted(hits: NDArray[np.bool_], times: int) -> int | str:
    return int(hits.sum()) if times == 1 else "".join(map(str, hits.reshape(times, -1).sum(axis=0)))

"""The picture whose three weights a visitor looks for (inpage/colour_mixer.js): what is asked, and what is said."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pointwise.inpage import FOLDER

if TYPE_CHECKING:
    from pointwise.explain.colour import Scene

Weights = tuple[float, float, float]  # of red, green and blue

MARKUP = (FOLDER / "colour_mixer.html").read_text(encoding="utf-8")
STYLES = (FOLDER / "colour_mixer.css").read_text(encoding="utf-8")
GREY: Weights = (0.3, 0.6, 0.1)  # to begin with
ANSWER: Weights = (-0.5, 1.0, -0.5)
ENOUGH = 0.5  # the contrast that solves it
OTHERS: dict[str, Weights] = {
    "sky": (-1.0, 0.0, 1.0),
    "clouds": (0.5, 0.5, -0.3),
    "trunk": (1.0, -1.0, -0.2),
}  # weights that each part stands out by
SAYS = {
    "hidden": "Not yet. Brightest now: the {other}, {by} ahead of the leaves.",
    "close": "Nearly. The leaves lead, {by} ahead of the {other}.",
    "found": "Found. The leaves lead by {by}, and no pixel has looked at its neighbours.",
}


def of_scene(scene: Scene, weights: Weights = GREY) -> dict[str, Any]:
    """What colour_mixer.js takes: a scene, whose first part is to be the brightest, and the weights so far."""
    import numpy as np

    numbers = np.zeros(scene.picture.shape[:2], np.uint8)
    for number, part in enumerate(scene.parts.values()):
        numbers[part] = number
    return {
        "picture": base64.b64encode(scene.picture.tobytes()).decode(),
        "parts": base64.b64encode(numbers.tobytes()).decode(),
        "side": len(numbers),
        "names": tuple(scene.parts),
        "weights": weights,
        "start": GREY,
        "answer": ANSWER,
        "enough": ENOUGH,
        "says": SAYS,
    }

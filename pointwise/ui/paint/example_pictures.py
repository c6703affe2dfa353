"""Pictures to begin with, real ones that come with scikit-image and scikit-learn, and what is painted on them at first.

Nothing is downloaded: the files are in the installed packages. The mosaic is made of photographs of textures, so that
it is known which texture each of its pixels belongs to.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pointwise.errors import DataError
from pointwise.segmentation import LONGEST
from pointwise.segmentation.strokes import Painting, Stroke
from pointwise.ui.paint.example_strokes import LINES, Line

MOSAIC = "mosaic"
MOSAIC_STROKES, MOSAIC_LENGTH, MOSAIC_BRUSH = 6, 60.0, 8.0  # of each class, and pixels
MARGIN = 6  # pixels between a made stroke and another texture


@dataclass(frozen=True)
class Example:
    """A picture to begin with."""

    title: str
    about: str  # a sentence
    classes: tuple[str, ...]
    file: tuple[str, ...] = ()  # of a package: its name, and the path in it
    brush: float = 8.0  # pixels
    lines: Mapping[int, Sequence[Line]] | None = None  # by class
    seen: str = "+ edges"  # what the network sees of each pixel at first


EXAMPLES: dict[str, Example] = {
    "coffee": Example(
        "Coffee",
        "A cup on a table. The red of the china and of the wood are near: colour alone confuses them in the shade.",
        ("Wood", "Red china", "White china", "Coffee"),
        ("skimage", "data", "coffee.png"),
        8,
        LINES["coffee"],
    ),
    "tissue": Example(
        "Stained tissue",
        "A section of a colon under the microscope: glands in brown, the tissue between them with blue nuclei.",
        ("Gland", "Tissue between", "Empty"),
        ("skimage", "data", "ihc.png"),
        8,
        LINES["tissue"],
    ),
    "retina": Example(
        "Retina",
        "The back of an eye. Vessels are thin and hardly darker than what is around them, so edges help more than "
        "colour.",
        ("Vessel", "Retina", "Optic disc", "Outside"),
        ("skimage", "data", "retina.jpg"),
        6,
        LINES["retina"],
    ),
    "china": Example(
        "Summer Palace",
        "A tower above a lake. Sky and water have nearly one colour, leaves and roofs many.",
        ("Sky", "Water", "Tower", "Trees"),
        ("sklearn", "datasets", "images", "china.jpg"),
        8,
        LINES["china"],
    ),
    "flower": Example(
        "Dahlia",
        "A flower in front of leaves out of focus: for this one, colour alone is nearly enough.",
        ("Petals", "Heart", "Background"),
        ("sklearn", "datasets", "images", "flower.jpg"),
        8,
        LINES["flower"],
    ),
    MOSAIC: Example(
        "Mosaic",
        "Photographs of brick, grass and gravel, all grey and equally bright, put together at random: here the truth "
        "is known.",
        ("Brick", "Grass", "Gravel"),
        seen="+ texture",
    ),
}
FIRST = next(iter(EXAMPLES))


@cache
def picture(name: str) -> NDArray[np.uint8]:
    """The picture of an example, uint8 (H, W) or (H, W, 3), the same object each time; not to be changed.

    Raises DataError where its package lacks it.
    """
    from pointwise.data.picture_files import read_reduced

    example = EXAMPLES[name]
    if not example.file:
        return _mosaic()[0]
    package, *inside = example.file
    spec = importlib.util.find_spec(package)  # which imports nothing
    path = Path(*(spec.submodule_search_locations or ["."])[:1], *inside) if spec else Path(*example.file)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"The picture '{example.title}' is not installed here. Choose another one.") from error
    return read_reduced(content, example.title, LONGEST)[0]


def truth(name: str) -> NDArray[np.uint8] | None:
    """The class of each pixel, (H, W), 1…k, where it is known."""
    return _mosaic()[1] if name == MOSAIC else None


@cache
def painting(name: str) -> Painting:
    """What is painted on an example at first."""
    example = EXAMPLES[name]
    lines = example.lines or made_lines(_mosaic()[1])
    brush = example.brush if example.lines else MOSAIC_BRUSH
    strokes = [
        Stroke(f"example-{label}-{number}", tuple(line), brush, label)
        for label, several in lines.items()
        for number, line in enumerate(several)
    ]
    return Painting(tuple(strokes))


def made_lines(areas: NDArray[np.uint8], seed: int = 0) -> dict[int, list[Line]]:
    """Straight lines at random places inside each of the ``areas`` (H, W), 1…k, the same ones for a ``seed``."""
    rng = np.random.default_rng(seed)
    return {label: list(_lines_inside(areas == label, rng)) for label in range(1, int(areas.max()) + 1)}


def _lines_inside(inside: NDArray[np.bool_], rng: np.random.Generator) -> Iterator[Line]:
    from scipy.ndimage import binary_erosion

    room = binary_erosion(inside, iterations=MARGIN)
    ys, xs = np.nonzero(room)
    height, width = inside.shape
    for _ in range(MOSAIC_STROKES):
        at = int(rng.integers(len(xs)))
        x, y, turn = int(xs[at]), int(ys[at]), rng.uniform(0, 2 * math.pi)
        end = x, y
        for far in np.arange(0, MOSAIC_LENGTH, 2):
            column, row = round(x + far * math.cos(turn)), round(y + far * math.sin(turn))
            if not (0 <= column < width and 0 <= row < height and room[row, column]):
                break
            end = column, row
        yield [(x, y), end]


@cache
def _mosaic() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    from pointwise.segmentation.mosaics import mosaic

    made = mosaic()
    return made.picture, made.truth

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
from pointwise.segmentation.strokes import Painting, Stroke

Path_ = Sequence[tuple[float, float]]
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
    lines: Mapping[int, Sequence[Path_]] | None = None  # by class
    seen: str = "+ edges"  # what the network sees of each pixel at first


EXAMPLES: dict[str, Example] = {
    "coffee": Example(
        "Coffee",
        "A cup on a table. The red of the china and of the wood are near: colour alone confuses them in the shade.",
        ("Wood", "Red china", "White china", "Coffee"),
        ("skimage", "data", "coffee.png"),
        8,
        {
            1: [
                [(20, 150), (80, 95), (140, 60)],
                [(20, 330), (60, 380)],
                [(480, 60), (560, 180)],
                [(520, 320), (585, 260)],
                [(490, 385), (560, 350)],
                [(100, 365), (150, 392)],
                [(15, 30), (80, 18)],
                [(12, 72), (62, 46)],
                [(410, 388), (460, 368)],
                [(20, 205), (65, 285)],
            ],
            2: [
                [(110, 150), (100, 220), (130, 290)],
                [(430, 150), (452, 220), (430, 300)],
                [(180, 330), (260, 365)],
                [(232, 258), (222, 290)],
                [(262, 222), (340, 226)],
                [(280, 300), (310, 335)],
                [(270, 248), (310, 262)],
                [(340, 350), (400, 335)],
            ],
            3: [
                [(230, 52), (300, 40), (370, 72)],
                [(198, 172), (240, 196), (300, 204)],
                [(388, 80), (396, 130)],
                [(205, 88), (255, 78)],
                [(320, 203), (375, 175)],
                [(182, 75), (180, 125)],
            ],
            4: [
                [(230, 155), (290, 172), (350, 166)],
                [(232, 128), (280, 122)],
                [(290, 142), (330, 152)],
                [(240, 108), (310, 100)],
                [(352, 130), (362, 150)],
            ],
        },
    ),
    "tissue": Example(
        "Stained tissue",
        "A section of a colon under the microscope: glands in brown, the tissue between them with blue nuclei.",
        ("Gland", "Tissue between", "Empty"),
        ("skimage", "data", "ihc.png"),
        8,
        {
            1: [
                [(60, 60), (120, 160)],
                [(200, 120), (240, 200)],
                [(340, 70), (430, 110)],
                [(330, 210), (400, 270)],
                [(300, 350), (350, 450)],
                [(70, 340), (130, 450)],
            ],
            2: [
                [(120, 255), (200, 285), (300, 240)],
                [(480, 60), (485, 200)],
                [(180, 330), (200, 480)],
                [(440, 310), (420, 420)],
                [(230, 470), (222, 350)],
                [(490, 240), (480, 330)],
                [(275, 190), (278, 240)],
            ],
            3: [
                [(12, 320), (30, 380)],
                [(305, 65), (350, 155)],
                [(428, 440), (440, 475)],
                [(8, 430), (30, 480)],
                [(355, 165), (372, 186)],
                [(445, 415), (455, 440)],
            ],
        },
    ),
    "retina": Example(
        "Retina",
        "The back of an eye. Vessels are thin and hardly darker than what is around them, so edges help more than "
        "colour.",
        ("Vessel", "Retina", "Optic disc", "Outside"),
        ("skimage", "data", "retina.jpg"),
        6,
        {
            1: [
                [(312, 236), (384, 233)],
                [(392, 237), (480, 248), (535, 272)],
                [(172, 660), (196, 730), (240, 800)],
                [(345, 879), (425, 886)],
                [(330, 158), (400, 127)],
                [(500, 116), (580, 112)],
                [(640, 306), (695, 314)],
                [(305, 698), (400, 701)],
            ],
            2: [
                [(300, 520), (380, 500)],
                [(750, 430), (780, 500)],
                [(520, 480), (520, 530)],
                [(560, 170), (640, 200)],
                [(850, 700), (780, 770)],
                [(450, 800), (550, 820)],
                [(900, 420), (960, 480)],
                [(280, 880), (300, 910)],
                [(120, 330), (100, 280)],
                [(300, 340), (340, 320)],
            ],
            3: [[(182, 430), (202, 480), (178, 520)]],
            4: [[(30, 30), (120, 60)], [(960, 40), (1000, 150)], [(30, 980), (150, 1000)], [(950, 980), (1010, 900)]],
        },
    ),
    "china": Example(
        "Summer Palace",
        "A tower above a lake. Sky and water have nearly one colour, leaves and roofs many.",
        ("Sky", "Water", "Tower", "Trees"),
        ("sklearn", "datasets", "images", "china.jpg"),
        8,
        {
            1: [[(30, 40), (160, 30)], [(400, 50), (600, 60)], [(350, 140), (500, 150)], [(30, 120), (75, 150)]],
            2: [
                [(370, 255), (480, 252)],
                [(365, 282), (440, 282)],
                [(512, 232), (545, 258)],
                [(360, 310), (400, 305)],
                [(20, 290), (55, 282)],
                [(360, 232), (410, 236)],
            ],
            3: [
                [(160, 90), (250, 85)],
                [(125, 125), (280, 130)],
                [(110, 178), (300, 176)],
                [(120, 216), (310, 211)],
                [(90, 268), (320, 262)],
                [(100, 310), (310, 306)],
                [(225, 376), (295, 370)],
            ],
            4: [
                [(15, 225), (40, 258)],
                [(30, 382), (120, 372)],
                [(400, 352), (480, 342)],
                [(500, 392), (558, 325)],
                [(592, 190), (610, 300)],
                [(185, 410), (260, 412)],
            ],
        },
    ),
    "flower": Example(
        "Dahlia",
        "A flower in front of leaves out of focus: for this one, colour alone is nearly enough.",
        ("Petals", "Heart", "Background"),
        ("sklearn", "datasets", "images", "flower.jpg"),
        8,
        {
            1: [
                [(230, 150), (300, 112), (380, 140)],
                [(212, 270), (260, 320), (310, 335)],
                [(405, 200), (400, 280)],
                [(330, 402), (400, 412)],
            ],
            2: [[(290, 200), (320, 208), (308, 240)]],
            3: [
                [(60, 60), (120, 200)],
                [(480, 80), (600, 200)],
                [(80, 340), (180, 400)],
                [(520, 380), (555, 300)],
                [(300, 40), (380, 30)],
            ],
        },
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
    from pointwise.segmentation.picture_files import read_picture, reduced

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
    return reduced(read_picture(content, example.title))


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


def made_lines(areas: NDArray[np.uint8], seed: int = 0) -> dict[int, list[Path_]]:
    """Straight lines at random places inside each of the ``areas`` (H, W), 1…k, the same ones for a ``seed``."""
    rng = np.random.default_rng(seed)
    return {label: list(_lines_inside(areas == label, rng)) for label in range(1, int(areas.max()) + 1)}


def _lines_inside(inside: NDArray[np.bool_], rng: np.random.Generator) -> Iterator[Path_]:
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

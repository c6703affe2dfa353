"""Pictures of somebody's own, in memory, with their labels: what a PictureJob learns from beside the data sets."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from pointwise.data.catalogue import OWN, own_data_set
from pointwise.data.digits import Digits
from pointwise.errors import ConfigError, DataError, short
from pointwise.models import CLASSIFIERS, ModelConfig
from pointwise.models.config import LARGEST_SIDE, MOST_CLASSES
from pointwise.visible_text import BLANK, one_line

if TYPE_CHECKING:
    from pointwise.data.download import Download
    from pointwise.data.pictures import AnyPicture


class OwnPictures:
    """Labelled pictures to learn from, a share of them held out to measure on.

    ``images`` are square and of one size: grey (N, H, H), RGB (N, H, H, 3) or (N, 3, H, H), uint8, or floats 0–1.
    ``labels`` (N,) are whole numbers from 0, or names. With ``digits`` the labels are the digits 0–9 that the pictures
    show, each picture may be of any kind and size that ``read_digit`` takes, and is brought to 28×28 as it does: a
    network trained on them reads drawings and photographs.

    Raises DataError for pictures and labels that do not belong together, PictureError for a picture that is none.

    >>> import numpy
    >>> from pointwise import OwnPictures, PictureJob, fit, pictures_recipe
    >>> images = numpy.random.default_rng(0).integers(0, 2, (200, 6, 6)) * numpy.uint8(255)
    >>> labels = ["left" if image[:, :3].sum() > image[:, 3:].sum() else "right" for image in images]
    >>> mine = OwnPictures(images, labels)
    >>> job = PictureJob(mine.config("mlp_1x1"), pictures_recipe(len(images), epochs=5), mine)
    >>> model = fit(job, progress=True)
    >>> model.card["classes"], model.card["metrics"]["accuracy"] > 0.6
    (['left', 'right'], True)
    """

    name: ClassVar[str] = OWN
    shuffled: ClassVar[None] = None
    validation: ClassVar[int | None] = None

    def __init__(
        self,
        images: ArrayLike | Iterable[AnyPicture],
        labels: Iterable[Hashable],
        *,
        held_out: float = 0.2,
        title: str = "Own pictures",
        digits: bool = False,
    ) -> None:
        pixels = digits_of(images) if digits else pixels_of(images)
        names, numbers = _numbered(labels, digits)
        if len(pixels) != len(numbers):
            raise DataError(f"There are {len(pixels):,} pictures and {len(numbers):,} labels. Give as many of both.")
        if pixels.shape[-1] != pixels.shape[-2] or pixels.shape[-1] > LARGEST_SIDE:
            size = f"{pixels.shape[-2]}×{pixels.shape[-1]}"
            raise DataError(
                f"Pictures of {size} cannot be learned from. Make them square, of at most {LARGEST_SIDE} pixels."
            )
        self.classes: tuple[str, ...] = names
        self.title = title
        self._parts = tuple(
            Digits(title, torch.from_numpy(pixels[part]), torch.from_numpy(numbers[part]))
            for part in _split(numbers, held_out)
        )
        training, test = map(len, self._parts)
        channels = 1 if pixels.ndim == 3 else 3
        self.data_set = own_data_set(title, channels, pixels.shape[-1], training, test, digits)
        self.counts = training, test
        self.options: dict[str, Any] = {"digits": True} if digits else {}
        self.fingerprint = ""  # of what they were made of, where that is known
        self.preparation: dict[str, Any] = {}  # how they were brought to their size, as on a card

    def describe(self) -> dict[str, Any]:
        """JSON of what they are; the pictures are not in it."""
        shape = self.data_set
        known = {
            "name": self.name,
            "title": self.title,
            "pictures": sum(self.counts),
            "held_out": self.counts[1],
            "classes": list(self.classes),
            "channels": shape.channels,
            "side": shape.side,
            **self.options,
            "preparation": self.preparation,
            "fingerprint": self.fingerprint,
        }
        return {name: value for name, value in known.items() if value not in ("", {})}

    def config(self, arch: str = "nin", **changes: Any) -> ModelConfig:
        """The configuration of a classifier of these pictures. Raises ConfigError for an unknown network."""
        shape = self.data_set
        return ModelConfig(arch, shape.channels, shape.side, len(self.classes), **changes)

    def fetch(self) -> Iterator[Download]:
        """Nothing: they are in memory."""
        yield from ()

    def load(self) -> tuple[Digits, Digits]:
        """Training and held-out pictures."""
        training, held_out = self._parts
        return training, held_out

    def load_validation(self) -> Digits | None:
        """None: nothing is split off to choose by, as what is held out chooses nothing either."""
        return None

    def load_held_out(self) -> Digits:
        """The held-out pictures."""
        return self._parts[1]


def pixels_of(images: Any) -> NDArray[np.uint8]:
    """Pictures as they are learned from, uint8 (N, H, W) or (N, 3, H, W), of arrays (N, H, W), (N, H, W, 1 or 3) or
    (N, 1 or 3, H, W), uint8, truth values or floats 0–1. Raises DataError for anything else.
    """
    what = "Pictures are arrays (N, H, W), (N, H, W, 3) or (N, 3, H, W)"
    try:
        array = np.asarray(images.detach().cpu() if isinstance(images, Tensor) else images)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a tensor without data
        raise DataError(f"{what}, all of one size, and these are none. Bring them to one size.") from None
    if array.ndim == 4 and array.shape[3] in (1, 3):
        array = np.moveaxis(array, 3, 1)
    if array.ndim == 4 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind not in "buif" or array.ndim not in (3, 4) or (array.ndim == 4 and array.shape[1] != 3):
        raise DataError(f"{what}, not {array.dtype} of shape {array.shape}. Give one of these.")
    if 0 in array.shape:
        raise DataError(f"{what}, and there are none in shape {array.shape}. Give some.")
    if array.dtype != np.uint8:
        low, high = float(array.min()), float(array.max())
        if not 0 <= low <= high <= (1 if array.dtype.kind == "f" else 255):
            raise DataError(f"Pictures of values from {low:g} to {high:g} are unclear. Give uint8, or floats 0–1.")
        array = np.floor(array * 255.0 + 0.5) if array.dtype.kind in "bf" else array
    return np.ascontiguousarray(array, np.uint8)


def fitting(config: ModelConfig, images: Any) -> NDArray[np.uint8]:
    """Pictures as ``pixels_of`` makes them, of the shape that a classifier's configuration asks for.

    Raises ConfigError for one of a network that classifies no pictures, DataError for pictures of another shape.
    """
    if not config.architecture.classifies:
        raise ConfigError(f"{config.arch} classifies no pictures. Choose one of {', '.join(CLASSIFIERS)}.")
    pixels, channels, side = pixels_of(images), config.input_channels, config.image_size
    found = (1, *pixels.shape[1:]) if pixels.ndim == 3 else pixels.shape[1:]
    if found != (channels, side, side):
        sizes = ["×".join(map(str, shape)) for shape in (found, (channels, side, side))]
        raise DataError(
            f"Pictures of {sizes[0]} do not fit this {config.arch}, which reads {sizes[1]}. Bring them to its size; "
            "of a picture of a digit take read_digit(picture).image."
        )
    return pixels


def digits_of(pictures: Any) -> NDArray[np.uint8]:
    """Pictures of digits, of any kind, as a network reads them, uint8 (N, 28, 28). Raises PictureError for none."""
    from pointwise.data.pictures import drawing_from
    from pointwise.drawing import prepare

    prepared = [prepare(drawing_from(picture)).image for picture in pictures]
    if not prepared:
        raise DataError("There are no pictures. Give some.")
    return np.stack(prepared)


def _numbered(labels: Any, digits: bool) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The classes' names and each label's number among them."""
    try:
        values = np.asarray(list(labels.tolist() if hasattr(labels, "tolist") else labels))
    except (TypeError, ValueError, RuntimeError):
        raise DataError(
            f"Labels are whole numbers or names, not {type(labels).__name__}. Give one a picture."
        ) from None
    if values.ndim != 1 or values.dtype.kind not in "uiU":
        raise DataError(f"Labels are whole numbers or names, not {values.dtype} {values.shape}. Give one a picture.")
    if values.dtype.kind == "U":
        found, numbers = np.unique(values, return_inverse=True)
        names = tuple(map(str, found))
        unseen = [name for name in names if not _can_be_seen(name)]
        if unseen:
            raise DataError(f"The label {unseen[0]!a:.40} is no name that can be shown. Give one of letters or digits.")
    else:
        numbers = values
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        most = 9 if digits else MOST_CLASSES - 1
        if low < 0 or high > most:
            raise DataError(
                f"Labels from {low} to {high} are out of range. Number the classes from 0 to at most {most}."
            )
        names = tuple(map(str, range(10 if digits else high + 1)))
    if digits and values.dtype.kind == "U":
        raise DataError("The labels of digits are the numbers 0 to 9. Give these, or leave out digits.")
    if not 1 < len(names) <= MOST_CLASSES or len(np.unique(numbers)) < 2:
        raise DataError(f"A classifier needs 2 to {MOST_CLASSES:,} classes with pictures. Give labels of two or more.")
    return names, numbers.astype(np.int64)


def _can_be_seen(name: str) -> bool:
    """Whether a class's name shows something, and is text that can be written to a file."""
    lone = any("\ud800" <= c <= "\udfff" for c in name)
    return not lone and (name == BLANK or one_line(name) not in ("", BLANK))


def _split(numbers: NDArray[np.int64], held_out: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices to train on and to measure on: of each class about the same share, in an order that is always one."""
    if isinstance(held_out, bool) or not isinstance(held_out, (int, float)) or not 0 < held_out < 1:
        raise DataError(f"A held-out share of {short(held_out)} is out of range. Choose one between 0 and 1.")
    order = np.random.default_rng(0).permutation(len(numbers))
    rank = np.empty(len(numbers))  # of each picture within its class, 0–1
    for number in np.unique(numbers):
        mine = order[numbers[order] == number]
        rank[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
    measured = rank[order] < held_out
    if measured.all() or not measured.any():
        raise DataError(f"Of {len(numbers):,} pictures a share of {held_out:g} cannot be held out. Give more pictures.")
    return order[~measured], order[measured]

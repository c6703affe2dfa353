"""Pictures of somebody's own in a folder, one sub-folder a class, or in a .zip file of one, brought to one size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from pointwise import machine
from pointwise.data.digits import Digits
from pointwise.data.labelled_pictures import OwnPictures
from pointwise.data.picture_files import MOST_PIXELS, PHOTOGRAPHS, read_image, size_of
from pointwise.data.picture_lists import Listed, list_folder, list_zip, named, short
from pointwise.data.picture_squares import DRAWN, SIDES, Preparation, is_coloured, preparation_of, suited
from pointwise.errors import ConfigError, DataError, PictureError, TooLargeError
from pointwise.models import Network

SAMPLE = 200  # pictures that are looked at for colours
DARK = 64  # a level that the background of drawings stays below
DIGITS = tuple("0123456789")

Seen = Callable[[], object]


@dataclass(frozen=True, eq=False)
class Squares:
    """Pictures as they are learned from, and what they were made of."""

    pixels: NDArray[np.uint8]  # (N, side, side), or (N, 3, side, side)
    numbers: NDArray[np.int64]  # (N,): their classes
    classes: tuple[str, ...]
    preparation: Preparation
    fingerprint: str  # of all contents and their classes
    drawings: bool  # whether they are what the app makes of drawings: 28×28, light ink on dark
    notes: tuple[str, ...]


class FolderPictures(OwnPictures):
    """The pictures of a folder in memory, a fifth of each class held out."""

    def __init__(self, squares: Squares, title: str) -> None:
        labels = [squares.classes[number] for number in squares.numbers]
        super().__init__(squares.pixels, labels, title=title)
        self.notes = squares.notes
        self.fingerprint, self.preparation = squares.fingerprint, squares.preparation.as_json()
        if squares.drawings:
            digits = self.classes == DIGITS
            self.data_set, self.options = replace(self.data_set, digits=digits), {"digits" if digits else "drawn": True}


def open_folder(path: Path | str, progress: Callable[[int], Seen] = lambda count: lambda: None) -> FolderPictures:
    """The pictures of a folder, one sub-folder a class, as OwnPictures to learn from.

    Each is brought, whole, to a square of 28, 32, 48 or 64 pixels, in grey or in colour, as suits them; a fifth of each
    class is held out. Raises DataError where they cannot be learned from, and TooLargeError for too many.

    ``progress`` is called with the number of pictures, and returns what is called after each of them.
    """
    if not isinstance(path, (str, Path)):
        raise DataError(f"A folder is a path, not {type(path).__name__}. Give one.")
    if path == "":
        raise DataError("A folder without a name cannot be read. Give its path.")
    listed = list_folder(Path(path))
    return FolderPictures(squares_of(listed, seen=progress(len(listed.files))), listed.title)


def open_zip(content: bytes, name: str) -> FolderPictures:
    """The pictures of such a folder in a .zip file. Raises DataError, and TooLargeError for too many."""
    listed = list_zip(content, name)
    return FolderPictures(squares_of(listed), listed.title)


def open_for(
    path: Path, model: Network, called: str, progress: Callable[[int], Seen] = lambda count: lambda: None
) -> tuple[Digits, tuple[str, ...]]:
    """All pictures of a folder as a network reads them, whose classes are some of its own, and notes on them.

    The network is ``called`` so in what is refused. Raises ConfigError for one whose card names no classes, DataError
    for a folder with other ones, or one that cannot be read.
    """
    names = list(map(str, model.card.get("classes") or ()))
    if len(names) != model.config.num_classes or not model.config.architecture.classifies:
        raise ConfigError(
            f"{called} says no names of classes, so no folder's pictures can be compared with its answers."
        )
    listed = list_folder(path)
    strange = [name for name in listed.classes if name not in names]
    if strange:
        raise DataError(
            f"{listed.title} has the class {strange[0]}, which {called} does not know: {named(names)}. Rename the "
            "folder, or take it out."
        )
    preparation = preparation_of(model.card, model.config.input_channels, model.config.image_size)
    squares = squares_of(listed, preparation, progress(len(listed.files)))
    places = np.array([names.index(name) for name in squares.classes])
    missing = len(names) - len(squares.classes)
    notes = [f"{listed.title} has pictures of {len(squares.classes)} of {len(names)} classes."] if missing else []
    pictures = Digits(listed.title, torch.from_numpy(squares.pixels), torch.from_numpy(places[squares.numbers]))
    return pictures, (*squares.notes, *notes)


def squares_of(listed: Listed, preparation: Preparation | None = None, seen: Seen = lambda: None) -> Squares:
    """Pictures that were listed, each brought to a square, by default to one that suits them.

    Raises DataError for files that are no pictures and for those that stand in two classes; TooLargeError.
    """
    longest = _longest_sides(listed)
    if preparation is None:
        preparation = suited(longest, [is_coloured(_decoded(listed, file)) for file in _sample(listed)])
    count, side, channels = len(listed.files), preparation.side, preparation.channels
    _check_room(count * channels * side**2)
    shape = (side, side) if channels == 1 else (channels, side, side)
    pixels, numbers = np.empty((count, *shape), np.uint8), np.empty(count, np.int64)
    known: dict[bytes, tuple[str, int]] = {}
    digest, broken, twice, torn = hashlib.sha256(), [], 0, []
    place = 0
    for file, number in listed.files:
        seen()
        try:
            content = listed.read(file)
            its = hashlib.sha256(content).digest()
            first, its_class = known.setdefault(its, (file, number))
            if first != file:
                twice += its_class == number
                torn += [(first, file)] * (its_class != number)
                continue
            pixels[place] = preparation.square(_image(content, file, side))
        except PictureError:
            broken.append(file)
            continue
        digest.update(f"{len(listed.classes[number])} {listed.classes[number]} ".encode() + its)
        numbers[place], place = number, place + 1
    _refuse_broken(broken, count)
    if torn:
        pair = f"{short(torn[0][0])} is the same file as {short(torn[0][1])}"
        more = "" if len(torn) == 1 else f", and {len(torn) - 1:,} others stand in two classes"
        raise DataError(f"{pair}{more}. Leave each picture in one class.")
    notes = [*listed.notes, *([f"{_pictures(twice)} there twice and used once."] if twice else [])]
    pixels, numbers = pixels[:place], numbers[:place]
    drawn = (set(longest), channels) == ({DRAWN}, 1) and _is_light_on_dark(pixels)
    return Squares(pixels, numbers, listed.classes, preparation, digest.hexdigest()[:32], drawn, tuple(notes))


def _longest_sides(listed: Listed) -> list[int]:
    """The longer side of each picture, by its header alone. Raises DataError for broken ones, and too many pixels."""
    sides, pixels, broken = [], 0, []
    for file, _ in listed.files:
        try:
            with listed.opened(file) as opened:
                width, height = size_of(opened, PHOTOGRAPHS, file)
        except (PictureError, OSError):
            broken.append(file)
            continue
        sides.append(max(width, height))
        pixels += width * height
    _refuse_broken(broken, len(listed.files))
    if listed.most_pixels is not None and pixels > listed.most_pixels:
        raise DataError(
            f"The pictures in {listed.title} have {pixels / 1e6:,.0f} million pixels together, more than "
            f"{listed.most_pixels / 1e6:,.0f}. Make them smaller: at most {SIDES[-1]} a side are used."
        )
    return sides


def _refuse_broken(broken: Sequence[str], of: int) -> None:
    """Raise DataError where there are files that are no pictures."""
    if not broken:
        return
    most = f"{PHOTOGRAPHS.megabytes} MB and {MOST_PIXELS / 1e6:.0f} million pixels"
    what = f"PNG or JPEG of at most {most}, or damaged"
    if len(broken) == 1:
        raise DataError(f"{named(broken)} is no {what}. Take it out.")
    raise DataError(f"{len(broken):,} of {of:,} files are no {what}: {named(broken)}. Take them out.")


def _check_room(size: int) -> None:
    """Raise TooLargeError where so many bytes of pictures, once more while they are divided, have no room."""
    room = machine.machine_memory().available
    if 2 * size > room:
        raise TooLargeError(
            f"These pictures need about {2 * size / 1e9:.1f} GB of memory, and {room / 1e9:.1f} are free. Give fewer."
        )


def _sample(listed: Listed) -> Iterator[str]:
    """Some pictures, of all classes alike, always the same."""
    every = len(listed.files)
    return (listed.files[place][0] for place in np.linspace(0, every - 1, min(every, SAMPLE)).astype(int))


def _decoded(listed: Listed, file: str) -> Image.Image:
    try:
        return _image(listed.read(file), file, 64)
    except PictureError:
        _refuse_broken([file], len(listed.files))
        raise


def _image(content: bytes, name: str, side: int) -> Image.Image:
    return read_image(content, PHOTOGRAPHS, name, least=2 * side).image


def _is_light_on_dark(pixels: NDArray[np.uint8]) -> bool:
    edges = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    return bool((np.median(edges, axis=1) < DARK).mean() > 0.99 and pixels.mean() < DARK + DARK)


def _pictures(count: int) -> str:
    return "One picture is" if count == 1 else f"{count:,} pictures are"

"""Classes of somebody's own, each with a few drawings. Importing this needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.data.catalogue import NONE
from pointwise.data.packed_drawings import SIDE, packed, unpacked
from pointwise.errors import DataError
from pointwise.visible_text import BLANK, one_line

LEAST_CLASSES, MOST_CLASSES = 2, 10
LEAST_DRAWINGS, MOST_DRAWINGS = 3, 10  # of each class that is learned
LONGEST = 24  # characters of a name


@dataclass(frozen=True)
class OwnClass:
    """A name and drawings of what it names, each 28 × 28 pixels, row by row, light ink on dark."""

    name: str
    drawings: tuple[bytes, ...] = ()

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """The drawings, uint8 (N, 28, 28)."""
        return np.frombuffer(b"".join(self.drawings), np.uint8).reshape(-1, SIDE, SIDE)


@dataclass(frozen=True)
class OwnClasses:
    """Up to MOST_CLASSES classes with up to MOST_DRAWINGS drawings each; every change makes another one.

    Every method that changes something raises DataError for what cannot be.
    """

    classes: tuple[OwnClass, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called."""
        return tuple(one.name for one in self.classes)

    @property
    def count(self) -> int:
        """How many drawings there are."""
        return sum(len(one.drawings) for one in self.classes)

    @property
    def lacking(self) -> str:
        """A sentence on what has to come before they can be learned; "" where nothing has."""
        if len(self.classes) < LEAST_CLASSES:
            return f"Name at least {LEAST_CLASSES} classes."
        short = {one.name: LEAST_DRAWINGS - len(one.drawings) for one in self.classes}
        wanted = ", ".join(f"{count} of {name}" for name, count in short.items() if count > 0)
        return f"Each class needs {LEAST_DRAWINGS} drawings. Still to be drawn: {wanted}." if wanted else ""

    @property
    def next(self) -> int:
        """The number of the first class that still needs drawings, else of the one that has the fewest."""
        counts = [len(one.drawings) for one in self.classes]
        short = [number for number, count in enumerate(counts) if count < LEAST_DRAWINGS]
        return short[0] if short else counts.index(min(counts))

    def pictures(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """All drawings, uint8 (N, 28, 28), and the number of each one's class, (N,)."""
        labels = np.repeat(np.arange(len(self.classes)), [len(one.drawings) for one in self.classes])
        return np.concatenate([one.pictures for one in self.classes]), labels

    def with_names(self, typed: str) -> OwnClasses:
        """More classes, of names with commas between them."""
        names = [one for one in map(str.strip, typed[:1_000].replace("\n", ",").split(",")) if one]
        if not names:
            raise DataError("A class needs a name. Type one, or several with commas between them.")
        after = self
        for name in names:
            if len(after.classes) >= MOST_CLASSES:
                raise DataError(f"There can be {MOST_CLASSES} classes at most. Take one away first.")
            after = OwnClasses((*after.classes, OwnClass(after._checked(name))))
        return after

    def renamed(self, number: int, name: str) -> OwnClasses:
        """One class called otherwise."""
        others = OwnClasses(self.classes[:number] + self.classes[number + 1 :])
        return self._with(number, replace(self.classes[number], name=others._checked(name)))

    def without(self, number: int) -> OwnClasses:
        """All classes but one."""
        return OwnClasses(self.classes[:number] + self.classes[number + 1 :])

    def with_drawing(self, number: int, picture: NDArray[np.uint8]) -> OwnClasses:
        """One more drawing of a class, uint8 (28, 28)."""
        before = self.classes[number]
        if picture.shape != (SIDE, SIDE) or not picture.any():
            raise DataError(f"Nothing is drawn. Draw one of {before.name} first.")
        if len(before.drawings) >= MOST_DRAWINGS:
            raise DataError(f"{before.name} has {MOST_DRAWINGS} drawings, which are enough. Take one away first.")
        if picture.tobytes() in before.drawings:
            raise DataError(f"This very drawing is one of {before.name} already. Draw another one.")
        return self._with(number, replace(before, drawings=(*before.drawings, picture.tobytes())))

    def without_drawing(self, number: int, drawing: int) -> OwnClasses:
        """A drawing less of a class."""
        before = self.classes[number]
        return self._with(number, replace(before, drawings=before.drawings[:drawing] + before.drawings[drawing + 1 :]))

    def to_json(self) -> list[Any]:
        """JSON that ``own_classes_from`` makes them of again, a few hundred letters a drawing."""
        return [[one.name, [packed(drawing) for drawing in one.drawings]] for one in self.classes]

    def _with(self, number: int, one: OwnClass) -> OwnClasses:
        return OwnClasses((*self.classes[:number], one, *self.classes[number + 1 :]))

    def _checked(self, name: str) -> str:
        """A name as it is kept: in one line, and of no other class here, whatever its capitals."""
        line = one_line(name, LONGEST)
        if line in ("", BLANK):
            raise DataError("A class needs a name that can be seen. Type one.")
        if line.casefold() == NONE:
            raise DataError(f"A network says {NONE} where no class fits. Choose another name.")
        if line.casefold() in (one.name.casefold() for one in self.classes):
            raise DataError(f"There is a class {line} already. Choose another name.")
        return line


def own_classes_from(raw: Any) -> OwnClasses:
    """The classes that ``to_json`` made JSON of, or anybody else did. Raises DataError."""
    made = OwnClasses()
    try:
        for number, (name, drawings) in enumerate(raw):
            if number >= MOST_CLASSES or not isinstance(name, str) or len(drawings) > MOST_DRAWINGS:
                raise ValueError("there are too many of them")
            made = OwnClasses((*made.classes, OwnClass(made._checked(name))))
            for one in drawings:
                made = made.with_drawing(number, np.frombuffer(unpacked(one), np.uint8).reshape(SIDE, SIDE))
    except (TypeError, ValueError) as error:
        raise DataError(f"These classes cannot be used: {str(error)[:100].rstrip('.')}.") from None
    return made

"""Data of somebody's own that is not in memory: what is known of it, and how it comes there when a training begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pointwise.data.catalogue import OWN, DataSet, own_data_set
from pointwise.models import ModelConfig

if TYPE_CHECKING:
    from pointwise.data.digits import Digits
    from pointwise.data.download import Download
    from pointwise.data.labelled_pictures import OwnPictures
    from pointwise.data.table import Prepared


@dataclass(frozen=True)
class PicturesElsewhere:
    """What is known of somebody's own pictures that are not in memory, and how they come there when a training begins.

    Raises KeyError, TypeError or ValueError for facts that are none.
    """

    facts: Mapping[str, Any]  # as OwnPictures describe themselves
    read: Callable[[], OwnPictures] = field(compare=False, repr=False)  # raises DataError
    data_set: DataSet = field(init=False)
    classes: tuple[str, ...] = field(init=False)
    options: Mapping[str, Any] = field(init=False)

    name: ClassVar[str] = OWN
    shuffled: ClassVar[None] = None
    validation: ClassVar[None] = None

    def __post_init__(self) -> None:
        its = dict(self.facts)
        channels, side, pictures, test = (int(its[name]) for name in ("channels", "side", "pictures", "held_out"))
        digits = its.get("digits") is True
        known = own_data_set(str(its["title"]), channels, side, pictures - test, test, digits)
        for name, value in (
            ("data_set", known),
            ("classes", tuple(map(str, its["classes"]))),
            ("options", {name: True for name in ("digits", "drawn") if its.get(name) is True}),
        ):
            object.__setattr__(self, name, value)

    def __hash__(self) -> int:
        return hash((self.data_set, self.classes))

    @property
    def preparation(self) -> dict[str, Any]:
        """How they are brought to their size, as on a card; {} where that is not known."""
        return dict(self.facts.get("preparation") or {})

    def describe(self) -> dict[str, Any]:
        """JSON of what they are, as OwnPictures have it."""
        return dict(self.facts)

    @property
    def counts(self) -> tuple[int, int]:
        """How many there are to train on, and to measure on."""
        return self.data_set.training, self.data_set.test

    def config(self, arch: str = "nin", **changes: Any) -> ModelConfig:
        """The configuration of a classifier of these pictures. Raises ConfigError for an unknown network."""
        its = self.data_set
        return ModelConfig(arch, its.channels, its.side, len(self.classes), **changes)

    def fetch(self) -> Iterator[Download]:
        """Nothing: nobody else has them."""
        yield from ()

    def load(self) -> tuple[Digits, Digits]:
        """Training and held-out pictures. Raises DataError."""
        return self.read().load()

    def load_validation(self) -> None:
        """None, as OwnPictures have none."""

    def load_held_out(self) -> Digits:
        """The held-out pictures. Raises DataError."""
        return self.read().load_held_out()


@dataclass(frozen=True)
class RowsElsewhere:
    """What is known of a table's rows that are not in memory, and how they come there when a training begins."""

    name: str  # the training rows', as shown to a person
    target: str
    names: tuple[str, ...]  # of the columns that are learned from
    load: Callable[[], Prepared] = field(compare=False, repr=False)  # raises DataError

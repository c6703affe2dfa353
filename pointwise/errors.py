"""The exceptions that Pointwise raises on purpose.

    PointwiseError            every message names the value, what is wrong with it, and what to do
    ├── ConfigError           a model configuration or recipe outside its range
    ├── DataError             a data folder, file or table that cannot be used
    ├── ModelFileError        a weights file that cannot be loaded
    ├── PictureError          an uploaded picture that cannot be read
    ├── LibraryError          what lasts cannot be kept, found or read
    │   ├── NoRoomError       nothing more is kept, because all that is kept is pinned or going on
    │   └── ThrownAwayError   a run is not kept any more
    ├── BusyError             a server that has as much to do as it can have
    ├── WorkerError           a process that takes part in a training, or does some of many, is not there
    ├── TooLargeError         a training that needs more memory than there is for it
    └── DivergedError         a training whose loss is no longer a finite number

The library raises; a page or the command line catches ``PointwiseError`` once and shows its sentence.
"""

from __future__ import annotations

from pathlib import Path


class PointwiseError(Exception):
    """Base of all errors whose message is written for the person in front of the screen."""


class ConfigError(PointwiseError):
    """A configuration or recipe value is outside its range."""


class DataError(PointwiseError):
    """A data folder, file or table is missing, unreadable or of the wrong form."""


class ModelFileError(PointwiseError):
    """A weights file cannot be loaded: ``path``, what is wrong with it, what to do."""

    def __init__(self, path: Path | str, wrong: str, remedy: str) -> None:
        super().__init__(f"{Path(path).name or path!s:.100} {wrong}. {remedy}")
        self.path = Path(path)


class PictureError(PointwiseError):
    """An uploaded file is no picture, is too large, or is of no supported format."""


class LibraryError(PointwiseError):
    """Something cannot be kept, or what was kept cannot be found or read."""


class NoRoomError(LibraryError):
    """Nothing more is kept, because all that is kept is pinned or going on."""


class ThrownAwayError(LibraryError):
    """A run is not kept any more, though somebody has it still."""


class BusyError(PointwiseError):
    """Nothing more is taken in at the moment: too much waits already."""


class WorkerError(PointwiseError):
    """A process that takes part in a training, or that does some of many trainings, did not come or is gone."""


class TooLargeError(PointwiseError):
    """A training needs more memory than there is for it."""


class DivergedError(PointwiseError):
    """The training loss became NaN or infinite."""


def check_network(value: object) -> None:
    """Raise ConfigError for what is no network that carries its configuration and its card."""
    if not (hasattr(value, "config") and hasattr(value, "card")):
        kind = type(value).__name__
        raise ConfigError(f"A network is needed, not {kind}. Take one that load_model, build or fit returns.")


def check_kind(what: str, value: object, kind: type | tuple[type, ...], remedy: str) -> None:
    """Raise ConfigError unless ``value`` is of a kind, with a sentence that says ``what`` it is meant to be."""
    if not isinstance(value, kind):
        raise ConfigError(f"{what} is needed, not {type(value).__name__}. {remedy}")


def check_whole(name: str, value: object, low: int, high: int, error: type[PointwiseError]) -> None:
    """Raise ``error`` unless ``value`` is a whole number from ``low`` to ``high``, with a sentence that names it."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise error(f"The {name} {short(value)} is out of range. Choose a whole number from {low:,} to {high:,}.")


def short(value: object) -> str:
    """A value as a sentence names it, of at most 40 characters."""
    try:
        return " ".join(str(value).split())[:40]
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "(thousands of digits)"

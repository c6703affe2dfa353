"""A painting as a run: one record however many strokes refit it, with its strokes, network and picture.

Beside what every run has, its folder holds ``painting.json``, which is a KeptPainting, and ``picture.png`` where the
picture is a visitor's own. Its epochs are its held-out scores, by the number of strokes.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from pointwise.card import PAINTING
from pointwise.errors import ConfigError, DataError, LibraryError, ThrownAwayError
from pointwise.library.checked_values import number, whole
from pointwise.library.files import WEIGHTS, folder_of
from pointwise.library.records import MOST_NAME, EpochRecord, RunRecord, cleaned
from pointwise.library.store import sentences
from pointwise.models import PAINTER, ModelConfig
from pointwise.models.config import CHANNEL_SETS
from pointwise.segmentation.strokes import MOST_CLASSES, MOST_STROKES, Painting
from pointwise.visible_text import one_line

if TYPE_CHECKING:
    from pointwise.library.shelf import Shelf
    from pointwise.models import Network

STROKES, PICTURE = "painting.json", "picture.png"
SCORE = "mean_iou"  # the metric, on strokes held out
MOST_CLASS, MOST_IDENTITY, MOST_SIDE, MOST_MICROMETRES = 40, 64, 100_000, 100_000.0
MOST_BYTES = 8_000_000  # of the file of strokes, and of that of a picture


@dataclass(frozen=True)
class KeptPainting:
    """What is painted on one picture, and which one."""

    picture: str  # its identity: the name of an example, or the key of a visitor's file
    title: str  # a person's text
    height: int  # of the whole picture, before it was reduced to be painted on
    width: int
    classes: tuple[str, ...]  # people's texts
    painting: Painting
    micrometres: float = 0.0  # the width of a pixel, or 0
    colours: int = 3  # of the picture, 1 or 3
    sets: tuple[str, ...] = CHANNEL_SETS  # of channels that the network sees

    def to_bytes(self) -> bytes:
        """JSON that ``painting_from`` makes it of again."""
        facts = {field.name: getattr(self, field.name) for field in fields(self)}
        return json.dumps({**facts, "painting": self.painting.to_json()}).encode()

    def config(self) -> ModelConfig:
        """The configuration of a network that is not there yet."""
        return ModelConfig(PAINTER, self.colours, num_classes=len(self.classes), channel_sets=self.sets)

    def job(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """What a record holds as its job: never so long as the strokes are."""
        data = {"picture": self.title, "strokes": len(self.painting.strokes), "classes": list(self.classes)}
        return {"kind": PAINTING, "config": dict(config), "data": data}


def painting_from(content: bytes) -> KeptPainting:
    """The painting that ``to_bytes`` made bytes of, or anything else did. Raises DataError."""
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("it is too long")
        raw = json.loads(content)
        classes, sets = (tuple(str(one) for one in raw[name]) for name in ("classes", "sets"))
        if not 1 <= len(classes) <= MOST_CLASSES:
            raise ValueError(f"there are {MOST_CLASSES} classes at most")
        kept = KeptPainting(
            cleaned(str(raw["picture"]), MOST_IDENTITY),
            one_line(str(raw["title"]), MOST_NAME) or "Picture",
            whole(raw["height"], 1, MOST_SIDE),
            whole(raw["width"], 1, MOST_SIDE),
            tuple(one_line(name, MOST_CLASS) or f"Class {at}" for at, name in enumerate(classes, 1)),
            Painting.from_json(raw["painting"]),
            float(number(raw["micrometres"], 0.0, MOST_MICROMETRES)),
            whole(raw["colours"], 1, 3),
            sets,
        )
        kept.config()
        return kept
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, ConfigError, DataError) as error:
        raise DataError(f"This painting cannot be used: {str(error)[:200].rstrip('.')}.") from None


def begin_painting(shelf: Shelf, kept: KeptPainting, picture: bytes | None = None) -> str:
    """The id of a new record of a painting that has no network yet. Raises LibraryError where there is no room.

    ``picture`` is a visitor's own as a PNG file.
    """
    shelf.library.make_room(shelf.owner, 1)
    run, strokes = secrets.token_hex(8), kept.to_bytes()
    size = len(strokes) + len(picture or b"")
    with shelf.library.holding(run), sentences():
        shelf.library.files.write(f"{folder_of(run)}/{STROKES}", strokes)
        if picture is not None:
            shelf.library.files.write(f"{folder_of(run)}/{PICTURE}", picture)
        shelf.insert(run, kept.job(asdict(kept.config())), {}, kept.title, "done", bytes=size)
    return run


def keep_painting(
    shelf: Shelf, run: str, kept: KeptPainting, network: Network | None, scores: Mapping[int, float]
) -> None:
    """Bring a record up to date; its former network stays where there is no new one.

    ``scores`` are on strokes held out, by the number of strokes; those of before stay. Raises LibraryError, and
    ThrownAwayError where the record is gone or deleted.
    """
    library, folder, strokes = shelf.library, folder_of(run), kept.to_bytes()
    with library.holding(run):
        record = shelf.run(run)
        if record.deleted:
            raise ThrownAwayError("This painting was deleted.")
        if library.files.read(f"{folder}/{STROKES}") == strokes and (network is None or record.card):
            return
        with sentences():
            library.files.write(f"{folder}/{STROKES}", strokes)
            if network is not None:
                library.files.write(f"{folder}/{WEIGHTS}", _content(network))
        config = record.config if network is None else asdict(network.config)
        card = record.card if network is None else network.card
        changes = {"job": json.dumps(kept.job(config)), "card": json.dumps(dict(card)), "changed": time.time()}
        points = [
            EpochRecord(count, "", count, True, {SCORE: round(score, 4)}, {})
            for count, score in scores.items()
            if 1 <= count <= MOST_STROKES
        ]
        try:
            library.write_run(run, {**changes, "bytes": library.files.size(folder)}, points)
        except ThrownAwayError:
            library.files.delete(folder)
            raise


def is_kept(shelf: Shelf, run: str) -> bool:
    """Whether a record is there, and not deleted."""
    try:
        return not shelf.run(run).deleted
    except LibraryError:
        return False


def painting_of(shelf: Shelf, run: str) -> KeptPainting:
    """What is painted, of a record. Raises LibraryError."""
    record = _painting(shelf, run)
    content = shelf.library.files.read(f"{folder_of(run)}/{STROKES}")
    if content is None:
        raise LibraryError(f"The strokes of '{record.name}' are missing. Take its network's files instead.")
    try:
        return painting_from(content)
    except DataError as error:
        raise LibraryError(str(error)) from None


def picture_of(shelf: Shelf, run: str) -> bytes | None:
    """The visitor's own picture of a record as a PNG file; None where there is none. Raises LibraryError."""
    _painting(shelf, run)
    return shelf.library.files.read(f"{folder_of(run)}/{PICTURE}")


def weights_of(shelf: Shelf, run: str) -> bytes:
    """The weights file of a record, as it lies there. Raises LibraryError."""
    record = shelf.run(run)
    content = shelf.library.files.read(f"{folder_of(run)}/{WEIGHTS}")
    if content is None:
        raise LibraryError(f"'{record.name}' has no network yet. Choose another run.")
    return content


def check_picture(content: bytes) -> None:
    """Raise PictureError or ValueError for a file that is no picture of the size that is painted on."""
    from pointwise.data.picture_files import read_reduced
    from pointwise.segmentation import LONGEST

    if len(content) > MOST_BYTES or max(read_reduced(content, "Its picture", LONGEST)[1]) > LONGEST:
        raise ValueError("its picture is too large")


def _content(network: Network) -> bytes:
    from pointwise.weights import to_bytes

    return to_bytes(network, network.card)


def _painting(shelf: Shelf, run: str) -> RunRecord:
    record = shelf.run(run)
    if record.kind != PAINTING:
        raise LibraryError(f"'{record.name}' is no painting. Choose another run.")
    return record

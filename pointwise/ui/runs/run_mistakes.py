"""What a run's classifier takes for what among the held-out pictures of its own data set, looked for when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pointwise.card import PICTURES
from pointwise.data.catalogue import OWN
from pointwise.errors import DataError
from pointwise.jobs import job_from
from pointwise.library import RunRecord
from pointwise.models import CLASSIFIERS
from pointwise.ui.frame import startup
from pointwise.ui.frame.in_memory import memory
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import picture_zips

if TYPE_CHECKING:
    from pointwise.confusion import HeldOut
    from pointwise.models import Network
    from pointwise.ui.figures.held_out_reading import Mistakes, Reading

KIND = "mistakes"  # in the server's memory
ELSEWHERE = (
    "The pictures of this run are not here, but where it was begun. Look at its mistakes there: python -m pointwise "
    "evaluate FILE --folder DIR --confusion"
)
GOING: Kept[tuple[object, Reading | None]] = Kept("runs.mistakes", (None, None))  # of which weights


def can_be_told(record: RunRecord) -> bool:
    """Whether it is a classifier with weights that stay as they are, and not one whose pictures nobody has here."""
    somebodys = record.data_set == OWN and record.kind != PICTURES
    return record.arch in CLASSIFIERS and bool(record.bytes) and not record.active and not somebodys


def show(record: RunRecord, network: Network) -> None:
    """The matrix of a run, or how far its pictures are read. Raises DataError where they are not there."""
    with startup.loading(height=400):
        from pointwise.card import class_names
        from pointwise.ui.figures import held_out_reading, misread_pictures

    of = (record.id, record.step)
    mistakes: Mistakes | None = memory().get(KIND, of)
    if mistakes is None:
        reading = _begun(record, of, network)
        if not reading.ended:
            held_out_reading.wait(reading)
            return
        GOING.pop()
        mistakes = reading.result()
        memory().put(KIND, of, mistakes, mistakes.size)
    names = class_names(network.card, network.config)
    misread_pictures.show(misread_pictures.Subject(f"mistakes.{record.id}", network, names, mistakes))


def _begun(record: RunRecord, of: object, network: Network) -> Reading:
    """The reading of these weights; that of others is left. Raises as ``_held_out`` does."""
    from pointwise.ui.figures.held_out_reading import Reading

    known, reading = GOING.get()
    if reading is not None and known != of:
        reading.leave()
    if reading is None or known != of or reading.was_left:
        reading = Reading(network, _held_out(record, network))
        GOING.set((of, reading))
    return reading


def _held_out(record: RunRecord, network: Network) -> Callable[[], HeldOut]:
    """What loads the held-out pictures of a run, somebody's own as they were described.

    Raises DataError or ConfigError where those are not kept.
    """
    from pointwise.confusion import HeldOut, held_out

    if record.data_set != OWN or record.kind != PICTURES:
        return lambda: held_out(network)
    own = picture_zips.of_run(record)
    if own is not None and picture_zips.SOURCE not in record.job:
        raise DataError(ELSEWHERE)
    job: Any = job_from(record.job, own)
    return lambda: HeldOut(job.data.load_held_out())

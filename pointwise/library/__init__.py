"""What lasts: runs with their curves, snapshots and weights, and what a visitor has on the desk.

    shelf = open_library().shelf(owner)  # all that this owner sees, and nothing else
    recording = shelf.begin(job.describe(), parameters)
    Run(job, recording.run, recorder=recording).start()

Importing it needs no torch. Several threads and several servers may use one library at once.
"""

from pointwise.library.database import close_all
from pointwise.library.deferred_writes import flush_all
from pointwise.library.home import home, is_public, keeps
from pointwise.library.limits import Limits, Room
from pointwise.library.recording import Recording
from pointwise.library.records import Curves, EpochRecord, RunRecord, SnapshotRecord
from pointwise.library.shelf import Shelf
from pointwise.library.store import Library, open_library
from pointwise.library.stored_run import StoredRun

__all__ = [
    "Curves",
    "EpochRecord",
    "Library",
    "Limits",
    "Recording",
    "Room",
    "RunRecord",
    "Shelf",
    "SnapshotRecord",
    "StoredRun",
    "close_all",
    "flush_all",
    "home",
    "is_public",
    "keeps",
    "open_library",
]

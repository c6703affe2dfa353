"""One training, in a background thread or not: start, pause, stop, and a frozen Progress to look at.

It knows no data set and no network, and importing it needs no torch.
"""

from pointwise.runs.progress import ACTIVE, ENDED, MAX_POINTS, RESUMABLE, History, Point, Progress, Snapshot
from pointwise.runs.run import Run

__all__ = ["ACTIVE", "ENDED", "MAX_POINTS", "RESUMABLE", "History", "Point", "Progress", "Run", "Snapshot"]

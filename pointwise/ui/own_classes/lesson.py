"""A visitor's own classes with their drawings, which last, and the networks that have learned them.

The classes are on the visitor's desk; the networks are in the library, as runs and loaded networks are. Every change
is made to what is on the desk, where another tab may have changed it meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from pointwise.errors import DataError, LibraryError, PointwiseError
from pointwise.teaching.own_classes import LEAST_CLASSES, OwnClasses, own_classes_from
from pointwise.ui.frame import desk, navigation, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept

if TYPE_CHECKING:
    from pointwise.library import RunRecord

ARCH = "nin"  # the network that learns
LAST_LAYER, WHOLE = "Last layer", "Whole network"  # what learns
CLASSES: Lasting[OwnClasses] = Lasting(
    "own_classes.classes", OwnClasses(), dump=lambda one: one.to_json() or None, load=own_classes_from
)
RUNS: dict[str, Lasting[tuple[str, str] | None]] = {  # the network's id in the library, and what it has learned
    LAST_LAYER: Lasting("own_classes.last_layer", None, load=lambda raw: (str(raw[0]), str(raw[1]))),
    WHOLE: Lasting("own_classes.whole", None, load=lambda raw: (str(raw[0]), str(raw[1]))),
}
NONE_TOO: Lasting[bool] = Lasting("own_classes.none", True, load=bool)  # whether "none of these" is learned, too
READS: Lasting[str] = Lasting("own_classes.reads", LAST_LAYER)  # which of them reads
REFUSED = Kept("own_classes.refused", ("", -1))  # why the last change was not made, or "", and to which drawing, or -1
BEFORE: Kept[OwnClasses | None] = Kept("own_classes.before", None)  # what was taken away can be put back


def look() -> None:
    """On arrival nothing is left of what was said on the page before."""
    if navigation.arrived():
        REFUSED.pop()
        BEFORE.pop()


def classes() -> OwnClasses:
    """The visitor's classes."""
    return CLASSES.get()


def named() -> bool:
    """Whether there are as many classes as can be told apart."""
    return len(classes().classes) >= LEAST_CLASSES


def change(make: Callable[[OwnClasses], OwnClasses], can_be_put_back: bool = False, drawing: int = -1) -> bool:
    """Make other classes of them, with the ``drawing`` of that number, and keep these; or keep why that is refused."""
    before = _latest()
    BEFORE.set(before if can_be_put_back else None)
    try:
        CLASSES.set(make(before))
    except (DataError, IndexError) as error:  # another tab may have taken the class away
        REFUSED.set((str(error) if isinstance(error, PointwiseError) else "This class is no longer there.", drawing))
        CLASSES.set(before)
        return False
    REFUSED.pop()
    desk.save()
    return True


def put_back() -> None:
    """Undo what took away a class or a drawing."""
    if (before := BEFORE.pop()) is not None:
        CLASSES.set(before)
        desk.save()


def digest(of: OwnClasses) -> str:
    """A name of all names and drawings, and of what is learned beside them."""
    return hashlib.sha256(json.dumps([of.to_json(), NONE_TOO.get()]).encode()).hexdigest()[:32]


def run(what: str) -> str | None:
    """The id of the network that has learned, LAST_LAYER or WHOLE; None where there is none any more."""
    kept = RUNS[what].get()
    try:
        return None if kept is None else visitor.shelf().run(kept[0]).id
    except LibraryError:
        return None


def is_latest(what: str) -> bool:
    """Whether that network has learned the names and drawings as they are now, and the same beside them."""
    kept = RUNS[what].get()
    return kept is not None and kept[1] == digest(classes())


def learned(what: str, network: str, of: OwnClasses) -> None:
    """Keep which network has learned them, and let it read."""
    RUNS[what].set((network, digest(of)))
    READS.set(what)
    desk.save()


def records() -> dict[str, RunRecord]:
    """The networks that have learned, or are learning, by LAST_LAYER and WHOLE."""
    return {what: visitor.shelf().run(network) for what in RUNS if (network := run(what)) is not None}


def can_read(record: RunRecord) -> bool:
    """Whether it has learned; one that is learning, or was stopped in its first epoch, has not."""
    return not record.active and bool(record.card)


def reads() -> str | None:
    """Which network reads, LAST_LAYER or WHOLE; None without any.

    It is the chosen one where it has learned, else the other, else the one that is learning.
    """
    there = records()
    ready = [what for what in (READS.get(), *RUNS) if what in there and can_read(there[what])]
    learning = [what for what in there if there[what].active]
    return next(iter(ready + learning), None)


def _latest() -> OwnClasses:
    try:
        raw = visitor.shelf().values().get(CLASSES.key)
        return CLASSES.get() if raw is None else own_classes_from(raw)
    except (LibraryError, DataError, ValueError, TypeError):
        return CLASSES.get()

"""This visitor's runs: the one in the sidebar and those side by side; started, found again, and gone on with.

A session only points at them, by their ids in the library: after a reload, in a second tab, or on a server that was
started anew, the same run is there.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from pointwise.card import COMPARISON, EXPERIMENT, TABLE
from pointwise.errors import BusyError, LibraryError, NoRoomError, PointwiseError
from pointwise.jobs import check_memory
from pointwise.ui.frame import labels, shipped, visitor
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.frame.sections import Kept
from pointwise.ui.training import own_tables, picture_zips, server_queue

if TYPE_CHECKING:
    from pointwise.claims.experiments import Experiment
    from pointwise.jobs import Comparison, Job, RowsElsewhere
    from pointwise.library import Recording, RunRecord, StoredRun
    from pointwise.run_queue import Turn
    from pointwise.runs import Progress, Run
    from pointwise.training.checkpoints import Checkpoint

    Begun = tuple[Recording, Checkpoint | None, Progress | None]

    AnyRun = Run[Job] | StoredRun[Job]  # of this server, or one that another process carries out, or none any more

RUN: Kept[AnyRun | None] = Kept("session_run.run", None)  # the one in the sidebar
BEFORE: Kept[tuple[str, str, int] | None] = Kept("session_run.before", None)  # what the page is being drawn with
LOOKED = Kept("session_run.looked", -math.inf)  # when runs of other tabs and of the command line were last looked for
SIDE_BY_SIDE = (COMPARISON, EXPERIMENT)  # kinds of jobs that are no training of one network
LOOK = 1.0  # seconds between two looks, and between two looks at the weights within an epoch


def current() -> AnyRun | None:
    """The run in the sidebar: the one that was started or found last; None before the first."""
    run = RUN.get()
    now = time.monotonic()
    _watch_over()
    if now - LOOKED.get() >= LOOK and (run is None or not run.progress().active):
        LOOKED.set(now)
        run = _found(run)
        RUN.set(run)
    return run


def see() -> None:
    """Keep what the page is about to be drawn with; a run that ends meanwhile has it drawn once more by the sidebar."""
    run = current()
    BEFORE.set(None if run is None else state(run, run.progress()))


def state(run: AnyRun, progress: Progress) -> tuple[str, str, int]:
    """Which run it is, what it does, and how many epochs are over: when that changes, so does the whole page."""
    now = "going on" if progress.active and progress.state != "queued" else progress.state
    return run.name, "paused" if progress.active and run.paused else now, len(progress.epochs)


def side_by_side() -> list[Run[Comparison] | Run[Experiment]]:
    """This visitor's trainings side by side and experiments that wait or go on, whichever page shows them."""
    return [run for run in _watch_over() if run.job.kind in SIDE_BY_SIDE and run.progress().active]


def _watch_over() -> list[Run[Any]]:
    """This visitor's runs on this server: as long as that one is here, none is alone, also where no page shows it."""
    owner = visitor.shelf().owner
    mine = [run for run, whose in list(_runs_here().values()) if whose == owner]
    for run in mine:
        run.watch()
    return mine


def go_on_label(record: RunRecord) -> str:
    """What the button is called that lets a run go on, or begin that never did."""
    return "Start" if record.unbegun else "Go on"


def go_on_help(record: RunRecord) -> str:
    """What that button does."""
    if record.unbegun:
        return "It has not made a step yet: it begins, or joins the queue"
    return f"From its last checkpoint, after step {record.checkpoint:,}, to the result that it would have had"


def busy() -> bool:
    """Whether that run is still going on, unless the command line carries it out, which leaves room for another."""
    run = current()
    return run is not None and run.progress().active and not in_terminal(run)


def in_terminal(run: AnyRun) -> bool:
    """Whether the command line began a run."""
    try:
        return visitor.shelf().run(run.name).owner == ""
    except LibraryError:
        return False


def at(key: str) -> Any:
    """The run that was started under a key other than the sidebar's, also before a reload."""
    kept: Kept[Any] = Kept(key, None)
    pointer = _pointer(key).get()
    if kept.get() is None and pointer is not None:
        kept.set(_experiment_here(pointer) or attached(pointer))
    return kept.get()


def start(
    job: Job | Comparison, key: str = RUN.key, more: Mapping[str, Any] | None = None, expected: float = math.nan
) -> str | None:
    """The id of a run of this visitor's, started under ``key`` or waiting; where it cannot be, None, and a sentence
    is kept.

    ``more`` is kept beside the job's description: where the rows of a table, or somebody's own pictures, are.
    ``expected`` is how many seconds it will take, where that is known.
    """
    description = {**job.describe(), **(more or {})}
    parameters = None if "config" not in description else shipped.cost_of(job.config).parameters  # type: ignore[union-attr]

    def begun() -> Begun:
        check_memory(job)
        try:
            return visitor.shelf().begin(description, parameters), None, None
        except NoRoomError:
            raise
        except LibraryError as error:
            visitor.stop_keeping(error)
            return visitor.shelf().begin(description, parameters), None, None

    return _carried_out(job, key, begun, parameters, expected)


def measure(experiment: Experiment, key: str) -> None:
    """Carry out an experiment of this visitor's, or wait for its turn, under ``key``; else a sentence is kept.

    It is in no library: a reload finds it here as long as this server carries it out.
    """
    from pointwise.runs import Run

    turn = _turn(key)
    if turn is not None:
        _begin(Run(experiment, f"experiment-{secrets.token_hex(8)}", turn), turn, key)


def go_on(run: str) -> None:
    """Go on with a run of this visitor's after its last checkpoint, in the sidebar; else a sentence is kept."""
    shelf = visitor.shelf()
    try:
        record = shelf.run(run)
        job = job_of(record)
        picture_zips.check_there(record)
        check_memory(job)
        parameters = shipped.cost_of(job.config).parameters  # type: ignore[union-attr]
        _carried_out(job, RUN.key, lambda: shelf.go_on(run, parameters), parameters)
    except PointwiseError as error:
        _refusal(RUN.key).set(str(error))


def _carried_out(
    job: Job | Comparison, key: str, begun: Callable[[], Begun], parameters: int | None, expected: float = math.nan
) -> str | None:
    from pointwise.runs import Run

    turn = _turn(key)
    if turn is None:
        return None
    try:
        recording, since, before = begun()
    except BaseException as error:
        turn.done()
        if not isinstance(error, PointwiseError):
            raise
        _refusal(key).set(str(error))
        return None
    small = parameters is not None and parameters <= shipped.MOST_PARAMETERS
    look = LOOK if small else math.inf
    recorded = recording.run
    run: Run[Any] = Run(
        job, recorded, turn, recorder=recording, since=since, before=before, look=look, expected=expected
    )
    _begin(run, turn, key)
    return run.name


def _turn(key: str) -> Turn | None:
    """A turn of this visitor's at work; where too much waits already, None, and the sentence is kept."""
    try:
        return server_queue.run_queue().turn(visitor.shelf().owner)
    except BusyError as error:
        _refusal(key).set(str(error))
        return None


def _begin(run: Run[Any], turn: Turn, key: str) -> None:
    _refusal(key).set("")
    here = _runs_here()
    for name in [name for name, (other, _) in list(here.items()) if other.join(0)]:
        here.pop(name, None)
    run.start()
    here[run.name] = run, turn.owner
    st.session_state[key] = run
    _pointer(key).set(run.name)


def say_refusal(key: str = RUN.key) -> None:
    """The sentence of a start that was refused, as long as none has succeeded since."""
    if sentence := _refusal(key).get():
        st.warning(labels.said(sentence), icon=":material/hourglass_top:")


def say_what_goes() -> None:
    """Before a start: the run whose place the next one takes, where as many are kept as can be."""
    try:
        room = visitor.shelf().room()
    except LibraryError:
        return
    if room.runs >= room.limits.runs:
        st.caption(labels.said(room.warnings[0]))


def attached(run: str) -> Any:
    """A run of the library as this server carries it out, or as it was kept; None where there is none."""
    from pointwise.library import StoredRun

    try:
        shelf = visitor.shelf()
        record = shelf.run(run)
        known, _ = _runs_here().get(run, (None, ""))
        if known is not None and (record.active or known.progress().state == record.state):
            return known
        return StoredRun(shelf, run, job_of(record))
    except PointwiseError:
        return None


def job_of(record: RunRecord) -> Job | Comparison:
    """The job of a kept run. Raises ConfigError when it cannot be made again, as a table's where its file is gone."""
    from pointwise.jobs import job_from

    return job_from(record.job, _rows_of(record) if record.kind == TABLE else picture_zips.of_run(record))


def _rows_of(record: RunRecord) -> RowsElsewhere | None:
    """What a run on a table learned from; None where it is not kept."""
    source, data = record.job.get("table"), record.job.get("data")
    try:
        if not source or not own_tables.is_kept(source):
            return None
        return own_tables.elsewhere(source, data["rows"], data["target"], data["features"])  # type: ignore[index]
    except (PointwiseError, KeyError, TypeError):
        return None


def _experiment_here(run: str) -> Run[Experiment] | None:
    """An experiment of this visitor's that this server carries out, or has carried out lately."""
    known, owner = _runs_here().get(run, (None, ""))
    its = known is not None and known.job.kind == EXPERIMENT and owner == visitor.shelf().owner
    return known if its else None


def _found(run: AnyRun | None) -> AnyRun | None:
    """A run that goes on elsewhere, else the one that was looked at last."""
    pointer = _pointer(RUN.key)
    try:
        going = [record for record in visitor.shelf().going() if record.kind != COMPARISON]
    except LibraryError:
        return run
    if going:
        pointer.set(going[0].id)
        return attached(going[0].id)
    known = pointer.get()
    if run is None and known is not None:
        return attached(known)
    return run


def _pointer(key: str) -> Lasting[str | None]:
    return Lasting(f"{key}.id", None)


def _refusal(key: str) -> Kept[str]:
    return Kept(f"{key}.refused", "")


@st.cache_resource(show_spinner=False)
def _runs_here() -> dict[str, tuple[Run[Any], str]]:
    """The runs that this server carries out and their owners, by id, for the sessions that find them again."""
    return {}

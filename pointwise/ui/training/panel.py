"""A run in the sidebar: progress, pause, stop, go on, how good its network is, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.data.catalogue import DATA_SETS, OWN
from pointwise.errors import LibraryError
from pointwise.intervals import Share, difference_of_shares, share_of_sample
from pointwise.jobs import Job, PictureJob
from pointwise.library import is_public
from pointwise.runs import RESUMABLE, Progress, Run
from pointwise.ui.frame import charts, glossary, labels, navigation, shipped, visitor
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.training import downloads, picture_zips, server_queue, session_run, weights_in_use

if TYPE_CHECKING:
    from pointwise.ui.training.session_run import AnyRun

POLL = 1.0  # seconds between two looks at a run
ELSEWHERE = 3.0  # seconds between two looks for a run that began in another tab or on the command line
SEEN: Kept[tuple[str, str, int] | None] = Kept("panel.seen", None)  # what the whole page was last drawn with
UNBEGUN = {"paused": "Paused", "stopped": "Stopped", "parked": "Parked", "interrupted": "Interrupted"}
SCORES = {"accuracy": "accuracy", "r2": "R²"}
TEST = "Measured after every epoch, and it chooses nothing: the weights are those of the last step."
# Of the development drawings, as models/README.md measures it under "Retrained on the bundled digits": percent that
# three seeds read so retrained, their mean and standard deviation; the share that the shipped weights read.
RETRAINED, AS_SHIPPED = (25.1, 3.7), Share(0.994, 0.988, 0.999, 468)
WARNINGS = {
    "digits": "**Your drawings may be read far worse.** These digits are blurred scans of 8×8 points, and there are "
    f"{DATA_SETS['digits'].training:,} to learn from. Retrained on them, Network in Network reads "
    f"{RETRAINED[0]:.0f} ± {RETRAINED[1]:.0f}\u00a0% of a development set of {AS_SHIPPED.count} drawings by other "
    f"people; as it is shipped, {AS_SHIPPED}. To compare on yours, choose *Shipped* under **Weights**."
}


def show(brief: bool = False) -> None:
    """This visitor's run, on every page; once it is over, a ``brief`` panel says no more than that."""
    session_run.say_refusal()
    run = session_run.current()
    if session_run.side_by_side():
        st.fragment(run_every=ELSEWHERE)(_comparisons)()
    if run is None:
        st.fragment(run_every=_elsewhere_every())(_elsewhere)()
        return
    progress = run.progress()
    before, now = session_run.BEFORE.pop(), session_run.state(run, progress)
    same = before is None or before[:2] == now[:2]  # else the page beside it shows what was, and is drawn again
    SEEN.set(now if same else before)
    if brief and not progress.active:
        _over(run, progress)
        return
    st.subheader(f"{labels.plain(_name(run))}: {labels.plain(run.job.title)}")
    if session_run.in_terminal(run):
        st.caption("Begun in a terminal of this computer.")
    if progress.active:
        _controls(run, progress)
    elif progress.state in RESUMABLE:
        _go_on(run)
    st.fragment(run_every=POLL if progress.active else _elsewhere_every())(_live)()
    if not progress.active and progress.latest is not None:
        _result(run)


def _name(run: AnyRun) -> str:
    try:
        return visitor.shelf().run(run.name).name
    except LibraryError:
        return "Run"


def _elsewhere_every() -> float | None:
    """Seconds; on a server for strangers nobody looks, as no command line's run is theirs."""
    return None if is_public() else ELSEWHERE


def _elsewhere() -> None:
    """A run that begins in another tab or on the command line comes onto the page."""
    run = session_run.current()
    if run is not None and SEEN.get() != session_run.state(run, run.progress()):
        st.rerun()


def _comparisons() -> None:
    """Trainings side by side, a line each, so that their visitor may look at other pages until their turn comes."""
    for run in session_run.side_by_side():
        progress = run.progress()
        if progress.state == "queued":
            now = server_queue.waiting(progress.standing)
        else:
            now = f"{100 * progress.step // max(progress.total, 1)} % done"
        st.caption(f"{labels.plain(run.job.title)}: {now}")


def _over(run: AnyRun, progress: Progress) -> None:
    """One line on a run that is over, and how to go on with it."""
    st.caption(f"{labels.plain(_name(run))}: {_sentence(run, progress)}")
    if progress.state in RESUMABLE:
        _go_on(run)
    st.fragment(run_every=_elsewhere_every())(_elsewhere)()


def _controls(run: AnyRun, progress: Progress) -> None:
    """Stop, and pause or resume, of which a run that waits in the queue needs none."""
    with st.container(horizontal=True):
        if run.paused:
            st.button("Resume", on_click=run.resume, icon=":material/play_arrow:")
        elif progress.state != "queued":
            st.button("Pause", on_click=run.pause, icon=":material/pause:")
        st.button("Stop", on_click=run.stop, icon=":material/stop:")


def _go_on(run: AnyRun) -> None:
    """The button that takes a run that was parked, interrupted or stopped on from its last checkpoint."""
    try:
        record = visitor.shelf().run(run.name)
    except LibraryError:
        return
    if record.resumable and isinstance(run.job, Job):
        st.button(
            session_run.go_on_label(record),
            on_click=session_run.go_on,
            args=(run.name,),
            icon=":material/play_arrow:",
            help=session_run.go_on_help(record),
        )


def _live() -> None:
    """Polled while the run is active; a finished epoch or the end redraws the whole page once."""
    run = session_run.current()
    if run is None:
        return
    progress = run.progress()
    if SEEN.get() != session_run.state(run, progress):
        st.rerun()
    st.progress(progress.step / progress.total if progress.total else 0.0, text=_sentence(run, progress))
    if progress.download is not None and not progress.total:
        st.progress(progress.download.done / progress.download.total)
    if progress.error:
        (st.error if progress.state == "failed" else st.info)(labels.said(progress.error))
    elif progress.state == "queued":
        st.caption(server_queue.WAITS)
    if progress.history:
        _curves(run.job, progress)
    if isinstance(run, Run) and run.unkept:
        st.caption(labels.said(run.unkept))


def _sentence(run: AnyRun, progress: Progress) -> str:
    if progress.state == "fetching" and progress.download is not None:
        done, total = progress.download.done / 1e6, progress.download.total / 1e6
        what = (
            "Waiting for another training that is downloading the same" if progress.download.waiting else "Downloading"
        )
        return f"{what}: {done:.1f} of {total:.1f} MB"
    if progress.state == "waiting":
        return "Getting the data ready"
    where = f"step {progress.step:,} of {progress.total:,}"
    if progress.state == "queued" and not run.stopping:
        return server_queue.waiting(progress.standing) + (f"; it is at {where}" if progress.step else "")
    if not progress.step and progress.state in UNBEGUN:
        return f"{UNBEGUN[progress.state]} before its first step"
    speed = f"{progress.rate:,.0f} examples a second"
    if run.stopping and progress.active:
        return f"Stopping at {where}: measuring the weights so far"
    if progress.active and run.paused:
        return f"Paused at {where}"
    if progress.active:
        return f"{where.capitalize()}, {labels.duration(progress.seconds_left)} left, {speed}"
    if progress.state == "interrupted":
        epoch = min(len(progress.epochs) + 1, run.job.recipe.epochs)
        return f"Interrupted at {where}, in epoch {epoch} of {run.job.recipe.epochs}"
    ended = {"done": "Finished", "stopped": "Stopped", "failed": "Failed", "parked": "Parked"}[progress.state]
    return f"{ended} at {where} after {labels.duration(progress.seconds)}, {speed}"


def _curves(job: Job, progress: Progress) -> None:
    per_epoch = progress.total / job.recipe.epochs
    label = SCORES[job.score]
    ends = [
        (
            round(epoch.number * per_epoch) if epoch.complete else progress.step,
            epoch.metrics[f"train_{job.score}"],
            epoch.metrics[job.score],
        )
        for epoch in progress.epochs
    ]
    last = (
        f"; {'test' if job.score == 'accuracy' else 'held-out'} {label} {ends[-1][2]:.3f} after epoch {len(ends)}"
        if ends
        else ""
    )
    charts.show(
        charts.training_curves(progress.history, ends, progress.total, label),
        "runpanel.curves",
        f"Training curves: loss {progress.history[-1][1]:.3g} at step {progress.step}{last}",
    )


def _result(run: AnyRun) -> None:
    """How good the network is, against the shipped one of the same task on the same examples; and its files."""
    model = weights_in_use.epoch_model(run)
    if model is None:
        return
    arch, own = run.job.stands_in_for, isinstance(run.job, PictureJob) and run.job.data.name == OWN
    with shown_errors():
        before = {} if arch is None or own else _shipped_metrics(arch, run.job.data, run.job)
        for name in run.job.result:
            METRICS[name](model.card["metrics"][name], before.get(name), run.job)
    if names := model.card.get("classes"):
        st.caption(f"It knows {picture_zips.in_words(list(map(str, names)))}.")
    if own and arch is None:
        navigation.link("runs", "Ask it about other pictures", icon=":material/image_search:")
    if isinstance(run.job, PictureJob) and run.job.data.name in WARNINGS:
        st.markdown(f":small[{WARNINGS[run.job.data.name]}]")
    with st.popover("Download", icon=":material/download:", width="stretch"):
        downloads.buttons(model, f"{run.job.config.arch}-{run.name[:6]}")


@st.cache_resource(show_spinner=False, max_entries=16)
def _shipped_metrics(arch: str, data: object, _job: Job) -> dict[str, float]:
    return _job.metrics_of(shipped.shipped_model(arch))


def _accuracy(value: float, before: float | None, job: Job) -> None:
    change, told = None, True
    if before is not None:
        change = f"{100 * (value - before):+.1f} points"
        if isinstance(job, PictureJob):
            told = difference_of_shares(*(_share(one, job) for one in (before, value))).clear
            change += "" if told else ": no difference that so few pictures tell"
    st.metric("Test accuracy", labels.percent(value), change, "normal" if told else "off", help=TEST)
    beside = "" if before is None else f"; the shipped weights reach {_with_interval(before, job)} there"
    st.caption(f"{_with_interval(value, job)} of {job.held_out}{beside}. In brackets: {glossary.INTERVAL}s.")


def _with_interval(accuracy: float, job: Job) -> str:
    """An accuracy on a job's test pictures, with the interval of so many."""
    if not isinstance(job, PictureJob):
        return labels.percent(accuracy)
    return str(_share(accuracy, job))


def _share(accuracy: float, job: PictureJob) -> Share:
    return share_of_sample(accuracy, job.data.counts[1])


def _mean_error(value: float, before: float | None, job: Job) -> None:
    change = f"{labels.dollars(value - before, signed=True)} to the shipped" if before is not None else None
    about = f"On {job.held_out}, for both networks"
    st.metric("Mean absolute error", labels.dollars(value), change, delta_color="inverse", help=about)


def _r_squared(value: float, before: float | None, job: Job) -> None:
    if before is None:
        st.metric(f"R² on {job.held_out}", f"{value:.3f}")
    else:
        st.metric("R²", labels.r_squared(value), f"{value - before:+.4f} to the shipped")


METRICS = {"accuracy": _accuracy, "mae": _mean_error, "r2": _r_squared}

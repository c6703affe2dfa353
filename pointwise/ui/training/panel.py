"""A run's place in the sidebar: progress, pause, stop, how good its network is, and what to do with the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pointwise.jobs import Job
from pointwise.runs import Progress, Run
from pointwise.ui.frame import charts, labels, shipped
from pointwise.ui.frame.sections import Kept, shown_errors
from pointwise.ui.training import downloads, session_run, weights_in_use

if TYPE_CHECKING:
    from pointwise.models import Network

POLL = 1.0  # seconds between two looks at a run
SEEN: Kept[tuple[str, int] | None] = Kept("panel.seen", None)  # (state, epochs) that the whole page was last drawn with
SCORES = {"accuracy": "accuracy", "r2": "R²"}


def show() -> None:
    """This session's run, on every page."""
    session_run.say_refusal()
    run = session_run.current()
    if run is None:
        return
    progress = run.progress()
    SEEN.set(_state(progress))
    st.subheader(f"Run: {run.job.title}")
    if progress.active:
        _controls(run)
    st.fragment(run_every=POLL if progress.active else None)(_live)()
    if not progress.active and progress.latest is not None:
        _result(run)


def _state(progress: Progress) -> tuple[str, int]:
    return ("active" if progress.active else progress.state, len(progress.epochs))


def _controls(run: Run[Job]) -> None:
    with st.container(horizontal=True):
        if run.paused:
            st.button("Resume", on_click=run.resume, icon=":material/play_arrow:")
        else:
            st.button("Pause", on_click=run.pause, icon=":material/pause:")
        st.button("Stop", on_click=run.stop, icon=":material/stop:")


def _live() -> None:
    """Polled while the run is active; a finished epoch or the end redraws the whole page once."""
    run = session_run.current()
    if run is None:
        return
    progress = run.progress()
    if SEEN.get() != _state(progress):
        st.rerun()
    st.progress(progress.step / progress.total if progress.total else 0.0, text=_sentence(run, progress))
    if progress.download is not None and not progress.total:
        st.progress(progress.download.done / progress.download.total)
    if progress.history:
        _curves(run.job, progress)
    if progress.error:
        (st.error if progress.state == "failed" else st.info)(progress.error)


def _sentence(run: Run[Job], progress: Progress) -> str:
    if progress.state == "fetching" and progress.download is not None:
        done, total = progress.download.done / 1e6, progress.download.total / 1e6
        return f"Downloading: {done:.1f} of {total:.1f} MB"
    if progress.state == "waiting":
        return "Getting the data ready"
    where = f"step {progress.step:,} of {progress.total:,}"
    speed = f"{progress.rate:,.0f} examples a second"
    if run.stopping and progress.active:
        return f"Stopping at {where}: measuring the weights so far"
    if progress.active and run.paused:
        return f"Paused at {where}"
    if progress.active:
        return f"{where.capitalize()}, {labels.duration(progress.seconds_left)} left, {speed}"
    ended = {"done": "Finished", "stopped": "Stopped", "failed": "Failed"}[progress.state]
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
    last = f"; held-out {label} {ends[-1][2]:.3f} after epoch {len(ends)}" if ends else ""
    charts.show(
        charts.training_curves(progress.history, ends, progress.total, label),
        "runpanel.curves",
        f"Training curves: loss {progress.history[-1][1]:.3g} at step {progress.step}{last}",
    )


def _result(run: Run[Job]) -> None:
    """How good the network is, against the shipped one of the same task on the same examples; its use and its files."""
    model = weights_in_use.epoch_model(run)
    if model is None:
        return
    arch = run.job.stands_in_for
    with shown_errors():
        before = {} if arch is None else _shipped_metrics(arch, run.job.data, run.job)
        for name in run.job.result:
            METRICS[name](model.card["metrics"][name], before.get(name), run.job.held_out)
    if arch is not None:
        _choose(arch, model)
    with st.popover("Download", icon=":material/download:", width="stretch"):
        downloads.buttons(model, f"{run.job.config.arch}-{run.name}")


@st.cache_resource(show_spinner=False, max_entries=16)
def _shipped_metrics(arch: str, data: object, _job: Job) -> dict[str, float]:
    return _job.metrics_of(shipped.shipped_model(arch))


def _accuracy(value: float, before: float | None, held_out: str) -> None:
    if before is None:
        st.metric("Validation accuracy", labels.percent(value), help=f"On {held_out}")
        return
    st.metric("Validation accuracy", labels.percent(value), f"{100 * (value - before):+.1f} points")
    st.caption(f"On {held_out}; the shipped weights reach {labels.percent(before)} there.")


def _mean_error(value: float, before: float | None, held_out: str) -> None:
    change = f"{labels.dollars(value - before, signed=True)} to the shipped" if before is not None else None
    about = f"On {held_out}, for both networks"
    st.metric("Mean absolute error", labels.dollars(value), change, delta_color="inverse", help=about)


def _r_squared(value: float, before: float | None, held_out: str) -> None:
    if before is None:
        st.metric(f"R² on {held_out}", f"{value:.3f}")
    else:
        st.metric("R²", labels.r_squared(value), f"{value - before:+.4f} to the shipped")


METRICS = {"accuracy": _accuracy, "mae": _mean_error, "r2": _r_squared}


def _choose(arch: str, model: Network) -> None:
    used = weights_in_use.own_models().get(arch)
    if used is model:
        st.success("The pages use your weights.", icon=":material/check:")
    else:
        st.button(
            "Use these weights",
            on_click=weights_in_use.use_own_model,
            args=(arch, model),
            type="primary",
            width="stretch",
        )
    if used is not None:
        st.button(
            "Back to the shipped weights", on_click=weights_in_use.use_shipped_model, args=(arch,), width="stretch"
        )

"""A run's place in the sidebar: start, progress, pause, stop, and what to do with the weights."""

from __future__ import annotations

import streamlit as st

from pointwise.models import Network
from pointwise.progress import Progress
from pointwise.runs import Run
from pointwise.ui.frame import charts, labels
from pointwise.ui.training import downloads, result, session_run, weights_in_use

POLL = 1.0  # seconds between two looks at a run
SEEN = "runpanel.seen"  # (state, epochs) that the whole page was last drawn with


def show() -> None:
    """This session's run, on every page."""
    if st.session_state.get(session_run.BUSY):
        st.warning(session_run.FULL, icon=":material/hourglass_top:")
    retraining = session_run.retraining()
    if retraining is None:
        return
    progress = retraining.run.progress()
    st.session_state[SEEN] = _moment(progress)
    st.subheader("Run: your table" if retraining.source == "table" else f"Run: {labels.MODELS[retraining.arch]}")
    if progress.active:
        _controls(retraining.run, progress)
    st.fragment(run_every=POLL if progress.active else None)(_live)()
    if not progress.active and progress.latest is not None:
        _result(retraining, progress)


def _moment(progress: Progress) -> tuple[str, int]:
    return ("active" if progress.active else progress.state, len(progress.epochs))


def _controls(run: Run, progress: Progress) -> None:
    with st.container(horizontal=True):
        if run.paused:
            st.button("Resume", on_click=run.resume, icon=":material/play_arrow:")
        else:
            st.button("Pause", on_click=run.pause, icon=":material/pause:")
        st.button("Stop", on_click=run.stop, icon=":material/stop:")


def _live() -> None:
    """Polled while the run is active; a finished epoch or the end redraws the whole page once."""
    retraining = session_run.retraining()
    if retraining is None:
        return
    progress = retraining.run.progress()
    if st.session_state.get(SEEN) != _moment(progress):
        st.rerun()
    st.progress(progress.step / progress.total if progress.total else 0.0, text=_sentence(retraining.run, progress))
    if progress.download is not None and not progress.total:
        st.progress(progress.download.done / progress.download.total)
    if progress.history:
        _curves(retraining, progress)
    if progress.error:
        (st.error if progress.state == "failed" else st.info)(progress.error)


def _sentence(run: Run, progress: Progress) -> str:
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


def _curves(retraining: session_run.Retraining, progress: Progress) -> None:
    per_epoch = progress.total / retraining.recipe.epochs
    classes = retraining.source in labels.SOURCES
    name, label = ("accuracy", "accuracy") if classes else ("r2", "R²")
    ends = [
        (
            round(epoch.number * per_epoch) if epoch.complete else progress.step,
            epoch.metrics[f"train_{name}"],
            epoch.metrics[name],
        )
        for epoch in progress.epochs
    ]
    last = f"; held-out {label} {ends[-1][2]:.3f} after epoch {len(ends)}" if ends else ""
    st.plotly_chart(
        charts.training_curves(progress.history, ends, progress.total, label),
        key="runpanel.curves",
        config={"displayModeBar": False},
        alt=f"Training curves: loss {progress.history[-1][1]:.3g} at step {progress.step}{last}",
    )


def _result(retraining: session_run.Retraining, progress: Progress) -> None:
    epoch, model = progress.latest, weights_in_use.epoch_model(retraining)
    if epoch is None or model is None:
        return
    result.show(retraining, epoch.metrics)
    if retraining.source in ("houses", *labels.DIGITS):
        _choose(retraining.arch, model)
    with st.popover("Download", icon=":material/download:", width="stretch"):
        downloads.buttons(model, f"{retraining.arch}-{retraining.run.name}")


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

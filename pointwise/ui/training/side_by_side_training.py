"""Several networks trained in turns, or trials measured, as a run: begun by a button, watched live, stopped at will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pointwise.jobs import Comparison
from pointwise.runs import Progress
from pointwise.ui.frame import labels
from pointwise.ui.training import server_queue, session_run

if TYPE_CHECKING:
    from pointwise.claims.experiments import Experiment
    from pointwise.training import Epoch

POLL = 1.0  # seconds
Trainings = dict[str, "list[Epoch]"]


@dataclass(frozen=True)
class SideBySide:
    """What is trained, and how it is shown."""

    key: str  # of the session's state
    button: str
    comparison: Comparison | Experiment
    live: Callable[[Progress, Trainings], None]  # drawn while it goes on, and afterwards
    stop: str = "Stop training"

    def show(self) -> None:
        """Start and stop, and the trainings so far; drawn again every second until the end."""
        run = session_run.at(self.key)
        active = run is not None and run.progress().active
        with st.container(horizontal=True):
            st.button(
                self.button,
                on_click=self._start,
                type="primary",
                icon=":material/model_training:",
                disabled=active,
                key=f"{self.key}.start",
            )
            if run is not None and active:
                st.button(self.stop, on_click=run.stop, icon=":material/stop:", key=f"{self.key}.stop")
        session_run.say_refusal(self.key)
        if run is not None:
            st.fragment(run_every=POLL if active else None)(self._live)(active)

    def _start(self) -> None:
        if isinstance(self.comparison, Comparison):
            session_run.start(self.comparison, self.key)
        else:
            session_run.measure(self.comparison, self.key)

    def _live(self, active: bool) -> None:
        """``active`` is what the page was drawn with; the end draws it once more."""
        run = session_run.at(self.key)
        assert run is not None
        progress = run.progress()
        if active:
            seconds = f", {progress.seconds_left:.0f} s left" if progress.step else ""
            queued = progress.state == "queued" and not run.stopping
            doing = "Training in turns" if isinstance(self.comparison, Comparison) else "Measuring"
            text = server_queue.waiting(progress.standing) if queued else f"{doing}{seconds}"
            st.progress(progress.step / max(progress.total, 1), text=text)
            if queued and not progress.error:
                st.caption(server_queue.WAITS)
        trainings: Trainings = defaultdict(list)
        for epoch in progress.epochs:
            trainings[epoch.of].append(epoch)
        self.live(progress, trainings)
        if progress.error:
            (st.error if progress.state == "failed" else st.info)(labels.said(progress.error))
        if active and not progress.active:
            st.rerun()

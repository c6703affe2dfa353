"""Several networks trained in turns as one run of this session: started by a button, watched live, stopped at will."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from pointwise.progress import Progress
from pointwise.runs import Run, Work
from pointwise.training import Epoch
from pointwise.ui.training import session_run

POLL = 1.0  # seconds
Trainings = dict[str, list[Epoch]]


@dataclass(frozen=True)
class Contest:
    """What is trained, and how it is shown."""

    key: str  # of the session's state
    button: str
    work: Callable[[], Work]
    live: Callable[[Progress, Trainings], None]  # drawn while it goes on, and afterwards
    stop: str = "Stop training"

    def show(self) -> None:
        """Start and stop, and the trainings so far; drawn again every second until the end."""
        run: Run | None = st.session_state.get(self.key)
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
        if st.session_state.get(self._full):
            st.warning(session_run.FULL, icon=":material/hourglass_top:")
        if run is not None:
            st.fragment(run_every=POLL if active else None)(self._live)(active)

    @property
    def _full(self) -> str:
        return f"{self.key}.full"

    def _live(self, active: bool) -> None:
        """``active`` is what the page was drawn with; the end draws it once more."""
        progress = st.session_state[self.key].progress()
        if active:
            seconds = f", {progress.seconds_left:.0f} s left" if progress.step else ""
            st.progress(progress.step / max(progress.total, 1), text=f"Training in turns{seconds}")
        trainings: Trainings = defaultdict(list)
        for epoch in progress.epochs:
            trainings[epoch.of].append(epoch)
        self.live(progress, trainings)
        if progress.error:
            st.error(progress.error)
        if active and not progress.active:
            st.rerun()

    def _start(self) -> None:
        slots = session_run.run_slots()
        st.session_state[self._full] = not slots.acquire(blocking=False)
        if not st.session_state[self._full]:
            run = Run(self.work, self.key, slots)
            run.start()
            st.session_state[self.key] = run

"""A run between two of its steps: whether it goes on, waits in a pause or in the queue, makes room, or ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pointwise.errors import LibraryError
from pointwise.run_queue import LEND, Standing, Turn
from pointwise.runs.controls import CLOSED, Controls
from pointwise.runs.progress import Progress
from pointwise.runs.protocols import Recorder

if TYPE_CHECKING:
    from pointwise.training import Step
    from pointwise.training.checkpoints import Checkpoint

AWAY = 1800.0  # seconds without a reader for which a run keeps its place in the queue
LOOK = 0.5  # seconds between two looks, in a pause or in the queue, at what somebody asked for
ON, END, ASIDE, OVER = "on", "end", "aside", "over"  # after a step: another, the last, others first, or it has ended
UNWATCHED = "Nobody was watching this run any more, so it "  # why it parks
SENTENCES = {
    UNWATCHED: {
        "parked": f"{UNWATCHED}is parked.",
        "stopped": f"{UNWATCHED}stopped itself.",
        "unbegun": f"{UNWATCHED}was never begun.",
    },
    CLOSED: {
        "parked": f"{CLOSED}, so this run is parked.",
        "stopped": f"{CLOSED}, so this run was stopped.",
        "unbegun": f"{CLOSED} before this run was begun.",
    },
}
PAUSED = "Others may have its place at work meanwhile. Resume puts it into the queue again, and nothing is lost."
TURNS = (
    "Others are waiting, so this run has made room for them after {} at work. When its turn comes again, it goes on by "
    "itself after step {:,}: nothing is lost."
)


class Lifecycle(Controls):
    """A run's state, and its turn at work as long as it has one."""

    def __init__(
        self, turn: Turn | None, lease: float, recorder: Recorder | None, since: Checkpoint | None, progress: Progress
    ) -> None:
        super().__init__(turn, lease)
        self._recorder, self._since, self._progress = recorder, since, progress
        self._at = None if since is None else since.step  # of the checkpoint to go on from, wherever it is
        self._yielding = False  # whether the next step is to be made with a checkpoint, to be put aside with
        self._said: tuple[str, tuple[int, ...]] = ("", ())  # what was kept last of a state between two steps

    def _next(self, step: Step | None) -> str:
        """What comes after a step, or after a piece of a download: ON, END, ASIDE or OVER; in a pause it waits."""
        while not self._stop.is_set():
            self._obey()
            if not self._watched():
                return END
            if self._go_on.is_set():
                asked = self._asked(idle=False)
                if not asked or self._park.is_set():
                    self._yielding = False
                    if self._park_here():
                        return ON
                    self._publish(error=self._sentence("stopped"))
                    return END
                if asked == LEND:
                    self._lend()
                elif do := self._give_way(step):
                    return do
                continue
            if self._progress.state != "paused":
                self._stand("paused")
            if not self._asked(idle=True):
                self._go_on.wait(timeout=min(LOOK, self._lease / 4))
            elif do := self._give_way(step):
                return do
        return END

    def _watched(self) -> bool:
        """False where nobody has looked for long and the run cannot go on later; else it may have been told to park."""
        if self._unwatched > self._lease and not self._park.is_set():
            if self._recorder is None or not self._recorder.resumable:
                self._publish(error=SENTENCES[UNWATCHED]["stopped"])
                return False
            self._why = UNWATCHED
            self.park()
        return True

    def _park_here(self) -> bool:
        """Whether another step is made; a job whose checkpoints are of no use stops where it should park."""
        return not self._park.is_set() or (self._recorder is not None and self._recorder.resumable)

    def _asked(self, idle: bool) -> str:
        """Whether somebody else is due: LEND, YIELD or ""."""
        if self._turn is None:
            return ""
        self._turn.rest(idle)
        return self._turn.asked()

    def _lend(self) -> None:
        """Hold for a short work, but not with an end that somebody asked for."""
        assert self._turn is not None
        self._turn.lend()
        while not (self._turn.wait(LOOK) or self._park.is_set() or self._stop.is_set()):
            self._obey()

    def _give_way(self, step: Step | None) -> str:
        """What to do where others are due: ASIDE, now that there is a checkpoint; ON, to make a step that has one.

        A job without checkpoints is held here until its turn has come again: "", or OVER where it ended meanwhile.
        """
        assert self._turn is not None
        if step is not None and step.number == step.total:
            return ON
        if step is not None and step.checkpoint is None and not self._yielding:
            self._yielding = True
            return ON
        self._yielding = False
        self._publish(error=PAUSED if self.paused else TURNS.format(_minutes(self._turn.held), self._progress.step))
        if step is None or step.checkpoint is not None:
            if step is not None and step.checkpoint is not None:
                self._put_aside(step.checkpoint)
            return ASIDE
        self._turn.leave()
        return "" if self._gets_its_turn() else OVER

    def _put_aside(self, checkpoint: Checkpoint) -> None:
        """Keep the checkpoint to go on from, in memory only where it is not kept elsewhere."""
        kept = self._recorder is not None and self._recorder.checkpointed == checkpoint.step
        self._since, self._at = None if kept else checkpoint, checkpoint.step

    def _taken_up(self) -> Checkpoint | None:
        """The checkpoint to go on from. Raises LibraryError where it is gone."""
        since = self._since
        if since is None and self._at is not None and self._recorder is not None:
            since = self._recorder.checkpoint()
        if self._at is not None and (since is None or since.step != self._at):
            raise LibraryError("The checkpoint of this run is gone. Train it anew.")
        self._since = None
        return since

    def _gets_its_turn(self) -> bool:
        """Whether it has its place at work, after waiting for that, paused or in the queue; False where it is over."""
        turn = self._turn
        while turn is not None:
            self._obey()
            stopping = self._stop.is_set() and self._why != CLOSED
            if stopping and not self._progress.step:
                return self._over("stopped")
            if stopping:
                turn.hurry()  # what is left is to measure the weights so far
            elif self._unwatched > self._lease + AWAY or self._park.is_set():
                self._why = self._why or UNWATCHED
                return self._over("parked")
            if self.paused:
                turn.leave()
                self._publish(error=PAUSED)
                self._stand("paused")
                if self._unwatched > self._lease:
                    self._park.set()
                self._go_on.wait(timeout=min(LOOK, self._lease / 4))
                continue
            turn.join()
            if not turn.wait(LOOK):
                self._stand("queued", turn.standing)
            elif self._unwatched > self._lease and not stopping:  # the next one is there
                self._why = UNWATCHED
                return self._over("parked")
            else:
                self._publish(error=None)
                self._stand("waiting")
                return True
        return True

    def _over(self, state: str) -> bool:
        """False: the run has ended while it had no place at work."""
        kept = self._recorder is not None and self._recorder.resumable and self._at is not None and self._since is None
        if state == "parked" and (kept or not self._progress.step):
            self._end_parked()
        else:
            self._publish(state="stopped", standing=None, error=self._sentence("stopped"))
        if self._recorder is not None:
            self._recorder.record(self._progress, None)
        return False

    def _stand(self, state: str, standing: Standing | None = None) -> None:
        """Be in a state between two steps, or at a place in the queue, and keep what is new of it."""
        self._publish(state=state, standing=standing)
        said = state, _roughly(standing)
        if self._recorder is not None and self._said != said:
            self._said = said
            self._recorder.record(self._progress, None)

    def _obey(self) -> None:
        wish = "" if self._recorder is None else self._recorder.wish()
        wishes = {"stop": self.stop, "pause": self.pause, "resume": self.resume, "park": self.park}
        if wish in wishes:
            wishes[wish]()

    def _end_parked(self) -> None:
        if self._progress.step:
            self._publish(state="parked", standing=None, error=self._sentence("parked"))
        else:  # there is nothing to go on from
            self._publish(state="stopped", standing=None, error=self._sentence("unbegun"))

    def _sentence(self, end: str) -> str | None:
        """Why it ended so by itself; None where somebody asked for it."""
        return SENTENCES[self._why][end] if self._why else None

    def _publish(self, **changes: object) -> None:
        self._progress = replace(self._progress, **changes)  # type: ignore[arg-type]


def _roughly(standing: Standing | None) -> tuple[int, ...]:
    return () if standing is None else (standing.place, standing.of, round(standing.seconds / 30))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{max(seconds, 1):.0f} s"

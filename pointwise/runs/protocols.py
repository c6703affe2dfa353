"""What a run needs of others: a job's steps, and who keeps what it does."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pointwise.data.download import Download
    from pointwise.runs.progress import Progress
    from pointwise.training import Step
    from pointwise.training.checkpoints import Checkpoint

    Work = Generator[Step | Download, bool | None, None]


class Steps(Protocol):
    """What a run needs of a job."""

    def steps(self) -> Work: ...


class Recorder(Protocol):
    """Who keeps what a run does. None of it raises: what cannot be kept is not kept."""

    resumable: bool  # whether the run can go on after this process

    @property
    def checkpointed(self) -> int | None:
        """The step of the checkpoint that was kept last; None where there is none."""

    @property
    def broken(self) -> str:
        """The sentence of what made it stop keeping, or ""."""

    def wants_weights(self, number: int, total: int) -> bool:
        """Whether the weights after a step are to be kept."""

    def wants_checkpoint(self, ended: bool) -> bool:
        """Whether a checkpoint is due, after a step that ended an epoch or not."""

    def record(self, progress: Progress, step: Step | None) -> None:
        """Keep what is new after a step, or another state without one."""

    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint that was kept last; None where there is none."""

    def wish(self) -> str:
        """What somebody outside of this process asked for: "stop", "pause", "resume", "park", or ""."""

    def close(self, progress: Progress) -> None:
        """Keep the end."""

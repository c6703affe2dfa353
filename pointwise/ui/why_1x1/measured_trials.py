"""The numbers of an experiment's trials, which last, and the button that measures what is missing of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pointwise.runs import Progress
from pointwise.ui.frame.desk import Lasting
from pointwise.ui.training import session_run
from pointwise.ui.training.side_by_side_training import SideBySide, Trainings

if TYPE_CHECKING:
    from pointwise.claims.experiments import Experiment

Numbers = dict[str, dict[str, float]]  # of the trials that were measured, by their names


@dataclass(frozen=True)
class MeasuredTrials:
    """An experiment and what this visitor has measured of it."""

    key: str  # of the session's state
    experiment: Callable[[], Experiment]

    def numbers(self) -> Numbers:
        """What was measured so far, also before a reload."""
        return self._lasting().get()

    def complete(self) -> bool:
        """Whether all trials were measured."""
        return set(self.experiment().trials) <= set(self.numbers())

    def show(self, button: str, live: Callable[[Numbers], None]) -> None:
        """Start and stop, and ``live`` with the numbers so far, drawn again every second until the end."""
        known, experiment = self.numbers(), self.experiment()
        if known:
            button = "Measure again" if self.complete() else "Measure the rest"
        missing = experiment.without(list(known))
        SideBySide(self.key, button, missing, functools.partial(self._live, live), "Stop measuring").show()
        if session_run.at(self.key) is None:
            live(known)

    def _live(self, live: Callable[[Numbers], None], _: Progress, trainings: Trainings) -> None:
        known = self.numbers()
        numbers = known | {name: dict(epochs[-1].metrics) for name, epochs in trainings.items()}
        if numbers != known:
            self._lasting().set(numbers)
        live(numbers)

    def _lasting(self) -> Lasting[Numbers]:
        return Lasting(f"{self.key}.numbers", {}, load=self._checked)

    def _checked(self, value: Any) -> Numbers:
        names = self.experiment().trials
        for name, numbers in value.items():
            if name not in names or not all(math.isfinite(number) for number in numbers.values()):
                raise ValueError("they are not numbers of this experiment's trials")
        return {name: dict(numbers) for name, numbers in value.items()}

"""A job trained to its end in one call, with a bar of how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pointwise.errors import check_kind
from pointwise.jobs.job import Job

if TYPE_CHECKING:
    import torch
    from tqdm import tqdm

    from pointwise.data.download import Download
    from pointwise.models import Network
    from pointwise.training import Step


def fit(job: Job, *, progress: bool | None = None, device: torch.device | None = None) -> Network:
    """The trained network of a job, in eval mode on the CPU, with a card: how it was made, and how good it is.

    What ``job.steps()`` yields one by one is done at once. ``progress`` shows on stderr how far it is: None does so in
    a terminal alone. ``device`` is for pictures: CUDA where there is one, else Apple's, else the CPU. Raises as
    ``job.steps`` does, and ConfigError for what is no job.

    >>> from pointwise import HouseJob, HouseOptions, default_config, fit, recipe_named
    >>> recipe = recipe_named("standardised", "price_1x1", epochs=2)
    >>> model = fit(HouseJob(default_config("price_1x1"), recipe, HouseOptions(rows=200)))
    >>> model.card["epochs"], sorted(model.card["metrics"])
    (2, ['loss', 'mae', 'r2'])
    """
    check_kind("A job", job, Job, "Make one: PictureJob(config, recipe, data).")
    epoch = None
    with _Bar(job, progress) as bar:
        for step in job.steps(device=device):
            bar.show(step)
            epoch = getattr(step, "epoch", None) or epoch
    assert epoch is not None
    return job.network(epoch)


class _Bar:
    """What is seen of a training: a bar of what is downloaded, then one of its steps with what was measured last."""

    def __init__(self, job: Job, progress: bool | None) -> None:
        self._job, self._disable = job, None if progress is None else not progress
        self._bar: tqdm[Any] | None = None
        self._said = ""

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, step: Step | Download) -> None:
        """Move the bar to a step, or to a part of a download."""
        from pointwise.training import Step

        if not isinstance(step, Step):
            self._move("Downloading", step.done, step.total, unit="B", unit_scale=True)
            return
        if step.epoch is not None:
            measured = (f"{name} {step.epoch.metrics[name]:.4f}" for name in self._job.result)
            self._said = f"epoch {step.epoch.number}: {', '.join(measured)}"
        self._move("Training", step.number, step.total, self._said, unit=" steps")

    def _move(self, what: str, done: int, total: int, said: str = "", **look: Any) -> None:
        from tqdm import tqdm

        if self._bar is None or self._bar.desc != f"{what}: ":
            if self._bar is not None:
                self._bar.close()
            self._bar = tqdm(desc=what, total=total, disable=self._disable, dynamic_ncols=True, **look)
            self._bar.desc = f"{what}: "
        if said:
            self._bar.set_postfix_str(said, refresh=False)
        self._bar.update(done - self._bar.n)

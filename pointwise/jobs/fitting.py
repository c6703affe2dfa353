"""A job trained to its end in one call, with a bar of how far it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pointwise.errors import check_kind
from pointwise.jobs.job import Job
from pointwise.jobs.training_bar import TrainingBar

if TYPE_CHECKING:
    import torch
    from tqdm import tqdm

    from pointwise.models import Network


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
    from pointwise.data.download import Download

    epoch, make = None, partial(_bar, disable=None if progress is None else not progress)
    with TrainingBar(job.recipe.epochs, make, job.result) as bar:
        for event in job.steps(device=device):
            if isinstance(event, Download):
                bar.download(event)
            else:
                bar.step(event)
                epoch = event.epoch or epoch
    assert epoch is not None
    return job.network(epoch)


def _bar(what: str, total: int, unit: str, **more: Any) -> tqdm[Any]:
    from tqdm import tqdm

    return tqdm(desc=what, total=total, unit=f" {unit}", dynamic_ncols=True, **more)

"""Several jobs trained side by side, and jobs from their descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pointwise.card import COMPARISON, rebuilt
from pointwise.data.catalogue import OWN, Pictures
from pointwise.errors import ConfigError, DataError
from pointwise.jobs.elsewhere import PicturesElsewhere, RowsElsewhere
from pointwise.jobs.job import Job
from pointwise.jobs.kinds import HouseJob, PictureJob, TableJob
from pointwise.models import REGRESSOR, ModelConfig, default_config
from pointwise.training.recipes import Recipe

if TYPE_CHECKING:
    from pointwise.data.housing import HouseOptions
    from pointwise.data.table import Prepared
    from pointwise.jobs.job import Work
    from pointwise.models import Network
    from pointwise.training import Epoch, Wanted
    from pointwise.training.memory import Memory

AS_WRITTEN, STANDARDISED = "as written", "standardised"  # the names of compare_scalings' jobs


@dataclass(frozen=True)
class Comparison:
    """Several jobs, trained in turns, a step of each, so that their curves grow side by side."""

    title: str
    jobs: Mapping[str, Job]

    kind = COMPARISON

    def steps(self, *, wanted: Wanted | None = None) -> Work:
        """The steps of all, numbered through; each Epoch is ``of`` the job with that name.

        Jobs with the same data and recipe share what is loaded. Nothing is handed over beside the steps, ``wanted`` or
        not.
        """
        from pointwise.jobs.memory import memory_taken
        from pointwise.training.interleave import in_turns

        for job in self.jobs.values():
            for download in job.fetch():
                if (yield download):
                    return
        loaded: dict[Any, tuple[Any, Any]] = {}
        with memory_taken(self):
            for job in self.jobs.values():
                loaded[job.data, job.recipe] = loaded.get((job.data, job.recipe)) or job.examples()
            yield from in_turns({name: job.steps_on(*loaded[job.data, job.recipe]) for name, job in self.jobs.items()})

    def memory(self) -> Memory:
        """What the trainings take together at their fullest. Raises ConfigError for too large a network."""
        from pointwise.training.memory import together

        extents = {(job.data, job.recipe): job.extent() for job in self.jobs.values()}.values()
        data, loading = sum(one.data for one in extents), max(one.loading for one in extents)
        return together([job.memory() for job in self.jobs.values()], data, loading)

    def network(self, epoch: Epoch) -> Network:
        """The network of the job that the epoch is of, as ``Job.network`` makes it."""
        return self.jobs[epoch.of].network(epoch)

    def describe(self) -> dict[str, Any]:
        """JSON that ``job_from`` makes the same comparison of."""
        jobs = {name: job.describe() for name, job in self.jobs.items()}
        return {"kind": self.kind, "title": self.title, "jobs": jobs}


def compare_scalings(recipe: Recipe, options: HouseOptions) -> Comparison:
    """A recipe for prices in plain dollars, as the tutorial writes it, and on standardised prices and features."""
    scalings = {AS_WRITTEN: False, STANDARDISED: True}
    config = default_config(REGRESSOR)
    jobs = {name: HouseJob(config, replace(recipe, standardise=on), options) for name, on in scalings.items()}
    return Comparison("Prices as written and standardised", jobs)


def job_from(
    description: Mapping[str, Any], prepared: Prepared | RowsElsewhere | PicturesElsewhere | None = None
) -> Job | Comparison:
    """The job, or the comparison, that ``describe`` described. That of a table, or of somebody's
    own pictures, needs these, ``prepared`` as then.

    Raises ConfigError for anything else.
    """
    try:
        if description["kind"] != Comparison.kind:
            return _job(description, prepared)
        jobs = {name: _job(one, prepared) for name, one in description["jobs"].items()}
        return Comparison(str(description["title"]), jobs)
    except (KeyError, TypeError, ValueError, AttributeError, DataError) as error:
        raise ConfigError(f"This is no description of a training ({error!r}). Start the training anew.") from None


def _job(description: Mapping[str, Any], prepared: Prepared | RowsElsewhere | PicturesElsewhere | None) -> Job:
    from pointwise.data.housing import HouseOptions

    kind, data = description["kind"], description["data"]
    config, recipe = rebuilt(ModelConfig, description["config"]), rebuilt(Recipe, description["recipe"])
    if kind == PictureJob.kind and data["name"] == OWN and "drawings" in data:
        from pointwise.data.own_drawings import own_drawings_from

        return PictureJob(config, recipe, own_drawings_from(data))
    if kind == PictureJob.kind and data["name"] == OWN:
        if not isinstance(prepared, PicturesElsewhere) or prepared.facts != data:
            raise ConfigError("The pictures of this training are not kept. Start it anew, with the same pictures.")
        return PictureJob(config, recipe, prepared)
    if kind == PictureJob.kind:
        return PictureJob(config, recipe, rebuilt(Pictures, data))
    if kind == HouseJob.kind:
        return HouseJob(config, recipe, rebuilt(HouseOptions, data))
    if kind != TableJob.kind:
        raise ConfigError(f"There is no training of '{kind}'. Start another one.")
    job = None if prepared is None or isinstance(prepared, PicturesElsewhere) else TableJob(config, recipe, prepared)
    if job is None or job.describe()["data"] != data:
        raise ConfigError(f"The rows of {data['rows']} are not kept. Open the table again, and choose as before.")
    return job

"""The epoch that train --validation keeps: the one that reads most of the training pictures that were split off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.errors import ModelFileError
from pointwise.jobs import PictureJob
from pointwise.training import Epoch
from pointwise.weights import load_model, save_model

if TYPE_CHECKING:
    from pointwise.jobs import Job

MEASURE = "validation_accuracy"


class BestEpoch:
    """The best epoch so far, in a file beside the checkpoint, so that it is there after a kill as well.

    Of equals it is the first. The test pictures have no say.
    """

    def __init__(self, out: Path, job: PictureJob, resume: bool) -> None:
        self._path, self._job = out.with_name(f"{out.stem}.best.safetensors"), job
        before = self._read() if resume and self._path.is_file() else None
        self._best = before.metrics[MEASURE] if before and before.card.get("options") == job.data.options else -1.0

    def see(self, epoch: Epoch) -> None:
        """Keep an epoch if it is better than all before."""
        if epoch.metrics[MEASURE] > self._best:
            self._best = epoch.metrics[MEASURE]
            save_model(self._job.network(epoch), self._path, epoch.card)

    def epoch(self) -> Epoch:
        """The best epoch; its card says what chose it. Raises ModelFileError where its file is gone."""
        epoch = self._job.chosen(self._read())
        by = f"{self._job.data.validation:,} training pictures"
        chosen = {"epoch": epoch.number, "of": self._job.recipe.epochs, "by": by, MEASURE: self._best}
        return replace(epoch, card={**epoch.card, "chosen": chosen})

    def forget(self) -> None:
        """Throw the file away."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> Epoch:
        model = load_model(self._path)
        try:
            return Epoch(model.card["epochs"], model.card["metrics"], model.state_dict(), card=model.card)
        except KeyError:
            raise ModelFileError(self._path, "is no epoch of a training", "Train again without --resume.") from None


def best_epoch(out: Path, job: Job, resume: bool) -> BestEpoch | None:
    """What keeps a job's best epoch; None where nothing was split off to choose by."""
    return BestEpoch(out, job, resume) if isinstance(job, PictureJob) and job.data.validation else None

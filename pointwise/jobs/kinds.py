"""The kinds of jobs, one for each kind of data: pictures, houses, the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from pointwise.card import HOUSES, PICTURES, TABLE, data_set_of, options_of
from pointwise.data.catalogue import DataSet, Pictures
from pointwise.errors import ConfigError
from pointwise.jobs.elsewhere import PicturesElsewhere, RowsElsewhere
from pointwise.jobs.job import Extent, Job, check_houses
from pointwise.models import REGRESSOR, ModelConfig

if TYPE_CHECKING:
    from pointwise.data.digits import Digits
    from pointwise.data.download import Download
    from pointwise.data.housing import HouseOptions, Houses
    from pointwise.data.labelled_pictures import OwnPictures
    from pointwise.data.table import Prepared, Rows
    from pointwise.jobs.job import Training
    from pointwise.models import Network
    from pointwise.training import Epoch


@dataclass(frozen=True)
class PictureJob(Job):
    """A classifier of pictures, digits or others, of a data set or of somebody's own."""

    data: Pictures | OwnPictures | PicturesElsewhere

    kind = PICTURES
    score = "accuracy"
    result = ("accuracy",)

    def __post_init__(self) -> None:
        super().__post_init__()
        of = getattr(self.data, "data_set", None)
        if not isinstance(of, DataSet):
            given = type(self.data).__name__
            raise ConfigError(
                f"Pictures are needed, not {given}. Give Pictures('mnist') or OwnPictures(images, labels)."
            )
        config, channels, side = self.config, of.channels, of.side
        if not config.architecture.classifies or (config.input_channels, config.image_size) != (channels, side):
            shape = f"{config.image_size}×{config.image_size} pictures of {config.input_channels} channels"
            raise ConfigError(
                f"{config.arch} for {shape} cannot learn from {of.title}, {side}×{side} of {channels}. Take "
                "config_for(name, data set), or the config() of OwnPictures."
            )

    @property
    def held_out(self) -> str:
        return self.data.data_set.held_out

    @property
    def stands_in_for(self) -> str | None:
        return self.config.arch if self._reads_digits or self.data.options.get("drawn") else None

    @property
    def made(self) -> int:
        return self.recipe.made if self.data.data_set.made and self.data.shuffled is None else 0

    def fetch(self) -> Iterator[Download]:
        return self.data.fetch()

    def examples(self) -> tuple[Digits, Digits]:
        return self.data.load()

    def held_out_examples(self) -> Digits:
        return self.data.load_held_out()

    def extent(self) -> Extent:
        training, held_out = self.data.counts
        made = 2 * self.made
        its = self.data.data_set
        picture = its.channels * its.side**2 + 8  # bytes, with its label
        whole = (its.training + its.test) * picture  # what is read, also where a few of them are taken
        kept = training + held_out + (training + made if made else 0)  # joined by made ones, beside those as they were
        return Extent(training + made, kept * picture, whole + made * picture)

    def metrics_of(self, model: Network) -> dict[str, float]:
        named = isinstance(self.data, Pictures) and data_set_of(model) == self.data.name
        same = named and options_of(model) == self.data.options
        return dict(model.card["metrics"]) if same and "metrics" in model.card else super().metrics_of(model)

    def describe(self) -> dict[str, Any]:
        """JSON that ``job_from`` makes the same job of, but for pictures of somebody's own, which are not in it, unless
        they are drawings.
        """
        if isinstance(self.data, Pictures):
            return super().describe()
        data = self.data.describe()
        return {"kind": self.kind, "config": asdict(self.config), "recipe": asdict(self.recipe), "data": data}

    def _train(self, training: Digits, held_out: Digits, **how: Any) -> Training:
        from pointwise.data.nondigits import with_made

        steps = super()._train(with_made(training, self.made, self.recipe.seed), held_out, **how)
        validation = self.data.load_validation()
        return steps if validation is None else self._validated(steps, validation)

    def _validated(self, steps: Training, validation: Digits) -> Training:
        """The steps; every epoch says as well what it makes of the training pictures that are there to choose by."""
        from pointwise.training import measure

        stop = None
        with closing(steps), suppress(StopIteration):
            while True:
                step = steps.send(stop)
                if step.epoch is not None:
                    measured = measure(self.network(step.epoch), validation)
                    named = {f"validation_{name}": value for name, value in measured.items()}
                    step = replace(step, epoch=replace(step.epoch, metrics={**step.epoch.metrics, **named}))
                stop = yield step

    def chosen(self, epoch: Epoch) -> Epoch:
        """An epoch that ends the training by choice, with all on its card that the last one has."""
        temperature = None if "temperature" in epoch.card else self._temperature(epoch)
        return epoch if temperature is None else replace(epoch, card={**epoch.card, "temperature": temperature})

    def _facts(self, training: Digits) -> dict[str, Any]:
        words = f"{training.name}, {len(training):,} training pictures"
        facts = {"data_set": self.data.name, "data": words, "options": self.data.options}
        if isinstance(self.data, Pictures):
            return facts
        known = {
            "classes": list(self.data.classes),
            "held_out": self.data.counts[1],
            "preparation": self.data.preparation,
        }
        return {**facts, **known}

    def _temperature(self, epoch: Epoch) -> float | None:
        from pointwise.training.metrics import temperature_for

        return round(temperature_for(self.network(epoch)), 4) if self._reads_digits else None

    @property
    def _reads_digits(self) -> bool:
        return self.data.data_set.digits and self.data.shuffled is None


@dataclass(frozen=True)
class HouseJob(Job):
    """A price network, for the tutorial's houses or for more or noisier ones."""

    data: HouseOptions

    kind = HOUSES
    one_thread = True
    score = "r2"
    result = ("mae", "r2")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_houses(self.config, self.data)

    @property
    def held_out(self) -> str:
        return "200 test houses made like the run's own"

    def examples(self) -> tuple[Houses, Houses]:
        from pointwise.data.housing import make_houses

        return make_houses(self.data, self.recipe.standardise)

    def extent(self) -> Extent:
        house = 2 * 4 + 8  # bytes: features and price
        return Extent(self.data.rows, self.data.rows * house, self.data.rows * house)

    def metrics_of(self, model: Network) -> dict[str, float]:
        from pointwise.training.regression import measure_prices

        return measure_prices(model, self.data)

    def _train(self, training: Houses, held_out: Houses, **how: Any) -> Training:
        from pointwise.training.regression import train_houses

        return train_houses(self.config, self.recipe, training, held_out, **_on_the_cpu(how))

    def _facts(self, training: Houses) -> dict[str, Any]:
        words = f"{len(training):,} made houses (seed {self.data.seed}, noise {self.data.noise:,.0f} dollars)"
        given = {field.name: (getattr(self.data, field.name), field.default) for field in fields(self.data)}
        options = {name: value for name, (value, default) in given.items() if value != default}
        return {"data_set": HOUSES, "data": words, "options": options, "scaling": training.scaling.as_dict()}


@dataclass(frozen=True)
class TableJob(Job):
    """A network that predicts a column of a table of the user's own from others."""

    data: Prepared | RowsElsewhere

    kind = TABLE
    one_thread = True
    score = "r2"
    result = ("r2",)

    @property
    def title(self) -> str:
        return "your table"

    @property
    def held_out(self) -> str:
        return "the held-out rows"

    @property
    def stands_in_for(self) -> str | None:
        return None

    def examples(self) -> tuple[Rows, Rows]:
        data = self.data.load() if isinstance(self.data, RowsElsewhere) else self.data
        return data.training, data.held_out

    def extent(self) -> Extent:
        if isinstance(self.data, RowsElsewhere):  # at most
            from pointwise.data.table.prepare import MAX_VALUES

            return Extent(self.recipe.batch_size, 4 * MAX_VALUES)
        parts = (self.data.training, self.data.held_out)
        return Extent(len(parts[0]), sum(one.inputs.nbytes + one.targets.nbytes for one in parts))

    def describe(self) -> dict[str, Any]:
        """JSON, all but the table's rows."""
        data = {"rows": self.data.name, "target": self.data.target, "features": list(self.data.names)}
        return {"kind": self.kind, "config": asdict(self.config), "recipe": asdict(self.recipe), "data": data}

    def _train(self, training: Rows, held_out: Rows, **how: Any) -> Training:
        return super()._train(training, held_out, **_on_the_cpu(how))

    def _facts(self, training: Rows) -> dict[str, Any]:
        facts = {"data_set": TABLE, "data": training.name, "target": self.data.target}
        return {**facts, "columns": training.columns.as_json(), "scaling": training.scaling.as_dict()}


def _on_the_cpu(how: Mapping[str, Any]) -> dict[str, Any]:
    """How such a small network is trained: by one process, on the CPU."""
    import torch

    from pointwise.training.processes import ALONE

    return {**how, "device": torch.device("cpu"), "group": ALONE}


def table_config(prepared: Prepared, activation: str = "relu", batch_norm: bool = False) -> ModelConfig:
    """The network of 16 and 8 channels for a table's inputs."""
    inputs = prepared.training.inputs.shape[1]
    return ModelConfig(REGRESSOR, inputs, 1, 1, activation=activation, batch_norm=batch_norm)

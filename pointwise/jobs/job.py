"""A Job: what is trained, on what, and how; the same for all kinds. Importing this needs no torch."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pointwise.card import make_card
from pointwise.errors import ConfigError, check_kind
from pointwise.models import REGRESSOR, ModelConfig
from pointwise.training.recipes import Recipe

if TYPE_CHECKING:
    import torch

    from pointwise.data.download import Download
    from pointwise.models import Network
    from pointwise.training import Epoch, Step, Wanted
    from pointwise.training.checkpoints import Checkpoint
    from pointwise.training.memory import Memory
    from pointwise.training.processes import Group

    Training = Generator[Step, bool | None, None]
    Work = Generator[Step | Download, bool | None, None]


class Extent(NamedTuple):
    """How much a job learns from."""

    examples: int  # that are trained on
    data: int = 0  # bytes of the examples, those held out included
    loading: int = 0  # bytes that are taken besides while they are read or made


@dataclass(frozen=True)
class Job(ABC):
    """One network to be trained: configuration, recipe and data. Each kind has data of a type of its own.

    Raises ConfigError for what is of another type.
    """

    config: ModelConfig
    recipe: Recipe
    data: Any

    kind: ClassVar[str]  # in a description
    score: ClassVar[str]  # the metric whose curve says how the training goes
    result: ClassVar[tuple[str, ...]]  # the metrics that say how good the network is
    one_thread: ClassVar[bool] = False  # its network is so small that threads would only wait for one another

    def __post_init__(self) -> None:
        check_kind("A ModelConfig", self.config, ModelConfig, "Make one: config_for('nin', 'mnist').")
        check_kind("A Recipe", self.recipe, Recipe, "Take one: recipe_named('fast').")

    @property
    def title(self) -> str:
        """The name of what is trained, for people."""
        return self.config.architecture.title

    @property
    @abstractmethod
    def held_out(self) -> str:
        """The examples that are measured on, in words that follow an "on"."""

    @property
    def stands_in_for(self) -> str | None:
        """The shipped network that does the same task, by name; None where there is none."""
        return self.config.arch

    @property
    def made(self) -> int:
        """Digits that are made before the first step and join the data, with as many pictures of no digit."""
        return 0

    def steps(
        self,
        *,
        device: torch.device | None = None,
        group: Group | None = None,
        since: Checkpoint | None = None,
        wanted: Wanted | None = None,
        ignore_memory: bool = False,
    ) -> Work:
        """Downloads of what is missing, then the Steps of a fresh network's training; sending True ends it.

        Everything is as for ``pointwise.train``, but every Epoch has the card of its network. ``device`` and ``group``
        are for pictures alone: the other networks are so small that the CPU is quickest. Raises DataError, ConfigError
        or DivergedError, and TooLargeError where there is not enough memory, unless that is to be ignored.
        """
        from pointwise.jobs.memory import memory_taken

        for download in self.fetch():
            if (yield download):
                return
        how = {"device": device, "group": group, "since": since, "wanted": wanted}
        with nullcontext() if ignore_memory else memory_taken(self):
            training, held_out = self.examples()
            yield from self.steps_on(training, held_out, **{name: one for name, one in how.items() if one is not None})

    def steps_on(self, training: Any, held_out: Any, **how: Any) -> Training:
        """The Steps of ``steps`` on examples that are loaded already."""
        seconds, stop = 0.0, None
        with closing(self._train(training, held_out, **how)) as steps, suppress(StopIteration):
            while True:
                with torch_threads(1) if self.one_thread else nullcontext():
                    began = time.perf_counter()
                    step = steps.send(stop)
                    seconds += time.perf_counter() - began
                    if step.epoch is not None:
                        ended = step.number == step.total
                        card = self._card(step.epoch, seconds, training, ended)
                        step = replace(step, epoch=replace(step.epoch, card=card))
                stop = yield step

    def network(self, epoch: Epoch) -> Network:
        """A network in eval mode with a copy of an epoch's weights, and its card."""
        from pointwise.weights import model_from

        return model_from(self.config, epoch.weights, epoch.card)

    def as_stored(self, epoch: Epoch, dtype: torch.dtype) -> Epoch:
        """The epoch with its weights rounded as a file of ``dtype`` holds them, measured again on the CPU."""
        from pointwise.training import measure

        weights = {name: t.to(dtype).float() if t.is_floating_point() else t for name, t in epoch.weights.items()}
        epoch = replace(epoch, weights=weights)
        card = {**epoch.card, "metrics": measure(self.network(epoch), self.held_out_examples())}
        if "temperature" in card:
            card["temperature"] = self._temperature(epoch)
        return replace(epoch, card=card)

    def metrics_of(self, model: Network) -> dict[str, float]:
        """The metrics of another network of the same task on what this job holds out."""
        from pointwise.training import measure

        return measure(model, self.held_out_examples())

    def describe(self) -> dict[str, Any]:
        """JSON that ``job_from`` makes the same job of."""
        data = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self.data).items()}
        return {"kind": self.kind, "config": asdict(self.config), "recipe": asdict(self.recipe), "data": data}

    def fetch(self) -> Iterator[Download]:
        """The Downloads of what is missing. Raises DataError."""
        yield from ()

    @abstractmethod
    def examples(self) -> tuple[Any, Any]:
        """What is trained on and what is held out. Raises DataError."""

    def held_out_examples(self) -> Any:
        """What is held out, without loading the rest where that can be spared. Raises DataError."""
        return self.examples()[1]

    def extent(self) -> Extent:
        """How much is learned from, known before it is loaded."""
        return Extent(self.recipe.batch_size)

    def memory(self) -> Memory:
        """What the training takes at its fullest, known before it begins.

        Raises ConfigError for a network that is too large to be built.
        """
        from pointwise.training.memory import memory_of

        extent = self.extent()
        recipe = replace(self.recipe, batch_size=min(self.recipe.batch_size, extent.examples))
        return memory_of(self.config, recipe, extent.data, extent.loading)

    def _train(self, training: Any, held_out: Any, **how: Any) -> Training:
        from pointwise.models import build
        from pointwise.training import train

        return train(build(self.config, self.recipe.seed), self.recipe, training, held_out, **how)

    @abstractmethod
    def _facts(self, training: Any) -> dict[str, Any]:
        """What the card says of the data, as ``make_card`` takes it."""

    def _temperature(self, epoch: Epoch) -> float | None:
        return None

    def _card(self, epoch: Epoch, seconds: float, training: Any, ended: bool) -> dict[str, Any]:
        metrics = {name: value for name, value in epoch.metrics.items() if not name.startswith("train_")}
        temperature = self._temperature(epoch) if ended else None
        facts = {**self._facts(training), "temperature": temperature, "precision": epoch.precision}
        return make_card(self.recipe, metrics=metrics, epochs=epoch.number, seconds=seconds, **facts)


def check_houses(config: ModelConfig, data: object) -> None:
    """Raise ConfigError for a network that prices no houses of two features, and for what is no choice of houses."""
    from pointwise.data.housing import HouseOptions

    check_kind("A choice of houses", data, HouseOptions, "Make one: HouseOptions().")
    if (config.arch, config.input_channels, config.num_classes) != (REGRESSOR, 2, 1):
        raise ConfigError(
            f"{config.arch} with {config.input_channels} inputs cannot learn the prices of houses. Take "
            f"default_config('{REGRESSOR}')."
        )


@contextmanager
def torch_threads(number: int) -> Iterator[None]:
    """A context in which PyTorch computes with so many threads."""
    import torch

    before = torch.get_num_threads()
    if before == number:
        yield
        return
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)

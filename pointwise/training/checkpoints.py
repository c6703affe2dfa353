"""All that a training needs to go on after it was killed, at the end of an epoch; kept as safetensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pointwise.errors import ConfigError, ModelFileError
from pointwise.models import Network
from pointwise.models.networks import SeededDropout
from pointwise.training.recipes import Recipe

WEIGHTS, OPTIMIZER, CHANCE = "weights/", "optimizer/", "chance/"
AGAIN = "Train again without --resume."


@dataclass(frozen=True)
class Checkpoint:
    """A training's state after an epoch."""

    tensors: Mapping[str, Tensor]  # weights, the optimiser's moments, and the generators' states
    facts: Mapping[str, Any]  # JSON: epoch, configuration, recipe, learning rates, the schedule's state

    @property
    def epoch(self) -> int:
        return int(self.facts["epoch"])

    def write(self, path: Path) -> None:
        """Write a file by way of a temporary one, so that a kill leaves the one before. Raises ModelFileError."""
        from safetensors.torch import save

        from pointwise.weights import write_bytes

        write_bytes(path, save(dict(self.tensors), metadata={"facts": json.dumps(self.facts)}))


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises ModelFileError for a missing or damaged one."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise ModelFileError(path, "does not exist, so there is nothing to go on from", AGAIN)
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["facts"])
            return Checkpoint({name: file.get_tensor(name) for name in file.keys()}, facts)
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise ModelFileError(path, f"is no checkpoint ({error})", AGAIN) from None


class TrainingState:
    """A training's moving parts: network, optimiser, schedule and random generators, to be kept and brought back."""

    def __init__(
        self,
        model: Network,
        recipe: Recipe,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler | None,
        generators: tuple[torch.Generator, ...],
    ) -> None:
        self._model, self._optimizer, self._schedule = model, optimizer, schedule
        self._run = json.loads(json.dumps({"config": asdict(model.config), "recipe": asdict(recipe)}))
        dropouts = [module.generator for module in model.modules() if isinstance(module, SeededDropout)]
        self._generators = [*generators, *dropouts]

    def checkpoint(self, epoch: int) -> Checkpoint:
        """The state after ``epoch``, copied to the CPU."""
        moments = self._optimizer.state_dict()["state"]
        tensors = {WEIGHTS + name: t for name, t in self._model.state_dict().items()}
        tensors |= {f"{OPTIMIZER}{number}/{name}": t for number, one in moments.items() for name, t in one.items()}
        tensors |= {f"{CHANCE}{number}": one.get_state() for number, one in enumerate(self._generators)}
        schedule = {} if self._schedule is None else self._schedule.state_dict()
        facts = {**self._run, "epoch": epoch, "groups": self._groups(), "schedule": schedule}
        return Checkpoint({name: t.detach().to("cpu", copy=True) for name, t in tensors.items()}, facts)

    def restore(self, checkpoint: Checkpoint) -> int:
        """The epoch of a checkpoint that is brought back. Raises ConfigError for that of another training."""
        given = {name: checkpoint.facts.get(name) for name in self._run}
        if given != self._run:
            raise ConfigError("The checkpoint is of another network or recipe. Give the same options, or train anew.")
        self._model.load_state_dict(_under(WEIGHTS, checkpoint.tensors))
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _under(OPTIMIZER, checkpoint.tensors).items():
            number, _, part = name.partition("/")
            state.setdefault(int(number), {})[part] = tensor.clone()  # training goes on in it
        groups = self._optimizer.state_dict()["param_groups"]
        kept = [{**group, **saved} for group, saved in zip(groups, checkpoint.facts["groups"], strict=True)]
        self._optimizer.load_state_dict({"state": state, "param_groups": kept})
        if self._schedule is not None:
            self._schedule.load_state_dict(checkpoint.facts["schedule"])
        for generator, saved_state in zip(self._generators, _in_order(_under(CHANCE, checkpoint.tensors)), strict=True):
            generator.set_state(saved_state)
        return checkpoint.epoch

    def _groups(self) -> list[dict[str, Any]]:
        names = ("lr", "betas")
        return [{name: group[name] for name in names} for group in self._optimizer.param_groups]


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _in_order(states: Mapping[str, Tensor]) -> list[Tensor]:
    return [states[name] for name in sorted(states, key=int)]

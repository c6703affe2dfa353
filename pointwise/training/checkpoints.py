"""All that a training needs to go on after it was killed, between any two steps; kept as safetensors."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pointwise.card import rebuilt
from pointwise.errors import ConfigError, ModelFileError
from pointwise.models import ModelConfig, Network
from pointwise.models.networks import SeededDropout
from pointwise.training.precision import FLOAT32, PRECISIONS
from pointwise.training.recipes import Recipe
from pointwise.visible_text import visible

WEIGHTS, OPTIMIZER, CHANCE, ORDER = "weights/", "optimizer/", "chance/", "order"
AGAIN = "Train again from the start."


@dataclass(frozen=True)
class Checkpoint:
    """A training's state after a step."""

    tensors: Mapping[str, Tensor]  # weights, the optimiser's moments, the generators' states, the epoch's order
    facts: Mapping[str, Any]  # JSON: step, epoch, configuration, recipe, learning rates, the schedule's state

    @property
    def step(self) -> int:
        """The steps that were done."""
        return int(self.facts["step"])

    @property
    def epoch(self) -> int:
        """The whole epochs that were done."""
        return int(self.facts["epoch"])

    @property
    def precision(self) -> str:
        """One of PRECISIONS, what the steps were computed in; before there were others, it was float32."""
        said = self.facts.get("precision")
        return said if said in PRECISIONS else FLOAT32

    def to_bytes(self) -> bytes:
        """The content of a checkpoint's file."""
        from safetensors.torch import save

        return save(dict(self.tensors), metadata={"facts": json.dumps(self.facts)})

    def write(self, path: Path) -> None:
        """Write a file by way of a temporary one, so that a kill leaves the one before. Raises ModelFileError."""
        from pointwise.weights import write_bytes

        write_bytes(path, self.to_bytes())


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises ModelFileError for a missing or damaged one."""
    if not path.is_file():
        raise ModelFileError(path, "does not exist, so there is nothing to go on from", AGAIN)
    try:
        return checkpoint_from(path.read_bytes(), path)
    except OSError as error:
        raise ModelFileError(path, f"cannot be read ({error.strerror})", AGAIN) from None


def checkpoint_from(content: bytes, path: Path) -> Checkpoint:
    """The checkpoint in the content of the file at ``path``. Raises ModelFileError for a damaged one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    from pointwise.weights import check_header

    try:
        facts = json.loads(json.loads(check_header(content, path))["__metadata__"]["facts"])
        return Checkpoint(load(content), {"step": 0, **facts, "epoch": int(facts["epoch"])})
    except (SafetensorError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ModelFileError(path, f"is no checkpoint ({visible(error, 200)})", AGAIN) from None


@dataclass(frozen=True)
class Part:
    """How far an epoch is."""

    permutation: Tensor  # int64 (N,): the order of its examples
    batches: int  # that were done
    running: Mapping[str, Any]  # sums over them, the attributes of Running


def is_of(checkpoint: Checkpoint, run: Mapping[str, Any]) -> bool:
    """Whether a checkpoint is of the training with this ``config`` and ``recipe``, as JSON.

    Settings that were not yet there when the checkpoint was written have their defaults; the precision that it was
    begun with stays, whatever the recipe allows now.
    """
    return _whole({name: checkpoint.facts.get(name) for name in run}) == _whole(run)


def _whole(run: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(run)
    with contextlib.suppress(ConfigError, TypeError, ValueError):
        whole["config"] = json.loads(json.dumps(asdict(rebuilt(ModelConfig, run["config"]))))
    with contextlib.suppress(ConfigError, TypeError, ValueError):
        whole["recipe"] = asdict(rebuilt(Recipe, {**run["recipe"], "mixed_precision": False}))
    return whole


class TrainingState:
    """A training's moving parts: network, optimiser, schedule and random generators, to be kept and brought back."""

    def __init__(
        self,
        model: Network,
        recipe: Recipe,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler | None,
        generators: tuple[torch.Generator, ...],
        precision: str = FLOAT32,
    ) -> None:
        self._precision = precision
        self._model, self._optimizer, self._schedule = model, optimizer, schedule
        self._run = json.loads(json.dumps({"config": asdict(model.config), "recipe": asdict(recipe)}))
        dropouts = [module.generator for module in model.modules() if isinstance(module, SeededDropout)]
        self._generators = [*generators, *dropouts]
        self.of_a_step = [generators[-1], *dropouts]  # those that every step draws from, of a group's process its own

    def checkpoint(self, step: int, epoch: int, part: Part | None) -> Checkpoint:
        """The state after ``step``, copied to the CPU: after ``epoch``, or within it after a ``part``."""
        moments = self._optimizer.state_dict()["state"]
        tensors = {WEIGHTS + name: t for name, t in self._model.state_dict().items()}
        tensors |= {f"{OPTIMIZER}{number}/{name}": t for number, one in moments.items() for name, t in one.items()}
        tensors |= {f"{CHANCE}{number}": one.get_state() for number, one in self._kept_generators()}
        schedule = {} if self._schedule is None else self._schedule.state_dict()
        facts = {**self._run, "step": step, "epoch": epoch, "groups": self._groups(), "schedule": schedule}
        facts["precision"] = self._precision
        if part is not None:
            tensors[ORDER] = part.permutation.int()
            facts |= {"epoch": epoch - 1, "part": {"batches": part.batches, "running": dict(part.running)}}
        return Checkpoint({name: t.detach().to("cpu", copy=True) for name, t in tensors.items()}, facts)

    def restore(self, checkpoint: Checkpoint) -> tuple[int, Part | None]:
        """Bring a checkpoint back: its whole epochs, and the part of the next that was done.

        Raises ConfigError for a checkpoint of another training.
        """
        if not is_of(checkpoint, self._run):
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
        states = _under(CHANCE, checkpoint.tensors)
        for place, generator in self._kept_generators():
            if str(place) in states:  # a GPU keeps none, where seed and step decide what is drawn
                generator.set_state(states[str(place)])
        facts = checkpoint.facts.get("part")
        if facts is None:
            return checkpoint.epoch, None
        return checkpoint.epoch, Part(checkpoint.tensors[ORDER].long(), facts["batches"], facts["running"])

    def _kept_generators(self) -> list[tuple[int, torch.Generator]]:
        return [(number, one) for number, one in enumerate(self._generators) if one.device.type == "cpu"]

    def _groups(self) -> list[dict[str, Any]]:
        names = ("lr", "betas")
        return [{name: group[name] for name in names} for group in self._optimizer.param_groups]


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}

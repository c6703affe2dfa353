"""The weights that come with a run from outside, checked: its network's, its snapshots' and its checkpoint's.

Each function raises ValueError, or a PointwiseError, for what is not of the run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import ConfigError
from pointwise.library.checked_values import number, whole, within_depth

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.models import ModelConfig

MOST_SNAPSHOTS = 200


def card_of(path: Path, content: bytes, config: ModelConfig | None) -> Mapping[str, Any]:
    """The card of weights, which are those of the network of that configuration."""
    from pointwise.weights import load_model

    network = load_model(content, path.name)
    if network.config != config:
        raise ValueError("its weights are of another network")
    return network.card


def _shapes(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    from pointwise.models import skeleton

    return {name: tuple(t.shape) for name, t in skeleton(config).state_dict().items()}


def _check_weights(path: Path, tensors: Mapping[str, Tensor], config: ModelConfig) -> None:
    from pointwise.weights import check_finite

    if {name: tuple(t.shape) for name, t in tensors.items()} != _shapes(config):
        raise ValueError("the weights after a step do not fit its network")
    if any(t.is_complex() or t.element_size() < 2 for t in tensors.values()):
        raise ValueError("the weights after a step are of another kind")
    check_finite(path, {name: t.float() for name, t in tensors.items()})


def checked_snapshots(
    path: Path, snapshots: Mapping[int, Callable[[], bytes | None]], config: ModelConfig | None, total: int
) -> tuple[int, ...]:
    """The steps of the snapshots, in order."""
    from pointwise.weights import read_safetensors

    if len(snapshots) > MOST_SNAPSHOTS or (snapshots and config is None):
        raise ValueError("it has too many snapshots")
    for step, read in snapshots.items():
        whole(step, 1, total)
        assert config is not None
        _check_weights(path, read_safetensors(read() or b"", path)[1], config)
    return tuple(sorted(snapshots))


def checked_checkpoint(path: Path, content: bytes, config: ModelConfig | None, recipe: Any, total: int) -> int:
    """The step that can be gone on from."""
    from pointwise.training.checkpoints import WEIGHTS as PREFIX
    from pointwise.training.checkpoints import checkpoint_from, is_of

    checkpoint = checkpoint_from(content, path)
    if config is None or not within_depth(dict(checkpoint.facts)):
        raise ValueError("its checkpoint is of no training")
    given = json.loads(json.dumps({"config": asdict(config), "recipe": recipe}))
    if not is_of(checkpoint, given):
        raise ConfigError("its checkpoint is of another training")
    weights = {name.removeprefix(PREFIX): t for name, t in checkpoint.tensors.items() if name.startswith(PREFIX)}
    _check_weights(path, weights, config)
    for name in ("examples", "seconds"):
        number(checkpoint.facts.get(name, 0))
    if not all(math.isfinite(t.double().sum().item()) for t in checkpoint.tensors.values()):
        raise ValueError("its checkpoint holds what is no number")
    return whole(checkpoint.facts["step"], 1, total)

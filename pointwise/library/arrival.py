"""A run that comes from outside, checked: what is kept of it, and what is refused."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.errors import ConfigError, ModelFileError, PointwiseError
from pointwise.library.kept_paintings import PICTURE, STROKES, check_picture, painting_from
from pointwise.library.recording import CHECKPOINT, WEIGHTS
from pointwise.library.records import MOST_NAME, MOST_NOTE, PAINTING, cleaned
from pointwise.runs import ENDED, MAX_POINTS, RESUMABLE
from pointwise.segmentation.strokes import MOST_STROKES

if TYPE_CHECKING:
    from torch import Tensor

    from pointwise.models import ModelConfig

MOST_EPOCHS, MOST_SNAPSHOTS, MOST_JOBS = 2_000, 200, 10
MOST_CARD, MOST_ERROR = 100_000, 500  # characters
MOST_VALUES, MOST_KEY = 1_000, 200  # of a desk
ACTIVE = ("queued", "waiting", "fetching", "training", "paused")
DEPTH = 20  # of JSON
MOST = 2**53  # of whole numbers
AGAIN = "Export it again, and give the file as it is."


@dataclass(frozen=True)
class Arrival:
    """A checked run, ready for the library's tables."""

    id: str  # that it had where it comes from
    row: Mapping[str, Any] = field(repr=False)  # columns of the table of runs
    epochs: tuple[tuple[int, int, str, bool, str, str], ...] = field(repr=False)  # columns of the table of epochs
    snapshots: tuple[int, ...]  # their steps
    files: tuple[str, ...]  # beside them, as the archive calls them


def checked_run(
    path: Path,
    facts: Mapping[str, Any],
    weights: bytes | None,
    checkpoint: bytes | None,
    snapshots: Mapping[int, Callable[[], bytes | None]],
    painting: bytes | None = None,
    picture: bytes | None = None,
) -> Arrival:
    """The run that these are of. ``path`` is what its file is called in sentences; ``painting`` and ``picture`` are a
    painting's alone.

    Raises ModelFileError for what is not of a run of ours, or not of one network.
    """
    try:
        painted = _painted(facts["job"], painting, picture)
        job = painted or _job(facts["job"])
        config = _config(job)
        card = _card(facts["card"])
        if facts["state"] not in (*ACTIVE, *ENDED):
            raise ValueError(f"there is no state {str(facts['state'])[:40]}")
        state = facts["state"] if facts["state"] in ENDED else "interrupted"
        total = _whole(facts["total"])
        row = {
            "name": cleaned(str(facts["name"]), MOST_NAME) or "Run",
            "note": cleaned(str(facts["note"]), MOST_NOTE),
            "pinned": int(bool(facts["pinned"])),
            "state": state,
            "error": None if facts["error"] is None else cleaned(str(facts["error"]), MOST_ERROR),
            "step": _whole(facts["step"], high=total),
            "total": total,
            "examples": _whole(facts["examples"]),
            "seconds": _number(facts["seconds"]),
            "made": min(_number(facts["made"]), time.time()),
            "history": json.dumps(_history(facts["history"], total)),
        }
        epochs = _epochs(facts["epochs"], MOST_STROKES if painted else total)
        if weights is not None:
            card = _card(_card_of(path, weights, config))
        steps = _snapshots(path, snapshots, config, total)
        at = _checkpoint(path, checkpoint, job, total) if checkpoint is not None and state in RESUMABLE else None
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, PointwiseError) as error:
        wrong = f"no '{error.args[0]}'" if isinstance(error, KeyError) and error.args else str(error)
        raise ModelFileError(path, f"holds a run that cannot be used ({wrong[:200].rstrip('.')})", AGAIN) from None
    row |= {"job": json.dumps(job), "card": json.dumps(card), "checkpoint": at}
    if painted:  # it is no training, and cannot go on
        row |= {"state": "done", "step": 0, "total": 0, "history": "[]", "checkpoint": None}
    there = {WEIGHTS: weights is not None, CHECKPOINT: row["checkpoint"] is not None, STROKES: bool(painted)}
    there[PICTURE] = bool(painted) and picture is not None
    return Arrival(
        str(facts.get("id", "")), row, epochs, steps, tuple(name for name, is_there in there.items() if is_there)
    )


def checked_desk(path: Path, values: Any) -> dict[str, Any]:
    """Values for a desk. Raises ModelFileError for what are none."""
    if (
        not isinstance(values, dict)
        or len(values) > MOST_VALUES
        or not all(0 < len(key) <= MOST_KEY and key.isprintable() for key in values)
    ):
        raise ModelFileError(path, "holds a desk that cannot be used", AGAIN)
    return values


def within_depth(value: Any, depth: int = DEPTH) -> bool:
    """Whether JSON is nested at most so deep."""
    inner: list[Any] = [value]
    while inner and depth >= 0:
        depth -= 1
        inner = [
            one
            for each in inner
            if isinstance(each, (dict, list))
            for one in (each.values() if isinstance(each, dict) else each)
        ]
    return not inner


def _number(value: Any, low: float = 0.0, high: float = MOST) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ValueError(f"{str(value)[:40]} is out of range")
    return value


def _whole(value: Any, low: int = 0, high: int = MOST) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{str(value)[:40]} is no whole number")
    return int(_number(value, low, high))


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{str(value)[:40]} is no JSON object")
    return dict(value)


def _job(job: Any) -> dict[str, Any]:
    """A job's description without where another computer's data lie."""
    from pointwise.card import TABLE, rebuilt
    from pointwise.jobs import job_from
    from pointwise.models import ModelConfig
    from pointwise.training import Recipe

    if not _mapping(job):
        return {}
    if "jobs" in job:
        if len(job["jobs"]) > MOST_JOBS:
            raise ValueError("it compares too many trainings")
        jobs = {str(name): _job(one) for name, one in job["jobs"].items()}
        return job_from({"kind": job["kind"], "title": str(job["title"])[:MOST_NAME], "jobs": jobs}).describe()
    config = rebuilt(ModelConfig, job["config"])
    if job["kind"] == "loaded":
        return {"kind": "loaded", "config": asdict(config)}
    data = {**job["data"], "folder": None} if "folder" in job["data"] else job["data"]
    if job["kind"] != TABLE:
        return job_from({**job, "data": data}).describe()
    facts = {"config": asdict(config), "recipe": asdict(rebuilt(Recipe, job["recipe"])), "data": dict(data)}
    return {"kind": TABLE, **facts}


def _painted(job: Any, painting: bytes | None, picture: bytes | None) -> dict[str, Any]:
    """A painting's description, made of what is painted; {} for a run that is none."""
    from pointwise.card import rebuilt
    from pointwise.models import ModelConfig

    if _mapping(job).get("kind") != PAINTING:
        return {}
    if painting is None:
        raise ValueError("it has no strokes")
    config = rebuilt(ModelConfig, job["config"])
    if not config.architecture.labels_pixels:
        raise ValueError("its network labels no pixels")
    if picture is not None:
        check_picture(picture)
    return painting_from(painting).job(asdict(config))


def _config(job: Mapping[str, Any]) -> ModelConfig | None:
    from pointwise.card import rebuilt
    from pointwise.models import ModelConfig

    return rebuilt(ModelConfig, job["config"]) if "config" in job else None


def _card(card: Any) -> dict[str, Any]:
    from pointwise.calibration import temperature_of

    card = _mapping(card)
    if len(json.dumps(card)) > MOST_CARD:
        raise ValueError("a card is too long")
    temperature_of(card)
    _mapping(card.get("recipe", {}))
    if "metrics" in card:
        card["metrics"] = _metrics(card["metrics"])
    return card


def _metrics(metrics: Mapping[str, Any]) -> dict[str, float]:
    for value in metrics.values():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"a measure of {str(value)[:40]} is no number")
    return {str(name)[:MOST_NAME]: float(value) for name, value in metrics.items()}


def _history(points: Any, total: int) -> list[tuple[int, float, float]]:
    if len(points) > MAX_POINTS:
        raise ValueError("its curve has too many points")
    history = [(_whole(step, 1, total), _number(loss, -MOST), _number(seconds)) for step, loss, seconds in points]
    if any(before[0] >= after[0] for before, after in pairwise(history)):
        raise ValueError("the steps of its curve are not in order")
    return history


def _epochs(epochs: Any, total: int) -> tuple[tuple[int, int, str, bool, str, str], ...]:
    if len(epochs) > MOST_EPOCHS:
        raise ValueError("it has too many epochs")
    return tuple(
        (
            _whole(epoch["step"], 1, total),
            _whole(epoch["number"], 1),
            cleaned(str(epoch["of"]), MOST_NAME),
            bool(epoch["complete"]),
            json.dumps(_metrics(epoch["metrics"])),
            json.dumps(_card(epoch["card"])),
        )
        for epoch in epochs
    )


def _card_of(path: Path, content: bytes, config: ModelConfig | None) -> Mapping[str, Any]:
    """The card of the weights, which are those of the job's network."""
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


def _snapshots(
    path: Path, snapshots: Mapping[int, Callable[[], bytes | None]], config: ModelConfig | None, total: int
) -> tuple[int, ...]:
    from pointwise.weights import read_safetensors

    if len(snapshots) > MOST_SNAPSHOTS or (snapshots and config is None):
        raise ValueError("it has too many snapshots")
    for step, read in snapshots.items():
        _whole(step, 1, total)
        assert config is not None
        _check_weights(path, read_safetensors(read() or b"", path)[1], config)
    return tuple(sorted(snapshots))


def _checkpoint(path: Path, content: bytes, job: Mapping[str, Any], total: int) -> int:
    """The step that can be gone on from."""
    from pointwise.training.checkpoints import WEIGHTS as PREFIX
    from pointwise.training.checkpoints import checkpoint_from, is_of

    checkpoint = checkpoint_from(content, path)
    config = _config(job)
    if config is None or not within_depth(dict(checkpoint.facts)):
        raise ValueError("its checkpoint is of no training")
    given = json.loads(json.dumps({"config": asdict(config), "recipe": job.get("recipe")}))
    if not is_of(checkpoint, given):
        raise ConfigError("its checkpoint is of another training")
    weights = {name.removeprefix(PREFIX): t for name, t in checkpoint.tensors.items() if name.startswith(PREFIX)}
    _check_weights(path, weights, config)
    for name in ("examples", "seconds"):
        _number(checkpoint.facts.get(name, 0))
    if not all(math.isfinite(t.double().sum().item()) for t in checkpoint.tensors.values()):
        raise ValueError("its checkpoint holds what is no number")
    return _whole(checkpoint.facts["step"], 1, total)

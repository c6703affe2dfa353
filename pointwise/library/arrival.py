"""A run that comes from outside, checked: what is kept of it, and what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.card import LOADED, PAINTING, TABLE
from pointwise.errors import ModelFileError, PointwiseError
from pointwise.library.arriving_weights import card_of, checked_checkpoint, checked_snapshots
from pointwise.library.checked_values import MOST, mapping, number, whole
from pointwise.library.files import CHECKPOINT, WEIGHTS
from pointwise.library.kept_paintings import PICTURE, STROKES, check_picture, painting_from
from pointwise.library.records import MOST_NAME, MOST_NOTE, EpochRecord, cleaned
from pointwise.runs import ACTIVE, ENDED, MAX_POINTS, RESUMABLE
from pointwise.segmentation.strokes import MOST_STROKES

if TYPE_CHECKING:
    from pointwise.models import ModelConfig

MOST_EPOCHS, MOST_JOBS = 2_000, 10
MOST_CARD, MOST_ERROR = 100_000, 500  # characters
MOST_VALUES, MOST_KEY = 1_000, 200  # of a desk
AGAIN = "Export it again, and give the file as it is."


@dataclass(frozen=True)
class Arrival:
    """A checked run, ready for the library's tables."""

    id: str  # that it had where it comes from
    row: Mapping[str, Any] = field(repr=False)  # columns of the table of runs
    epochs: tuple[EpochRecord, ...] = field(repr=False)
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
        total = whole(facts["total"])
        row = {
            "name": cleaned(str(facts["name"]), MOST_NAME) or "Run",
            "note": cleaned(str(facts["note"]), MOST_NOTE),
            "pinned": int(bool(facts["pinned"])),
            "state": state,
            "error": None if facts["error"] is None else cleaned(str(facts["error"]), MOST_ERROR),
            "step": whole(facts["step"], high=total),
            "total": total,
            "examples": whole(facts["examples"]),
            "seconds": number(facts["seconds"]),
            "made": min(number(facts["made"]), time.time()),
            "history": json.dumps(_history(facts["history"], total)),
        }
        epochs = _epochs(facts["epochs"], MOST_STROKES if painted else total)
        if weights is not None:
            card = _card(card_of(path, weights, config))
        steps = checked_snapshots(path, snapshots, config, total)
        at = None
        if checkpoint is not None and state in RESUMABLE:
            at = checked_checkpoint(path, checkpoint, config, job.get("recipe"), total)
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


def _job(job: Any) -> dict[str, Any]:
    """A job's description without where another computer's data lie."""
    from pointwise.card import rebuilt
    from pointwise.jobs import job_from
    from pointwise.models import ModelConfig
    from pointwise.training import Recipe

    if not mapping(job):
        return {}
    if "jobs" in job:
        if len(job["jobs"]) > MOST_JOBS:
            raise ValueError("it compares too many trainings")
        jobs = {str(name): _job(one) for name, one in job["jobs"].items()}
        return job_from({"kind": job["kind"], "title": str(job["title"])[:MOST_NAME], "jobs": jobs}).describe()
    config = rebuilt(ModelConfig, job["config"])
    if job["kind"] == LOADED:
        return {"kind": LOADED, "config": asdict(config)}
    data = {**job["data"], "folder": None} if "folder" in job["data"] else job["data"]
    if job["kind"] != TABLE:
        return job_from({**job, "data": data}).describe()
    facts = {"config": asdict(config), "recipe": asdict(rebuilt(Recipe, job["recipe"])), "data": dict(data)}
    return {"kind": TABLE, **facts}


def _painted(job: Any, painting: bytes | None, picture: bytes | None) -> dict[str, Any]:
    """A painting's description, made of what is painted; {} for a run that is none."""
    from pointwise.card import rebuilt
    from pointwise.models import ModelConfig

    if mapping(job).get("kind") != PAINTING:
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

    card = mapping(card)
    if len(json.dumps(card)) > MOST_CARD:
        raise ValueError("a card is too long")
    temperature_of(card)
    mapping(card.get("recipe", {}))
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
    history = [(whole(step, 1, total), number(loss, -MOST), number(seconds)) for step, loss, seconds in points]
    if any(before[0] >= after[0] for before, after in pairwise(history)):
        raise ValueError("the steps of its curve are not in order")
    return history


def _epochs(epochs: Any, total: int) -> tuple[EpochRecord, ...]:
    if len(epochs) > MOST_EPOCHS:
        raise ValueError("it has too many epochs")
    return tuple(
        EpochRecord(
            whole(epoch["number"], 1),
            cleaned(str(epoch["of"]), MOST_NAME),
            whole(epoch["step"], 1, total),
            bool(epoch["complete"]),
            _metrics(epoch["metrics"]),
            _card(epoch["card"]),
        )
        for epoch in epochs
    )

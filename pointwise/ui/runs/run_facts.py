"""What is said of a kept run: its model, data, state, scores and settings, in words. Names in it are people's text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pointwise.card import COMPARISON, HOUSES, LOADED, PAINTING, STROKES, TABLE, own_held_out
from pointwise.data.catalogue import DATA_SETS, OWN
from pointwise.intervals import difference_of_shares, share_of_sample
from pointwise.library import RunRecord
from pointwise.library.kept_paintings import SCORE
from pointwise.models import PAINTER
from pointwise.ui.frame import labels

SCORES = {  # whose curves say how a training goes, as charts call them
    "accuracy": "test accuracy",
    "r2": "held-out R²",
    SCORE: "score on strokes held out",
}
METRICS = {"accuracy": "accuracy", "r2": "R²", SCORE: "score of strokes", "mae": "mean absolute error", "loss": "loss"}
NOTHING, UNKNOWN = "–", "unknown"
LEARNED = "learned from drawings"  # without a training
OWN_PICTURES = "Own pictures"
UNSAID = ("folder", "channels", "side", "preparation", "fingerprint", "digits", "drawn", "drawings")  # of data
LONGEST = 500  # characters of a value
SETTINGS = {  # of a configuration, a recipe and data, as they are called here
    "arch": "model",
    "widths": "channels of the layers",
    "activation": "activation",
    "batch_norm": "batch normalisation",
    "dropout": "dropout",
    "input_channels": "channels of the input",
    "image_size": "height and width of the input",
    "num_classes": "outputs",
    "channel_sets": "channels of each pixel",
    "smoothing": "smoothing of the answers, in pixels",
    "data.picture": "picture",
    "data.strokes": "strokes",
    "data.classes": "classes",
    "data.name": "data",
    "data.title": "called",
    "data.pictures": "pictures",
    "data.held_out": "held-out pictures",
    "data.rows": "data",
    "data.target": "target",
    "data.features": "columns",
    "data.few": "training pictures, at most",
    "data.few_held_out": "test pictures, at most",
    "data.validation": "training pictures to choose by",
    "data.shuffled": "seed of the pixels' order",
    "data.noise": "noise in the prices",
    "data.seed": "seed of the houses",
    "name": "recipe",
    "epochs": "epochs",
    "batch_size": "batch size",
    "learning_rate": "learning rate",
    "optimizer": "optimizer",
    "schedule": "schedule of the rate",
    "weight_decay": "weight decay",
    "augment": "augmented",
    "made": "made digits",
    "mixed_precision": "mixed precision",
    "standardise": "standardised",
    "seed": "seed",
}
OF_PIXELS = ("channel_sets", "smoothing")  # settings of networks that label pixels alone, and those that they ignore
NOT_OF_PIXELS = ("image_size", "batch_norm", "dropout")
STATES = {
    "queued": "queued",
    "waiting": "getting ready",
    "fetching": "downloading its data",
    "training": "going on",
    "paused": "paused",
    "done": "finished",
    "failed": "failed",
}


def model(record: RunRecord) -> str:
    """The network's title, or that of a comparison of several."""
    return labels.MODELS.get(record.arch) or str(record.job.get("title") or record.arch or NOTHING)


def data(record: RunRecord) -> str:
    """What it was trained on; UNKNOWN where nobody said."""
    if record.kind == COMPARISON:
        jobs = record.job.get("jobs", {}).values()
        return ", ".join(sorted({_data(job.get("kind"), job.get("data", {}), None) for job in jobs}))
    return _data(record.kind, record.job.get("data", {}), record.data_set)


def _data(kind: str | None, chosen: Mapping[str, Any], name: str | None) -> str:
    if kind == HOUSES or (name == HOUSES and kind == LOADED):
        changed = bool(chosen) and (chosen.get("rows"), chosen.get("noise"), chosen.get("seed")) != (1000, 0.0, 42)
        return "Houses, changed" if changed else "Houses"
    if kind == TABLE:
        return str(chosen.get("rows") or "a table").removesuffix(", training rows")
    if kind == PAINTING:
        return str(chosen.get("picture") or "a picture")
    if name == STROKES:
        return "Brush strokes"
    if (chosen.get("name") or name) == OWN:
        return str(chosen.get("title") or OWN_PICTURES)
    title = labels.SOURCES.get(str(chosen.get("name") or name), name or UNKNOWN)
    more = [f"{chosen['few']:,} pictures"] if chosen.get("few") else []
    return ", ".join([title, *more, *(["shuffled"] if chosen.get("shuffled") is not None else [])])


def state(record: RunRecord) -> str:
    """What it does, or how it ended and where."""
    if record.kind == LOADED:
        return LEARNED if "drawings" in record.card else "loaded"
    if record.kind == PAINTING:
        return f"painted, {strokes(record)}"
    if record.state == "queued" and record.standing is not None:
        return f"queued, place {record.standing.place}, {labels.wait(record.standing)}"
    if record.state in ("training", "paused"):
        share = f", {math.floor(100 * record.step / record.total)} %" if record.total else ""
        return STATES[record.state] + share
    return STATES.get(record.state) or f"{record.state} {where(record)}"


def strokes(record: RunRecord) -> str:
    """How many strokes a painting has, in words."""
    count = record.job.get("data", {}).get("strokes", 0)
    return "one stroke" if count == 1 else f"{count:,} strokes"


def where(record: RunRecord) -> str:
    """The epoch, or the step, that it has come to, as words that follow its state."""
    epochs = record.recipe.get("epochs")
    if not record.step or not record.total:
        return "before the first step"
    if record.kind == COMPARISON or not epochs:
        return f"at step {record.step:,} of {record.total:,}"
    return f"at epoch {min(epochs, math.ceil(record.step * epochs / record.total))} of {epochs}"


def metric(record: RunRecord, name: str, value: float) -> str:
    """A metric's value in its unit."""
    if name.endswith("accuracy"):
        return labels.percent(value)
    if name.endswith("r2"):
        return labels.r_squared(value)
    return labels.dollars(value) if name.endswith("mae") and record.data_set == HOUSES else labels.number(value)


def held_out(record: RunRecord, name: str) -> str:
    """A metric on held-out examples in its unit, an accuracy on somebody's own pictures with its interval."""
    value, count = record.metrics[name], own_held_out(record.card)
    if name == "accuracy" and record.data_set == OWN and count is not None:
        return f"{share_of_sample(value, count)} of {count:,} pictures"
    return metric(record, name, value)


def difference(record: RunRecord, name: str, one: float, other: float) -> str:
    """By how much the other value of a metric is larger, with its sign.

    One of accuracies inside the interval of as many test pictures is called no difference.
    """
    value = other - one
    if value == 0:
        return "0"
    if name.endswith("accuracy"):
        told = _tell(record, one, other)
        return f"{100 * value:+.2f} points" + ("" if told else ": no difference that so few pictures tell")
    if name.endswith("mae") and record.data_set == HOUSES:
        return labels.dollars(value, signed=True)
    return f"{'+' if value > 0 else ''}{labels.number(value)}"


def _tell(record: RunRecord, one: float, other: float) -> bool:
    """Whether a run's test pictures tell two accuracies on them apart, as far as their number is known."""
    chosen = record.job.get("data") or {}
    count = DATA_SETS[record.data_set].test if record.data_set in DATA_SETS else chosen.get("held_out")
    if not isinstance(count, int) or count < 1 or not (0 <= one <= 1 and 0 <= other <= 1):
        return True
    asked = chosen.get("few_held_out")
    count = min(count, asked) if isinstance(asked, int) and asked > 0 else count
    return difference_of_shares(share_of_sample(one, count), share_of_sample(other, count)).clear


def settings(record: RunRecord) -> dict[str, str]:
    """All that decides the run, by what it is called; of a comparison each job's, with the job's name behind."""
    if record.kind != COMPARISON:
        return _settings({**record.job, "recipe": record.recipe, "data_set": record.data_set})
    return {
        f"{name}, {of}": value
        for of, job in record.job.get("jobs", {}).items()
        for name, value in _settings(job).items()
    }


def _settings(job: Mapping[str, Any]) -> dict[str, str]:
    chosen = {f"data.{name}": value for name, value in job.get("data", {}).items() if name not in UNSAID}
    if not chosen and job.get("data_set"):
        chosen = {"data.name": job["data_set"]}
    if job.get("kind") == HOUSES:
        chosen["data.rows"] = f"{chosen.get('data.rows', 0):,} houses"
    config = job.get("config", {})
    foreign = NOT_OF_PIXELS if config.get("arch") == PAINTER else OF_PIXELS
    every = {**{name: value for name, value in config.items() if name not in foreign}, **chosen}
    every |= job.get("recipe", {})
    return {
        SETTINGS.get(name, name.removeprefix("data.").replace("_", " ")): _written(name, value)
        for name, value in sorted(every.items(), key=lambda item: _place(item[0]))
        if value not in (None, "", [], {})
    }


def _place(name: str) -> int:
    return list(SETTINGS).index(name) if name in SETTINGS else len(SETTINGS)


def _written(name: str, value: Any) -> str:
    if name == "arch":
        return labels.MODELS.get(str(value), str(value))
    if name == "data.name":
        return OWN_PICTURES if value == OWN else labels.SOURCES.get(str(value), str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)[:LONGEST]
    if name == "data.noise":
        return labels.dollars(value)
    if name == "schedule":
        return str(value).replace("_", " ")
    return f"{value:g}" if isinstance(value, float) else str(value)[:LONGEST]


def circumstances(record: RunRecord) -> dict[str, str]:
    """What is known of the training beside its job, by what it is called; what a card holds may be anybody's."""
    card = record.card
    unknown, versions = card.get("unknown"), card.get("versions")
    every = {
        "Trained on": card.get("data"),
        "Loaded from": card.get("imported"),
        "Unknown": ", ".join(map(str, unknown)).replace("_", " ") if isinstance(unknown, list) else "",
        "Steps": f"{record.step:,} of {record.total:,}" if record.total else "",
        "Examples seen": f"{record.examples:,}" if record.examples else "",
        "Time at work": labels.duration(record.seconds) if record.seconds else "",
        "Speed": f"{record.examples / record.seconds:,.0f} examples a second"
        if record.examples and record.seconds
        else "",
        "Trained after the last stroke in": _milliseconds(card.get("seconds")) if record.kind == PAINTING else "",
        "Threads": threads(record),
        "Computed in": card.get("precision"),
        "Versions": ", ".join(f"{k} {v}" for k, v in versions.items()) if isinstance(versions, Mapping) else "",
        "On disk": f"{record.bytes / 1e6:.1f} MB" if record.bytes else "",
        "Name for the command line": record.id,
    }
    return {name: str(value)[:LONGEST] for name, value in every.items() if value}


def _milliseconds(seconds: object) -> str:
    return f"{1e3 * seconds:,.0f} ms" if isinstance(seconds, (int, float)) else ""


def threads(record: RunRecord) -> str:
    """How many threads it was trained with; "" where that is not known."""
    return str(record.card.get("threads", ""))


def torch_version(record: RunRecord) -> str:
    """The PyTorch that it was trained with; "" where that is not known."""
    versions = record.card.get("versions")
    return str(versions.get("torch", "")) if isinstance(versions, Mapping) else ""


def same_job(one: RunRecord, other: RunRecord) -> bool:
    """Whether two runs trained the same network with the same recipe and seed on the same data."""
    return one.kind not in (LOADED, PAINTING) and one.kind == other.kind and settings(one) == settings(other)


def same_task(one: RunRecord, other: RunRecord) -> bool:
    """Whether the metrics of two runs are of the same data: of paintings, of the same picture."""
    pictures = [record.job.get("data", {}).get("picture") for record in (one, other)]
    return one.data_set == other.data_set and pictures[0] == pictures[1]

"""What the library knows of a run and of a snapshot, as frozen rows, and how they are read and inserted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from pointwise.card import HOUSES, LOADED, PAINTING, STROKES, TABLE, TRAINED_ON
from pointwise.data.catalogue import DATA_SETS, MOST_DRAWN, OWN
from pointwise.models.config import CLASSIFIERS, REGRESSOR
from pointwise.run_queue import Standing
from pointwise.runs.progress import ENDED, RESUMABLE, Point

MOST_NAME, MOST_NOTE = 80, 2_000  # characters


@dataclass(frozen=True)
class RunRecord:
    """A kept run, without its curve and its weights."""

    id: str  # 16 hexadecimal digits
    owner: str  # the hash of a visitor's token; "" for the command line's
    name: str  # a person's text
    note: str  # a person's text
    pinned: bool
    job: Mapping[str, Any] = field(repr=False)  # as Job.describe makes it; {} for a network that was loaded
    card: Mapping[str, Any] = field(repr=False)  # of the latest epoch, {} before the first
    state: str  # as Progress.state
    error: str | None
    step: int
    total: int
    examples: int
    seconds: float  # at work
    bytes: int  # of its files
    made: float  # seconds since 1970, UTC
    changed: float
    checkpoint: int | None  # the step that it can go on from
    deleted: bool  # can be brought back until it is thrown away
    standing: Standing | None  # where it stands in the queue
    since: float  # when it came into its state; seconds since 1970, UTC

    @property
    def active(self) -> bool:
        """Whether it may still change by itself."""
        return self.state not in ENDED

    @property
    def resumable(self) -> bool:
        """Whether it can go on from a checkpoint, or be begun that never was."""
        return self.state in RESUMABLE and (self.checkpoint is not None or self.unbegun)

    @property
    def unbegun(self) -> bool:
        """Whether it ended before its first step, as in the queue, and can still be begun."""
        return self.state in RESUMABLE and self.step == 0 and self.checkpoint is None and "recipe" in self.job

    @property
    def kind(self) -> str:
        """The job's kind: pictures, houses, table, comparison, painting, or loaded."""
        return str(self.job.get("kind", LOADED))

    @property
    def arch(self) -> str:
        """The network's name in ARCHITECTURES; "" for a comparison of several."""
        return str(self.config.get("arch", ""))

    @property
    def config(self) -> Mapping[str, Any]:
        """The network's ModelConfig as JSON; {} for a comparison."""
        return self.job.get("config", {})

    @property
    def recipe(self) -> Mapping[str, Any]:
        """The Recipe as JSON; {} for a comparison and for a network that was loaded without one."""
        return self.job.get("recipe") or _mapping(self.card.get("recipe"))

    @property
    def data_set(self) -> str | None:
        """One of card.TRAINED_ON; None where it is unknown, as of a network from elsewhere, or several."""
        data, said = self.job.get("data", {}), self.card.get("data_set")
        known = {HOUSES: HOUSES, TABLE: TABLE, PAINTING: STROKES}.get(self.kind) or data.get("name")
        return known or (said if said in TRAINED_ON else None)

    @property
    def stands_in_for(self) -> str | None:
        """The shipped network that does the same task, by name; None where there is none."""
        config, shape = self.config, tuple(self.config.get(name) for name in ("input_channels", "image_size"))
        options = self.job.get("data", {}) or _mapping(self.card.get("options"))
        if self.arch == REGRESSOR:
            plain = shape[0] == 2 and config.get("num_classes") == 1 and "target" not in self.card
            return REGRESSOR if plain and self.kind != TABLE else None
        if self.arch not in CLASSIFIERS or shape != (1, 28):
            return None
        if self.data_set == OWN:
            digits = options.get("digits") is True and config.get("num_classes") == 10
            drawn = "drawings" in options or options.get("drawn")
            drawn = drawn and 2 <= config.get("num_classes", 0) <= MOST_DRAWN
            return self.arch if drawn or digits else None
        if config.get("num_classes") != 10:
            return None
        known = self.data_set is None or (self.data_set in DATA_SETS and DATA_SETS[self.data_set].digits)
        return self.arch if known and options.get("shuffled") is None else None

    @property
    def metrics(self) -> Mapping[str, float]:
        """The latest held-out metrics: loss and accuracy (0–1), loss, mae and r2, or mean_iou."""
        metrics = _mapping(self.card.get("metrics"))
        return {name: value for name, value in metrics.items() if type(value) in (int, float)}


def _mapping(value: Any) -> Mapping[str, Any]:
    """What a card holds, which may be anybody's, where it is what it should be; else {}."""
    return value if isinstance(value, Mapping) else {}


@dataclass(frozen=True)
class SnapshotRecord:
    """A network's weights after a step, kept in a file."""

    run: str  # the run's id
    step: int
    bytes: int


class EpochRecord(NamedTuple):
    """What was measured at the end of an epoch."""

    number: int
    of: str  # the name of the job in a comparison, else ""
    step: int
    complete: bool
    metrics: Mapping[str, float]  # train_…, and held out
    card: Mapping[str, Any]


@dataclass(frozen=True)
class Curves:
    """How a training went."""

    history: tuple[Point, ...]
    epochs: tuple[EpochRecord, ...]


def cleaned(text: str, most: int) -> str:
    """A person's text without what cannot be printed, and cut."""
    return "".join(c for c in text if c == "\n" or c.isprintable()).strip()[:most].strip()


FIELDS = [field.name for field in fields(RunRecord)]
EVERY = f"SELECT {', '.join(FIELDS)} FROM runs"


def record_of(row: Mapping[str, Any] | sqlite3.Row) -> RunRecord:
    """The record in a row of the table of runs."""
    values: dict[str, Any] = {name: row[name] for name in FIELDS}
    values |= {name: json.loads(row[name]) for name in ("job", "card", "standing")}
    values |= {name: bool(row[name]) for name in ("pinned", "deleted")}
    values["standing"] = Standing(*values["standing"]) if values["standing"] else None
    return RunRecord(**values)


def insert_run(
    connection: sqlite3.Connection,
    row: Mapping[str, object],
    epochs: Sequence[EpochRecord] = (),
    snapshots: Sequence[tuple[int, int]] = (),
) -> None:
    """Add a run, values by the names of columns, with its epochs and with its snapshots as steps and bytes."""
    _insert(connection, "INSERT INTO runs", [row])
    insert_parts(connection, str(row["id"]), epochs, snapshots)


def insert_parts(
    connection: sqlite3.Connection, run: str, epochs: Sequence[EpochRecord], snapshots: Sequence[tuple[int, int]]
) -> None:
    """Add epochs and snapshots, as steps and bytes, to a run, each in place of one that is there already."""
    texts = [{"metrics": json.dumps(dict(e.metrics)), "card": json.dumps(dict(e.card))} for e in epochs]
    rows = [{"run": run, **e._asdict(), **text} for e, text in zip(epochs, texts, strict=True)]
    _insert(connection, "INSERT OR REPLACE INTO epochs", rows)
    sizes = [{"run": run, "step": step, "bytes": size} for step, size in snapshots]
    _insert(connection, "INSERT OR REPLACE INTO snapshots", sizes)


def _insert(connection: sqlite3.Connection, into: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows that have the same columns, by their names."""
    if rows:
        columns, marks = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
        connection.executemany(f"{into} ({columns}) VALUES ({marks})", rows)

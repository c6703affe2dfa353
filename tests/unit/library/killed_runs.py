"""A training on the command line that is killed twenty times, as a script: python killed_runs.py FOLDER SEED.

It prints JSON: a row a kill, and how the end compares with a training that nobody disturbed. Every training is in a
process of its own, forked from this one, which has imported torch and trained nothing, so that a start costs little.
What is kept is kept ten times as often as usual, so that all of it is over in half a minute; what may be lost is a
tenth, too.
"""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import torch
import torch._dynamo  # which the first optimiser of every process would import

from pointwise.__main__ import main
from pointwise.commands import recorder as terminal
from pointwise.costs import cost
from pointwise.data.digits import load_bundled
from pointwise.jobs import Job, job_from
from pointwise.library import Library, Recording, recording
from pointwise.runs import Run
from pointwise.weights import load_model

QUICKER = 10.0
KILLS = 20
HISTORY, TRAINING = 5.0 / QUICKER, 30.0 / QUICKER  # seconds that may be lost
TOTAL = 300  # steps
ARGUMENTS = [
    "train",
    "nin",
    "--data-set",
    "digits",
    "--batch",
    "20",
    "--epochs",
    "4",
    "--seed",
    "6",
    "--device",
    "cpu",
    "--force",
]
MESSAGE = struct.Struct("di")  # when, and after which step


def quicken(report: int) -> None:
    """Keep runs more often, and write every step, once the library had it, into a pipe."""
    for name in ("PACE", "APART", "AT_LATEST"):
        setattr(recording, name, getattr(recording, name) / QUICKER)
    terminal.AT_LATEST /= QUICKER
    record = Recording.record

    def reported(self: Recording, progress: Any, step: Any) -> None:
        record(self, progress, step)
        os.write(report, MESSAGE.pack(time.monotonic(), progress.step))

    Recording.record = reported  # type: ignore[method-assign]


def forked(work: Callable[[], object]) -> tuple[int, int]:
    """A process that does some work, and the pipe that it reports steps into."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(reading)
        quicken(writing)
        with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            work()
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
        os._exit(1)
    os._exit(0)


def watched(pid: int, pipe: int, until: int, delay: float) -> list[tuple[float, int]]:
    """The steps of a process that is killed so many seconds after it has come to a step, or, for 0, after its start."""
    steps: list[tuple[float, int]] = []
    while until and (not steps or steps[-1][1] < until) and (content := os.read(pipe, MESSAGE.size)):
        steps.append(MESSAGE.unpack(content))
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    while content := os.read(pipe, MESSAGE.size):
        steps.append(MESSAGE.unpack(content))
    os.close(pipe)
    os.waitpid(pid, 0)
    return steps


def finished(work: Callable[[], object]) -> None:
    """Wait for some work in a process of its own."""
    pid, pipe = forked(work)
    while os.read(pipe, 4096):
        pass
    os.close(pipe)
    assert os.waitpid(pid, 0)[1] == 0


def go_on(home: Path, run: str) -> None:
    """What the app does to go on with a run."""
    shelf = Library(home).shelf("")
    job = job_from(shelf.run(run).job)
    assert isinstance(job, Job)
    recorder, since, before = shelf.go_on(run, cost(job.config).parameters)
    for _ in Run(job, run, recorder=recorder, since=since, before=before).events():
        pass


def start(home: Path, out: Path) -> None:
    os.environ["POINTWISE_HOME"] = str(home)
    assert main([*ARGUMENTS, "--out", str(out)]) == 0


def looked_at(home: Path, steps: list[tuple[float, int]]) -> dict[str, Any]:
    """What is there after a kill."""
    library = Library(home)
    shelf = library.shelf("")
    (record,) = shelf.runs()
    curves, snapshots = shelf.curves(record.id), [snapshot.step for snapshot in shelf.snapshots(record.id)]
    wanted = sorted(recording.snapshot_steps(TOTAL, cost(job_of(record.job).config).parameters))
    row = {
        "id": record.id,
        "notice": library.notice,
        "state": record.state,
        "resumable": record.resumable,
        "live": steps[-1][1] if steps else None,
        "kept": record.step,
        "checkpoint": record.checkpoint,
        "history_lost": since(steps, curves.history[-1].step if curves.history else 0),
        "training_lost": since(steps, record.checkpoint or 0),
        "snapshots_whole": snapshots == [step for step in wanted if step <= record.step],
        "snapshots_readable": all(shelf.weights(record.id, step) for step in snapshots[-3:]),
    }
    library.close()
    return row


def job_of(description: Any) -> Job:
    job = job_from(description)
    assert isinstance(job, Job)
    return job


def since(steps: list[tuple[float, int]], step: int) -> float:
    """Seconds of a process's work after a step, or of all of it."""
    times = [when for when, number in steps if number >= step]
    return times[-1] - times[0] if times else 0.0


def compared(home: Path, other: Path) -> dict[str, Any]:
    """Whether the run in one library is that in another, bit for bit."""
    one, two = (Library(folder).shelf("") for folder in (home, other))
    (a,), (b,) = one.runs(), two.runs()
    curves, others = one.curves(a.id), two.curves(b.id)
    steps = [[snapshot.step for snapshot in shelf.snapshots(run.id)] for shelf, run in ((one, a), (two, b))]
    return {
        "state": a.state,
        "weights": same(one.network(a.id).state_dict(), two.network(b.id).state_dict()),
        "file": same(one.network(a.id).state_dict(), load_model(other / "out.safetensors").state_dict()),
        "metrics": [dict(e.metrics) for e in curves.epochs] == [dict(e.metrics) for e in others.epochs],
        "losses": [p[:2] for p in curves.history] == [p[:2] for p in others.history],
        "points": len(curves.history),
        "snapshots": steps[0] == steps[1] and all(same(one.weights(a.id, s), two.weights(b.id, s)) for s in steps[0]),
        "count": len(steps[0]),
        "examples": a.examples == b.examples,
        "bytes": a.bytes,
    }


def same(one: Any, other: Any) -> bool:
    return set(one) == set(other) and all(torch.equal(one[name], t) for name, t in other.items())


def script(folder: Path, seed: int) -> dict[str, Any]:
    torch.set_num_threads(1)
    load_bundled()  # imports what all trainings need
    chance = random.Random(seed)
    home, undisturbed = folder / "killed", folder / "whole"
    undisturbed.mkdir()
    finished(lambda: start(undisturbed, undisturbed / "out.safetensors"))
    kills: list[dict[str, Any]] = []
    targets = sorted(chance.randrange(1, TOTAL - 20) for _ in range(KILLS))
    while len(kills) < KILLS:
        until, delay = targets[len(kills)], chance.random() * 0.05
        if kills and kills[-1]["resumable"] and chance.random() < 0.25:
            until, delay = 0, chance.random() * 0.2  # while it prepares to go on
        if kills and kills[-1]["resumable"]:
            pid, pipe = forked(lambda: go_on(home, kills[-1]["id"]))
        else:  # it was killed before the first checkpoint: nothing is lost by starting anew
            for record in Library(home).shelf("").runs():
                Library(home).remove([record.id])
            pid, pipe = forked(lambda: start(home, folder / "out.safetensors"))
        kills.append(looked_at(home, watched(pid, pipe, until, delay)))
    finished(lambda: go_on(home, kills[-1]["id"]))
    return {"kills": kills, "end": compared(home, undisturbed)}


if __name__ == "__main__":
    print(json.dumps(script(Path(sys.argv[1]), int(sys.argv[2]))))

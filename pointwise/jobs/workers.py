"""Many jobs, each trained from nothing: in this process, by several of this machine, or by a Dask cluster's."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import warnings
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pointwise.errors import ConfigError, DataError, PointwiseError, WorkerError
from pointwise.jobs.job import Job

if TYPE_CHECKING:
    from distributed import Client

    Outcomes = Generator[tuple[str, "Trained | str"], None, None]

ANSWER = 30  # seconds for a scheduler to answer, and for its first worker


@dataclass(frozen=True)
class Workers:
    """Who trains: so many processes of this machine, 0 or 1 being this one; or the workers of a scheduler.

    Each trains on the CPU with one thread, so that the results are the same: bit for bit on processors of one kind.
    """

    processes: int = 1
    scheduler: str | None = None  # its address, such as tcp://10.0.0.1:8786
    ignore_memory: bool = False  # train even what a worker's machine has not enough memory for


@dataclass(frozen=True)
class Trained:
    """What became of a job."""

    metrics: Mapping[str, float]  # of its last epoch
    seconds: float
    measured: Mapping[str, Any] = field(default_factory=dict)  # by the Work, where one was given


class Work(Protocol):
    """What a worker does with a job. It is pickled, and handed to every worker."""

    def __call__(self, job: Job, **how: Any) -> Trained:
        """Train a job by ``job.steps(**how)``; what became of it, with what was measured of its network."""

    def describe(self) -> Mapping[str, Any]:
        """JSON: what is measured and on what; results under another description are not taken for these."""


def trained(
    jobs: Mapping[str, Job], workers: Workers, kept: Path | None = None, work: Work | None = None
) -> Iterator[tuple[str, Trained]]:
    """Each job's name and what became of it, in the order of the jobs, as soon as it and all before are done.

    What is done is at once added to the file ``kept``, in whatever order; what that has of these jobs, measured in the
    same way, is not trained again. Raises WorkerError, with the job's name, when one fails, and when workers are
    missing or die. When it ends, however it ends, no process that it started is left.
    """
    described = {name: _described(job, work) for name, job in jobs.items()}
    done = {} if kept is None else _read(kept, described)
    left = {name: job for name, job in jobs.items() if name not in done}
    with closing(_outcomes(left, workers, work)) as outcomes:
        for name in jobs:
            while name not in done:
                other, outcome = next(outcomes)
                if not isinstance(outcome, Trained):
                    raise WorkerError(f"The training of {other} failed. {outcome}")
                done[other] = outcome
                if kept is not None:
                    _add(kept, described[other], outcome)
            yield name, done[name]


def _outcomes(jobs: Mapping[str, Job], workers: Workers, work: Work | None) -> Outcomes:
    """Name and outcome of each job, as they come; a string says what went wrong."""
    if not jobs:
        return
    how = (workers.ignore_memory, work)
    if workers.scheduler is not None:
        yield from _of_a_cluster(jobs, workers.scheduler, *how)
    elif workers.processes > 1:
        yield from _of_processes(jobs, min(workers.processes, len(jobs)), *how)
    else:
        for name, job in jobs.items():
            yield _train(name, job, *how, apart=False)


def _train(
    name: str, job: Job, ignore_memory: bool, work: Work | None, apart: bool = True
) -> tuple[str, Trained | str]:
    """A job's name and what became of it; ``apart`` in a process or thread that has no other work."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return name, (work or _just_train)(job, device=torch.device("cpu"), ignore_memory=ignore_memory)
    except PointwiseError as error:
        return name, str(error)
    except Exception as error:
        return name, f"There was an unexpected error: {error!r}"
    finally:
        if not apart:
            torch.set_num_threads(threads)


def _just_train(job: Job, **how: Any) -> Trained:
    last, began = None, time.perf_counter()
    for event in job.steps(**how):
        last = getattr(event, "epoch", None) or last
    assert last is not None
    return Trained(dict(last.metrics), round(time.perf_counter() - began, 1))


def _train_for(parent: int, name: str, job: Job, ignore_memory: bool, work: Work | None) -> tuple[str, Trained | str]:
    """What ``_train`` returns, in a process that ends when its parent does, and not by Ctrl-C, meant for that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with(parent)
    return _train(name, job, ignore_memory, work)


@cache
def _end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="pointwise-parent", daemon=True).start()


def _of_processes(jobs: Mapping[str, Job], number: int, ignore_memory: bool, work: Work | None) -> Outcomes:
    from joblib import Parallel, delayed, parallel_config
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    calls = (delayed(_train_for)(os.getpid(), name, job, ignore_memory, work) for name, job in jobs.items())
    try:
        with warnings.catch_warnings(), parallel_config("loky", n_jobs=number, inner_max_num_threads=1):
            warnings.filterwarnings("ignore", "A worker stopped while some jobs")  # one of much memory is replaced
            with closing(Parallel(return_as="generator_unordered", batch_size=1)(calls)) as outcomes:
                yield from outcomes
    except TerminatedWorkerError:
        raise WorkerError("A worker was killed, perhaps for want of memory. Start fewer with --workers.") from None
    finally:
        get_reusable_executor(max_workers=number).shutdown(wait=True, kill_workers=True)


def _of_a_cluster(jobs: Mapping[str, Job], address: str, ignore_memory: bool, work: Work | None) -> Outcomes:
    """joblib's Dask backend waits for ever where the cluster itself fails; Dask's own futures say so."""
    with _client(address) as client:
        from distributed import KilledWorker, as_completed

        futures = {
            client.submit(_train, name, job, ignore_memory, work, pure=False): name for name, job in jobs.items()
        }
        for future in as_completed(futures, loop=client.loop):
            try:
                yield future.result()
            except KilledWorker:
                yield futures[future], "Every worker that tried it died, perhaps for want of memory."
            except CancelledError:
                raise WorkerError(f"The scheduler at {address} has gone. Start it and its workers anew.") from None


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """A connection to a scheduler whose workers can train. Raises ConfigError and WorkerError."""
    try:
        from distributed import Client
    except ImportError:
        install = "pip install 'dask[distributed]'"
        raise ConfigError(f"A scheduler needs Dask, which is not installed. Install it with: {install}") from None
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkerError(f"No scheduler answers at {address} ({error}). Start one with: dask scheduler") from None
    with client:
        start = f"dask worker {address} --nthreads 1"
        try:
            client.wait_for_workers(1, timeout=ANSWER)
            versions = client.run(_versions)
        except TimeoutError:
            raise WorkerError(f"The scheduler at {address} has no workers. Start some with: {start}") from None
        except Exception as error:  # of any kind that a worker's own imports raise
            raise WorkerError(
                f"A worker of {address} does not know this version of Pointwise ({error}). Start it in a clone, with "
                f"the packages of requirements.txt: {start}"
            ) from None
        for worker, theirs in versions.items():
            if theirs != _versions():
                raise WorkerError(
                    f"The worker {worker} has {theirs}, and this process {_versions()}. Install the same."
                )
        yield client


def _versions() -> str:
    """What decides on a training's results, as text."""
    import torch

    from pointwise import __version__

    return f"Pointwise {__version__} with torch {torch.__version__.partition('+')[0]}"


def _described(job: Job, work: Work | None) -> dict[str, Any]:
    """JSON that a result is known by."""
    return {"job": job.describe()} | ({"measures": work.describe()} if work else {})


def _read(kept: Path, described: Mapping[str, Mapping[str, Any]]) -> dict[str, Trained]:
    """What a file has of the jobs that are ``described``; a last line that was cut off is taken away.

    Raises DataError for another file.
    """
    try:
        content = kept.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        rows = [json.loads(line) for line in whole.splitlines()]
        known = {
            json.dumps({name: row[name] for name in ("job", "measures") if name == "job" or name in row}): Trained(
                row["metrics"], row["seconds"], row.get("measured", {})
            )
            for row in rows
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError):
        raise DataError(f"{kept} holds no results of trainings. Move it away, and start again.") from None
    if whole != content:
        os.truncate(kept, len(whole))
    keys = {name: json.dumps(description) for name, description in described.items()}
    return {name: known[key] for name, key in keys.items() if key in known}


def _add(kept: Path, described: Mapping[str, Any], outcome: Trained) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**described, **asdict(outcome)}) + "\n")

"""What the commands that train many networks have in common: who trains them, and what is kept until all are done."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pointwise.commands import add_force, check_outs, check_room
from pointwise.commands.signals import SIGNALS, Stop
from pointwise.errors import ConfigError, WorkerError

if TYPE_CHECKING:
    from pointwise.jobs import Job
    from pointwise.jobs.workers import Workers


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who trains, and whether to go on with what is kept."""
    who = parser.add_mutually_exclusive_group()
    processes = "processes of one thread each, or 0 for this process alone (default: one a core)"
    who.add_argument("--workers", type=int, metavar="N", help=processes)
    who.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster's, whose workers train instead")
    parser.add_argument("--resume", action="store_true", help="do what a stopped command with these options left")
    add_force(parser)


def workers_of(options: argparse.Namespace, largest: Job) -> Workers:
    """Who trains: by default as many as there are cores, and memory for the ``largest`` of the jobs.

    Raises ConfigError for fewer than no workers, TooLargeError where so many have not enough memory here.
    """
    from joblib import cpu_count

    from pointwise.jobs import memory_limit
    from pointwise.jobs.workers import Workers

    number = options.workers
    if number is None:
        number = max(1, min(cpu_count(), memory_limit()[0] // largest.memory().total))
    if number < 0:
        raise ConfigError(f"{number} workers cannot train. Choose 0, which is this process alone, or more.")
    if options.scheduler is None:
        check_room(options, largest, processes=max(1, number))
    return Workers(number, options.scheduler, options.ignore_memory)


def check_out(options: argparse.Namespace, out: Path) -> None:
    """Raise an exception where ``out`` or what is kept beside it cannot be written, or something trained be lost."""
    from pointwise.weights import check_writable

    kept = kept_beside(out)
    check_writable(kept)
    if kept.exists() and not options.resume and not options.force:
        raise ConfigError(
            f"{kept} keeps what a stopped command has trained. Go on with it with --resume, or begin anew with --force."
        )
    its_own = options.resume and kept.exists()  # what a study has written on its way
    check_outs([out], replace=options.force or its_own)


def kept_beside(out: Path) -> Path:
    """The file that the results lie in until ``out`` is written."""
    return out.with_name(f"{out.stem}.results.jsonl")


def kept_results(options: argparse.Namespace, out: Path) -> Path:
    """The file that the results lie in until ``out`` is written; emptied unless the command resumes."""
    kept = kept_beside(out)
    if not options.resume:
        kept.unlink(missing_ok=True)
    return kept


@contextmanager
def says_what_is_left(kept: Path, total: int) -> Iterator[None]:
    """A context that says what it leaves where Ctrl-C, a signal or a WorkerError ends it."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stop(SIGNALS.heard or signal.SIGINT, f"Stopped. {_left(kept, total)}") from None
    except WorkerError as error:
        raise WorkerError(f"{error} {_left(kept, total)}") from None


def _left(kept: Path, total: int) -> str:
    """Sentences on what a stopped command leaves."""
    done = len(kept.read_text(encoding="utf-8").splitlines()) if kept.exists() else 0
    if not done:
        return "Nothing was trained yet."
    return f"{done} of {total} trainings are kept in {kept}. Go on with the same command and --resume."

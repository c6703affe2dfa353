"""The command line's commands by subject: add() names them and their arguments. Here is what several have in common.

Every command imports what it needs by itself, so that --help and refusals are quick.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pointwise.commands.signals import SIGNALS, Stop
from pointwise.errors import ConfigError, TooLargeError, check_whole

if TYPE_CHECKING:
    from pointwise.jobs import Job

MOST_THREADS = 1024


class _Help(argparse.HelpFormatter):
    """Help whose examples stand as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("examples:") else super()._fill_text(text, width, indent)


def add_command(commands: Any, name: str, about: str, more: str = "", examples: Iterable[str] = ()) -> Any:
    """Add a command: ``about`` is its line in the list of all, ``more`` is what its own help says besides.

    ``examples`` are arguments of it.
    """
    description = f"{about[0].upper()}{about[1:]}. {more}".strip()
    epilog = "\n".join(("examples:", *(f"  %(prog)s {one}" for one in examples))) if examples else None
    return commands.add_parser(name, help=about, description=description, epilog=epilog, formatter_class=_Help)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the data folder."""
    where = "where data sets lie, in torchvision's layout, MNIST/raw/*.gz (default $POINTWISE_DATA, else your cache "
    more = "folder, the only one that is downloaded into); what needs no data set takes nothing from there"
    parser.add_argument("--data", metavar="DIR", type=Path, help=where + more)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for JSON instead of sentences."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else there")


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Add the option for a command that says nothing of its progress."""
    parser.add_argument("--quiet", action="store_true", help="say nothing of the progress on stderr")


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add the option that replaces files."""
    parser.add_argument("--force", action="store_true", help="replace what is there already")


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add what every command takes that reads data sets: their folder, --quiet and --json."""
    add_data(parser)
    add_quiet(parser)
    add_json(parser)


def add_out(parser: argparse.ArgumentParser, what: str, default: str) -> None:
    """Add the option that names the file to write, of which there is always one."""
    out = f"{what} to write (default {default})"
    parser.add_argument("--out", metavar="FILE", type=Path, default=Path(default), help=out)


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Add the option that trains what needs more memory than there is for it."""
    parser.add_argument("--ignore-memory", action="store_true", help="train even what needs more memory than there is")


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how many threads PyTorch has."""
    parser.add_argument("--threads", metavar="N", type=int, help="threads of PyTorch (default: its own choice)")


@contextmanager
def threads(options: argparse.Namespace) -> Iterator[None]:
    """A context in which PyTorch has as many threads as is asked for. Raises ConfigError for none, or absurdly many."""
    from pointwise.jobs.job import torch_threads

    if options.threads is None:
        yield
        return
    check_whole("number of threads", options.threads, 1, MOST_THREADS, ConfigError)
    with torch_threads(options.threads):
        yield


def refuse(options: argparse.Namespace, names: Iterable[str], why: str) -> None:
    """Raise ConfigError where one of these options was given: it does not apply, and ``why`` ends that sentence."""
    for name in names:
        if (value := getattr(options, name)) is not None and value is not False:
            raise ConfigError(f"--{name.replace('_', '-')} does not apply {why}. Leave it out.")


def check_outs(outs: Iterable[Path | None], inputs: Iterable[Path] = (), *, replace: bool) -> None:
    """For before any work: raise an exception where one of ``outs`` could not be written when it is done.

    ModelFileError where it cannot be; ConfigError where it would take the place of an input or of another one, or is
    there already and nothing is to be replaced.
    """
    from pointwise.weights import check_writable

    seen: list[Path] = []
    given = list(inputs)
    for out in outs:
        if out is None:
            continue
        check_writable(out)
        if any(_same(out, one) for one in given):
            raise ConfigError(f"{out} is read here, and would be lost. Write to another file.")
        if any(_same(out, one) for one in seen):
            raise ConfigError(f"{out} would be written twice. Give each file a name of its own.")
        if out.exists() and not replace:
            raise ConfigError(f"{out} is there already. Write to another file, or replace it with --force.")
        seen.append(out)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))


@contextmanager
def says_what_is_there(written: list[str], what: str = "Written by then") -> Iterator[None]:
    """A context that, ended by Ctrl-C, says which files were written by then: those whose names were appended."""
    try:
        yield
    except KeyboardInterrupt:
        if not written:
            raise
        raise Stop(SIGNALS.heard or signal.SIGINT, f"Stopped. {what}: {', '.join(written)}.") from None


def check_room(options: argparse.Namespace, *jobs: Job, processes: int = 1) -> None:
    """Refuse jobs, one after the other, that need more memory than there is for them: raises TooLargeError."""
    from pointwise.jobs import check_memory

    for job in jobs:
        try:
            check_memory(job, processes)
        except TooLargeError as error:
            if not options.ignore_memory:
                raise TooLargeError(f"{error} --ignore-memory trains all the same.") from None


def figures(metrics: Mapping[str, float]) -> str:
    """Metrics in one line; of classifiers what was measured on test pictures is called so."""
    test = {"loss": "test_loss", "accuracy": "test_accuracy"} if "accuracy" in metrics else {}
    return "  ".join(f"{test.get(name, name)} {value:.4f}" for name, value in metrics.items())

"""Command line: app, train, evaluate, predict, segment, import, runs, bench, export, sweep, sample, reliability,
study, site.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pointwise
from pointwise.commands import (
    app,
    experiments,
    files,
    networks,
    reliability,
    runs,
    segment,
    signals,
    site,
    study,
    train,
)
from pointwise.errors import PointwiseError
from pointwise.visible_text import printable

PARTS = ("files", "pictures")  # of results, where an "error" says what is wrong with one
MODULE, SCRIPT = "python -m pointwise", "pointwise"  # how it is called


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of one command: 0 when it did its work, 1 when it did a part of it and stderr says what is
    missing, 2 when it was refused with a sentence on stderr, and when a signal ended it, 128 and the signal's number:
    130 after Ctrl-C, 143 after SIGTERM.
    """
    options = _parser().parse_args(arguments)
    try:
        with signals.handled(), redirect_stdout(sys.stderr):  # stdout is for the result alone
            result = options.run(options)
    except PointwiseError as error:
        print(_harmless(str(error)), file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(_harmless(str(stop) or "Stopped; nothing was written."), file=sys.stderr)
        return 128 + (stop.number if isinstance(stop, signals.Stop) else signal.SIGINT)
    if result is None:
        return 0
    missing = [one["error"] for key in PARTS for one in result.get(key, ()) if "error" in one]
    for sentence in missing:
        print(_harmless(sentence), file=sys.stderr)
    if options.json:
        shown = "".join(map(_in_json, json.dumps(_finite(result), indent=2, ensure_ascii=False, allow_nan=False)))
    else:
        shown = "\n".join(map(_harmless, options.show(result)))
    return _printed(shown) or bool(missing)


def _printed(text: str) -> int:
    """0 once the text is on stdout, 1 where who was to read it has gone, as ``head`` does."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python says so once more at its end
        return 1
    return 0


def _harmless(text: str) -> str:
    """Lines that cannot steer a terminal, whatever stands in names, notes and cards."""
    return "\n".join(map(printable, text.split("\n")))


def _finite(value: Any) -> Any:
    """What JSON can say of a result: a number that is infinite or none is null."""
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _in_json(character: str) -> str:
    """A character of JSON as it stands, or by its number where it could steer a terminal."""
    return character if character == "\n" or character.isprintable() else json.dumps(character)[1:-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=SCRIPT if Path(sys.argv[0]).stem == SCRIPT else MODULE,
        description="Train, evaluate, ask and time networks of 1×1 convolutions.",
        epilog="COMMAND --help says what each of them takes.",
    )
    parser.add_argument("--version", action="version", version=f"pointwise {pointwise.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for subject in (app, train, files, networks, segment, runs, experiments, reliability, study, site):
        subject.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

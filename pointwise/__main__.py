"""Command line: train | evaluate | predict | segment | import | runs | bench | export | sweep | sample | study."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence

from pointwise.commands import experiments, files, networks, runs, segment, signals, study, train
from pointwise.errors import PointwiseError
from pointwise.visible_text import printable


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of one command: 0 when it did its work, 2 when it was refused with a sentence on stderr, and when
    a signal ended it, 128 and the signal's number: 130 after Ctrl-C, 143 after SIGTERM.
    """
    options = _parser().parse_args(arguments)
    try:
        with signals.handled():
            result = options.run(options)
    except PointwiseError as error:
        print(_harmless(str(error)), file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print(str(stop) or "Stopped; nothing was written.", file=sys.stderr)
        return 128 + (stop.number if isinstance(stop, signals.Stop) else signal.SIGINT)
    if result is None:
        return 0
    if options.json:
        print("".join(map(_in_json, json.dumps(result, indent=2, ensure_ascii=False))))
    else:
        print(*map(_harmless, options.show(result)), sep="\n")
    return 0


def _harmless(text: str) -> str:
    """Lines that cannot steer a terminal, whatever stands in names, notes and cards."""
    return "\n".join(map(printable, text.split("\n")))


def _in_json(character: str) -> str:
    """The same text in JSON, where it could steer a terminal by its number."""
    return character if character == "\n" or character.isprintable() else json.dumps(character)[1:-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pointwise", description="Train, evaluate and time 1×1 models.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for subject in (train, files, networks, segment, runs, experiments, study):
        subject.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

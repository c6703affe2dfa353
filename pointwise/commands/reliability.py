"""python -m pointwise reliability: how often the shipped networks are right when they are so and so sure."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pointwise.commands import add_command, add_common, add_force, add_out, check_outs
from pointwise.commands.progress import fetched


def add(commands: Any) -> None:
    """Add the command and its arguments to the parser's."""
    more = "On MNIST's test digits, and on drawings made of strokes that nothing learned from. The app shows it."
    about = "measure how often digit readers are right when they are so and so sure"
    example = "models/*.safetensors --out models/reliability.json --force"
    parser = add_command(commands, "reliability", about, more, (example,))
    parser.add_argument(
        "files", metavar="FILE", nargs="+", type=Path, help="weights files; those that read no digits are left out"
    )
    parser.set_defaults(run=measure, show=told)
    add_out(parser, "JSON file", "reliability.json")
    add_force(parser)
    add_common(parser)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """JSON: of each network its weights' fingerprint, and the bins of each sample; it is written to a file as well."""
    from pointwise.card import reads_digits
    from pointwise.data.catalogue import Pictures
    from pointwise.reliability import as_json, measured
    from pointwise.weights import load_model, write_bytes

    check_outs([options.out], options.files, replace=options.force)
    networks = {path.stem: (path, load_model(path)) for path in options.files}
    test = fetched(options, Pictures("mnist", options.data and options.data.absolute())).load_held_out()
    result = as_json(
        {name: (path, measured(model, test)) for name, (path, model) in networks.items() if reads_digits(model)}
    )
    write_bytes(options.out, (json.dumps(result, indent=1) + "\n").encode())
    return result


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """A line a network and sample."""
    from pointwise.reliability import Bin, Reliability

    for name, one in result.items():
        for sample, its in one["samples"].items():
            found = Reliability(tuple(Bin(**row) for row in its["bins"]))
            yield f"{name}, {sample}: calibration error {100 * found.calibration_error:.2f} % of {found.count:,}"

"""python -m pointwise export: a network taken elsewhere."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pointwise.errors import ConfigError


def add(commands: Any) -> None:
    """Its arguments."""
    parser = commands.add_parser("export", help="take a network elsewhere: ONNX, or a PyTorch script of its own")
    parser.add_argument("file", metavar="FILE", type=Path, help="weights file")
    parser.add_argument("--onnx", metavar="OUT", type=Path, help="ONNX file to write")
    parser.add_argument(
        "--torch", metavar="OUT", type=Path, help="Python script to write; it loads FILE's copy beside it"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.set_defaults(run=run, show=lines)


def run(options: argparse.Namespace) -> dict[str, Any]:
    from pointwise.export.programs import to_onnx, to_torch
    from pointwise.weights import load_model, write_bytes

    if options.onnx is None and options.torch is None:
        raise ConfigError("There is nothing to write. Give --onnx OUT, --torch OUT, or both.")
    model = load_model(options.file)
    written = []
    if options.torch is not None:
        write_bytes(options.torch, to_torch(model, options.file.name).encode())
        written.append(str(options.torch))
    if options.onnx is not None:
        write_bytes(options.onnx, to_onnx(model))
        written.append(str(options.onnx))
    return {"file": str(options.file), "arch": model.config.arch, "written": written}


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    yield f"{result['file']}: {' and '.join(result['written'])} written"

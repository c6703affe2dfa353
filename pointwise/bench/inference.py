"""inference: one drawing from RGBA to probabilities, its parts, and ONNX Runtime on the same weights."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from pointwise.costs import alternating_medians, cost
from pointwise.data.digits import normalise
from pointwise.drawing import draw_strokes, prepare
from pointwise.export.programs import onnx_is_there, to_onnx
from pointwise.inference import classify_drawing
from pointwise.models import REGRESSOR, Network
from pointwise.weights import load_model, shipped_files

SEVEN = [[[0.1, 0.05], [0.9, 0.05], [0.4, 1.0]]]  # strokes in a unit box
REPEATS = 40  # drawings a round


def measured(rounds: int) -> dict[str, Any]:
    """A row for each shipped classifier: parameters, multiply-adds, median milliseconds; onnx_ms is None without it."""
    models = {path.stem: load_model(path) for path in shipped_files()}
    rows = [_row(name, model, rounds) for name, model in models.items() if model.config.arch != REGRESSOR]
    return {"rounds": rounds, "drawings": REPEATS, "models": rows}


def _row(name: str, model: Network, rounds: int) -> dict[str, Any]:
    drawing = draw_strokes(SEVEN, side=280)
    picture = normalise(torch.from_numpy(prepare(drawing).image)[None])
    work: dict[str, Callable[[], object]] = {
        "drawing_ms": lambda: classify_drawing(model, drawing),
        "preparing_ms": lambda: prepare(drawing),
        "forward_ms": lambda: _forward(model, picture),
    }
    if onnx_is_there() and importlib.util.find_spec("onnxruntime") is not None:
        work["onnx_ms"] = _by_onnx(model, picture)
    medians = alternating_medians({key: functools.partial(_often, run) for key, run in work.items()}, rounds)
    counted = cost(model.config)
    return {
        "model": name,
        "parameters": counted.parameters,
        "multiply_adds": counted.multiply_adds,
        "onnx_ms": None,
        **{key: ms / REPEATS for key, ms in medians.items()},
    }


def _often(run: Callable[[], object]) -> None:
    for _ in range(REPEATS):
        run()


def _forward(model: Network, picture: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return model(picture)


def _by_onnx(model: Network, picture: torch.Tensor) -> Callable[[], object]:
    """ONNX Runtime's forward pass, with as many threads as torch has."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(to_onnx(model), options, providers=["CPUExecutionProvider"])
    given = {"picture": picture.numpy()}
    return lambda: session.run(None, given)


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """The result of ``measured`` in sentences."""
    for row in result["models"]:
        onnx = "ONNX Runtime is not installed"
        if row["onnx_ms"] is not None:
            onnx = f"ONNX Runtime {row['onnx_ms']:.2f} ms, so {row['forward_ms'] / row['onnx_ms']:.2f} times as long"
        yield (
            f"inference: {row['model']} ({row['parameters']:,} parameters, {row['multiply_adds']:,} multiply-adds) "
            f"reads a drawing in {row['drawing_ms']:.2f} ms; preparing it {row['preparing_ms']:.2f} ms, forward pass "
            f"{row['forward_ms']:.2f} ms; {onnx}"
        )

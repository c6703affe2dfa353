"""How long the page's own code takes for an answer, in Node: processor time from a drawing to probabilities.

    python tests/benchmarks/page_evaluation.py [--against REVISION] [--json]

With a revision of this repository both take turns on the same drawings, and it is said by how much their 28×28 pixels
and their probabilities differ. ``python -m pointwise bench inference`` measures PyTorch and ONNX Runtime on the same
networks.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from pointwise.data.drawn_digits import draw_anywhere
from pointwise.export.page_weights import pack_file
from pointwise.inpage import FOLDER
from pointwise.models import CLASSIFIERS, SHIPPED
from pointwise.ui.canvas.drawing import SAMPLES

ROOT = Path(__file__).parents[2]
SIDE = 308  # pixels of the sheet's picture on a screen that is not a fine one
EACH = 4  # times that each sample is drawn, somewhere on the sheet
FRAME = 1000 / 60  # milliseconds


def measured(against: str) -> dict[str, Any]:
    """Median milliseconds by network, of the revision ``against`` first where there is one."""
    chance = np.random.default_rng(0)
    drawings = [draw_anywhere(strokes, chance, SIDE) for strokes in SAMPLES.values() for _ in range(EACH)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "drawings").write_bytes(b"".join(rgba.tobytes() for rgba in drawings))
        (folder / "drawings.json").write_text(json.dumps({"side": SIDE, "count": len(drawings)}))
        for module in ("drawing", "network"):
            (folder / f"{module}_2.mjs").write_bytes((FOLDER / f"{module}.js").read_bytes())
            if against:
                file = f"{against}:{FOLDER.relative_to(ROOT).as_posix()}/{module}.js"
                (folder / f"{module}_1.mjs").write_bytes(subprocess.check_output(("git", "show", file), cwd=ROOT))
        for arch in CLASSIFIERS:
            packed = pack_file(SHIPPED / f"{arch}.safetensors")
            assert packed is not None
            (folder / f"{arch}.bin").write_bytes(packed.content)
        program = Path(__file__).with_suffix(".mjs")
        return json.loads(subprocess.check_output(("node", str(program), name)))


def lines(result: dict[str, Any], against: str) -> Iterator[str]:
    """The result in sentences."""
    *first, preparing = result["preparing_ms"]
    told = f"{result['drawings']} drawings; from a drawing to 28×28 {preparing:.2f} ms"
    if first:
        told += f"; {against}: {first[0]:.2f} ms, {first[0] / preparing:.2f} times as long; at most "
        told += f"{result['levels_apart']} grey levels apart"
    yield told
    for row in result["models"]:
        *before, now = row["ms"]
        whole = now + preparing
        told = f"{row['model']}: {now:.2f} ms, with that {whole:.2f} ms, {whole / FRAME:.2f} of a frame"
        if before:
            told += f"; {against}: {before[0]:.2f} ms, {before[0] / now:.2f} times as long; apart by {row['apart']:.1e}"
        yield told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", default="", help="a revision, to be evaluated in turns")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = parser.parse_args()
    result = measured(options.against)
    print(json.dumps(result, indent=2) if options.json else "\n".join(lines(result, options.against)))


if __name__ == "__main__":
    main()

"""Whether a network's web page reads drawings as the library does: every one is drawn in the file, in a real browser.

    python tests/benchmarks/web_page_drawings.py [--strokes STROKES.jsonl] [--network nin] [--scale 1] [--json]

The file is opened as a file. Of each drawing, the samples and those of STROKES, it is said by how many grey levels the
28×28 pixels that the page shows differ from what ``prepare`` makes of its canvas, by how much its probabilities differ
from PyTorch's on these pixels; then, during a stroke that goes on for a hundred frames, how many answers a second came,
and how much processor time the page's thread took for each, with all that is painted: it has a frame's 16.7 ms.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from pointwise.data.pen_strokes import read_strokes
from pointwise.data.sample_digits import EXTENT, SAMPLES
from pointwise.drawing import Stroke, prepare
from pointwise.export.web_page import to_web_page
from pointwise.inference import classify_image
from pointwise.models import CLASSIFIERS, SHIPPED
from pointwise.weights import load_model
from tests.browser.harness import launch

ROUNDS = 5  # strokes that are timed, of which the quickest counts: other programs take their part of the others
# Draws strokes, points in shares of the sheet, with a pen; then the sheet in the pixels that are read, the 28×28 pixels
# that the page shows, and the widths of its bars.
DRAW = """(strokes) => {
  const canvas = document.querySelector("canvas[data-draw]")
  const { left, top, width, height } = canvas.getBoundingClientRect()
  document.querySelector("#clear").click()
  for (const points of strokes) {
    const send = (type, [x, y], buttons) => canvas.dispatchEvent(new PointerEvent(type, {
      clientX: left + x * width, clientY: top + y * height,
      buttons, isPrimary: true, pointerId: 7, pointerType: "mouse" }))
    send("pointerdown", points[0], 1)
    for (const point of points.slice(1)) send("pointermove", point, 1)
    send("pointerup", points.at(-1), 0)
  }
  const on = document.createElement("canvas"), side = Math.round(308 * Math.min(canvas.width / 420, 4))
  Object.assign(on, { width: side, height: side })
  on.getContext("2d").drawImage(canvas, 0, 0, side, side)
  return {
    pictures: [on, document.querySelector("#received")].map((one) => one.toDataURL().split(",")[1]),
    shares: [...document.querySelectorAll(".pw-row i")].map((bar) => parseFloat(bar.style.width) / 100),
  }
}"""
# A long stroke, a point a frame; how many answers came, in how many milliseconds.
STROKE = """async () => {
  const canvas = document.querySelector("canvas[data-draw]"), answer = document.querySelector("[data-answers]")
  const { left, top, width, height } = canvas.getBoundingClientRect()
  const frame = () => new Promise(requestAnimationFrame), answers = () => Number(answer.dataset.answers)
  document.querySelector("#clear").click()
  const send = (type, n, buttons) => canvas.dispatchEvent(new PointerEvent(type, {
    clientX: left + width * (0.5 + 0.3 * Math.sin(n / 9)), clientY: top + height * (0.2 + n / 180),
    buttons, isPrimary: true, pointerId: 7, pointerType: "mouse" }))
  send("pointerdown", 0, 1)
  await frame()
  const began = performance.now(), before = answers()
  for (let n = 1; n <= 100; n++) {
    send("pointermove", n, 1)
    await frame()
  }
  const result = [answers() - before, performance.now() - began]
  send("pointerup", 100, 0)
  return result
}"""


def picture(png: str) -> NDArray[np.uint8]:
    """RGBA."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA"))


def in_the_middle(strokes: Sequence[Stroke]) -> list[list[list[float]]]:
    """Strokes as large as a sample is drawn."""
    return [[[(1 - EXTENT) / 2 + EXTENT * value for value in point] for point in stroke] for stroke in strokes]


def compared(page: Page, network: str, drawings: list[list[list[list[float]]]]) -> dict[str, Any]:
    """How far page and library are apart at most, and how many answers a second came during a stroke."""
    model = load_model(SHIPPED / f"{network}.safetensors")
    steps, apart, same = [], [], 0
    for strokes in drawings:
        drawn = page.evaluate(DRAW, strokes)
        sheet, received = map(picture, drawn["pictures"])
        image = received[:, :, 0].copy()
        steps.append(int(np.abs(prepare(sheet).image.astype(int) - image).max()))
        probabilities = classify_image(model, image).probabilities
        apart.append(float(np.abs(probabilities - drawn["shares"]).max()))
        same += int(np.argmax(drawn["shares"])) == int(np.argmax(probabilities))
    session, rates, taken = page.context.new_cdp_session(page), [], []
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for _ in range(ROUNDS):
        before = busy(session)
        count, milliseconds = page.evaluate(STROKE)
        rates.append(1000 * count / milliseconds)
        taken.append(1000 * (busy(session) - before) / count)
    return {
        "network": network,
        "drawings": len(drawings),
        "read_the_same": same,
        "grey_levels_at_most": max(steps),
        "probabilities_at_most": max(apart),
        "answers_a_second": max(rates),
        "answers_a_second_median": statistics.median(rates),
        "processor_ms_an_answer": statistics.median(taken),
    }


def busy(session: CDPSession) -> float:
    """Seconds of processor time that the page's thread has been at work."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def measured(browser: Browser, networks: Sequence[str], strokes: Path | None, scale: float) -> Iterator[dict[str, Any]]:
    """Of each network what ``compared`` says."""
    drawings = [in_the_middle(sample) for sample in SAMPLES.values()]
    drawings += [in_the_middle(pen.strokes) for pen in read_strokes(strokes)] if strokes else []
    with tempfile.TemporaryDirectory() as folder:
        for network in networks:
            file = Path(folder) / f"{network}.html"
            file.write_text(to_web_page(load_model(SHIPPED / f"{network}.safetensors")), encoding="utf-8")
            page = browser.new_page(device_scale_factor=scale)
            page.goto(file.as_uri())
            page.locator("[data-answers]").wait_for()
            yield compared(page, network, drawings)
            page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=Path, help="a JSON-lines file of drawings")
    parser.add_argument("--network", action="append", choices=CLASSIFIERS, help="instead of all")
    parser.add_argument("--scale", type=float, default=1, help="pixels of the screen to one of the page")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        result = list(measured(browser, options.network or CLASSIFIERS, options.strokes, options.scale))
        browser.close()
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for row in result:
        print(
            f"{row['network']}: {row['read_the_same']} of {row['drawings']} drawings read the same, at most "
            f"{row['grey_levels_at_most']} grey levels and {row['probabilities_at_most']:.1e} of probability apart; "
            f"{row['answers_a_second']:.0f} answers a second during a stroke, {row['answers_a_second_median']:.0f} in "
            f"the median, each {row['processor_ms_an_answer']:.1f} ms of the page's processor time"
        )


if __name__ == "__main__":
    main()

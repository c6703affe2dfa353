"""How long a person waits: first and later visits, and from pen-up to the painted prediction, in a real browser.

    python tests/benchmarks/page_speed.py [--strokes 24] [--visits 3]

A visit is timed from the request to the Prediction's value, beside a bare page ("st.title") on the same machine. A
stroke is timed in the page, from the pointer's release to the animation frame in which the metric has changed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.harness import STROKES, draw, launch, metric, serve, value

WATCH = """() => {
  const shown = () => [...document.querySelectorAll('[data-testid=stMetric]')]
    .find(m => m.innerText.startsWith('Prediction'))?.innerText;
  window.waits = []; let up = null, before = null;
  addEventListener('mouseup', event => {
    if (event.composedPath().some(e => e.tagName === 'CANVAS')) { up = performance.now(); before = shown(); }
  }, true);
  const look = () => {
    if (up !== null && shown() !== before) { window.waits.push(performance.now() - up); up = null; }
    requestAnimationFrame(look);
  };
  look();
}"""
BARE = "import streamlit as st\nst.title('Bare')\nst.metric('Prediction', '7')\n"
BARE_TORCH = BARE.replace("st.metric", "import torch\nst.metric")


def visit(browser: Browser, url: str) -> tuple[float, float, Page]:
    """Seconds until a heading and until the prediction's value are visible."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    began = time.perf_counter()
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    something = time.perf_counter() - began
    expect(value(page)).to_have_text("7", timeout=60_000)
    return something, time.perf_counter() - began, page


def visits(browser: Browser, folder: Path, script: str, repeats: int) -> dict[str, float]:
    """Medians over fresh servers: first and later visit."""
    first, something, later = [], [], []
    for _ in range(repeats):
        with serve(folder, script) as server:
            seen, done, page = visit(browser, server.url)
            page.wait_for_timeout(3000)
            page.close()
            _, again, page = visit(browser, server.url)
            page.close()
        first.append(done)
        something.append(seen)
        later.append(again)
    rows = {"first_s": first, "something_to_see_s": something, "later_s": later}
    return {name: round(statistics.median(row), 2) for name, row in rows.items()}


def strokes(browser: Browser, folder: Path, count: int, training: bool) -> dict[str, float]:
    """Pen-up to painted prediction, and the server's processor time a stroke."""
    with serve(folder) as server:
        _, _, page = visit(browser, server.url)
        expect(page.get_by_role("button", name="Retrain")).to_be_visible()
        page.wait_for_timeout(2000)
        page.evaluate(WATCH)
        if training:
            page.get_by_text("Advanced").click()
            epochs = page.get_by_role("spinbutton", name="Epochs")
            epochs.fill("100")
            epochs.press("Enter")
            page.get_by_role("button", name="Retrain").click()
            expect(page.get_by_text("examples a second")).to_be_visible()
        spent = []
        for number in range(count):
            page.get_by_role("button", name="Clear").click()
            expect(metric(page, "Prediction")).to_contain_text("Draw a digit")
            page.wait_for_timeout(600)
            before = server.cpu_seconds()
            draw(page, list(STROKES.values())[number % len(STROKES)])
            page.wait_for_function(f"() => window.waits.length > {number}")
            page.wait_for_timeout(400)
            spent.append(server.cpu_seconds() - before)
        waits = sorted(page.evaluate("window.waits"))
        page.close()
    result = {"median_ms": statistics.median(waits), "p95_ms": waits[round(0.95 * (len(waits) - 1))]}
    return {name: round(wait) for name, wait in result.items()} | {
        "server_cpu_ms": round(1000 * statistics.median(spent)),
        "strokes": count,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=24)
    parser.add_argument("--visits", type=int, default=3)
    options = parser.parse_args()
    expect.set_options(timeout=60_000)
    result: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, browser = Path(name), launch(playwright)
        for script, content in {"bare": BARE, "bare_and_torch": BARE_TORCH}.items():
            (folder / f"{script}.py").write_text(content)
            if options.visits:
                result[script] = visits(browser, folder, str(folder / f"{script}.py"), options.visits)
        if options.visits:
            result["app"] = visits(browser, folder, "app.py", options.visits)
        if options.strokes:
            result["stroke"] = strokes(browser, folder, options.strokes, training=False)
            result["stroke_while_training"] = strokes(browser, folder, options.strokes, training=True)
        browser.close()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

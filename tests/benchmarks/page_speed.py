"""How long a person waits in a real browser: for a visit, for the prediction after pen-up, for a layer's maps.

    python tests/benchmarks/page_speed.py [--strokes 24] [--visits 3] [--layers 12] [--people 4] [--json]

Both are timed in the page, by animation frames. A visit is timed from the request to a heading, to the Prediction's
digit and to the canvas, beside a bare page (a title and a metric) on the same machine, alternating; a stroke from the
pointer's release to the metric's change.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.harness import STROKES, choose_weights, draw_together, launch, metric, serve, value

WATCH = """() => {
  const shown = () => [...document.querySelectorAll('[data-testid=stMetric]')]
    .find(m => m.innerText.startsWith('Prediction'))?.innerText;
  const read = () => document.querySelector('.st-key-answer')?.dataset.read;
  const told = () => document.querySelector('.pw-pace')?.innerText.trim();
  window.waits = {page: [], pytorch: []}; window.rates = [];
  let up = {}, before = {};
  addEventListener('mouseup', event => {
    if (event.composedPath().some(e => e.tagName === 'CANVAS')) {
      up = {page: performance.now(), pytorch: performance.now()};
      before = {page: read(), pytorch: shown()};
    }
  }, true);
  const look = () => {
    for (const [who, now] of [['page', read()], ['pytorch', shown()]])
      if (up[who] && now && now !== before[who]) {
        window.waits[who].push(performance.now() - up[who]);
        delete up[who];
      }
    requestAnimationFrame(look);
  };
  look();
}"""
ARRIVAL = """() => {
  const has = (node) => [...node.querySelectorAll('*')].some(
    (element) => element.tagName === 'CANVAS' || (element.shadowRoot && has(element.shadowRoot)));
  const reached = {
    something_to_see: () => document.querySelector('h1'),
    answer: () => (document.querySelector('.pw-digit') ?? document.querySelector('[data-testid=stMetricValue]'))
      ?.innerText.trim() === '7',
    prediction: () => document.querySelector('[data-testid=stMetricValue]')?.innerText.trim() === '7',
    canvas: () => document.body && has(document.body),
  };
  window.arrival = {};
  const look = () => {
    for (const [name, there] of Object.entries(reached))
      if (!(name in window.arrival) && there()) window.arrival[name] = performance.now() / 1000;
    requestAnimationFrame(look);
  };
  look();
}"""
BARE = "import streamlit as st\nst.title('Bare')\nst.metric('Prediction', '7')\n"
BARE_TORCH = BARE.replace("st.metric", "import torch\nst.metric")


def visit(browser: Browser, url: str) -> tuple[dict[str, float], Page]:
    """Seconds until each of ARRIVAL's stages was on the page."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(f"({ARRIVAL})()")
    page.goto(url)
    expect(value(page)).to_have_text("7", timeout=60_000)
    page.wait_for_timeout(2500)
    return page.evaluate("window.arrival"), page


def visits(browser: Browser, folder: Path, scripts: dict[str, str], repeats: int) -> dict[str, dict[str, float]]:
    """Medians over fresh servers of first and later visits: seconds, by script, visit and stage."""
    times: dict[str, dict[str, list[float]]] = {name: {} for name in scripts}
    for _ in range(repeats):
        for name, script in scripts.items():
            with serve(folder, script) as server:
                for which in ("first", "later", "later"):
                    arrival, page = visit(browser, server.url)
                    page.close()
                    for stage, seconds in arrival.items():
                        times[name].setdefault(f"{which}_{stage}_s", []).append(seconds)
    return {
        name: {stage: round(statistics.median(seconds), 2) for stage, seconds in stages.items()}
        for name, stages in times.items()
    }


def strokes(browser: Browser, folder: Path, count: int, training: bool = False, people: int = 1) -> dict[str, float]:
    """Pen-up to painted answer, the page's own and PyTorch's; answers while drawing; the server's processor time."""
    with serve(folder) as server:
        pages = [_ready(browser, server.url) for _ in range(people)]
        if training:
            pages[0].get_by_text("Advanced").click()
            epochs = pages[0].get_by_role("spinbutton", name="Epochs")
            epochs.fill("100")
            epochs.press("Enter")
            pages[0].get_by_role("button", name="Retrain").click()
            expect(pages[0].get_by_text("examples a second")).to_be_visible()
            choose_weights(pages[0], "Shipped")  # they go on reading
            pages[0].wait_for_timeout(1500)
        spent, rates = [], []
        for number in range(count):
            for page in pages:
                page.get_by_role("button", name="Clear").click()
                expect(metric(page, "Prediction")).to_contain_text("Draw a digit")
            pages[0].wait_for_timeout(600)
            before = server.cpu_seconds()
            draw_together(pages, list(STROKES.values())[number % len(STROKES)])
            for page in pages:
                page.wait_for_function(
                    f"() => window.waits.page.length > {number} && window.waits.pytorch.length > {number}"
                )
            pages[0].wait_for_timeout(600)
            spent.append((server.cpu_seconds() - before) / people)
            rates += [int(page.locator(".pw-pace").inner_text().split()[0]) for page in pages]
        waits = {
            who: sorted(w for page in pages for w in page.evaluate(f"window.waits.{who}"))
            for who in ("page", "pytorch")
        }
        for page in pages:
            page.context.close()
    result = {}
    for who, some in waits.items():
        result |= {f"{who}_median_ms": statistics.median(some), f"{who}_p95_ms": some[round(0.95 * (len(some) - 1))]}
    return {name: round(wait) for name, wait in result.items()} | {
        "answers_a_second": round(statistics.median(rates)),
        "server_cpu_ms": round(1000 * statistics.median(spent)),
        "strokes": count,
    }


def _ready(browser: Browser, url: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(url)
    expect(page.get_by_role("button", name="Retrain")).to_be_visible()
    page.wait_for_timeout(2000)
    page.evaluate(WATCH)
    return page


LAYER = """() => {
  const label = () => document.querySelector('.st-key-features-mosaic [data-testid=stBidiComponentIsolated]')
    ?.shadowRoot?.querySelector('[role=group]')?.getAttribute('aria-label');
  window.waits = []; let chosen = null, before = null;
  addEventListener('pointerup', event => {
    if (event.composedPath().some(e => e.classList?.contains('st-key-features-strip'))) {
      chosen = performance.now(); before = label();
    }
  }, true);
  const look = () => {
    if (chosen !== null && label() && label() !== before) {
      window.waits.push(performance.now() - chosen);
      chosen = null;
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def layers(browser: Browser, folder: Path, count: int) -> dict[str, float]:
    """From a layer's choice to its painted mosaic; the tutorial's network, whose first has 64 maps of 28×28."""
    with serve(folder) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/feature_maps?network=1×1+conv+%2B+MLP")
        expect(page.get_by_role("button", name="Retrain")).to_be_visible()
        page.wait_for_timeout(3000)
        page.evaluate(LAYER)
        for number in range(count):
            page.get_by_role("button", name=re.compile((r"^fc2\b", r"^conv1\b")[number % 2])).click()
            page.wait_for_function(f"() => window.waits.length > {number}")
            page.wait_for_timeout(600)
        waits = page.evaluate("window.waits")
        page.close()
    medians = {"to_10_maps_ms": waits[::2], "to_64_maps_ms": waits[1::2]}
    return {name: round(statistics.median(some)) for name, some in medians.items()} | {"choices": count}


def lines(result: dict[str, dict[str, float]], people: int) -> Iterator[str]:
    """The result in sentences."""
    for name, one in result.items():
        for which in ("first", "later"):
            if f"{which}_prediction_s" in one:
                seconds = {stage: one[f"{which}_{stage}_s"] for stage in ("something_to_see", "prediction")}
                yield (
                    f"page, {which} visit to {name}: a heading after {seconds['something_to_see']:.2f} s, the "
                    f"prediction after {seconds['prediction']:.2f} s"
                )
    for name, when in (
        ("stroke", "idle"),
        ("stroke_while_training", "while training"),
        ("strokes_at_once", f"with {people} people drawing at once"),
    ):
        if name in result:
            one = result[name]
            yield (
                f"page, {when}: from pen-up to the painted answer {one['page_median_ms']} ms for the page's own and "
                f"{one['pytorch_median_ms']} ms for PyTorch's (medians of {one['strokes']} strokes; 95th percentiles "
                f"{one['page_p95_ms']} and {one['pytorch_p95_ms']} ms); {one['answers_a_second']} answers a second "
                "during the stroke"
            )
    if "layer" in result:
        one = result["layer"]
        yield (
            f"page, a layer's choice: 10 maps are painted after {one['to_10_maps_ms']} ms, 64 after "
            f"{one['to_64_maps_ms']} ms (medians of {one['choices']} choices)"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strokes", type=int, default=24)
    parser.add_argument("--visits", type=int, default=3)
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--people", type=int, default=4, help="who draw at once, in a last round of strokes")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of sentences")
    options = parser.parse_args()
    expect.set_options(timeout=60_000)
    result: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, browser = Path(name), launch(playwright)
        scripts = {"bare": BARE, "bare_and_torch": BARE_TORCH}
        for script, content in scripts.items():
            (folder / f"{script}.py").write_text(content)
        paths = {script: str(folder / f"{script}.py") for script in scripts} | {"app": "app.py"}
        if options.visits:
            result |= visits(browser, folder, paths, options.visits)
        if options.strokes:
            result["stroke"] = strokes(browser, folder, options.strokes, training=False)
            result["stroke_while_training"] = strokes(browser, folder, options.strokes, training=True)
        if options.strokes and options.people:
            result["strokes_at_once"] = strokes(browser, folder, options.strokes, people=options.people)
        if options.layers:
            result["layer"] = layers(browser, folder, options.layers)
        browser.close()
    print(json.dumps(result, indent=2) if options.json else "\n".join(lines(result, options.people)))


if __name__ == "__main__":
    main()

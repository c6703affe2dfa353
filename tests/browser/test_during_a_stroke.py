"""Answers while the pen is down: from the page itself, without a message, equal to PyTorch's, and never in the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import (
    STRICT,
    STROKES,
    Server,
    answered,
    choose_weights,
    clear,
    count_messages,
    draw,
    long_run,
    nothing_red,
    sent,
    serve,
    value,
)
from tests.tries import least

THREE = STROKES[3][0]
CLOSED = """() => {
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function (how) { return attach.call(this, { ...how, mode: "closed" }) }
}"""


def arrive(page: Page, url: str) -> None:
    """An empty canvas, and nothing on its way any more."""
    page.goto(url)
    expect(value(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Retrain")).to_be_visible()
    clear(page)


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("canvas.upper-canvas").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def pen_down(page: Page, digit: str = "3", stroke: list[tuple[float, float]] = THREE) -> None:
    """Draw without lifting the pen, until the page reads the digit."""
    page.mouse.move(*point(page, *stroke[0]))
    page.mouse.down()
    for x, y in stroke[1:]:
        page.mouse.move(*point(page, x, y), steps=5)
        page.wait_for_timeout(120)
    expect(page.locator(".pw-answer .pw-digit")).to_have_text(digit)


def difference(page: Page) -> float:
    """Between the page's probabilities and PyTorch's, as is said behind the tick (of one moment)."""
    found = page.wait_for_function(r"""() => {
      const badge = document.querySelector(".pw-agreement")
      if (!badge?.textContent.includes("PyTorch agrees")) return null
      return badge.textContent.match(/differ by at most ([\d.e+-]+)\./)?.[1]
    }""")
    return float(str(found.json_value()))


def test_the_bars_move_during_the_stroke_and_nothing_is_sent(page: Page, server: Server) -> None:
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    arrive(page, server.url)
    page.evaluate("""() => {
      window.titles = new Set()
      new MutationObserver(() => window.titles.add(document.querySelector(".pw-answer .pw-title").textContent))
        .observe(document.querySelector(".pw-answer"), {subtree: true, childList: true, characterData: true})
    }""")
    count_messages(page)
    pen_down(page)
    for n in range(100):
        if page.evaluate("window.titles.size") > 2:
            break
        page.mouse.move(*point(page, 0.32 - 0.002 * n, 0.8))
        page.wait_for_timeout(100)
    assert page.evaluate("window.titles.size") > 2
    assert sent(page) == 0
    expect(value(page)).to_have_text("–")  # PyTorch has not been asked,
    expect(page.locator(".st-key-answer-prediction")).to_be_hidden()  # and says nothing about the drawing before
    expect(page.locator(".pw-answer")).to_have_class(re.compile("pw-live"))
    expect(page.locator(".pw-agreement")).to_be_hidden()
    page.mouse.up()
    expect(value(page)).to_have_text("3")
    answered(page)
    assert sent(page) == 1
    expect(page.locator(".st-key-answer-prediction")).to_be_visible()
    assert wrong == []


def test_page_and_pytorch_agree_on_the_same_picture(page: Page, server: Server) -> None:
    arrive(page, server.url)
    for digit, strokes in STROKES.items():
        draw(page, strokes)
        expect(value(page)).to_have_text(str(digit))
        assert difference(page) <= 1e-5
        answer = json.loads(str(page.locator(".pw-answer").get_attribute("data-answer")))
        assert max(range(10), key=answer["probabilities"].__getitem__) == digit
        clear(page)


def test_a_stroke_is_one_message_and_one_answer(page: Page, server: Server) -> None:
    """Three strokes, each waited for: three messages, and the server shows three pictures, one a number."""
    arrive(page, server.url)
    page.evaluate("""() => {
      window.seen = new Set()
      const shown = () => {
        const place = document.querySelector(".pw-answer")
        return place && `${place.dataset.number} ${place.dataset.image}`
      }
      const before = shown()
      new MutationObserver(() => {
        const now = shown()
        if (now && now !== before) window.seen.add(now)
      }).observe(document.body, {subtree: true, childList: true})
    }""")
    count_messages(page)
    for x in (0.3, 0.5, 0.7):
        draw(page, [[(x, 0.2), (x, 0.8)]])
        answered(page)
    expect(page.locator(".pw-agreement")).to_contain_text("PyTorch agrees")
    assert sent(page) == 3
    assert len(page.evaluate("[...window.seen]")) == 3


def test_a_second_stroke_goes_on_from_the_first(page: Page, server: Server) -> None:
    """A four in two strokes; undo brings back what the first alone was, clear empties it."""
    arrive(page, server.url)
    draw(page, [[(0.62, 0.12), (0.3, 0.58), (0.74, 0.58)]])
    expect(page.locator(".pw-agreement")).to_contain_text("PyTorch agrees")
    alone = str(page.locator(".pw-answer").get_attribute("data-image"))
    pen_down(page, "4", [(0.62, 0.3), (0.6, 0.6), (0.58, 0.9)])
    page.mouse.up()
    expect(value(page)).to_have_text("4")
    expect(page.get_by_role("group", name="With these steps").locator("b")).to_have_text("4")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".pw-answer")).to_have_attribute("data-image", alone)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".pw-answer .pw-title")).to_have_text("No probabilities: the canvas is empty")
    expect(page.locator(".pw-answer .pw-digit")).to_have_text("–")


def test_a_phone_reads_on_the_board_what_is_below_the_screen(phone: Page, server: Server) -> None:
    phone.goto(server.url)
    on_board, clear = phone.locator(".st-key-board output"), phone.get_by_role("button", name="Clear")
    expect(on_board).to_have_text("7")
    expect(clear).to_be_in_viewport(ratio=1)
    phone.locator(".pw-answer").evaluate("answer => answer.scrollIntoView({block: 'center'})")
    expect(on_board).to_have_text("")


def test_a_finger_is_answered_while_it_draws(phone: Page, server: Server) -> None:
    arrive(phone, server.url)
    phone.locator("canvas.upper-canvas").evaluate("canvas => canvas.scrollIntoView({block: 'end'})")
    touch = phone.context.new_cdp_session(phone)
    points = [dict(zip("xy", point(phone, x, y), strict=True)) for x, y in STROKES[7][0]]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
    for at in points[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    expect(phone.locator(".pw-answer .pw-digit")).to_have_text("7")
    expect(phone.locator(".st-key-board output")).to_have_text("7")  # the other one is below the screen
    expect(value(phone)).to_have_text("–")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(value(phone)).to_have_text("7")
    assert difference(phone) <= 1e-5
    phone.get_by_role("button", name="Clear").click()
    expect(phone.locator(".st-key-board output")).to_have_text("")
    assert phone.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a context of its own."""
    contexts = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(60_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("options", [{"device_scale_factor": 3}, {"device_scale_factor": 2, "color_scheme": "dark"}])
def test_fine_screens_and_the_dark_theme(
    opened: Callable[..., Page], server: Server, options: dict[str, object]
) -> None:
    page = opened(**options)
    arrive(page, server.url)
    pen_down(page)
    page.mouse.up()
    expect(value(page)).to_have_text("3")
    assert difference(page) <= 1e-5


def test_without_a_worker_the_page_answers_all_the_same(page: Page, server: Server) -> None:
    page.add_init_script("delete window.Worker")
    arrive(page, server.url)
    pen_down(page)
    page.mouse.up()
    expect(value(page)).to_have_text("3")


def test_a_policy_without_workers_answers_all_the_same(page: Page, server: Server) -> None:
    page.add_init_script(STRICT % "worker-src 'none'")
    arrive(page, server.url)
    pen_down(page)
    page.mouse.up()
    expect(value(page)).to_have_text("3")
    nothing_red(page)


NO_PEN = "Drawing does not work in this browser"


@pytest.mark.parametrize(
    "script",
    [STRICT % "script-src 'self' 'unsafe-inline' 'unsafe-eval'", f"({CLOSED})()"],
    ids=["no code but the server's own", "the canvas is not found"],
)
def test_where_drawing_cannot_work_one_sentence_says_so_and_the_samples_do(
    page: Page, server: Server, script: str
) -> None:
    page.add_init_script(script)
    page.goto(server.url)
    expect(value(page)).to_have_text("7")
    expect(page.get_by_role("button", name="Retrain")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.pw-no-pen')?.offsetHeight > 10")
    expect(page.get_by_text(NO_PEN)).to_be_visible()
    page.get_by_role("button", name="3", exact=True).click()
    expect(value(page)).to_have_text("3")
    nothing_red(page)


def test_where_drawing_works_nothing_is_said(page: Page, server: Server) -> None:
    arrive(page, server.url)
    expect(page.locator(".pw-no-pen")).to_have_count(0)


def test_the_worker_ends_with_the_page(page: Page, server: Server) -> None:
    arrive(page, server.url)
    assert workers(page, 1) == 1
    page.get_by_role("link", name="House prices").click()
    expect(page.get_by_role("heading", name="House prices")).to_be_visible()
    assert workers(page, 0) == 0
    page.get_by_role("link", name="Draw a digit").click()
    assert workers(page, 1) == 1


def workers(page: Page, expected: int) -> int:
    """How many there are, once there are so many, or after half a minute."""
    for _ in range(300):
        if len(page.workers) == expected:
            break
        page.wait_for_timeout(100)
    return len(page.workers)


def test_memory_stays_as_it_is(page: Page, server: Server) -> None:
    arrive(page, server.url)
    devtools = page.context.new_cdp_session(page)

    def heap() -> float:
        """The least of five looks: a megabyte comes and goes with what the page does beside."""
        looks = []
        for _ in range(5):
            devtools.send("HeapProfiler.collectGarbage")
            looks.append(devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6)
            page.wait_for_timeout(300)
        return min(looks)

    def answers(count: int) -> None:
        """So many, in one stroke that goes to and fro; the page itself moves the pen, once a frame."""
        page.evaluate(
            """async (count) => {
              const place = document.querySelector(".st-key-board [data-testid=stBidiComponentIsolated]")
              const canvas = place.shadowRoot.querySelector("canvas.dc-canvas.upper-canvas")
              const box = canvas.getBoundingClientRect()
              const how = {bubbles: true, composed: true, isPrimary: true, button: 0}
              const pen = (type, n) => canvas.dispatchEvent(new PointerEvent(type, {
                ...how, clientX: box.x + 150 + 100 * Math.sin(n / 9), clientY: box.y + 150 + 100 * Math.cos(n / 7)}))
              pen("pointerdown", 0)
              document.querySelector(".st-key-answer").removeAttribute("data-read")
              for (let n = 0; n < count; n++) {
                pen("pointermove", n)
                await new Promise(requestAnimationFrame)
              }
              window.dispatchEvent(new MouseEvent("mouseup"))
            }""",
            count,
        )
        answered(page)

    answers(100)
    expect(page.locator(".pw-card")).to_have_count(4)  # all of the page is there

    def more() -> float:
        before = heap()
        answers(500)
        return heap() - before

    assert least(more, 1.0) < 1.0


def test_a_run_moves_the_bars_of_ones_own_drawing(page: Page, server: Server) -> None:
    arrive(page, server.url)
    draw(page, STROKES[3])
    answered(page)
    page.evaluate("""() => {
      window.titles = new Set(); window.networks = new Set()
      new MutationObserver(() => {
        const place = document.querySelector(".pw-answer")
        window.titles.add(place?.querySelector(".pw-title").textContent)
        if (place) window.networks.add(JSON.parse(place.dataset.answer).network)
      }).observe(document.body, {subtree: true, childList: true})
    }""")
    long_run(page)
    expect(page.locator(".st-key-answer-prediction")).to_contain_text("By Run 1, ")
    page.wait_for_function("window.networks.size > 4 && window.titles.size > 2")
    assert difference(page) <= 1e-5
    draw(page, [[(0.8, 0.2), (0.85, 0.5), (0.8, 0.8)]])
    choose_weights(page, "Shipped")
    expect(page.locator(".st-key-answer-prediction")).not_to_contain_text("By Run 1")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped at step")).to_be_visible()


# Python's first module in a server: PyTorch is imported once a file is there.
HELD = """import os, sys, time

class Held:
    def find_spec(self, name, path=None, target=None):
        while name == "torch" and not os.path.exists(os.environ["TORCH_MAY_COME"]):
            time.sleep(0.05)

sys.meta_path.insert(0, Held())
"""


def test_the_page_answers_before_pytorch_is_there(page: Page, tmp_path: Path) -> None:
    """On a server's first visit; what is drawn meanwhile is read as well, and by PyTorch once it is there."""
    (tmp_path / "sitecustomize.py").write_text(HELD)
    now = tmp_path / "now"
    with serve(tmp_path, PYTHONPATH=str(tmp_path), TORCH_MAY_COME=str(now)) as fresh:
        page.goto(fresh.url)
        expect(page.locator(".pw-answer .pw-digit")).to_have_text("7")
        expect(value(page)).to_have_text("…")
        page.get_by_role("button", name="3", exact=True).click()
        expect(page.locator(".pw-answer .pw-digit")).to_have_text("3")
        expect(value(page)).to_have_text("…")
        now.touch()
        retrain = page.get_by_role("button", name="Retrain")
        for _ in range(100):  # somebody draws in the moment when it comes
            if retrain.is_visible():
                break
            draw(page, [[(0.5, 0.4), (0.5, 0.6)]])
            page.wait_for_timeout(100)
        expect(retrain).to_be_visible()
        nothing_red(page)
        clear(page)
        draw(page, STROKES[2])
        expect(value(page)).to_have_text("2")
        assert difference(page) <= 1e-5


def test_what_is_drawn_before_pytorch_is_there_is_read_by_it(
    page: Page, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(tmp_path_factory.mktemp("early")) as fresh:
        page.goto(fresh.url)
        expect(page.locator(".pw-answer .pw-digit")).to_have_text("7")
        draw(page, [[(0.1, 0.1), (0.1, 0.9)], [(0.9, 0.1), (0.9, 0.9)]])
        expect(value(page)).not_to_have_text("…")
        answered(page)
        assert difference(page) <= 1e-5

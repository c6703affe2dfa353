"""What is done on a page of a real server in a real browser, also for tests/benchmarks/page_speed.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.serving import REPOSITORY, Server, launch, serve

__all__ = ["REPOSITORY", "Server", "launch", "serve"]  # beside what stands here

STROKES: dict[int, list[list[tuple[float, float]]]] = {  # by hand, other than the app's samples
    0: [
        [
            (0.5, 0.2),
            (0.36, 0.28),
            (0.3, 0.5),
            (0.36, 0.74),
            (0.5, 0.82),
            (0.65, 0.73),
            (0.7, 0.5),
            (0.63, 0.27),
            (0.5, 0.2),
        ]
    ],
    1: [[(0.51, 0.18), (0.5, 0.5), (0.48, 0.84)]],
    2: [[(0.32, 0.32), (0.4, 0.2), (0.56, 0.2), (0.64, 0.33), (0.55, 0.52), (0.3, 0.82), (0.7, 0.8)]],
    3: [[(0.34, 0.22), (0.55, 0.19), (0.64, 0.3), (0.45, 0.48), (0.66, 0.62), (0.58, 0.8), (0.32, 0.8)]],
    7: [[(0.3, 0.22), (0.7, 0.2), (0.56, 0.5), (0.46, 0.84)]],
}
SLIDE = """async ([name, watched, from, to, frames]) => {
  const label = (input) => document.getElementById(input.getAttribute("aria-labelledby")?.split(" ")[0])?.textContent
  const input = [...document.querySelectorAll("input[type=range]")]
    .find((input) => input.getAttribute("aria-label") === name || label(input) === name)
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set
  let painted = 0
  const observer = new MutationObserver(() => painted++)
  observer.observe(eval(watched), { attributeFilter: ["src"], characterData: true, subtree: true, childList: true })
  for (let n = 1; n <= frames; n++) {
    set.call(input, from + ((to - from) * n) / frames)
    input.dispatchEvent(new Event("input", { bubbles: true }))
    await new Promise(requestAnimationFrame)
  }
  await new Promise(requestAnimationFrame)
  observer.disconnect()
  return painted
}"""
BLANK = """(key) => {
  const roots = [...document.querySelectorAll(`.st-key-${key} [data-testid=stBidiComponentIsolated]`)]
  const canvas = roots.flatMap((root) => root.shadowRoot?.querySelector("canvas.dc-canvas.lower-canvas") ?? [])[0]
  if (!canvas) return null
  if (getComputedStyle(canvas.getRootNode().host).backgroundImage !== "none") return false // what makes way for the pen
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  return data.every((value, at) => at % 4 === 3 || value < 100)
}"""
# The page marks what it has read by itself; a stroke takes away the mark of the one before it.
UNREAD = """() => document.querySelector(".st-key-answer")?.removeAttribute("data-read")"""
ANSWERED = """() => {
  const read = document.querySelector(".st-key-answer")?.dataset.read
  return read && document.querySelector(".pw-answer")?.dataset.number === read
}"""
# A content security policy for a page, as a script that runs before its own.
STRICT = """new MutationObserver((_, observer) => {
  if (!document.head) return
  observer.disconnect()
  const policy = document.createElement("meta")
  policy.httpEquiv = "Content-Security-Policy"
  policy.content = "%s"
  document.head.prepend(policy)
}).observe(document, {childList: true, subtree: true})"""


def arrive(page: Page, address: str) -> None:
    """Open a page, and wait until its first run is over."""
    page.goto(address)
    expect(page.locator(".pw-ready")).to_be_attached()


def box(element: Locator) -> Any:
    """Where it is in the window, scrolled into view: x, y, width, height."""
    element.scroll_into_view_if_needed()
    found = element.bounding_box()
    assert found is not None
    return found


def metric(page: Page, label: str) -> Locator:
    """The st.metric with exactly this label."""
    return page.get_by_test_id("stMetric").filter(
        has=page.get_by_test_id("stMetricLabel").get_by_text(label, exact=True)
    )


def value(page: Page, label: str = "Prediction") -> Locator:
    """The value of a metric."""
    return metric(page, label).get_by_test_id("stMetricValue")


def draw(page: Page, strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """Draw with the mouse; points in a unit box over the canvas."""
    draw_together([page], strokes)


def draw_together(pages: Sequence[Page], strokes: Sequence[Sequence[tuple[float, float]]]) -> None:
    """The same on several pages at once: point by point in turns, each page two points behind the one before."""
    for page in pages:  # the page's own code has named the canvas: it listens to the pen
        expect(page.get_by_role("application", name="Drawing area")).to_be_visible()
    boxes = [box(page.locator("canvas.upper-canvas")) for page in pages]
    for stroke in strokes:
        for moment in range(len(stroke) + 2 * len(pages)):
            for behind, (page, at) in enumerate(zip(pages, boxes, strict=True)):
                number = moment - 2 * behind
                if 0 <= number < len(stroke):
                    (x, y), steps = stroke[number], 4 if number else 1
                    page.mouse.move(at["x"] + x * at["width"], at["y"] + y * at["height"], steps=steps)
                if number == 0:
                    page.mouse.down()
                if number == len(stroke) - 1:
                    page.evaluate(UNREAD)
                    page.mouse.up()


def clear(page: Page) -> None:
    """Press Clear, and wait until the canvas is empty and everybody knows."""
    page.get_by_role("button", name="Clear").click()
    expect(metric(page, "Prediction")).to_contain_text("Draw a digit")
    blank(page)
    rested(page)


def blank(page: Page) -> None:
    """Wait until the canvas shows no ink any more."""
    page.wait_for_function(f"() => ({BLANK})('board') === true")


def inked(page: Page, key: str = "board") -> None:
    """Wait until a canvas shows what was drawn on it before."""
    page.wait_for_function(f"() => ({BLANK})('{key}') === false")


def answered(page: Page) -> None:
    """Wait until the page has read the last stroke by itself, and PyTorch has, too."""
    page.wait_for_function(ANSWERED)


def rested(page: Page) -> None:
    """Wait until the run is over of which something is seen already: all that it brings is there, and is kept."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()


def painted(page: Page) -> None:
    """Wait until all that follows in the page from what was done there is seen: for two frames."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def upload(page: Page, name: str, content: bytes) -> None:
    """Give a file to the page's uploader."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list of the sidebar, and wait until it shows that."""
    chooser = page.get_by_test_id("stSidebar").get_by_role("combobox", name=label)
    chooser.click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(chooser).to_have_value(option)


def choose_weights(page: Page, option: str) -> None:
    """Choose whose weights the page uses."""
    chooser = page.get_by_test_id("stMain").get_by_role("combobox", name="Weights")
    wanted = page.get_by_role("option", name=option, exact=True)
    for left in reversed(range(5)):  # a run that draws the page anew may scroll it, which closes the list
        chooser.scroll_into_view_if_needed()
        painted(page)
        chooser.click()
        try:
            wanted.click(timeout=5_000)
            break
        except TimeoutError:
            if not left:
                raise


def set_number(page: Page, label: str, number: str) -> None:
    """Type a number into a field of the sidebar."""
    field = page.get_by_test_id("stSidebar").get_by_role("spinbutton", name=label)
    field.fill(number)
    field.press("Enter")


def long_run(page: Page) -> None:
    """Retrain for as many epochs as nobody waits for."""
    page.get_by_test_id("stSidebar").get_by_text("Advanced").click()
    set_number(page, "Epochs", "100")
    expect(page.get_by_text("100 passes over the examples")).to_be_visible()
    page.get_by_role("button", name="Retrain").click()
    expect(page.get_by_text("examples a second")).to_be_visible()


def slide(page: Page, name: str, watched: str, start: float, end: float, frames: int) -> int:
    """Move a slider once a frame without letting it go; how often ``watched``, an element in JavaScript, changed."""
    expect(page.get_by_role("slider", name=name).first).to_be_visible()
    return page.evaluate(SLIDE, [name, watched, start, end, frames])


HEADER, ROW, TICK = 35, 35, 17  # pixels of a table


def click_table(page: Page, x: float, y: float) -> None:
    """Click the page's first table at a point of it, once it has rows."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("[role=row]").nth(1)).to_be_attached()
    table.click(position={"x": x, "y": y})


def tick(page: Page, row: int) -> None:
    """Tick a row of the page's first table as it is sorted, or take its tick away."""
    line = page.get_by_test_id("stDataFrame").first.locator(f"[role=row][aria-rowindex='{row + 2}']")
    before = str(line.get_attribute("aria-selected"))
    click_table(page, TICK, HEADER + ROW * row + ROW / 2)
    expect(line).not_to_have_attribute("aria-selected", before)


def count_messages(page: Page) -> None:
    """Those that the page sends from now on."""
    page.evaluate("""() => {
      const send = WebSocket.prototype.send
      window.sent = 0
      WebSocket.prototype.send = function (message) { window.sent += 1; return send.call(this, message) }
    }""")


def sent(page: Page) -> int:
    return page.evaluate("window.sent")


def nothing_red(page: Page) -> None:
    red = page.get_by_text("BidiComponent Error").or_(page.get_by_test_id("stException"))
    expect(red.filter(visible=True)).to_have_count(0)


def fits(page: Page) -> None:
    """Nothing scrolls sideways, and nothing is red."""
    nothing_red(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")

"""What a browser sent once, in recorded_strokes.json: its first message, and what the pen sent after each stroke.

``python tests/recorded_strokes.py`` draws in a real browser and records it again.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from streamlit.proto.BackMsg_pb2 import BackMsg

RECORDED = Path(__file__).with_suffix(".json")


@cache
def recorded() -> dict[str, Any]:
    """What a browser sent: ``first``, its first message, and ``strokes``, what the pen sent after each stroke."""
    found: dict[str, Any] = json.loads(RECORDED.read_text())
    return found


def strokes() -> list[dict[str, Any]]:
    """The drawings that a browser sent, one a stroke."""
    return recorded()["strokes"]


def record() -> None:
    """Draw in a real browser, and write down what it sends."""
    import base64
    import tempfile

    from playwright.sync_api import expect, sync_playwright

    from tests.browser.harness import STROKES, arrive, clear, draw, launch, serve

    expect.set_options(timeout=60_000)
    sent: list[BackMsg] = []
    seven = [[(0.3, 0.22), (0.7, 0.2), (0.46, 0.84)], [(0.36, 0.52), (0.66, 0.5)]]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright, serve(Path(folder)) as server:
        page = launch(playwright).new_page(viewport={"width": 1280, "height": 900})
        listener = page.context.new_cdp_session(page)
        listener.send("Network.enable")
        listener.on(
            "Network.webSocketFrameSent",
            lambda event: sent.append(BackMsg.FromString(base64.b64decode(event["response"]["payloadData"]))),
        )
        arrive(page, server.url)
        drawn: list[dict[str, Any]] = []
        for figure in [*STROKES.values(), seven]:
            clear(page)
            for stroke in figure:
                draw(page, [stroke])
                before = len(drawn)
                while len(drawn) == before:
                    page.wait_for_timeout(50)
                    drawn = [{**one, "number": 0, "base": 0} for message in sent for one in _events(message)]
    first = json_format.MessageToDict(sent[0], preserving_proto_field_name=True)
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in drawn)
    RECORDED.write_text(f'{{"first": {json.dumps(first)},\n"strokes": [\n{lines}\n]}}\n')
    size = statistics.median(len(one["picture"]) for one in drawn)
    print(f"{len(drawn)} strokes, their pictures {size:.0f} characters each")


def _events(message: BackMsg) -> Iterator[dict[str, Any]]:
    for widget in message.rerun_script.widget_states.widgets:
        if widget.id.endswith("-pen-board__events"):
            yield from (one["value"] for one in json.loads(widget.json_trigger_value) if one["event"] == "drawing")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    record()

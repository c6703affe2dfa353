"""Messages that no page of ours sends: ignored with a line in the log, while another visitor's drawing is answered."""

from __future__ import annotations

import base64
import io
import json
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from pointwise.ui.canvas.drawing import SQUARE
from tests.browser.harness import STROKES, Server, answered, arrive, clear, draw, serve, value

SIDE = SQUARE.picture[0]
SLACK = 60e6  # bytes
NUMBER = 2**52  # above that of any drawing


class Visitor:
    """A session on the page at /, opened as a browser opens one, that sends whatever it is told to."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.pen = self.fragment = self.page = ""
        self.number = 0
        message = BackMsg()
        message.rerun_script.SetInParent()
        self.socket.send(message.SerializeToString())
        while not self.pen:
            self.read()

    def read(self) -> str:
        """The next message of the server; HTML if it puts any on the page."""
        message = ForwardMsg.FromString(self.socket.recv(timeout=30))
        component = message.delta.new_element.bidi_component
        if component.id.endswith("-pen-board"):
            self.pen, self.fragment = component.id, message.delta.fragment_id
            self.page, self.number = message.metadata.active_script_hash, json.loads(component.json)["number"]
        return message.delta.new_element.html.body

    def send(self, drawing: str) -> None:
        """A drawing, as JSON text, as the component on the page sends it."""
        message = BackMsg()
        message.rerun_script.page_script_hash, message.rerun_script.fragment_id = self.page, self.fragment
        events = message.rerun_script.widget_states.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{self.pen}__events")
        events.json_trigger_value = f'[{{"event": "drawing", "value": {drawing}}}]'
        self.socket.send(message.SerializeToString())

    def send_and_listen(self, drawing: str) -> None:
        """For as long as the server lets it."""
        self.send(drawing)
        while True:
            self.read()


@pytest.fixture
def visitor(target: Server) -> Iterator[Visitor]:
    address = target.url.replace("http", "ws") + "/_stcore/stream"
    with connect(
        address, subprotocols=[Subprotocol("streamlit")], origin=Origin(target.url), max_size=None, max_queue=None
    ) as socket:
        yield Visitor(socket)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("target")) as server:
        yield server


@pytest.fixture(scope="module")
def other(browser: Browser, target: Server) -> Iterator[Page]:
    """Somebody who draws on the same server, and whose first drawing has been answered."""
    page = browser.new_page()
    arrive(page, target.url)
    draws(page, 1)
    yield page
    page.close()


def draws(page: Page, digit: int) -> None:
    clear(page)
    draw(page, STROKES[digit])
    expect(value(page)).to_have_text(str(digit), timeout=60_000)
    answered(page)


def memory(server: Server) -> int:
    """Bytes of it that are in memory."""
    return psutil.Process(server.process.pid).memory_info().rss


def png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGBA", (width, height)).save(content, "PNG")
    return content.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb() -> bytes:
    """A PNG of the sheet's size with a text of 500 MB, squeezed."""
    packer, zeros = zlib.compressobj(9), bytes(10**6)
    text = b"".join(packer.compress(zeros) for _ in range(500)) + packer.flush()
    whole = png(SIDE, SIDE)
    return whole[:33] + chunk(b"zTXt", b"a\0\0" + text) + whole[33:]


def drawing(**changes: Any) -> str:
    """The JSON of a message that is right but for what changes."""
    stroke = {"points": [[0.5, 0.2], [0.5, 0.8]], "pen": 0.07}
    right = {"number": NUMBER, "base": -1, "strokes": [stroke], "picture": base64.b64encode(png(SIDE, SIDE)).decode()}
    return json.dumps({**right, **changes})


def picture(content: bytes) -> str:
    return drawing(picture=base64.b64encode(content).decode())


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 308 308\nwhile true { } loop\n"
HOSTILE = {
    "null": "null",
    "a number": "7",
    "a list": "[[]]",
    "a text as number": drawing(number=str(NUMBER)),
    "true as number": drawing(number=True),
    "an infinite number": drawing().replace(str(NUMBER), "1e400"),
    "no number": drawing().replace(str(NUMBER), "NaN"),
    "strokes that are a text": drawing(strokes="strokes"),
    "points that are numbers": drawing(strokes=[{"points": [1, 2], "pen": 0.07}]),
    "an infinite point": drawing().replace("0.2", "1e400"),
    "a point a mile away": drawing(strokes=[{"points": [[1e300, 0]], "pen": 0.07}]),
    "a pen as wide as a house": drawing(strokes=[{"points": [[0, 0]], "pen": 1e9}]),
    "ten thousand strokes": drawing(strokes=[{"points": [[0, 0]], "pen": 0.07}] * 10_000),
    "a picture that is a list": drawing(picture=[1, 2, 3]),
    "a picture that is no base64": drawing(picture="§" * 100),
    "EPS in a PNG's place": picture(EPS),
    "EPS behind a PNG's first bytes": picture(png(SIDE, SIDE)[:16] + EPS),
    "8000 × 8000 pixels": picture(png(8000, 8000)),
    "2000 × 308 pixels": picture(png(2000, SIDE)),
    "a PNG that is cut off": picture(png(SIDE, SIDE)[:-40]),
    "500 MB of text in a PNG": picture(bomb()),
    "a picture of 4 MB": drawing(picture="A" * 4_000_000),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_drawing_is_ignored(visitor: Visitor, other: Page, target: Server, hostile: str) -> None:
    logged = len(target.log.read_text())
    visitor.send(hostile.replace('"base": -1', f'"base": {visitor.number}'))
    before = most = memory(target)
    until = time.monotonic() + 10
    while not target.log.read_text()[logged:].endswith("\n") and time.monotonic() < until:
        most = max(most, memory(target))
        time.sleep(0.005)
    draws(other, 3)
    (line,) = target.log.read_text()[logged:].splitlines()
    assert line.startswith("A drawing was ignored: ")
    assert max(most, memory(target)) < before + SLACK


def test_a_drawing_is_taken_from_such_a_session(visitor: Visitor, target: Server) -> None:
    """So what is ignored above is ignored for what it is."""
    logged = target.log.read_text()
    visitor.send(drawing(base=visitor.number))
    while f'data-number="{NUMBER}"' not in visitor.read():
        pass
    assert target.log.read_text() == logged


UNREADABLE = {
    "half a drawing": drawing()[:-100],
    "deep nesting": "[" * 900 + "]" * 900,
    "deeper nesting": "[" * 100_000 + "]" * 100_000,
}


@pytest.mark.parametrize("unreadable", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_streamlit_itself_refuses_costs_its_sender_only(
    visitor: Visitor, other: Page, target: Server, unreadable: str
) -> None:
    before = memory(target)
    visitor.send(unreadable)
    draws(other, 3)
    assert memory(target) < before + SLACK


@pytest.mark.parametrize("megabytes", [6, 25])
def test_a_message_above_the_limit_ends_its_senders_connection_only(
    visitor: Visitor, other: Page, target: Server, megabytes: int
) -> None:
    before = memory(target)
    with pytest.raises(ConnectionClosed):
        visitor.send_and_listen(drawing(picture="A" * megabytes * 10**6))
    draws(other, 3)
    assert memory(target) < before + SLACK

"""Browsers other than Chromium, driven by the W3C's protocols: Firefox by WebDriver BiDi, WebKitGTK by WebDriver.

Both need no program beside what Debian's packages bring: firefox-esr; webkit2gtk-driver, and Xvfb for its windows.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

SIZE = {"width": 1280, "height": 900}
START = 60.0  # seconds until a browser must have started
WATCH = """() => {
  if (window.pageErrors) return
  window.pageErrors = []
  addEventListener("error", (event) => pageErrors.push(event.message))
  addEventListener("unhandledrejection", (event) => pageErrors.push(String(event.reason)))
}"""


class Engine(ABC):
    """A browser with one page."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Go there, and forget the errors of the page before."""

    @abstractmethod
    def run(self, function: str, *arguments: Any) -> Any:
        """What a JavaScript function of the page returns, or what its promise resolves to, as JSON."""

    @abstractmethod
    def errors(self) -> list[str]:
        """What the page threw and nobody caught, since it was opened."""

    @abstractmethod
    def _act(self, actions: Sequence[dict[str, Any]]) -> None:
        """Perform actions of the mouse, which are the same in both protocols."""

    def wait(self, function: str, *arguments: Any, seconds: float = 60) -> Any:
        """What the function returns, as soon as that is true."""
        until = time.monotonic() + seconds
        while not (value := self.run(function, *arguments)):
            if time.monotonic() > until:
                raise TimeoutError(f"Not within {seconds:g} s: {function}")
            time.sleep(0.05)
        return value

    def press(self, x: float, y: float) -> None:
        """Put the mouse's button down at a point of the window."""
        self._act([_move(x, y, 0), {"type": "pointerDown", "button": 0}])

    def move(self, points: Sequence[tuple[float, float]], duration: int = 60) -> None:
        """Move the mouse from point to point, so many milliseconds each."""
        self._act([_move(x, y, duration) for x, y in points])

    def lift(self) -> None:
        """Let the button go."""
        self._act([{"type": "pointerUp", "button": 0}])


def _move(x: float, y: float, duration: int) -> dict[str, Any]:
    return {"type": "pointerMove", "x": round(x), "y": round(y), "duration": duration}


def _mouse(actions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": list(actions)}]


class Firefox(Engine):
    """Firefox without a window, at the other end of a WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number, self._errors = socket, 0, list[str]()
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._page = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("browsingContext.setViewport", context=self._page, viewport=SIZE)

    def open(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self._page, url="about:blank", wait="complete")
        self._errors.clear()
        self._ask("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def run(self, function: str, *arguments: Any) -> Any:
        given = ", ".join(json.dumps(one) for one in arguments)
        expression = f"(async () => JSON.stringify((await ({function})({given})) ?? null))()"
        answer = self._ask("script.evaluate", expression=expression, target={"context": self._page}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def errors(self) -> list[str]:
        self.run("() => 0")  # what was thrown before it has been told then
        return list(self._errors)

    def _act(self, actions: Sequence[dict[str, Any]]) -> None:
        self._ask("input.performActions", context=self._page, actions=_mouse(actions))

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=START))
            if message.get("id") == self._number:
                assert message["type"] == "success", message
                return message["result"]
            entry = message.get("params", {})
            if (
                message.get("method") == "log.entryAdded"
                and entry["type"] == "javascript"
                and entry["level"] == "error"
            ):
                self._errors.append(entry["text"])


class Unloaded(RuntimeError):
    """The page was left while it was asked something."""


class WebKit(Engine):
    """WebKitGTK's MiniBrowser, behind its driver."""

    def __init__(self, driver: str) -> None:
        wanted = {"pageLoadStrategy": "none"}
        self._session = f"{driver}/session"
        self._session += "/" + self._ask("", capabilities={"alwaysMatch": wanted})["sessionId"]
        self._ask("/window/rect", **SIZE, x=0, y=0)

    def open(self, address: str) -> None:
        self.run("() => { window.left = true }")
        self._ask("/url", url=address)
        self.wait("() => !window.left")  # the driver waits for nothing else: so the page's scripts come after WATCH
        self.run(WATCH)

    def wait(self, function: str, *arguments: Any, seconds: float = 60) -> Any:
        while True:
            with suppress(Unloaded):
                return super().wait(function, *arguments, seconds=seconds)

    def run(self, function: str, *arguments: Any) -> Any:
        script = f"const done = arguments[1]; Promise.resolve(({function})(...arguments[0])).then(done)"
        return self._ask("/execute/async", script=script, args=[list(arguments)])

    def errors(self) -> list[str]:
        return list(self.run("() => window.pageErrors"))

    def close(self) -> None:
        """End the browser."""
        urllib.request.urlopen(urllib.request.Request(self._session, method="DELETE"), timeout=START)

    def _act(self, actions: Sequence[dict[str, Any]]) -> None:
        self._ask("/actions", actions=_mouse(actions))

    def _ask(self, command: str, **parameters: Any) -> Any:
        content = json.dumps(parameters).encode()
        request = urllib.request.Request(self._session + command, content, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=START) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            raise (Unloaded if "unload event" in said else RuntimeError)(f"{command}: {said}") from None


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """A Firefox with a new profile in ``folder``. Raises FileNotFoundError where there is none."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        raise FileNotFoundError("no Firefox is installed")
    log = folder / "firefox.log"
    command = [program, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    with _process(command, log, HOME=str(folder)) as process:
        address = _said(process, log, r"WebDriver BiDi listening on (ws://\S+)")
        with connect(f"{address}/session", max_size=None, open_timeout=START) as socket:
            yield Firefox(socket)


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """A WebKitGTK on a screen of its own. Raises FileNotFoundError where there is none."""
    for name in ("WebKitWebDriver", "Xvfb"):
        if shutil.which(name) is None:
            raise FileNotFoundError(f"no {name} is installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    screen = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]
    with _process(screen, folder / "xvfb.log") as xvfb:
        display = _said(xvfb, folder / "xvfb.log", r"^(\d+)\n")
        more = {
            "DISPLAY": f":{display}",
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        with _process(["WebKitWebDriver", f"--port={port}"], folder / "webkit.log", **more):
            _listening(port)
            engine = WebKit(f"http://127.0.0.1:{port}")
            try:
                yield engine
            finally:
                engine.close()


@contextmanager
def _process(command: Sequence[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _said(process: subprocess.Popen[bytes], log: Path, pattern: str) -> str:
    """What a program tells of itself as it starts."""
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        if found := re.search(pattern, log.read_text(errors="replace"), re.MULTILINE):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"{process.args} did not start:\n{log.read_text(errors='replace')}")


def _listening(port: int) -> None:
    until = time.monotonic() + START
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)

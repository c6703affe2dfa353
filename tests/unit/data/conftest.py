"""A mirror on this computer that is slow, hangs, breaks off, or sends something else."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pointwise.data import download, mirrors
from pointwise.data.mirrors import CHUNK

CONTENT = random.Random(0).randbytes(4 * CHUNK)


class Mirror(ThreadingHTTPServer):
    """A server whose addresses say how it behaves, ``http://…/HOW`` or ``…/HOW/NAME`` of one of its ``files``.

    ``asked`` are the beginnings that were asked for, by HOW.
    """

    daemon_threads = False  # their end is waited for

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[tuple[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.go_on = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Who asked has gone."""

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        begins = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        how, _, name = self.path.strip("/").partition("/")
        self.server.asked.append((how, begins))
        content = self.server.files[name] if name else CONTENT
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        if how in ("404", "503") or (how == "503-once" and len(self.server.asked) == 1):
            self.send_error(int(how[:3]))
            return
        if how == "silent":
            self.server.go_on.wait()
            return
        if how == "other":
            content = b"<html>Log in to use this network</html>"
        if how == "wrong":
            content = bytes(len(content))
        after = int(begins) if how != "from-the-beginning" else 0
        self.send_response(206 if after else 200)
        if after:
            self.send_header("Content-Range", f"bytes {after}-{len(content) - 1}/{len(content)}")
        if how != "endless":
            self.send_header("Content-Length", str(len(content) - after))
        self.end_headers()
        if how == "endless":
            content = content * 2
        if how in ("halting", "halved"):
            half = min(CHUNK, 1 + len(content) // 2)
            self.wfile.write(content[after : after + half])
            self.wfile.flush()
            if how == "halting":
                self.server.go_on.wait()
            else:
                return  # and the connection ends
            after += half
        self.wfile.write(content[after:])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait between two looks at a download, or before mirrors are asked once more."""
    monkeypatch.setattr(mirrors, "BEAT", 0.02)
    monkeypatch.setattr(download, "PAUSE", 0.0)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with Mirror() as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield mirror
        mirror.go_on.set()
        mirror.shutdown()
        thread.join()

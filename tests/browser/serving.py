"""A real server with folders of its own, and the browser that looks at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

REPOSITORY = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch(playwright: Playwright) -> Browser:
    """The installed Chromium, else Playwright's own. Raises playwright's Error when there is neither."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=installed, args=FLAGS)


@contextmanager
def serve(
    cache: Path,
    script: str = "app.py",
    folder: Path = REPOSITORY,
    home: Path | None = None,
    port: int = 0,
    **environment: str,
) -> Iterator[Server]:
    """The app in ``folder`` on ``port`` or a free one, with an empty cache folder and without a data folder.

    What lasts is in ``home``, or in a folder of this server's own.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("POINTWISE_")}
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server that ended may have had that port
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}"]
    log, home = cache / f"server-{port}.log", home or cache / f"home-{port}"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script, *options],
            cwd=folder,
            env={**inherited, "XDG_CACHE_HOME": str(cache), "POINTWISE_HOME": str(home), **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        server.wait_until_healthy()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


class Server:
    """A running app."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process, self.url, self.log = process, url, log

    def wait_until_healthy(self, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        raise RuntimeError(f"The server did not start:\n{self.log.read_text()}")

    def cpu_seconds(self) -> float:
        """Processor time used so far (Linux)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

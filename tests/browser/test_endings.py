"""The end of the server, started as the README says, by a signal while visitors train: in time, and all is kept."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path

from pointwise.errors import LibraryError
from pointwise.library import Library, RunRecord
from pointwise.library.records import EVERY, record_of
from tests.browser.harness import REPOSITORY, Server
from tests.crowd import run
from tests.tries import again
from tests.visitor import PATIENCE, Visitor

LIMIT = 4.0  # seconds from the signal to the end: 3, and another one for a machine that does something else meanwhile
COMMAND = [str(Path(sys.executable).with_name("streamlit")), "run", "app.py", "--server.headless", "true"]


class App:
    """A server that is ended by the test, and what it leaves."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], server: Server) -> None:
        self.folder, self.process, self.server = folder, process, server

    def records(self) -> list[RunRecord]:
        """The runs as they lie in the library, without asking whether their processes are alive; the first first."""
        library = Library(self.folder / "home")
        try:
            return [record_of(row) for row in library.rows(f"{EVERY} ORDER BY number")]
        except LibraryError:
            return []
        finally:
            library.close()

    async def until(self, wanted: Callable[[list[RunRecord]], bool]) -> None:
        """Wait until something is so of the runs."""
        until = time.monotonic() + PATIENCE
        while not wanted(self.records()):
            assert time.monotonic() < until, self.records()
            assert self.process.poll() is None, self.server.log.read_text()
            await asyncio.sleep(0.1)

    def ended(self, *numbers: int) -> None:
        """Send signals, and see that the process ends as it should."""
        began = time.monotonic()
        for number in numbers:
            self.process.send_signal(number)
            time.sleep(0.1)  # or the two would be one
        self.gone(began)

    def gone(self, began: float) -> None:
        assert self.process.wait(timeout=30) == 0, self.server.log.read_text()
        assert time.monotonic() - began < LIMIT
        told = self.server.log.read_text()
        assert not any(word in told for word in ("terminate called", "Traceback", "Error", "core dumped")), told
        left = [path for path in (self.folder / "home").rglob("*") if path.suffix == ".part" or "sqlite-" in path.name]
        assert left == []


@contextmanager
def app(folder: Path, terminal: int | None = None, **environment: str) -> Iterator[App]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("POINTWISE_")}
    home = {"XDG_CACHE_HOME": str(folder / "cache"), "POINTWISE_HOME": str(folder / "home")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "--server.port", str(port)],
            cwd=REPOSITORY,
            env={**inherited, "OMP_NUM_THREADS": "1", **home, **environment},
            stdin=terminal,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=None if terminal is None else _take_terminal,
        )
    server = Server(process, f"http://127.0.0.1:{port}", folder / "log")
    try:
        server.wait_until_healthy()
        yield App(folder, process, server)
    finally:
        process.kill()
        process.wait(timeout=20)


def _take_terminal() -> None:
    """Be what the terminal at standard input runs, as a shell lets its commands be."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever these tests themselves were started with


async def train(visitor: Visitor, **numbers: float) -> None:
    """Begin a training that nobody waits for."""
    await visitor.draw()  # once that is answered, the sidebar is whole
    await visitor.expand("Advanced")
    for label, value in {"Epochs": 500, **numbers}.items():
        await visitor.set(label.replace("_", " "), value)
    await visitor.press("Retrain")


@again
def test_what_goes_on_is_parked_what_waits_is_kept_and_all_can_go_on(tmp_path: Path) -> None:
    """One visitor's training is at work, another's holds, a third's waits for a mirror, and a fourth's is queued."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with app(tmp_path, POINTWISE_RUNS="3", http_proxy=proxy, https_proxy=proxy, no_proxy="") as one:

            async def scene() -> None:
                async with AsyncExitStack() as stack:
                    visitors = [await stack.enter_async_context(Visitor(one.server.url)) for _ in range(4)]
                    await train(visitors[0])
                    await train(visitors[1])
                    await one.until(lambda runs: [run.step > 0 for run in runs] == [True, True])
                    await visitors[1].press("Pause")
                    await asyncio.gather(*(visitor.draw() for visitor in visitors[2:]))
                    await visitors[2].set("Data", "MNIST")
                    await visitors[2].press("Retrain")
                    await visitors[3].press("Retrain")
                    states = ["training", "paused", "fetching"]
                    await one.until(lambda runs: [run.state for run in runs][:3] == states and len(runs) == 4)
                    await asyncio.to_thread(one.ended, signal.SIGTERM)

            run(scene())
            records = one.records()
    assert [record.state for record in records][:2] == ["parked", "parked"]
    assert [record.resumable for record in records] == [True] * 4
    assert all(record.checkpoint == record.step > 0 for record in records[:2])
    assert all("The server ended" in str(record.error) for record in records)


@again
def test_a_step_that_takes_longer_is_interrupted(tmp_path: Path) -> None:
    with app(tmp_path) as one:

        async def scene() -> None:
            async with Visitor(one.server.url) as visitor:
                await train(visitor, Batch_size=4096, Width=48)
                await one.until(lambda runs: [run.state for run in runs] == ["training"] and runs[0].step > 0)
                await asyncio.to_thread(one.ended, signal.SIGINT, signal.SIGINT)

        run(scene())
        (record,) = Library(tmp_path / "home").shelf(one.records()[0].owner).runs()
    assert record.state in ("interrupted", "parked")  # parked, where it ends in time after all
    assert record.resumable


@again
def test_a_terminal_that_is_closed_while_torch_is_imported(tmp_path: Path) -> None:
    ours, its = pty.openpty()
    try:
        with app(tmp_path, terminal=its) as one:
            os.close(its)

            async def scene() -> None:
                visit = asyncio.create_task(Visitor(one.server.url).__aenter__())
                until = time.monotonic() + PATIENCE
                maps = Path(f"/proc/{one.process.pid}/maps")
                while "libtorch" not in maps.read_text() and time.monotonic() < until:
                    await asyncio.sleep(0.01)
                began = time.monotonic()
                os.close(ours)
                await asyncio.to_thread(one.gone, began)
                visit.cancel()

            run(scene())
    finally:
        for end in (ours, its):
            with suppress(OSError):  # it is closed by now
                os.close(end)

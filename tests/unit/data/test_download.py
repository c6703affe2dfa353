"""Files fetched from a mirror on this computer that is slow, hangs, breaks off, or sends something else."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pointwise.data import download
from pointwise.data.download import CHUNK, Download, RemoteFile, fetch_files
from pointwise.errors import DataError

REPOSITORY = Path(__file__).parents[3]
CONTENT = os.urandom(4 * CHUNK)
MD5 = hashlib.md5(CONTENT).hexdigest()
SCRIPT = """
import sys
from pathlib import Path
from pointwise.data.download import RemoteFile, fetch_files

folder, size, md5, address = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
file = RemoteFile("file", size, md5, (address,))
waited = False
for event in fetch_files(folder, [file], (folder / "file").is_file):
    if event.done and not waited:
        print("waiting" if event.waiting else "fetching", flush=True)
        waited = True
"""


class Mirror(ThreadingHTTPServer):
    """A server whose addresses say how it behaves; ``asked`` are the beginnings that were asked for, by path."""

    daemon_threads = False  # their end is waited for

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[tuple[str, str]] = []
        self.go_on = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Who asked has gone."""

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        begins = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        how = self.path.strip("/")
        self.server.asked.append((how, begins))
        content = CONTENT
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        if how in ("404", "503"):
            self.send_error(int(how))
            return
        if how == "silent":
            self.server.go_on.wait()
            return
        if how == "other":
            content = b"<html>Log in to use this network</html>"
        if how == "wrong":
            content = bytes(len(CONTENT))
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
            self.wfile.write(content[after : after + CHUNK])
            self.wfile.flush()
            if how == "halting":
                self.server.go_on.wait()
            else:
                return  # and the connection ends
            after += CHUNK
        self.wfile.write(content[after:])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    monkeypatch.setattr(download, "BEAT", 0.02)
    with Mirror() as mirror:
        thread = threading.Thread(target=mirror.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield mirror
        mirror.go_on.set()
        mirror.shutdown()
        thread.join()


def fetching(folder: Path, *addresses: str) -> Iterator[Download]:
    file = RemoteFile("file", len(CONTENT), MD5, addresses)
    return fetch_files(folder, [file], (folder / "file").is_file)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("how", ["good", "redirect", "halved"])
def test_a_file_is_fetched_whole(mirror: Mirror, tmp_path: Path, how: str) -> None:
    told = list(fetching(tmp_path / "new", mirror.address(how)))
    assert (tmp_path / "new" / "file").read_bytes() == CONTENT
    assert names(tmp_path / "new") == ["file"]
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert told[-1] == Download(len(CONTENT), len(CONTENT))


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("404", "answers 404"),
        ("503", "answers 503"),
        ("wrong", "sends something else"),
        ("other", "sends something else"),
        ("endless", "sends something else"),
        ("silent", "was silent for 0 seconds"),
    ],
)
def test_a_mirror_that_does_not_send_it_is_named_with_the_reason(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, why: str
) -> None:
    monkeypatch.setattr(download, "SILENCE", 0.1)
    with pytest.raises(DataError, match=rf"no mirror sent a whole file \(127\.0\.0\.1 {why}\)\. Check the network"):
        list(fetching(tmp_path, mirror.address(how)))
    assert names(tmp_path) == ["download.lock"]


def test_the_next_mirror_goes_on_where_the_last_one_fell_silent(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SILENCE", 0.2)
    monkeypatch.setattr(download, "RETRIES", 0)
    list(fetching(tmp_path, mirror.address("halting"), mirror.address("good")))
    assert mirror.asked == [("halting", "0"), ("good", str(CHUNK))]
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("part", "how", "asked"),
    [
        (CONTENT[:CHUNK], "good", [str(CHUNK)]),
        (CONTENT[:CHUNK], "from-the-beginning", [str(CHUNK)]),
        (CONTENT, "good", []),
        (b"garbage", "good", ["7", "0"]),
        (CONTENT + b"more", "good", ["0"]),
    ],
    ids=["half", "a mirror that cannot", "whole", "broken", "too long"],
)
def test_what_a_killed_download_left_is_gone_on_with_or_thrown_away(
    mirror: Mirror, tmp_path: Path, part: bytes, how: str, asked: list[str]
) -> None:
    (tmp_path / "file.part").write_bytes(part)
    list(fetching(tmp_path, mirror.address(how)))
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert [begins for _, begins in mirror.asked] == asked
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("how", ["silent", "halting"])
def test_it_can_be_stopped_while_the_mirror_is_silent(mirror: Mirror, tmp_path: Path, how: str) -> None:
    events = fetching(tmp_path, mirror.address(how))
    for _ in range(8):
        next(events)
    events.close()
    mirror.go_on.set()
    assert "file" not in names(tmp_path)
    list(fetching(tmp_path, mirror.address("good")))
    assert names(tmp_path) == ["file"]


def test_a_second_run_waits_for_the_first_and_uses_its_file(mirror: Mirror, tmp_path: Path) -> None:
    with closing(fetching(tmp_path, mirror.address("halting"))) as first:
        assert next(event for event in first if event.done) == Download(CHUNK, len(CONTENT))
        second = fetching(tmp_path, mirror.address("halting"))
        assert next(event for event in second if event.done) == Download(CHUNK, len(CONTENT), waiting=True)
        mirror.go_on.set()
        assert list(first)[-1].done == len(CONTENT)
    assert all(event.waiting for event in second)
    assert mirror.asked == [("halting", "0")]
    assert names(tmp_path) == ["file"]


def test_one_that_does_not_get_on_is_not_waited_for(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.1)
    first = fetching(tmp_path, mirror.address("halting"))
    next(event for event in first if event.done)  # and then it is paused
    list(fetching(tmp_path, mirror.address("good")))
    assert (tmp_path / "file").read_bytes() == CONTENT
    list(first)
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_run_that_waits_can_be_stopped(mirror: Mirror, tmp_path: Path) -> None:
    with closing(fetching(tmp_path, mirror.address("halting"))) as first:
        next(event for event in first if event.done)
        second = fetching(tmp_path, mirror.address("good"))
        assert next(second).waiting
        second.close()
        mirror.go_on.set()
        list(first)
    assert (tmp_path / "file").read_bytes() == CONTENT


def started(folder: Path, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), str(len(CONTENT)), MD5, address],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_two_processes_one_fetches_and_both_have_it(mirror: Mirror, tmp_path: Path) -> None:
    processes = [started(tmp_path, mirror.address("halting")) for _ in range(2)]
    assert sorted(map(said, processes)) == ["fetching", "waiting"]
    mirror.go_on.set()
    for process in processes:
        assert process.communicate(timeout=60)[1] == ""
        assert process.returncode == 0
    assert mirror.asked == [("halting", "0")]
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert names(tmp_path) == ["file"]


def test_a_killed_process_blocks_nobody(mirror: Mirror, tmp_path: Path) -> None:
    first = started(tmp_path, mirror.address("halting"))
    assert said(first) == "fetching"
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=60)
    assert not any(event.waiting for event in fetching(tmp_path, mirror.address("good")))
    assert mirror.asked == [("halting", "0"), ("good", str(CHUNK))]
    assert names(tmp_path) == ["file"]


def test_a_full_disk_is_given_back_what_was_there(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = fetching(tmp_path, mirror.address("halting"))
    next(event for event in events if event.done)

    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(download, "_checksum", full)
    mirror.go_on.set()
    with pytest.raises(OSError, match="No space left"):
        list(events)
    assert names(tmp_path) == ["download.lock"]

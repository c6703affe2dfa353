"""Files fetched from a mirror on this computer that is slow, hangs, breaks off, or sends something else."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pointwise.data import download, mirrors
from pointwise.data.download import Download, RemoteFile, fetch_files
from pointwise.data.mirrors import CHUNK
from pointwise.errors import DataError
from tests.unit.data.conftest import CONTENT, Mirror

REPOSITORY = Path(__file__).parents[3]
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


def fetching(folder: Path, *addresses: str) -> Iterator[Download]:
    file = RemoteFile("file", len(CONTENT), MD5, addresses)
    return fetch_files(folder, [file], (folder / "file").is_file)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("how", ["good", "redirect", "halved", "503-once"])
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
    if how == "silent":
        monkeypatch.setattr(mirrors, "SILENCE", 0.1)
    with pytest.raises(DataError, match=rf"no mirror sent a whole file \(127\.0\.0\.1 {why}\)\. Check the network"):
        list(fetching(tmp_path, mirror.address(how)))
    assert names(tmp_path) == ["download.lock"]


def test_the_next_mirror_goes_on_where_the_last_one_fell_silent(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirrors, "SILENCE", 2.0)
    monkeypatch.setattr(mirrors, "RETRIES", 0)
    list(fetching(tmp_path, mirror.address("halting"), mirror.address("good")))
    assert mirror.asked == [("halting", "0"), ("good", str(CHUNK))]
    assert (tmp_path / "file").read_bytes() == CONTENT


@pytest.mark.parametrize(("how", "asked"), [("503", 2), ("404", 1), ("wrong", 2)])
def test_all_mirrors_are_asked_once_more_where_that_can_help(
    mirror: Mirror, tmp_path: Path, how: str, asked: int
) -> None:
    with pytest.raises(DataError):
        list(fetching(tmp_path, mirror.address(how)))
    assert mirror.asked == [(how, "0")] * asked


def test_it_can_be_stopped_before_the_mirrors_are_asked_once_more(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PAUSE", 3600.0)
    with closing(fetching(tmp_path, mirror.address("503"))) as events:
        for _ in range(3):
            assert next(events).done == 0
    assert mirror.asked == [("503", "0")]


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

    monkeypatch.setattr(mirrors, "_checksum", full)
    mirror.go_on.set()
    with pytest.raises(OSError, match="No space left"):
        list(events)
    assert names(tmp_path) == ["download.lock"]

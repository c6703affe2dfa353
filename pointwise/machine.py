"""The memory of the machine that this process may use: psutil's figures, and a container's limits (Linux's cgroups);
and what this process does not need any more of it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path("/sys/fs/cgroup")
SELF = Path("/proc/self/cgroup")
# Limit, use, and the line of memory.stat that says how much of it are files that would make room: of both versions.
V2 = ("memory.max", "memory.current", "inactive_file")
V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


@dataclass(frozen=True)
class MachineMemory:
    """Bytes of memory."""

    total: int  # that this process could use if it were alone
    available: int  # that it could use now


def machine_memory() -> MachineMemory:
    """What this machine has, or this container or service, whichever is less."""
    import psutil

    its = psutil.virtual_memory()
    total, available = int(its.total), int(its.available)
    for limit, used in _limits(ROOT, SELF):
        total, available = min(total, limit), min(available, max(limit - used, 0))
    return MachineMemory(total, available)


def trim() -> None:
    """Let the system have what is free, where the C library (glibc) can be told to."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _limits(root: Path, own: Path) -> Iterator[tuple[int, int]]:
    """Limit and use of the groups that this process is in, and of those around them; nothing where there are none."""
    for line in _text(own).splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers in ("", "memory"):
            folder, names = (root / "memory", V1) if controllers else (root, V2)
            inner = PurePosixPath(path.lstrip("/"))
            for group in (inner, *inner.parents):
                yield from _limit(folder / group, *names)


def _limit(group: Path, limit: str, used: str, files: str) -> Iterator[tuple[int, int]]:
    try:
        most, now = int(_text(group / limit)), int(_text(group / used))
    except ValueError:  # "max", or there is no such group: a container sees its own as the root
        return
    rows = (row.split() for row in _text(group / "memory.stat").splitlines())
    spare = next((int(row[1]) for row in rows if len(row) == 2 and row[0] == files and row[1].isdigit()), 0)
    yield most, max(now - spare, 0)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""

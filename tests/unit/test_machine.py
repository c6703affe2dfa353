"""The memory that a process may use: of the machine, and of the groups that Linux puts it into."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from pointwise import machine
from pointwise.machine import MachineMemory, machine_memory

GB = 2**30


@pytest.fixture
def cgroups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 16 GB, 10 of them free, whose groups are in the folder; own says which this process is in."""
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=16 * GB, available=10 * GB))
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    monkeypatch.setattr(machine, "SELF", tmp_path / "own")
    return tmp_path


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n", encoding="utf-8")


def test_where_there_are_no_groups_it_is_the_machines(cgroups: Path) -> None:
    assert machine_memory() == MachineMemory(16 * GB, 10 * GB)


def test_a_container_sees_its_own_limit_at_the_root(cgroups: Path) -> None:
    write(cgroups, own="0::/", memory__max=4 * GB, memory__current=GB, memory__stat=f"anon 5\ninactive_file {GB // 2}")
    assert machine_memory() == MachineMemory(4 * GB, 3 * GB + GB // 2)  # files that were read make room


def test_the_least_of_all_groups_around_it_counts(cgroups: Path) -> None:
    write(cgroups, own="0::/system.slice/pointwise.service")
    write(cgroups / "system.slice", memory__max=2 * GB, memory__current=GB)
    write(cgroups / "system.slice/pointwise.service", memory__max="max", memory__current=GB)
    assert machine_memory() == MachineMemory(2 * GB, GB)


def test_the_older_groups_count_as_well(cgroups: Path) -> None:
    write(cgroups, own="11:cpu:/x\n4:memory:/docker/abc\n0::/")
    write(cgroups / "memory", memory__limit_in_bytes=3 * GB, memory__usage_in_bytes=4 * GB)
    assert machine_memory() == MachineMemory(3 * GB, 0)


def test_a_limit_above_the_machine_is_none(cgroups: Path) -> None:
    write(cgroups, own="4:memory:/")
    write(cgroups / "memory", memory__limit_in_bytes=2**63 - 4096, memory__usage_in_bytes=GB)
    assert machine_memory() == MachineMemory(16 * GB, 10 * GB)

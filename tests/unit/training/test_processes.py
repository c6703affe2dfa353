"""Several processes train one network: on one machine, on two, with a machine that dies and comes back."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from pointwise.commands.train import checkpoint_of
from pointwise.commands.training_options import device_named
from pointwise.errors import ConfigError, WorkerError
from pointwise.training import processes
from pointwise.training.checkpoints import Checkpoint
from pointwise.training.processes import Group, group_of_processes
from pointwise.weights import load_model

REPOSITORY = Path(__file__).parents[3]
EPOCHS = 4
PATIENCE = 240  # seconds
PORT = 29500  # of a namespace of its own


def environment(**more: str) -> dict[str, str]:
    """One thread a process, and the tests' own home."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY), **more}


def command(out: Path) -> list[str]:
    options = ["nin", "--data-set", "digits", "--recipe", "augmented", "--epochs", str(EPOCHS), "--seed", "4", "--json"]
    return ["-m", "pointwise", "train", *options, "--device", "cpu", "--out", str(out)]


def torchrun(*options: str) -> list[str]:
    return [sys.executable, "-m", "torch.distributed.run", *options]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """What two processes of one machine make, undisturbed."""
    out = tmp_path_factory.mktemp("both") / "nin.safetensors"
    run = [*torchrun("--standalone", "--nproc-per-node", "2"), *command(out)]
    return out, subprocess.run(run, env=environment(), capture_output=True, text=True, timeout=PATIENCE)


def test_two_processes_train_one_network(both: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """The accuracy is that of one process within noise: ± 0.03 over seeds."""
    out, done = both
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)  # of the first process alone
    assert len(re.findall(rf"^epoch {EPOCHS}/{EPOCHS}", done.stderr, re.MULTILINE)) == 1
    alone = tmp_path / "alone.safetensors"
    run = [sys.executable, *command(alone)]
    subprocess.run(run, env=environment(), check=True, capture_output=True, timeout=PATIENCE)
    assert load_model(out).card["metrics"] == result["metrics"]
    assert result["metrics"]["accuracy"] == pytest.approx(load_model(alone).card["metrics"]["accuracy"], abs=0.1)
    assert result["metrics"]["accuracy"] > 0.8


@dataclass
class Machine:
    """A network namespace with a folder of its own, joined to another one's by a cable."""

    name: str
    interface: str
    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "nin.safetensors"

    def start(self, address: str, host: str) -> subprocess.Popen[str]:
        """torchrun's part of a training of two machines here, at one of this machine's addresses."""
        conf = f"is_host={int(address == host)},join_timeout=120,keep_alive_interval=2,keep_alive_max_attempt=3"
        group = ["--nnodes", "2", "--nproc-per-node", "1", "--max-restarts", "3", "--local-addr", address]
        meeting = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"{host}:{PORT}", "--rdzv-conf", conf]
        return subprocess.Popen(
            ["ip", "netns", "exec", self.name, *torchrun(*group, *meeting), *command(self.out)],
            env=environment(GLOO_SOCKET_IFNAME=self.interface),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def listen(self, process: subprocess.Popen[str], until: str = "") -> int:
        """Hear what a process says: until a line that begins so, then all here is killed; else until its end."""
        with process:
            assert process.stderr is not None
            for line in process.stderr:
                self.said.append(line)
                if until and line.startswith(until):
                    self.die()
            return process.wait(PATIENCE)

    def die(self) -> None:
        """Kill everything that runs here, at once."""
        pids = ip("netns", "pids", self.name).stdout.split()
        for pid in pids:
            os.kill(int(pid), signal.SIGKILL)


def ip(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["ip", *words], capture_output=True, text=True, timeout=30)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    """10.77.0.1 and .5, and 10.77.0.2 and .8; skipped where nobody may make network namespaces."""
    if shutil.which("ip") is None:
        pytest.skip("There is no 'ip' (iproute2) to make network namespaces with.")
    first, second = (Machine(f"pw{os.getpid()}{n}", f"pwv{n}", tmp_path / n) for n in "ab")
    with ExitStack() as stack:
        for machine in (first, second):
            made = ip("netns", "add", machine.name)
            stack.callback(ip, "netns", "del", machine.name)
            stack.callback(machine.die)
            if made.returncode == 0:
                made = ip("netns", "exec", machine.name, "true")
            if made.returncode != 0:
                pytest.skip(f"No network namespace can be made here: {made.stderr.strip()}")
        cable = ("type", "veth", "peer", "name", second.interface, "netns", second.name)
        joined = ip("link", "add", first.interface, "netns", first.name, *cable)
        if joined.returncode != 0:
            pytest.skip(f"No cable between network namespaces can be made here: {joined.stderr.strip()}")
        for machine, addresses in ((first, (1, 5)), (second, (2, 8))):
            for number in addresses:
                ip("-n", machine.name, "addr", "add", f"10.77.0.{number}/24", "dev", machine.interface)
            for interface in ("lo", machine.interface):
                ip("-n", machine.name, "link", "set", interface, "up")
        yield first, second


def test_a_machine_that_dies_and_comes_back_changes_nothing(
    machines: tuple[Machine, Machine], both: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    """Bit for bit what two undisturbed processes make, although another machine writes it than made the checkpoint.

    torchrun's ranks go by addresses: the second machine is first until it dies, and second when it comes back.
    """
    first, second = machines
    with ThreadPoolExecutor() as pool:
        host = pool.submit(first.listen, first.start("10.77.0.5", "10.77.0.5"))
        second.listen(second.start("10.77.0.2", "10.77.0.5"), until="epoch 2/")
        assert checkpoint_of(second.out).exists()
        assert not checkpoint_of(first.out).exists()
        assert second.listen(second.start("10.77.0.8", "10.77.0.5")) == 0, second.said
        assert host.result() == 0, first.said
    assert any("Another process of this training has ended" in line for line in first.said)
    assert any(line.startswith("Going on after step") for line in first.said)
    assert not any(line.startswith("epoch 2/") for line in first.said)
    assert not second.out.exists()
    undisturbed, resumed = load_model(both[0]), load_model(first.out)
    assert all(torch.equal(resumed.state_dict()[name], t) for name, t in undisturbed.state_dict().items())
    assert resumed.card["metrics"] == undisturbed.card["metrics"]
    assert not any(checkpoint_of(machine.out).exists() for machine in machines)


def test_what_chance_draws_depends_on_seed_step_and_rank_alone() -> None:
    def drawn(rank: int, step: int, seed: int = 0, size: int = 2) -> list[float]:
        generators = [torch.Generator(), torch.Generator()]
        Group(rank, size).begin_step(step, seed, generators)
        return [torch.rand(1, generator=generator).item() for generator in generators]

    assert drawn(0, 7) == drawn(0, 7)
    apart = [drawn(0, 7), drawn(1, 7), drawn(0, 8), drawn(0, 7, seed=1)]
    assert len({value for pair in apart for value in pair}) == 8
    assert drawn(0, 7, size=1) == drawn(0, 8, size=1)  # alone, nothing is begun anew


def test_the_shares_of_a_group_are_the_batch() -> None:
    batch = torch.arange(11)
    shares = [Group(rank, 3).share(batch) for rank in range(3)]
    assert sorted(torch.cat(shares).tolist()) == batch.tolist()
    assert [len(share) for share in shares] == [4, 4, 3]


def test_more_processes_than_examples_are_refused() -> None:
    with pytest.raises(ConfigError, match="Start fewer"):
        Group(0, 4).share(torch.arange(3))


class Others(Group):
    """A group whose other process has said something already."""

    said: object = None

    def of_all(self, word: Any) -> list[Any]:
        return [word, self.said] if self.rank == 0 else [self.said, word]

    def _of(self, rank: int, word: Any) -> Any:
        return word if rank == self.rank else self.content

    content: bytes = b""


def with_others(rank: int, said: object, content: bytes = b"") -> Others:
    group = Others(rank, 2)
    object.__setattr__(group, "said", said)
    object.__setattr__(group, "content", content)
    return group


def checkpoint(step: int) -> Checkpoint:
    return Checkpoint({"weights/w": torch.rand(3)}, {"step": step, "epoch": 0})


def test_the_furthest_checkpoint_of_all_is_everybodys() -> None:
    early, late = checkpoint(2), checkpoint(4)
    got = with_others(0, late.step, late.to_bytes()).furthest(early)
    assert got is not None
    assert got.step == 4
    assert torch.equal(got.tensors["weights/w"], late.tensors["weights/w"])
    assert with_others(0, early.step).furthest(late) is late
    assert with_others(1, -1).furthest(None) is None


def test_processes_that_were_started_with_other_options_are_refused() -> None:
    group = with_others(0, {"learning rate": 0.1, "epochs": 3})
    group.check_alike({"learning rate": 0.1, "epochs": 3})
    with pytest.raises(ConfigError, match=r"Process 0 was started with epochs 4, process 1 with epochs 3\."):
        group.check_alike({"learning rate": 0.1, "epochs": 4})


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A machine with two GPUs; the list is of those that became the current one."""
    chosen: list[int] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    return chosen


def started(monkeypatch: pytest.MonkeyPatch, **variables: int) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))


def test_each_process_of_a_machine_has_a_gpu_of_its_own(gpus: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """On the second of two machines: ranks 2 and 3, local ranks 0 and 1."""
    for local in (0, 1):
        started(monkeypatch, WORLD_SIZE=4, RANK=2 + local, LOCAL_RANK=local, LOCAL_WORLD_SIZE=2)
        assert device_named(None) == device_named("cuda") == torch.device("cuda", local)
        assert device_named("cpu") == torch.device("cpu")
    assert gpus == [0, 0, 1, 1]


def test_one_process_takes_the_current_gpu_as_before(gpus: list[int]) -> None:
    assert device_named(None) == torch.device("cuda")
    assert gpus == []


@pytest.mark.parametrize("local", [0, 2])
def test_more_processes_than_gpus_are_refused_by_all(
    gpus: list[int], monkeypatch: pytest.MonkeyPatch, local: int
) -> None:
    started(monkeypatch, WORLD_SIZE=3, RANK=local, LOCAL_RANK=local, LOCAL_WORLD_SIZE=3)
    with pytest.raises(ConfigError, match=r"has 2 GPUs, too few for 3 processes\. Start 2 with --nproc-per-node 2, or"):
        device_named(None)
    assert gpus == []


def test_several_processes_leave_apples_device_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device_named(None) == torch.device("mps")
    started(monkeypatch, WORLD_SIZE=2)
    assert device_named(None) == torch.device("cpu")
    with pytest.raises(ConfigError, match="cannot train on 'mps'"):
        device_named("mps")


@pytest.mark.parametrize(("device", "numbers"), [(torch.device("cuda", 1), [1]), (torch.device("cpu"), None)], ids=str)
def test_gradients_are_averaged_on_the_processs_own_device(
    monkeypatch: pytest.MonkeyPatch, device: torch.device, numbers: list[int] | None
) -> None:
    model = SimpleNamespace(parameters=lambda: iter([SimpleNamespace(device=device)]))
    monkeypatch.setattr(torch.nn.parallel, "DistributedDataParallel", lambda model, device_ids: device_ids)
    assert Group(0, 2).wrapped(model) == numbers  # type: ignore[arg-type]


@pytest.mark.parametrize(("device", "backend"), [("cuda:0", "cpu:gloo,cuda:nccl"), ("cpu", "cpu:gloo")])
def test_a_process_that_never_comes_is_a_sentence_after_a_while(
    monkeypatch: pytest.MonkeyPatch, device: str, backend: str
) -> None:
    asked: list[str] = []
    real = torch.distributed.init_process_group

    def init(backend: str, **how: Any) -> None:
        asked.append(backend)
        real("gloo", **how)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        started(monkeypatch, WORLD_SIZE=2, RANK=0, MASTER_PORT=free.getsockname()[1])
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setattr(processes, "PATIENCE", timedelta(seconds=1))
    monkeypatch.setattr(torch.distributed, "init_process_group", init)
    with pytest.raises(WorkerError, match=r"Not all of the 2 processes came to 127\.0\.0\.1:\d+ within 1 s"):
        group_of_processes(torch.device(device)).__enter__()
    assert asked == [backend]

"""Several processes that train one network together: torchrun's environment, and DistributedDataParallel."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from pointwise.errors import ConfigError, WorkerError
from pointwise.models import Network
from pointwise.training.checkpoints import Checkpoint, checkpoint_from

PATIENCE = timedelta(minutes=10)  # for a process that does not come, or does not answer

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """This process among those that train together."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether it is the one that writes and prints."""
        return self.rank == 0

    def share(self, batch: Tensor) -> Tensor:
        """This process's examples of a batch (N,): every ``size``-th. Raises ConfigError where there are too few."""
        if len(batch) < self.size:
            raise ConfigError(
                f"A batch of {len(batch)} is too small for {self.size} processes. Start fewer, or take larger batches."
            )
        return batch[self.rank :: self.size]

    def begin_step(self, number: int, seed: int, generators: Iterable[torch.Generator]) -> None:
        """In a group, and on a GPU, make what chance draws in a step depend on seed, step and rank alone.

        So a checkpoint of one process is enough for all, whichever machine has which rank after a restart.
        """
        for index, generator in enumerate(generators):
            if self.size == 1 and generator.device.type == "cpu":
                continue
            words = f"{seed} {number} {self.rank} {index}".encode()
            generator.manual_seed(int.from_bytes(hashlib.blake2b(words, digest_size=7).digest()))

    def of_the_first(self, word: T) -> T:
        """The first process's word, in all of them; each has to ask after the same step."""
        return self._of(0, word)

    def of_all(self, word: T) -> list[T]:
        """Every process's word, in the order of their ranks; each has to ask after the same step."""
        if self.size == 1:
            return [word]
        import torch.distributed as distributed

        words: list[T] = [word] * self.size
        distributed.all_gather_object(words, word)
        return words

    def furthest(self, own: Checkpoint | None) -> Checkpoint | None:
        """The checkpoint of most steps among all processes' own, in all of them: each machine has its own disk."""
        steps = self.of_all(-1 if own is None else own.step)
        if self.size == 1 or max(steps) < 0:
            return own
        rank = steps.index(max(steps))
        content = self._of(rank, own.to_bytes() if own is not None and rank == self.rank else b"")
        return own if rank == self.rank else checkpoint_from(content, Path(f"The checkpoint of process {rank}"))

    def check_alike(self, facts: Mapping[str, object]) -> None:
        """Raises ConfigError, in all of them, unless all processes were started with the same facts."""
        first, *others = self.of_all(dict(facts))
        for rank, other in enumerate(others, 1):
            for name, value in first.items():
                if other.get(name) != value:
                    raise ConfigError(
                        f"Process 0 was started with {name} {value}, process {rank} with {name} {other.get(name)}. "
                        "Give all of them the same options."
                    )

    def wrapped(self, model: Network) -> Callable[[Tensor], Tensor]:
        """The network's forward pass; in a group its gradients are averaged (DistributedDataParallel)."""
        if self.size == 1:
            return model
        from torch.nn.parallel import DistributedDataParallel

        device = next(model.parameters()).device
        return DistributedDataParallel(model, device_ids=[device.index] if device.type == "cuda" else None)

    def _of(self, rank: int, word: T) -> T:
        if self.size == 1:
            return word
        import torch.distributed as distributed

        words = [word]
        distributed.broadcast_object_list(words, src=rank)
        return words[0]


ALONE = Group()


def processes() -> int:
    """How many processes train together, as torchrun says; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def restarts() -> int:
    """How often torchrun has started this process anew, after one of the group had ended."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))


def own_device(device: torch.device) -> torch.device:
    """The device of this process: in a group on CUDA a GPU of its own, which becomes the current one.

    Raises ConfigError where a machine has fewer GPUs than processes, and for several processes on Apple's MPS.
    """
    if processes() == 1 or device.type == "cpu":
        return device
    if device.type != "cuda":
        raise ConfigError(f"Several processes cannot train on '{device.type}'. Start one, or give --device cpu.")
    number, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    here = max(int(os.environ.get("LOCAL_WORLD_SIZE", "1")), number + 1)
    if here > there:
        raise ConfigError(
            f"This machine has {_counted(there, 'GPU')}, too few for {here} processes. "
            f"Start {there} with --nproc-per-node {there}, or give --device cpu."
        )
    torch.cuda.set_device(number)
    return torch.device("cuda", number)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


@contextmanager
def group_of_processes(device: torch.device) -> Iterator[Group]:
    """The group that torchrun has made, joined for as long as the context lasts; ALONE without torchrun.

    Gradients go over NCCL on CUDA devices, over gloo otherwise; everything else over gloo. Raises WorkerError when one
    of the processes does not come, or is gone.
    """
    if processes() == 1:
        yield ALONE
        return
    import torch.distributed as distributed

    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "cpu:gloo"
    try:
        distributed.init_process_group(backend, timeout=PATIENCE)
        group = Group(distributed.get_rank(), processes())
        yield group
        group.of_all("done")  # the first works on when the others are done, over connections that are theirs too
    except RuntimeError as error:
        if not _of_the_connection(error):
            raise
        came = distributed.is_initialized()
        raise WorkerError(_gone() if came else _absent()) from error
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


def _of_the_connection(error: RuntimeError) -> bool:
    import torch.distributed as distributed

    return isinstance(error, distributed.DistError) or "gloo" in str(error)


def _absent() -> str:
    where = f"{os.environ.get('MASTER_ADDR')}:{os.environ.get('MASTER_PORT')}"
    return (
        f"Not all of the {processes()} processes came to {where} within {PATIENCE.total_seconds():.0f} s. Start the "
        "others, and see that this address can be reached from all machines."
    )


def _gone() -> str:
    return (
        "Another process of this training has ended or does not answer; what it wrote says why. The training goes on "
        "from its last checkpoint when torchrun starts it anew (--max-restarts), or with --resume."
    )

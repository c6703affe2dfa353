"""Several processes that train one network together: torchrun's environment, and DistributedDataParallel."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from pointwise.errors import ConfigError
from pointwise.models import Network


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

    def of_the_first(self, word: str) -> str:
        """The first process's word, in all of them; each has to ask after the same step."""
        if self.size == 1:
            return word
        import torch.distributed as distributed

        words = [word]
        distributed.broadcast_object_list(words, src=0)
        return words[0]

    def wrapped(self, model: Network) -> Callable[[Tensor], Tensor]:
        """The network's forward pass; in a group its gradients are averaged (DistributedDataParallel)."""
        if self.size == 1:
            return model
        from torch.nn.parallel import DistributedDataParallel

        return DistributedDataParallel(model)


ALONE = Group()


@contextmanager
def group_of_processes(device: torch.device) -> Iterator[Group]:
    """The group that torchrun has made, joined for as long as the context lasts; ALONE without torchrun.

    Over NCCL on CUDA devices, over gloo otherwise.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    import torch.distributed as distributed

    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Group(distributed.get_rank(), size)
        distributed.barrier()  # the first works on when the others are done, over connections that are theirs too
    finally:
        distributed.destroy_process_group()

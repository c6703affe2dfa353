"""Trainings that need too much memory are refused, with the number to lower."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from pointwise.data.catalogue import config_for
from pointwise.data.housing import HouseOptions
from pointwise.errors import TooLargeError
from pointwise.jobs import PictureJob, Pictures, check_memory, compare_scalings, expected_seconds, memory_limit
from pointwise.jobs import memory as limits
from pointwise.machine import MachineMemory
from pointwise.training import recipe_named

GB = 1_000_000_000


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A computer of 8 GB, of which 6 are free."""
    has(monkeypatch, 8 * GB, 6 * GB)
    monkeypatch.delenv("POINTWISE_MEMORY_GB", raising=False)
    yield monkeypatch
    assert limits._Going.bytes == 0


def has(patch: pytest.MonkeyPatch, total: int, free: int) -> None:
    patch.setattr("pointwise.jobs.memory.machine_memory", lambda: MachineMemory(total, free))


def job(arch: str = "nin", width: int = 512, batch: int = 4096, data: str = "mnist") -> PictureJob:
    recipe = recipe_named("fast", batch_size=batch, mixed_precision=False)  # alike on every processor
    return PictureJob(config_for(arch, data).with_width(width), recipe, Pictures(data))


def refusal(what: PictureJob) -> str:
    with pytest.raises(TooLargeError) as refused:
        check_memory(what)
    return str(refused.value)


def test_the_batch_size_that_is_advised_fits_and_a_larger_one_does_not() -> None:
    sentence = refusal(job())
    assert re.match(r"This training needs about 1\d GB of memory, and there are 4 GB for it, half of what", sentence)
    advised = re.search(r"Lower the batch size from 4,096 to ([\d,]+)\.$", sentence)
    assert advised is not None
    batch = int(advised[1].replace(",", ""))
    check_memory(job(batch=batch))
    refusal(job(batch=int(1.2 * batch)))


def test_where_a_smaller_batch_does_not_help_the_width_that_is_advised_does(machine: pytest.MonkeyPatch) -> None:
    has(machine, 2 * GB, 2 * GB)
    sentence = refusal(job("bag_of_pixels", batch=64))  # 500 are measured at once
    advised = re.search(r"Lower the width from 512 to (\d+)\.$", sentence)
    assert advised is not None
    check_memory(job("bag_of_pixels", int(advised[1]), 64))
    refusal(job("bag_of_pixels", int(advised[1]) + 1, 64))


def test_both_are_lowered_where_one_alone_would_leave_a_narrow_network(machine: pytest.MonkeyPatch) -> None:
    has(machine, 1 * GB, 1 * GB)
    advised = re.search(r"Lower the width from 512 to (\d+) and the batch size from 4,096 to 128\.$", refusal(job()))
    assert advised is not None
    check_memory(job(width=int(advised[1]), batch=128))


def test_where_no_number_helps_it_says_what_does(machine: pytest.MonkeyPatch) -> None:
    has(machine, 8 * GB, GB // 50)
    assert refusal(job(batch=64)).endswith(
        "there are 20 MB for it, what is free at the moment. Choose another network, less data, or a computer with "
        "more memory."
    )


def test_the_networks_as_they_come_fit_into_half_of_two_gigabytes(machine: pytest.MonkeyPatch) -> None:
    has(machine, 2 * GB, 2 * GB)
    for arch in ("nin", "mlp_1x1", "bag_of_pixels", "conv_mlp"):
        check_memory(PictureJob(config_for(arch, "mnist"), recipe_named("tutorial"), Pictures("mnist")))


def test_a_batch_is_no_larger_than_its_data() -> None:
    assert job(data="digits").memory().total < 0.6 * job().memory().total
    check_memory(job(width=256, data="digits"))


@pytest.mark.parametrize(("given", "limit"), [("2.5", 2.5), ("100", 8), ("nothing", 4), ("-1", 4), ("nan", 4)])
def test_the_limit_is_half_of_the_computer_or_what_its_owner_says(
    machine: pytest.MonkeyPatch, given: str, limit: float
) -> None:
    machine.setenv("POINTWISE_MEMORY_GB", given)
    assert memory_limit()[0] == limit * GB


def test_two_trainings_together_do_not_take_more_than_one_may(machine: pytest.MonkeyPatch) -> None:
    one = job("bag_of_pixels", 16, 64, "digits")
    machine.setenv("POINTWISE_MEMORY_GB", str(1.5 * one.memory().total / GB))
    with closing(one.steps()) as first:
        next(first)
        with pytest.raises(TooLargeError, match=r"what other trainings leave of it\. Wait until the others have ended"):
            next(one.steps())
        check_memory(one)  # when the other has ended, it will fit
    with closing(one.steps()) as second:
        next(second)


def test_a_comparison_and_a_timing_are_refused_as_well(machine: pytest.MonkeyPatch) -> None:
    has(machine, GB // 50, GB // 50)
    with pytest.raises(TooLargeError):
        next(compare_scalings(recipe_named("tutorial", "price_1x1"), HouseOptions()).steps())
    with pytest.raises(TooLargeError):
        expected_seconds(job(data="digits"))


def test_processes_share_the_batch_and_each_has_a_network(machine: pytest.MonkeyPatch) -> None:
    wide = job("mlp_1x1", 4096, 64)
    has(machine, 2 * wide.memory().total + GB, GB)
    check_memory(wide)
    with pytest.raises(TooLargeError):
        check_memory(wide, processes=8)


def test_going_on_regardless_of_memory_is_possible(machine: pytest.MonkeyPatch) -> None:
    has(machine, GB // 50, GB // 50)
    small = replace(job("bag_of_pixels", 4, 64, "digits"), recipe=recipe_named("fast", epochs=1))
    with closing(small.steps(ignore_memory=True)) as steps:
        assert next(steps)

"""Trainings in turns against each alone."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from pointwise.data.digits import Digits, load_bundled
from pointwise.models import build, default_config
from pointwise.training import Epoch, Recipe, Step, train
from pointwise.training.interleave import in_turns

SHORT = Recipe("short", epochs=2, batch_size=32)


@pytest.fixture(scope="module")
def digits() -> tuple[Digits, Digits]:
    training, held_out = load_bundled()
    return Digits("some", training.images[:96], training.labels[:96]), held_out


def test_turns_give_each_training_what_it_would_have_alone(digits: tuple[Digits, Digits]) -> None:
    def training(seed: int) -> Generator[Step, bool | None, None]:
        return train(build(default_config("mlp_1x1"), seed), SHORT, *digits)

    together = [step.epoch for step in in_turns({"a": training(1), "b": training(2)}) if step.epoch]
    for name, seed in (("a", 1), ("b", 2)):
        alone = [step.epoch.metrics for step in training(seed) if step.epoch]
        assert [epoch.metrics for epoch in together if epoch.of == name] == alone


def test_turns_are_numbered_through(digits: tuple[Digits, Digits]) -> None:
    bag = default_config("bag_of_pixels")
    steps = list(in_turns({name: train(build(bag), SHORT, *digits) for name in "abc"}))
    assert [step.number for step in steps] == list(range(1, 3 * 6 + 1))
    assert {step.total for step in steps} == {18}


@pytest.mark.parametrize("after", [1, 2, 7])
def test_stopping_turns_measures_what_each_was_in_the_middle_of(digits: tuple[Digits, Digits], after: int) -> None:
    bag = default_config("bag_of_pixels")
    turns = in_turns({name: train(build(bag), SHORT, *digits) for name in "ab"})
    for _ in range(after):
        next(turns)
    last = [turns.send(True), *turns]
    begun = ["a", "b"][: min(after, 2)]
    ended = [step.epoch for step in last if step.epoch is not None]
    assert all(isinstance(epoch, Epoch) and not epoch.complete for epoch in ended)
    assert [epoch.of for epoch in ended] == begun if after != 7 else len(ended) >= 1
    assert all(step.number == after for step in last)

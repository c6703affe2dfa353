"""train() on toys: the same as a loop written by hand, repeatable, stoppable."""

from dataclasses import dataclass, replace
from itertools import islice, pairwise

import pytest
import torch
from torch import Tensor, nn

from pointwise.data.digits import load_bundled
from pointwise.errors import DivergedError
from pointwise.models import ModelConfig, Network, build
from pointwise.training import Recipe, Step, Wanted, recipe_named, train

CPU = torch.device("cpu")
CONFIG = ModelConfig("nin", image_size=8, num_classes=2, widths=(2, 3, 4))
RECIPE = Recipe("toy", epochs=2, batch_size=8, learning_rate=0.01)


@dataclass(frozen=True)
class Halves:
    """8×8 pictures that are bright in the upper half or in the lower half."""

    n: int = 20
    strength: float = 1.0

    def __len__(self) -> int:
        return self.n

    def batch(self, indices: Tensor | slice) -> tuple[Tensor, Tensor]:
        labels = torch.arange(self.n) % 2
        x = torch.rand((self.n, 1, 8, 8), generator=torch.Generator().manual_seed(0)) - 0.5
        x[labels == 0, :, :4] += self.strength
        x[labels == 1, :, 4:] += self.strength
        return x[indices], labels[indices]


def steps_of(recipe: Recipe = RECIPE, model: Network | None = None) -> list[Step]:
    return list(train(model or build(CONFIG, recipe.seed), recipe, Halves(), Halves(10), CPU))


def test_tutorial_recipe_is_the_loop_written_by_hand() -> None:
    recipe = replace(recipe_named("tutorial"), epochs=2, batch_size=8)
    config = ModelConfig("conv_mlp", image_size=8, num_classes=2, widths=(3, 4))
    ours, theirs = build(config), build(config)
    losses = [step.loss for step in steps_of(recipe, ours)]

    expected = []
    optimizer, order = torch.optim.Adam(theirs.parameters(), lr=1e-3), torch.Generator().manual_seed(0)
    theirs.train()
    for _ in range(2):
        for indices in torch.randperm(20, generator=order).split(8):
            images, labels = Halves().batch(indices)
            loss = nn.functional.cross_entropy(theirs(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            expected.append(loss.item())

    assert losses == pytest.approx(expected, rel=1e-4)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["fast", "tutorial"])
def test_same_seed_same_run(name: str) -> None:
    recipe = replace(recipe_named(name), epochs=2, batch_size=8, seed=4)
    first, again = steps_of(recipe), steps_of(recipe)
    assert [step.loss for step in first] == [step.loss for step in again]
    ends = [steps[-1].epoch.weights for steps in (first, again)]
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_augmented_run_repeats_too() -> None:
    recipe = replace(recipe_named("augmented"), epochs=1, batch_size=8)
    assert [step.loss for step in steps_of(recipe)] == [step.loss for step in steps_of(recipe)]


def test_other_seed_other_order() -> None:
    first, other = steps_of(RECIPE, build(CONFIG)), steps_of(replace(RECIPE, seed=1), build(CONFIG))
    assert first[0].loss != other[0].loss


def test_training_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()
    steps_of(replace(recipe_named("augmented"), epochs=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_steps_are_numbered_and_count_their_examples() -> None:
    steps = steps_of()
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6]
    assert {step.total for step in steps} == {6}
    assert [step.examples for step in steps] == [8, 8, 4, 8, 8, 4]


def test_last_step_of_an_epoch_carries_its_measures() -> None:
    epochs = [step.epoch for step in steps_of()]
    assert [epoch.number if epoch else None for epoch in epochs] == [None, None, 1, None, None, 2]
    assert all(epoch.complete for epoch in epochs if epoch)
    assert set(epochs[-1].metrics) == {"train_loss", "train_accuracy", "loss", "accuracy"}


def test_training_loss_is_the_mean_over_the_epochs_examples() -> None:
    steps = steps_of(replace(RECIPE, epochs=1))
    mean = sum(step.loss * step.examples for step in steps) / 20
    assert steps[-1].epoch.metrics["train_loss"] == pytest.approx(mean)


def test_weights_of_an_epoch_do_not_change_any_more() -> None:
    run = train(build(CONFIG), RECIPE, Halves(), Halves(10), CPU)
    first = next(step.epoch for step in run if step.epoch)
    before = first.weights["conv1.weight"].clone()
    list(run)
    assert torch.equal(first.weights["conv1.weight"], before)


def test_weights_are_shown_while_it_goes_on_when_asked() -> None:
    wanted = Wanted(weights=lambda number, total: True)
    shown = [step.weights for step in train(build(CONFIG), RECIPE, Halves(), Halves(10), CPU, wanted=wanted)]
    assert all(weights is not None for weights in shown)
    first, last = shown[0], shown[-1]
    assert first is not None
    assert last is not None
    assert any(not torch.equal(first[name], last[name]) for name in first)
    assert not any(step.weights for step in steps_of(RECIPE))


def test_asked_to_stop_it_measures_what_there_is() -> None:
    model = build(CONFIG)
    run = train(model, RECIPE, Halves(), Halves(10), CPU)
    next(run)
    step = run.send(True)
    assert (step.number, step.epoch.number, step.epoch.complete) == (1, 1, False)
    assert torch.equal(step.epoch.weights["conv1.weight"], model.conv1.weight)
    with pytest.raises(StopIteration):
        next(run)


def test_asked_to_stop_at_the_end_of_an_epoch_it_just_ends() -> None:
    run = train(build(CONFIG), RECIPE, Halves(), Halves(10), CPU)
    assert list(islice(run, 3))[-1].epoch.complete
    with pytest.raises(StopIteration):
        run.send(True)


def test_toy_is_learnt() -> None:
    steps = steps_of(replace(recipe_named("fast"), epochs=20, batch_size=8, seed=1))
    assert steps[-1].epoch.metrics["accuracy"] == 1.0


def test_loss_falls_on_the_bundled_digits() -> None:
    training, held_out = load_bundled()
    recipe = replace(recipe_named("fast"), epochs=2)
    epochs = [step.epoch for step in train(build(ModelConfig("mlp_1x1")), recipe, training, held_out) if step.epoch]
    assert epochs[1].metrics["train_loss"] < epochs[0].metrics["train_loss"]
    assert epochs[1].metrics["accuracy"] > 0.8


def test_what_is_held_out_chooses_nothing() -> None:
    recipe = replace(recipe_named("fast"), epochs=20, batch_size=8)
    ends = [
        list(train(build(CONFIG), recipe, Halves(), held_out, CPU))[-1].epoch
        for held_out in (Halves(10), Halves(10, strength=-1.0))
    ]
    assert ends[0].metrics["accuracy"] > ends[1].metrics["accuracy"]
    assert all(torch.equal(ends[0].weights[name], ends[1].weights[name]) for name in ends[0].weights)


def test_one_cycle_ends_with_small_steps() -> None:
    recipe = replace(recipe_named("fast"), epochs=10, batch_size=20)
    weights = [step.epoch.weights["conv1.weight"] for step in steps_of(recipe)]
    moved = [(after - before).abs().max().item() for before, after in pairwise(weights)]
    assert moved[-1] < 0.1 * max(moved)


def test_loss_that_is_no_number_is_said_with_step_and_learning_rate() -> None:
    recipe = Recipe("toy", learning_rate=10.0)
    with pytest.raises(DivergedError, match=r"became nan at step 1\. .* rate of 10,"):
        list(train(build(CONFIG), recipe, Halves(strength=float("inf")), Halves(), CPU))

"""The claim that 1×1 convolutions suit structured data: a table's rows as pixels, against dense layers and trees.

The network is the app's for tables, as wide as its rows allow. Neither it nor the trees were fitted to these rules:
its recipe is one for all, theirs are scikit-learn's own settings.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from pointwise.claims.experiments import Experiment, Mean, Trial, Work, mean_of
from pointwise.costs import LEAST, alternating_medians
from pointwise.data.made_table import COLUMNS, MOST, TRUTHS, MadeRows, made_table
from pointwise.models import REGRESSOR, ModelConfig, Network, build
from pointwise.training import Recipe, measure, train

CONFIG = ModelConfig(REGRESSOR, COLUMNS, 1, 1, widths=(64, 32))
ROWS = (500, 2_000, MOST)
REPEATS = 4  # tables of each kind
SHAPE = (100, 200)  # of the picture that all rows make together
TWIN = "twin"
DENSE = "Dense layers, row by row"
CPU = torch.device("cpu")


def recipe_for(rows: int, seed: int = 0) -> Recipe:
    """How the network is trained on so many rows: about a thousand steps, few rows with more weight decay."""
    epochs, batch_size = (40, 32) if rows < 1_000 else (30, 64) if rows < 10_000 else (15, 256)
    decay = min(1.0, 350 / rows)
    return Recipe("made tables", epochs, batch_size, 1e-2, "adamw", "one_cycle", decay, seed=seed)


class DenseTwin(Network):
    """A twin of dense layers with a network's first weights. (N, features, 1, 1) in, (N, 1) out."""

    def __init__(self, twin: Network) -> None:
        super().__init__()
        self.config, self.card = twin.config, {}
        self.layers = nn.ModuleList()
        for weight, bias in _weights(twin):
            layer = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
            layer.load_state_dict({"weight": weight, "bias": bias})
            self.layers.append(layer)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


def _weights(model: Network) -> Iterator[tuple[Tensor, Tensor]]:
    """Weights (O, I) and biases (O,) of each layer."""
    for name in ("conv1", "conv2", "fc"):
        yield (
            model.get_parameter(f"{name}.weight").detach().flatten(1),
            model.get_parameter(f"{name}.bias").detach(),
        )


def _layered(model: Network, x: Tensor, layer: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Tensor:
    weights = list(_weights(model))
    for weight, bias in weights[:-1]:
        x = layer(x, weight, bias).relu()
    return layer(x, *weights[-1])


def _by_convolutions(model: Network, x: Tensor) -> Tensor:
    return _layered(model, x, lambda x, weight, bias: F.conv2d(x, weight[:, :, None, None], bias))


@dataclass(frozen=True)
class Arrangement:
    """The table's rows as pixels in one way, through 1×1 convolutions."""

    name: str
    difference: float  # the largest to dense layers on the rows, in deviations of the target


def _ways() -> dict[str, Callable[[], Tensor]]:
    """Predictions (N,) of one table by each way, DENSE the last."""
    model, (rows, _) = build(CONFIG), made_table("smooth", MOST, 0)
    x, (height, width) = rows.inputs, SHAPE
    picture = x.T.reshape(1, COLUMNS, height, width)
    return {
        f"{MOST:,} pictures of 1 × 1": lambda: _by_convolutions(model, x[:, :, None, None]).flatten(),
        f"One picture of {height} × {width}": lambda: _by_convolutions(model, picture).flatten(),
        f"One strip of 1 × {MOST:,}": lambda: _by_convolutions(model, x.T[None, :, None]).flatten(),
        DENSE: lambda: _layered(model, x, F.linear).flatten(),
    }


@functools.cache
def arrangements() -> tuple[Arrangement, ...]:
    """Three arrangements of the same weights and rows, held against dense layers; a second at first."""
    with torch.inference_mode():
        *ways, (_, dense) = ((name, way()) for name, way in _ways().items())
        return tuple(Arrangement(name, float((out - dense).abs().max())) for name, out in ways)


@dataclass(frozen=True, eq=False)
class Example:
    """A table as one picture."""

    columns: NDArray[np.float32]  # (12, H, W), each of mean 0 and deviation 1
    predictions: NDArray[np.float32]  # (H, W)


@functools.cache
def example() -> Example:
    """The table of ``arrangements`` as one picture, and what a network with the same weights answers."""
    rows, _ = made_table("smooth", MOST, 0)
    picture = rows.inputs.T.reshape(COLUMNS, *SHAPE)
    with torch.inference_mode():
        return Example(picture.numpy(), _by_convolutions(build(CONFIG), picture[None])[0, 0].numpy())


def arrangement_times(repeats: int = 5) -> dict[str, float]:
    """Median milliseconds of all rows' predictions by each arrangement and by DENSE, timed in turns."""
    with torch.inference_mode():
        return alternating_medians(_ways(), repeats, LEAST)


def key_of(truth: str, rows: int, repeat: int) -> str:
    """The name of a trial of ``contest``."""
    return f"{truth}, {rows}, {repeat}"


def contest() -> Experiment:
    """The twins, and each kind of table REPEATS times, the small ones first.

    The numbers of a table are network_r2, network_seconds, trees_r2, trees_seconds; those of the TWIN are first, single
    and double, the largest differences of predictions in deviations of the target before and after training, in single
    and in double precision, and conv_r2, dense_r2, conv_seconds, dense_seconds.
    """
    trials = {
        key_of(truth, rows, repeat): Trial(_steps(rows) + 1, functools.partial(_table, truth, rows, repeat))
        for rows, truth, repeat in itertools.product(ROWS, TRUTHS, range(REPEATS))
    }
    return Experiment("Tables of rows and columns", {**trials, TWIN: Trial(4 * _steps(MOST), twin)})


def _steps(rows: int) -> int:
    recipe = recipe_for(rows)
    return recipe.epochs * -(-rows // recipe.batch_size)


def _table(truth: str, rows: int, repeat: int) -> Work:
    """One table by the network and by the trees."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.metrics import r2_score

    training, held_out = made_table(truth, rows, repeat)
    network = build(CONFIG, repeat)
    seconds = yield from _trained(network, training, repeat)
    began = time.perf_counter()
    trees = HistGradientBoostingRegressor(random_state=repeat).fit(training.inputs.numpy(), training.targets.numpy())
    trees_seconds = time.perf_counter() - began
    return {
        "network_r2": measure(network, held_out)["r2"],
        "network_seconds": seconds,
        "trees_r2": float(r2_score(held_out.targets.numpy(), trees.predict(held_out.inputs.numpy()))),
        "trees_seconds": trees_seconds,
    }


def twin(rows: int = MOST) -> Work:
    """Both forms of the network trained alike from the same weights, in single and in double precision."""
    training, held_out = made_table("smooth", rows, 0)
    numbers: dict[str, float] = {}
    for precision in ("single", "double"):
        if precision == "double":
            training, held_out = training.double(), held_out.double()
        conv = build(CONFIG)
        conv = conv.double() if precision == "double" else conv
        forms = {"conv": conv, "dense": DenseTwin(conv)}
        x, _ = held_out.batch(slice(None))
        if precision == "single":
            numbers["first"] = _apart(forms, x)
        for name, model in forms.items():
            seconds = yield from _trained(model, training, 0)
            if precision == "single":
                numbers |= {f"{name}_seconds": seconds, f"{name}_r2": measure(model, held_out)["r2"]}
        numbers[precision] = _apart(forms, x)
    return numbers


def _apart(forms: Mapping[str, Network], x: Tensor) -> float:
    with torch.inference_mode():
        return float((forms["conv"](x) - forms["dense"](x)).abs().max())


def _trained(model: Network, training: MadeRows, seed: int) -> Generator[None, None, float]:
    """Train a network, a step at a time; the seconds that its steps took."""
    seconds = 0.0
    few = MadeRows(training.inputs[:20], training.targets[:20], training.scaling)  # measured after each epoch, unused
    steps = train(model, recipe_for(len(training), seed), training, few, CPU)
    while True:
        began = time.perf_counter()
        step = next(steps, None)
        seconds += time.perf_counter() - began
        if step is None:
            model.eval()
            return seconds
        yield


@dataclass(frozen=True)
class Cell:
    """Both models on all tables of one kind."""

    truth: str
    rows: int
    network: Mean  # R² on held-out rows
    trees: Mean
    ahead: Mean  # by how much the network's R² is above the trees', table by table
    network_seconds: float
    trees_seconds: float


def cells(numbers: Mapping[str, Mapping[str, float]]) -> list[Cell]:
    """The kinds of tables of which all are measured, by the trials' numbers."""
    found = []
    for truth, rows in itertools.product(TRUTHS, ROWS):
        names = [key_of(truth, rows, repeat) for repeat in range(REPEATS)]
        if all(name in numbers for name in names):
            found.append(_cell(truth, rows, [numbers[name] for name in names]))
    return found


def _cell(truth: str, rows: int, numbers: Sequence[Mapping[str, float]]) -> Cell:
    def every(name: str) -> list[float]:
        return [one[name] for one in numbers]

    network, trees = every("network_r2"), every("trees_r2")
    ahead = mean_of([one - other for one, other in zip(network, trees, strict=True)])
    times: Any = [sum(every(f"{name}_seconds")) / REPEATS for name in ("network", "trees")]
    return Cell(truth, rows, mean_of(network), mean_of(trees), ahead, *times)

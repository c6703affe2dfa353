"""Which network weights belong to, by their names and shapes alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice

from pointwise.errors import ConfigError
from pointwise.models.building import skeleton
from pointwise.models.config import ARCHITECTURES, Architecture, ModelConfig

COUNTER = "num_batches_tracked"  # a whole number that says nothing about the network
PROBE_CLASSES = 997  # a prime that no width of a probe is
Shapes = Mapping[str, tuple[int, ...]]  # of weights by their names, without counters


def recognise(shapes: Shapes, pictures: Iterable[tuple[int, int]]) -> tuple[ModelConfig, bool]:
    """The configuration of the one network that such weights fit, and whether they tell the size of its pictures.

    A dense layer's weights and a 1×1 convolution's are taken for one another where nothing fits exactly. Where the
    weights leave a choice, the size is the first of ``pictures``, (channels, side), that fits, else 28×28. Raises
    ConfigError, the end of a sentence, for names that no network has, shapes that it cannot have, and several fits.
    """
    named = [
        (architecture, norm)
        for architecture in _recognised()
        for norm in (False, True)
        if set(parameters(_probe(architecture, norm))) == set(shapes)
    ]
    if not named:
        raise ConfigError(f"holds weights of unknown names, {_listed(shapes)}; known are those of {_known()}")
    fits: dict[str, tuple[ModelConfig, bool]] = {}
    exact, wrong = [], []
    for architecture, norm in named:
        try:
            config, told = _configured(architecture, norm, shapes, list(pictures))
            own = parameters(config)
        except ConfigError as error:
            wrong.append(f"is no {architecture.name} ({error})")
            continue
        odd = [name for name, shape in own.items() if _matrix(shapes[name]) != _matrix(shape)]
        if odd:
            wrong.append(f"is no {architecture.name}: {odd[0]} is {_by(shapes[odd[0]])}, not {_by(own[odd[0]])}")
        elif architecture.name not in fits:  # else it has batch normalisation in any case
            fits[architecture.name] = config, told
            exact += [architecture.name] if own == shapes else []
    chosen = exact or list(fits)
    if not chosen:
        raise ConfigError(wrong[0])
    if len(chosen) > 1:
        raise ConfigError(f"fits {' and '.join(chosen)} alike; its weights must have the names of one alone")
    return fits[chosen[0]]


def _recognised() -> list[Architecture]:
    """The networks whose configuration their weights tell; not which channels of a pixel one reads."""
    return [architecture for architecture in ARCHITECTURES.values() if not architecture.labels_pixels]


def parameters(config: ModelConfig) -> Shapes:
    """The shapes of all that a network learns, and of batch normalisation's statistics.

    Raises ConfigError when it would have more than MAX_PARAMETERS parameters.
    """
    state = skeleton(config).state_dict()
    return {name: tuple(t.shape) for name, t in state.items() if name.rpartition(".")[2] != COUNTER}


@cache
def _probe(architecture: Architecture, norm: bool) -> ModelConfig:
    """A configuration whose widths, all different, tell which layer has which of them."""
    widths = tuple(range(101, 101 + len(architecture.widths)))
    return ModelConfig(architecture.name, image_size=8, num_classes=PROBE_CLASSES, widths=widths, batch_norm=norm)


def _configured(
    architecture: Architecture, norm: bool, shapes: Shapes, pictures: list[tuple[int, int]]
) -> tuple[ModelConfig, bool]:
    probe = _probe(architecture, norm)
    own = parameters(probe)
    weights = {layer.name: shapes[f"{layer.name}.weight"] for layer in architecture.layers}
    layers = {own[f"{name}.weight"][0]: name for name in weights}  # by the probe's width
    if not all(len(shape) in (2, 4) for shape in weights.values()):
        raise ConfigError("its weights are no matrices and kernels")
    if not set(probe.widths) <= set(layers):
        raise ConfigError("its widths cannot be read off its weights")
    channels, side, told = _pictures(architecture, weights, pictures)
    widths = tuple(weights[layers[width]][0] for width in probe.widths)
    classes = weights[architecture.layers[-1].name][0]
    return ModelConfig(architecture.name, channels, side, classes, widths, batch_norm=norm), told


def _pictures(architecture: Architecture, weights: Shapes, pictures: list[tuple[int, int]]) -> tuple[int, int, bool]:
    """Channels and side of a network's pictures, and whether there is no other choice."""
    inputs = weights[architecture.layers[0].name][1]
    if not architecture.classifies:
        return inputs, 1, True
    flat = architecture.layers[0].flat
    fits = [
        (channels, side)
        for channels in ((1, 3) if flat else (inputs,))
        for side in range(1, 257)
        if _fits(architecture, weights, channels, side)
    ]
    if not fits:
        raise ConfigError("its pictures are not square, or its dense layers have the wrong size for any")
    return *next((one for one in [*pictures, (inputs, 28)] if one in fits), fits[0]), len(fits) == 1


def _fits(architecture: Architecture, weights: Shapes, channels: int, side: int) -> bool:
    for layer in architecture.layers:
        outputs, inputs = weights[layer.name][:2]
        if inputs != (channels * side**2 if layer.flat else channels):
            return False
        channels, side = outputs, layer.side(side)
    return side > 0


def _matrix(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape in which a dense layer's weights and a 1×1 convolution's are alike."""
    return shape[:2] if shape[2:] == (1, 1) else shape


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"


def _listed(names: Iterable[str]) -> str:
    some = [name[:40] for name in islice(names, 4)]
    return ", ".join(some) + ", …" * (len(some) == 4)


def _known() -> str:
    return ", ".join(f"{one.name} ({' '.join(layer.name for layer in one.layers)})" for one in _recognised())

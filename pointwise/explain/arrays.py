"""What goes on inside a network that reads pictures, as arrays: every feature map, and the evidence for a class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pointwise.data.labelled_pictures import fitting
from pointwise.errors import ConfigError, check_network
from pointwise.explain.chain import Chain
from pointwise.explain.evidence import BASELINES, Evidence, class_evidence
from pointwise.models import Network


def feature_maps(model: Network, image: Any) -> dict[str, NDArray[np.float32]]:
    """Every layer's maps (C, H, W) of a picture, by the layer's name and in forward order, after its activation.

    The picture is as the network receives it, uint8 or 0–1, of its own size: (H, W), or in colour (H, W, 3) or
    (3, H, W); of a drawing or a photograph it is ``read_digit(photo).image``. The last layer's maps, averaged, are the
    logits. Raises ConfigError for a network that reads no pictures, DataError for a picture of another shape.

    >>> import numpy
    >>> from pointwise import feature_maps, load_model
    >>> maps = feature_maps(load_model("nin"), numpy.zeros((28, 28), numpy.uint8))
    >>> {layer: values.shape for layer, values in maps.items()}["conv1"]
    (32, 14, 14)
    """
    chain, picture = _chain(model, image)
    stages = zip(chain.stages, chain.run(picture).maps, strict=True)
    return {stage.name: maps.after.float().numpy() for stage, maps in stages}


def evidence(model: Network, image: Any, digit: int | None = None, baseline: str = "mid-grey") -> Evidence:
    """A class's logit as a sum over pixels: ``terms`` (h, w) and ``bias`` add up to ``logit`` exactly.

    The class is the one that the network reads unless ``digit`` names another, from 0. With global average pooling, a
    term is a pixel of the last maps; otherwise one of the picture, measured from a ``baseline`` of brightness,
    "mid-grey" or "black". The picture is as for ``feature_maps``. Raises ConfigError and DataError as it does, and
    ConfigError for a class or a baseline that is not there.

    >>> import numpy
    >>> from pointwise import evidence, load_model
    >>> found = evidence(load_model("nin"), numpy.eye(28), digit=1)
    >>> found.terms.shape, abs(found.total - found.logit) < 1e-4
    ((7, 7), True)
    """
    chain, picture = _chain(model, image)
    classes = chain.stages[-1].channels
    if digit is None:
        digit = int(chain.run(picture).logits.argmax())
    if isinstance(digit, bool) or not isinstance(digit, (int, np.integer)) or not 0 <= digit < classes:
        raise ConfigError(f"There is no class {digit}. Choose one from 0 to {classes - 1}.")
    if baseline not in BASELINES:
        raise ConfigError(f"There is no baseline '{baseline}'. Choose one of {', '.join(BASELINES)}.")
    return class_evidence(chain, picture, int(digit), BASELINES[baseline])


def _chain(model: Network, image: Any) -> tuple[Chain, NDArray[np.uint8]]:
    """The stages of a network, and the picture as they receive it."""
    check_network(model)
    return Chain.of(model), fitting(model.config, np.asarray(image)[None])[0]

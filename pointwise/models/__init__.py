"""The networks, and the configuration that rebuilds them."""

from pointwise.models.building import MAX_PARAMETERS, build, count_parameters, materialised, skeleton
from pointwise.models.config import ACTIVATIONS, CLASSIFIERS, DEFAULT_WIDTHS, REGRESSOR, ModelConfig, default_config
from pointwise.models.networks import ACTIVATION_LAYERS, NETWORKS, Network

__all__ = [
    "ACTIVATIONS",
    "ACTIVATION_LAYERS",
    "CLASSIFIERS",
    "DEFAULT_WIDTHS",
    "MAX_PARAMETERS",
    "NETWORKS",
    "REGRESSOR",
    "ModelConfig",
    "Network",
    "build",
    "count_parameters",
    "default_config",
    "materialised",
    "skeleton",
]

"""The configurations that are refused, and a network added by one call."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from pointwise.data.digits import Digits, load_bundled
from pointwise.errors import ConfigError
from pointwise.explain.chain import Chain
from pointwise.export.page_weights import pack, pack_file
from pointwise.models import ARCHITECTURES, CLASSIFIERS, Architecture, Layer, ModelConfig, Network, build, register
from pointwise.models.networks import ACTIVATION_LAYERS
from pointwise.training import Recipe, train
from pointwise.weights import load_model, save_model


class Toy(Network):
    """A 3×3 convolution on every second pixel, and a 1×1 classifier."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        (width,) = config.widths
        self.conv1 = nn.Conv2d(config.input_channels, width, *config.kernels["conv1"])
        self.activation = ACTIVATION_LAYERS[config.activation]()
        self.conv2 = nn.Conv2d(width, config.num_classes, *config.kernels["conv2"])

    def forward(self, x: Tensor) -> Tensor:
        return self.conv2(self.activation(self.conv1(x))).mean(dim=(2, 3))


TOY = Architecture(
    "toy",
    "Toy network",
    "one convolution of every second pixel",
    "Toy",
    widths=(4,),
    layers=(Layer("conv1", kernel=3, stride=2, padding=1), Layer("conv2")),
    module=__name__,
)


@pytest.fixture
def toy() -> Iterator[str]:
    register(TOY)
    yield TOY.name
    del ARCHITECTURES[TOY.name]
    CLASSIFIERS.remove(TOY.name)


def test_an_added_network_is_trained_saved_explained_and_packed(toy: str, tmp_path: Path) -> None:
    digits = load_bundled()[0]
    few = Digits("few", digits.images[:32], digits.labels[:32])
    model = build(ModelConfig(toy))
    assert len(list(train(model, Recipe("short", epochs=1, batch_size=16), few, few))) == 2
    save_model(model, tmp_path / "toy.safetensors", {})
    loaded = load_model(tmp_path / "toy.safetensors")
    with torch.inference_mode():
        expected = model.eval()(few.batch(slice(0, 1))[0])[0]
    torch.testing.assert_close(Chain.of(loaded).run(few.images[0].numpy()).logits, expected)
    packed = pack(loaded)
    assert packed is not None
    assert packed == pack_file(tmp_path / "toy.safetensors")


def test_an_added_network_can_be_chosen_in_the_interface() -> None:
    program = f"""
from pointwise.models import register
from {__name__} import TOY
register(TOY)
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
assert app.selectbox(key="answer.reader").options[-1] == app.selectbox(key="sidebar.arch").options[-1] == TOY.title
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=90)


def test_a_name_in_use_is_refused() -> None:
    with pytest.raises(ConfigError, match="network 'nin' already"):
        register(ARCHITECTURES["nin"])


def test_configurations_need_no_pytorch() -> None:
    program = """
import sys
from pointwise.models import ModelConfig
ModelConfig("nin")
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_empty_widths_mean_the_networks_own() -> None:
    assert ModelConfig("nin").widths == (32, 64, 96)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"arch": "resnet"}, "no network 'resnet'"),
        ({"widths": (1, 2)}, "has 3 hidden widths, not 2"),
        ({"widths": (8, 8, 0)}, "width = 0"),
        ({"widths": (8, 8, 5000)}, "width = 5000"),
        ({"widths": (8, 8, 2.5)}, "not a whole number"),
        ({"activation": "step"}, "no activation 'step'"),
        ({"input_channels": 0}, "input_channels = 0"),
        ({"image_size": 1000}, "image_size = 1000"),
        ({"image_size": True}, "image_size = True"),
        ({"num_classes": "10"}, "num_classes = 10"),
        ({"dropout": 1.0}, "dropout = 1.0"),
        ({"dropout": float("nan")}, "dropout = nan"),
        ({"batch_norm": "no"}, "batch_norm = no"),
    ],
)
def test_configuration_out_of_range_is_refused(values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        ModelConfig(**{"arch": "nin", **values})

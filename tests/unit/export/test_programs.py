"""Networks taken elsewhere say the same there: in ONNX Runtime, and in a script without Pointwise."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from pointwise.data.digits import load_bundled
from pointwise.errors import ConfigError
from pointwise.export import programs
from pointwise.models import CLASSIFIERS, ModelConfig, Network, build
from pointwise.weights import load_model, save_model

MODELS = Path(__file__).parents[3] / "models"
ODD = [
    ModelConfig("mlp_1x1", activation="gelu", batch_norm=True, dropout=0.3),
    ModelConfig("price_1x1", input_channels=5, image_size=1, num_classes=1, batch_norm=True, activation="tanh"),
    ModelConfig("nin", input_channels=3, image_size=32, widths=(4, 6, 8), activation="sigmoid"),
]


def by_onnx(content: bytes, inputs: torch.Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"picture": inputs.numpy()})[0]


@pytest.mark.parametrize("arch", CLASSIFIERS)
def test_onnx_runtime_agrees_on_digits(arch: str) -> None:
    model = load_model(MODELS / f"{arch}.safetensors")
    inputs, _ = load_bundled()[1].batch(slice(0, 20))
    with torch.inference_mode():
        expected = model(inputs)
    got = torch.from_numpy(by_onnx(programs.to_onnx(model), inputs))
    assert float((got.softmax(1) - expected.softmax(1)).abs().max()) <= 1e-5
    assert float((got - expected).abs().max()) <= 1e-5 * max(1.0, float(expected.abs().max()))


def test_onnx_runtime_agrees_on_one_house_and_on_many() -> None:
    model, content = load_model(MODELS / "price_1x1.safetensors"), None
    content = programs.to_onnx(model)
    for count in (1, 7):
        houses = torch.rand(count, 2, 1, 1)
        with torch.inference_mode():
            np.testing.assert_allclose(by_onnx(content, houses), model(houses).numpy(), atol=1e-5)


def test_pixel_network_takes_a_picture_of_any_size_alone(tmp_path: Path) -> None:
    model = build(ModelConfig("paint", 3, num_classes=3, smoothing=2.0)).eval().requires_grad_(False)
    content = programs.to_onnx(model)
    save_model(model, tmp_path / "net.safetensors", model.card)
    (tmp_path / "net.py").write_text(programs.to_torch(model, "net.safetensors"))
    taken = runpy.run_path(str(tmp_path / "net.py"))["load"]()
    for size in ((40, 61), (1, 1)):
        picture = torch.rand(1, 3, *size)
        with torch.inference_mode():
            expected = model(picture)
            assert torch.equal(taken(picture), expected)
        np.testing.assert_allclose(by_onnx(content, picture), expected.numpy(), atol=1e-5)
    assert {each.key for each in onnx.load_from_string(content).metadata_props} == {"config", "card"}


@pytest.mark.parametrize("config", ODD, ids=lambda config: config.arch)
def test_onnx_runtime_agrees_on_other_configurations(config: ModelConfig) -> None:
    model = trained_a_little(config)
    inputs = torch.randn(3, config.input_channels, config.image_size, config.image_size)
    with torch.inference_mode():
        np.testing.assert_allclose(by_onnx(programs.to_onnx(model), inputs), model(inputs).numpy(), atol=1e-5)


def trained_a_little(config: ModelConfig) -> Network:
    """Fresh weights whose running statistics have moved."""
    model = build(config)
    model.card = {}
    with torch.no_grad():
        model(torch.randn(16, config.input_channels, config.image_size, config.image_size))
    return model.eval()


def test_the_configuration_travels_with_the_onnx_file() -> None:
    model = load_model(MODELS / "price_1x1.safetensors")
    properties = {p.key: p.value for p in onnx.load_from_string(programs.to_onnx(model)).metadata_props}
    assert json.loads(properties["config"])["arch"] == "price_1x1"
    assert json.loads(properties["card"])["scaling"] == model.card["scaling"]


def test_without_the_packages_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "NEEDED", ("no_such_package",))
    with pytest.raises(ConfigError, match="pip install onnx"):
        programs.to_onnx(build(ODD[0]).eval())


@pytest.mark.parametrize("config", [*ODD, *(ModelConfig(arch) for arch in CLASSIFIERS)], ids=str)
def test_the_script_is_the_network_without_pointwise(config: ModelConfig, tmp_path: Path) -> None:
    model = trained_a_little(config)
    save_model(model, tmp_path / "weights.safetensors", {})
    (tmp_path / "network.py").write_text(programs.to_torch(model, "weights.safetensors"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "network.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "pointwise" not in (tmp_path / "network.py").read_text().replace("Pointwise", "")
    with torch.inference_mode():
        expected = model(torch.zeros(1, config.input_channels, config.image_size, config.image_size))
    assert done.stdout.strip() == str(expected)

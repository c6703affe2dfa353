"""A network as bytes for the page: from memory and from a file alike, without PyTorch, and never too large."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from pointwise.export.page_weights import Packed, pack, pack_file
from pointwise.models import CLASSIFIERS, SHIPPED, ModelConfig, build
from pointwise.models.config import BATCH_NORM_EPS
from pointwise.teaching.last_layer import LastLayer, with_last_layer
from pointwise.ui.frame.shipped import MOST_PARAMETERS
from pointwise.weights import load_model, save_model


@pytest.mark.parametrize("reader", ["nin", "mlp_1x1", "bag_of_pixels"])
def test_a_file_and_the_network_loaded_from_it_pack_alike(reader: str) -> None:
    path = SHIPPED / f"{reader}.safetensors"
    assert pack_file(path) == pack(load_model(path))


def test_other_weights_have_another_identity() -> None:
    first, second = (pack(build(ModelConfig("nin"), seed).eval()) for seed in (0, 1))
    assert first is not None
    assert second is not None
    assert first.id != second.id


def test_the_temperature_counts_too() -> None:
    model = build(ModelConfig("bag_of_pixels")).eval()
    plain = pack(model)
    model.card = {"temperature": 0.5}
    assert plain != pack(model)


@pytest.mark.parametrize("reader", ["nin", "mlp_1x1", "bag_of_pixels"])
def test_a_network_that_was_taught_is_packed_as_the_shipped_one_with_another_last_layer(reader: str) -> None:
    model = load_model(SHIPPED / f"{reader}.safetensors")
    before = LastLayer.of(model)
    layer = LastLayer(before.weights + 1, before.biases - 1)
    shipped, taught = pack(model), pack(with_last_layer(model, layer, model.card))
    assert shipped is not None
    assert shipped.last_layer == before.to_bytes()
    assert shipped.with_last_layer(layer.to_bytes()) == taught
    assert shipped.differs_in_last_layer(taught)
    other = Packed(taught.id, taught.content[: -len(layer.to_bytes()) - 4] + bytes(4) + layer.to_bytes())
    assert not shipped.differs_in_last_layer(other)


def test_what_is_too_large_or_reads_no_digits_is_not_packed(tmp_path: Path) -> None:
    model = build(ModelConfig("bag_of_pixels")).eval()
    assert pack(model, most_parameters=1_000) is None
    assert pack(model, most_parameters=1_000, stages=1) is not None
    assert pack(build(ModelConfig("price_1x1", 2, 1, 1)).eval()) is None
    save_model(model, tmp_path / "bag.safetensors", {})
    assert pack_file(tmp_path / "bag.safetensors", most_parameters=1_000) is None


def test_the_page_is_given_the_small_networks_of_those_shipped() -> None:
    given = {arch for arch in CLASSIFIERS if pack_file(SHIPPED / f"{arch}.safetensors", MOST_PARAMETERS)}
    assert given == {"nin", "mlp_1x1", "bag_of_pixels"}


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\x00" * 64])
def test_a_file_that_is_none_is_not_packed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    assert pack_file(path) is None
    assert pack_file(tmp_path / "missing.safetensors") is None


def test_a_file_is_packed_without_pytorch() -> None:
    program = (
        "import sys; from pathlib import Path; from pointwise.export.page_weights import pack_file; "
        f"assert pack_file(Path({str(SHIPPED / 'nin.safetensors')!r})); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_batch_norms_are_folded_with_their_own_epsilon() -> None:
    assert torch.nn.BatchNorm2d(1).eps == BATCH_NORM_EPS

"""How often a network is right when it is so and so sure: the bins, the file, and the one that is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from pointwise.errors import ModelFileError
from pointwise.models import CLASSIFIERS, SHIPPED
from pointwise.reliability import BINS, MADE, TEST, Bin, Reliability, as_json, fingerprint, read, reliability
from pointwise.weights import load_model

FILE = SHIPPED / "reliability.json"


def test_bins_hold_every_reading() -> None:
    generator = torch.Generator().manual_seed(0)
    probabilities = (3 * torch.randn(2_000, 10, generator=generator)).softmax(1)
    labels = torch.randint(10, (2_000,), generator=generator)
    found = reliability(probabilities, labels)
    assert found.count == 2_000
    assert len(found.bins) <= BINS
    assert [one.sureness for one in found.bins] == sorted(one.sureness for one in found.bins)
    assert sum(one.right for one in found.bins) == int((probabilities.argmax(1) == labels).sum())


def test_true_probabilities_have_hardly_any_error_and_sharpened_ones_have() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(20_000, 10, generator=generator)
    labels = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]
    assert reliability(logits.softmax(1), labels).calibration_error < 0.02
    assert reliability((3 * logits).softmax(1), labels).calibration_error > 0.1


def test_the_calibration_error_is_the_mean_gap() -> None:
    """Four answers of 0.9, three of them right; two of 0.5, none right."""
    sure = torch.tensor([[0.9, 0.1]] * 4 + [[0.5, 0.4]] * 2)
    labels = torch.tensor([0, 0, 0, 1, 1, 1])
    assert reliability(sure, labels).calibration_error == pytest.approx((4 * 0.15 + 2 * 0.5) / 6)


def test_a_file_is_read_for_the_weights_that_it_names(tmp_path: Path) -> None:
    weights, path = tmp_path / "one.safetensors", tmp_path / "reliability.json"
    weights.write_bytes(b"one")
    samples = {TEST: Reliability((Bin(10, 7, 0.75),))}
    path.write_text(json.dumps(as_json({"one": (weights, samples)})))
    assert read(path, {"one": weights}) == {"one": samples}
    weights.write_bytes(b"another")
    assert read(path, {"one": weights}) == {}


@pytest.mark.parametrize(
    "content", ["{", "[1]", '{"one": {"weights": "FINGERPRINT", "samples": {"test": {"bins": []}}}}']
)
def test_a_broken_file_is_a_sentence(content: str, tmp_path: Path) -> None:
    weights, path = tmp_path / "one.safetensors", tmp_path / "reliability.json"
    weights.write_bytes(b"one")
    path.write_text(content.replace("FINGERPRINT", fingerprint(weights)))
    with pytest.raises(ModelFileError, match="holds no reliability"):
        read(path, {"one": weights})


def test_the_shipped_file_is_of_the_shipped_weights_and_says_what_their_cards_say() -> None:
    found = read(FILE, {arch: SHIPPED / f"{arch}.safetensors" for arch in CLASSIFIERS})
    assert set(found) == set(CLASSIFIERS), "python -m pointwise reliability models/*.safetensors --out … --force"
    for arch, samples in found.items():
        right = sum(one.right for one in samples[TEST].bins)
        accuracy = load_model(SHIPPED / f"{arch}.safetensors").card["metrics"]["accuracy"]
        assert right / samples[TEST].count == pytest.approx(accuracy, abs=2e-4)
        assert samples[MADE].count == 4_000

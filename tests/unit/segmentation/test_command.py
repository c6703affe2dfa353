"""Strokes in, labels out, on the command line; and the commands that have nothing to say of painted networks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointwise.__main__ import main
from pointwise.card import STROKES
from pointwise.segmentation.labelling import label
from pointwise.weights import load_model, save_model
from tests.unit.segmentation.conftest import Painted


@pytest.fixture
def files(painted: Painted, tmp_path: Path) -> dict[str, str]:
    Image.fromarray(painted.picture).save(tmp_path / "stripes.png")
    Image.fromarray(painted.scribbles.astype(np.uint8)).save(tmp_path / "strokes.png")
    names = {"picture": "stripes.png", "strokes": "strokes.png", "out": "labels.png", "network": "net.safetensors"}
    return {key: str(tmp_path / name) for key, name in names.items()}


def test_picture_is_labelled_and_its_network_labels_others(
    files: dict[str, str], painted: Painted, capsys: pytest.CaptureFixture[str]
) -> None:
    learn = ["segment", files["picture"], "--scribbles", files["strokes"], "--out", files["out"]]
    assert main([*learn, "--network", files["network"], "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["pictures"]
    labels = np.array(Image.open(files["out"]))
    assert np.array_equal(labels, label(load_model(files["network"]), painted.channels).labels)
    assert row["shares"]["1"] == pytest.approx((labels == 1).mean())
    assert main(["segment", "--apply", files["network"], files["picture"]]) == 0
    assert np.array_equal(np.array(Image.open(files["picture"].replace(".png", "-labels.png"))), labels)
    assert main(["predict", files["network"], files["picture"]]) == 2
    assert "labels the pixels" in capsys.readouterr().err
    assert main(["evaluate", files["network"]]) == 2
    assert "was trained on strokes" in capsys.readouterr().err


def test_what_cannot_be_learned_from_is_refused(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segment", files["picture"]]) == 2
    assert "--scribbles and --out" in capsys.readouterr().err
    assert main(["segment", files["picture"], "--scribbles", files["picture"], "--out", files["out"]]) == 2
    assert "Use 0 and classes 1 to 20" in capsys.readouterr().err
    assert main(["segment", "nowhere.png", "--scribbles", files["strokes"], "--out", files["out"]]) == 2
    assert "nowhere.png cannot be read" in capsys.readouterr().err
    assert main(["train", "paint"]) == 2
    assert "paint learns from strokes" in capsys.readouterr().err


def test_a_broken_picture_among_many_does_not_keep_the_others_from_their_labels(
    files: dict[str, str], painted: Painted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(painted.fitted.network, files["network"], {"data_set": STROKES})
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    Image.fromarray(painted.picture).save(tmp_path / "stripes.tif")
    many = [str(broken), files["picture"], str(tmp_path / "stripes.tif")]
    assert main(["segment", "--apply", files["network"], *many, "--json"]) == 1
    said, err = capsys.readouterr()
    assert "broken.png is no PNG" in err
    assert [row.get("error", "") for row in json.loads(said)["pictures"]] == [err.rstrip("\n"), "", ""]
    assert main(["segment", "--apply", files["network"], str(broken)]) == 2
    assert capsys.readouterr().err == err
    assert {path.name for path in tmp_path.glob("*-labels.png")} == {"stripes.png-labels.png", "stripes.tif-labels.png"}


def test_labels_take_no_pictures_place(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    before = Path(files["picture"]).read_bytes()
    assert main(["segment", files["picture"], "--scribbles", files["strokes"], "--out", files["picture"]]) == 2
    assert "would be lost" in capsys.readouterr().err
    assert Path(files["picture"]).read_bytes() == before

"""train, predict and evaluate with a folder of pictures: what they write and print, going on, and what they refuse."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from pointwise.__main__ import main
from pointwise.answers import read_class
from pointwise.card import measured_share, reads_digits
from pointwise.commands import recorder
from pointwise.data.picture_folder import open_folder
from pointwise.data.synthetic_digits import made_digits
from pointwise.library import open_library
from pointwise.teaching.class_fitting import learn
from pointwise.teaching.last_layer import FrozenNetwork
from pointwise.teaching.own_classes import OwnClasses
from pointwise.training.loop import Step
from pointwise.weights import load_model, save_model
from tests.doodles import doodle
from tests.own_pictures import days, picture, written
from tests.unit.conftest import Json


@pytest.fixture
def sky(tmp_path: Path) -> Path:
    return written(days(), tmp_path / "sky")


def training(sky: Path, out: Path, *more: object) -> list[object]:
    return ["train", "mlp_1x1", "--folder", sky, "--width", 8, "--epochs", 8, "--out", out, *more]


def test_a_folder_is_learned_and_its_network_names_other_pictures(
    as_json: Json, sky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sky.safetensors"
    result = as_json(*training(sky, out))
    model = load_model(out)
    assert (result["classes"], result["held_out"], result["data_set"]) == (["day", "night"], 4, "own_pictures")
    assert result["metrics"]["accuracy"] == 1
    share = measured_share(model)
    assert share is not None
    assert result["accuracy_interval"] == share.interval
    record = open_library().shelf("").run(result["run"]["id"])
    assert record.job["data"] == json.loads(json.dumps(open_folder(sky).describe()))
    (tmp_path / "a.png").write_bytes(picture(45, (300, 200), seed=5))
    (tmp_path / "b.jpg").write_bytes(picture(210, (50, 90), seed=6, kind="JPEG"))
    read = as_json("predict", out, tmp_path / "a.png", tmp_path / "b.jpg")
    assert (read["target"], [one["class"] for one in read["files"]]) == ("class", ["night", "day"])
    reading = read_class(tmp_path / "a.png", out)
    assert (reading.name, reading.square.shape) == ("night", (28, 28))
    assert sum(reading.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert main(["predict", str(out), str(tmp_path / "a.png")]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'a.png'}: night (")
    more = written(days(4), tmp_path / "more")
    (row,) = as_json("evaluate", out, "--folder", more)["models"]
    assert (row["test_set"], row["test_pictures"], row["accuracy"]) == ("more", 8, 1)
    assert row["accuracy_interval"][0] > 0.6


def test_measuring_refuses_other_classes_and_networks_without_names(
    as_json: Json, refusal: Callable[..., str], sky: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sky.safetensors"
    as_json(*training(sky, out, "--no-keep"))
    strange = written({name.replace("night", "eve"): one for name, one in days(4).items()}, tmp_path / "strange")
    assert "strange has the class eve, which sky.safetensors does not know: day, night." in refusal(
        "evaluate", out, "--folder", strange
    )
    assert "nin says no names of classes" in refusal("evaluate", "nin", "--folder", sky)
    assert "Measure it on a folder of others with --folder" in refusal("evaluate", out)


def photographed(name: str, number: int) -> bytes:
    """A doodle as a small drawing in ink somewhere on a large white sheet, as PNG."""
    sheet = Image.new("L", (500, 320), 255)
    ink = Image.fromarray(255 - doodle(name, number)).resize((160, 160), Image.Resampling.BICUBIC)
    sheet.paste(ink, (20 + 30 * number, 60))
    content = io.BytesIO()
    sheet.save(content, "PNG")
    return content.getvalue()


def test_a_network_of_ones_own_drawings_is_measured_on_photographs_of_others(
    as_json: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ink alone is read, wherever it stands on the sheet, as it is read by predict."""
    names = ("sun", "fish")
    classes = OwnClasses().with_names(", ".join(names))
    for number, name in enumerate(names):
        for one in range(5):
            classes = classes.with_drawing(number, doodle(name, one))
    network = learn(FrozenNetwork(load_model("nin")), classes).network
    save_model(network, tmp_path / "own.safetensors", network.card)
    sheets = {f"{name}/{one}.png": photographed(name, one) for name in names for one in range(6)}
    folder = written(sheets, tmp_path / "sheets")
    (row,) = as_json("evaluate", tmp_path / "own.safetensors", "--folder", folder)["models"]
    assert row["accuracy"] >= 11 / 12
    for name in names:
        assert read_class(folder / name / "0.png", network).name == name
    assert main(["evaluate", str(tmp_path / "own.safetensors"), "--folder", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1].endswith("own.safetensors: nin")
    assert "sheets has pictures of 2 of 3 classes." in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--data-set", "digits"], "--data-set does not apply to --folder"),
        (["--validation", 10], "--validation does not apply to --folder"),
        (["--recipe", "slow"], "There is no recipe 'slow'"),
    ],
)
def test_what_does_not_apply_to_a_folder_is_refused(
    refusal: Callable[..., str], sky: Path, tmp_path: Path, options: list[object], words: str
) -> None:
    assert words in refusal(*training(sky, tmp_path / "x.safetensors", *options))
    assert not (tmp_path / "x.safetensors").exists()


def test_the_file_to_write_is_looked_at_before_the_pictures(
    refusal: Callable[..., str], sky: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"mine")
    (sky / "day" / "b.png").write_bytes(b"broken")
    assert "is there already" in refusal(*training(sky, tmp_path / "x.safetensors"))
    assert "There is no network 'letters'" in refusal("train", "letters", "--folder", sky)
    assert "day/b.png is no PNG or JPEG" in refusal(*training(sky, tmp_path / "y.safetensors"))


@pytest.mark.parametrize("command", [("train", "nin"), ("evaluate", "nin")])
def test_a_folder_without_a_name_is_not_the_current_one(
    capsys: pytest.CaptureFixture[str], sky: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    monkeypatch.chdir(sky)
    with pytest.raises(SystemExit, match="2"):
        main([*command, "--folder", ""])
    assert "argument --folder: a folder without a name cannot be read; give its path" in capsys.readouterr().err


def test_a_stopped_training_goes_on_with_the_same_pictures_alone(
    as_json: Json,
    sky: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole, out = tmp_path / "whole.safetensors", tmp_path / "x.safetensors"
    as_json(*training(sky, whole, "--no-keep"))
    with monkeypatch.context() as stopping:
        stopping.setattr(recorder, "AT_LATEST", 0.0)
        stopping.setattr("pointwise.commands.progress.Shown.step", stop_at(3))
        assert main(list(map(str, training(sky, out)))) == 130
    day = sky / "day" / "00.png"
    content = day.read_bytes()
    day.write_bytes(picture(201))
    assert main(list(map(str, training(sky, out, "--resume")))) == 2
    refused = capsys.readouterr().err.splitlines()[-1]
    assert "The pictures are not those that the stopped training learned from." in refused
    day.write_bytes(content)
    as_json(*training(sky, out, "--resume"))
    one, other = (load_model(path).state_dict() for path in (whole, out))
    assert all(torch.equal(one[name], tensor) for name, tensor in other.items())


def test_digits_as_the_app_draws_them_are_read_on_all_pages(as_json: Json, tmp_path: Path) -> None:
    digits, files = made_digits(120), {}
    for number, (image, label) in enumerate(zip(digits.images, digits.labels.tolist(), strict=True)):
        content = io.BytesIO()
        Image.fromarray(image.numpy()).save(content, "PNG")
        files[f"{label}/{number}.png"] = content.getvalue()
    out = tmp_path / "d.safetensors"
    sheets = written(files, tmp_path / "digits")
    run = as_json("train", "mlp_1x1", "--folder", sheets, "--epochs", 1, "--out", out)["run"]
    assert open_library().shelf("").run(run["id"]).stands_in_for == "mlp_1x1"
    assert reads_digits(load_model(out))
    read = as_json("predict", out, next(sheets.rglob("*.png")))
    assert read["target"] == "digit"


def stop_at(number: int) -> Callable[[object, Step], None]:
    def step(_: object, step: Step) -> None:
        if step.number == number:
            raise KeyboardInterrupt

    return step

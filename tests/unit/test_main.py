"""The command line, in process: what it prints where, what it writes, what it refuses."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from pointwise import weights
from pointwise.__main__ import main
from pointwise.claims import parameters
from pointwise.data.pen_strokes import fingerprint, read_strokes
from pointwise.models import ModelConfig, build, count_parameters, default_config
from pointwise.teaching.stored_digits import read
from pointwise.weights import load_model, save_model
from tests.unit.conftest import Json

STROKES = {"label": 7, "strokes": [[[0.1, 0.1], [0.9, 0.1], [0.4, 0.9]]]}


@pytest.fixture
def folder(write_mnist: Callable[..., Path]) -> Path:
    return write_mnist()


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    card = {"recipe": {"name": "fast", "seed": 3}}
    save_model(build(default_config("bag_of_pixels")), tmp_path / "bag.safetensors", card)
    return tmp_path / "bag.safetensors"


@pytest.fixture
def shipped(bag: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(weights, "SHIPPED", bag.parent)
    return bag.parent


def test_train_writes_what_it_reports(as_json: Json, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "bag.safetensors"
    result = as_json("train", "bag_of_pixels", "--epochs", 2, "--seed", 5, "--data", folder, "--out", out)
    assert (result["file"], result["arch"]) == (str(out), "bag_of_pixels")
    assert (result["recipe"]["name"], result["recipe"]["epochs"], result["recipe"]["seed"]) == ("fast", 2, 5)
    assert load_model(out).card["metrics"] == result["metrics"]


def test_train_repeats_with_the_same_seed(as_json: Json, folder: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.safetensors", tmp_path / "b.safetensors"]
    for out in files:
        as_json("train", "bag_of_pixels", "--epochs", 1, "--data", folder, "--out", out)
    first, second = (load_model(out).state_dict() for out in files)
    assert all((first[name] == second[name]).all() for name in first)


def test_train_measures_the_rounded_weights(as_json: Json, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "half.safetensors"
    trained = as_json("train", "bag_of_pixels", "--epochs", 1, "--data", folder, "--out", out, "--float16")
    (evaluated,) = as_json("evaluate", out, "--data", folder)["models"]
    assert trained["metrics"]["loss"] == pytest.approx(evaluated["loss"], rel=1e-9)


def test_train_the_price_network_without_any_data_folder(as_json: Json, tmp_path: Path) -> None:
    out = tmp_path / "price.safetensors"
    result = as_json("train", "price_1x1", "--epochs", 1, "--data", tmp_path / "none", "--out", out)
    assert result["recipe"]["name"] == "standardised"
    assert load_model(out).card["scaling"]["std"] > 1000


def test_without_json_the_result_is_a_sentence(capsys: pytest.CaptureFixture[str], folder: Path, bag: Path) -> None:
    assert main(["train", "bag_of_pixels", "--epochs", "1", "--data", str(folder), "--out", str(bag), "--force"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"{bag}: test_loss ")
    assert re.match(r"epoch 1/1  train_loss .*  test_loss [\d.]+  test_accuracy [\d.]+\n", err)


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        (["resnet"], "no network 'resnet'"),
        (["nin", "--recipe", "slow"], "no recipe 'slow'"),
        (["price_1x1", "--recipe", "fast"], "no recipe 'fast' for price_1x1"),
        (["nin", "--epochs", "0"], "epochs 0 is out of range"),
        (["nin", "--epochs", "501"], "epochs 501 is out of range"),
        (["nin", "--batch", "0"], "batch size 0"),
        (["nin", "--lr", "0"], "learning rate of 0"),
        (["nin", "--lr", "nan"], "learning rate of nan"),
        (["nin", "--lr", "inf"], "learning rate of inf"),
        (["nin", "--seed", "-1"], "seed -1"),
        (["nin", "--seed", "4294967296"], "seed 4294967296"),
    ],
)
def test_train_refuses_values_out_of_range(refusal: Callable[..., str], options: list[str], wrong: str) -> None:
    assert wrong in refusal("train", *options)


@pytest.mark.parametrize("options", [["--epochs", "x"], ["--lr", "fast"], ["--colour", "red"]])
def test_arguments_that_are_no_numbers(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["train", "nin", *options])
    assert capsys.readouterr().out == ""


def test_unwritable_place_is_refused_before_the_data_is_even_looked_for(
    refusal: Callable[..., str], tmp_path: Path
) -> None:
    error = refusal("train", "nin", "--data", tmp_path / "none", "--out", tmp_path)
    assert "cannot be written" in error


def test_missing_data_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    assert "There is no train-images" in refusal(
        "train", "nin", "--data", tmp_path / "none", "--out", tmp_path / "a.safetensors"
    )
    assert not (tmp_path / "a.safetensors").exists()


def test_a_confusion_matrix_is_printed_and_stands_in_json(
    as_json: Json, capsys: pytest.CaptureFixture[str], folder: Path, bag: Path
) -> None:
    asked = ["evaluate", str(bag), "--confusion", "--data", str(folder)]
    (row,) = as_json(*asked)["models"]
    found = row["confusion"]
    assert sum(map(sum, found["counts"])) == row["test_digits"]
    right = sum(found["counts"][one][one] for one in range(10))
    assert right / row["test_digits"] == pytest.approx(row["accuracy"])
    assert (len(found["surest"]), found["misread"]) == (20, row["test_digits"] - right)
    assert main(asked) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    head = next(at for at, line in enumerate(lines) if line[:10] == found["classes"])
    for number, counts in enumerate(found["counts"]):
        assert lines[head + 1 + number][:11] == [str(number), *(str(one or "·") for one in counts)]


def test_no_confusion_of_what_is_no_classifier(refusal: Callable[..., str]) -> None:
    assert "--confusion does not apply" in refusal("evaluate", "price_1x1", "--confusion")


def test_half_downloaded_data_is_refused(refusal: Callable[..., str], folder: Path, bag: Path) -> None:
    path = folder / "MNIST" / "raw" / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:1000])
    assert "half-downloaded" in refusal("evaluate", bag, "--data", folder)


def test_data_folder_comes_from_the_environment(as_json: Json, bag: Path, folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("POINTWISE_DATA", str(folder))
    assert as_json("evaluate", bag)["models"][0]["test_digits"] == 32


def test_interrupted_training_leaves_the_old_file(
    folder: Path, bag: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[None]:
        raise KeyboardInterrupt

    before = bag.read_bytes()
    monkeypatch.setattr("pointwise.training.train", interrupted)
    assert main(["train", "bag_of_pixels", "--data", str(folder), "--out", str(bag), "--force"]) == 130
    assert capsys.readouterr().err.startswith("Stopped before the first step. There is no checkpoint yet.")
    assert bag.read_bytes() == before


def test_evaluate_a_classifier(as_json: Json, bag: Path, folder: Path) -> None:
    (row,) = as_json("evaluate", bag, "--data", folder)["models"]
    assert (row["arch"], row["parameters"], row["multiply_adds"]) == ("bag_of_pixels", 1_450, 1_078_784)
    assert (row["bytes"], row["recipe"], row["seed"]) == (bag.stat().st_size, "fast", 3)
    assert 0 <= row["accuracy_interval"][0] <= row["accuracy"] <= row["accuracy_interval"][1] <= 1
    assert row["loss"] > 0


def test_evaluate_on_pen_strokes(as_json: Json, bag: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pen.jsonl").write_text(json.dumps(STROKES))
    (row,) = as_json("evaluate", bag, "--data", folder, "--strokes", tmp_path / "pen.jsonl")["models"]
    assert list(row["strokes"]["by_pen"]) == ["12", "16", "20", "24", "28"]
    assert 0.0 <= row["strokes"]["accuracy"] == row["strokes"]["by_source"]["all"] <= 1.0
    low, high = row["strokes"]["intervals_by_source"]["all"]
    assert low <= row["strokes"]["accuracy"] <= high


def test_evaluate_names_the_development_set(
    bag: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = tmp_path / "pen.jsonl"
    pen.write_text(json.dumps(STROKES))
    command = ["evaluate", str(bag), "--data", str(folder), "--strokes", str(pen)]
    assert main(command) == 0
    assert "of 1 drawings, each 3 times" in capsys.readouterr().out
    monkeypatch.setattr("pointwise.data.pen_strokes.DEVELOPMENT", fingerprint(read_strokes(pen)))
    assert main(command) == 0
    assert "of 1 drawings, the development set, each 3 times" in capsys.readouterr().out


def test_evaluate_a_price_network_without_any_data_folder(as_json: Json, tmp_path: Path) -> None:
    save_model(build(default_config("price_1x1")), tmp_path / "price.safetensors", {})
    (row,) = as_json("evaluate", tmp_path / "price.safetensors", "--data", tmp_path)["models"]
    assert row["mae"] > 1000
    assert row["recipe"] is None


def test_evaluate_says_the_same_in_sentences(bag: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(bag), "--data", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "1,450 parameters, 1,078,784 multiply-adds" in out
    assert re.search(r" % \(\d+\.\d\d–\d+\.\d\d\) of 32 test digits of MNIST", out)


def test_evaluate_refuses_missing_and_broken_files(refusal: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"broken")
    assert "does not exist" in refusal("evaluate", tmp_path / "missing.safetensors")
    assert "damaged" in refusal("evaluate", tmp_path / "broken.safetensors")


def test_evaluate_refuses_a_classifier_of_other_pictures(refusal: Callable[..., str], tmp_path: Path) -> None:
    save_model(build(ModelConfig("nin", image_size=32)), tmp_path / "large.safetensors", {"data_set": "mnist"})
    assert "no classifier of MNIST's pictures" in refusal("evaluate", tmp_path / "large.safetensors")


def test_export_writes_both(as_json: Json, bag: Path, tmp_path: Path) -> None:
    onnx, script = tmp_path / "bag.onnx", tmp_path / "bag.py"
    assert as_json("export", bag, "--onnx", onnx, "--torch", script)["written"] == [str(script), str(onnx)]
    assert onnx.stat().st_size > 1000
    assert 'with_name("bag.safetensors")' in script.read_text()


def test_export_refuses_nothing_to_do_and_broken_files(refusal: Callable[..., str], bag: Path, tmp_path: Path) -> None:
    assert "Give --onnx OUT, --torch OUT, --html OUT, or several" in refusal("export", bag)
    assert "does not exist" in refusal("export", tmp_path / "none.safetensors", "--torch", tmp_path / "x.py")


def test_train_on_another_data_set_with_one_word(as_json: Json, tmp_path: Path) -> None:
    result = as_json(
        "train",
        "mlp_1x1",
        "--data-set",
        "digits",
        "--epochs",
        1,
        "--data",
        tmp_path,
        "--out",
        tmp_path / "m.safetensors",
    )
    assert (result["data_set"], result["data"]) == ("digits", "Bundled digits, 1,500 training pictures")


def test_what_needs_more_memory_than_there_is_is_refused_unless_that_is_to_be_ignored(
    refusal: Callable[..., str], as_json: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POINTWISE_MEMORY_GB", "0.05")
    out = tmp_path / "own.safetensors"
    training = ("train", "bag_of_pixels", "--data-set", "digits", "--epochs", 1, "--no-keep", "--out", out)
    said = refusal(*training)
    assert "and there are 50 MB for it" in said
    assert said.endswith("--ignore-memory trains all the same.\n")
    assert not out.exists()
    assert "This training needs about" in refusal("sweep", "--out", tmp_path / "widths.json")
    assert "This training needs about" in refusal("bench", "tutorial-step")
    assert as_json(*training, "--ignore-memory")["file"] == str(out)


def test_train_refuses_an_unknown_data_set(refusal: Callable[..., str]) -> None:
    assert "There is no data set 'letters'" in refusal("train", "nin", "--data-set", "letters")


def test_resuming_without_a_checkpoint_is_refused(refusal: Callable[..., str], folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.safetensors"
    assert "nothing to go on from" in refusal("train", "nin", "--resume", "--data", folder, "--out", out)


def test_a_sweep_writes_what_it_has_trained(
    as_json: Json, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameters, "WIDTHS", (0, 1))
    result = as_json("sweep", "--epochs", 1, "--workers", 0, "--data", folder, "--out", tmp_path / "w.json")
    assert [(row["seed"], row["width"]) for row in result["trainings"]] == [
        (seed, width) for seed in parameters.SEEDS for width in (0, 1)
    ]
    assert [row.width for row in parameters.read(tmp_path / "w.json")] == [0, 1]


def test_a_network_of_another_data_set_is_measured_on_its_own(
    as_json: Json, write_mnist: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = write_mnist(folder="KMNIST"), tmp_path / "k.safetensors"
    as_json("train", "bag_of_pixels", "--data-set", "kmnist", "--epochs", 1, "--data", folder, "--out", out)
    (row,) = as_json("evaluate", out, "--data", folder)["models"]
    assert (row["test_set"], row["test_pictures"]) == ("KMNIST", 32)
    assert row["accuracy"] == load_model(out).card["metrics"]["accuracy"]
    assert main(["evaluate", str(out), "--data", str(folder)]) == 0
    assert "of 32 test pictures of KMNIST" in capsys.readouterr().out


def test_a_network_that_does_not_fit_its_data_set_is_refused(
    refusal: Callable[..., str], write_mnist: Callable[..., Path], tmp_path: Path
) -> None:
    path = tmp_path / "odd.safetensors"
    save_model(build(ModelConfig("bag_of_pixels", input_channels=3)), path, {"data_set": "kmnist"})
    assert "no classifier of KMNIST's pictures" in refusal("evaluate", path, "--data", write_mnist(folder="KMNIST"))


def test_a_network_of_the_bundled_digits_is_scored_on_them_and_on_strokes(as_json: Json, tmp_path: Path) -> None:
    out, pen = tmp_path / "b.safetensors", tmp_path / "pen.jsonl"
    pen.write_text(json.dumps(STROKES))
    nowhere = ["--data", tmp_path / "none"]
    as_json("train", "mlp_1x1", "--data-set", "digits", "--epochs", 2, "--out", out, *nowhere)
    (row,) = as_json("evaluate", out, "--strokes", pen, *nowhere)["models"]
    assert (row["data_set"], row["test_set"], row["test_digits"]) == ("digits", "Bundled digits", 297)
    assert row["accuracy"] == load_model(out).card["metrics"]["accuracy"]
    assert {"calibration_error", "unsure", "shuffled_accuracy", "strips", "strokes"} <= set(row)


@pytest.mark.parametrize(
    ("config", "card", "wrong"),
    [
        (ModelConfig("nin"), {}, "does not say which data set"),
        (
            ModelConfig("nin"),
            {"recipe": {"name": "fast", "made": 0}, "data": "KMNIST", "epochs": 2},
            "does not say which",
        ),
        (default_config("price_1x1"), {"data_set": "table", "target": "y"}, "was trained on a table"),
        (
            default_config("price_1x1"),
            {"data_set": "houses", "options": {"rows": 1}},
            "description that cannot be used",
        ),
        (ModelConfig("nin"), {"data_set": "digits", "options": {"few": "all"}}, "description that cannot be used"),
        (ModelConfig("nin"), {"data_set": "digits", "options": {"colour": 1}}, "description that cannot be used"),
    ],
)
def test_a_file_whose_data_are_not_known_is_refused(
    refusal: Callable[..., str], tmp_path: Path, config: ModelConfig, card: dict[str, Any], wrong: str
) -> None:
    save_model(build(config), tmp_path / "odd.safetensors", card)
    assert wrong in refusal("evaluate", tmp_path / "odd.safetensors", "--data", tmp_path)


def test_a_training_that_is_over_cannot_be_resumed(
    as_json: Json, refusal: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # killed before the checkpoint was taken away
    command = ["train", "bag_of_pixels", "--data-set", "digits", "--epochs", 1, "--out", tmp_path / "b.safetensors"]
    as_json(*command, "--no-keep")
    assert "is over" in refusal(*command, "--no-keep", "--resume", "--force")


def test_a_training_that_is_over_but_was_not_written_is_written_from_the_library(
    as_json: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # killed before the checkpoint was taken away
    out = tmp_path / "b.safetensors"
    command = ["train", "bag_of_pixels", "--data-set", "digits", "--epochs", 1, "--out", out]
    first, written = as_json(*command), load_model(out)
    out.write_bytes(b"older")
    assert as_json(*command, "--resume", "--force") == first
    again = load_model(out)
    assert again.card == written.card
    assert all(torch.equal(again.state_dict()[name], t) for name, t in written.state_dict().items())


def test_sample_chooses_digits_of_each_class(as_json: Json, write_mnist: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "sample.npz"
    chosen = as_json("sample", "--data", str(write_mnist(train=400)), "--out", str(out))
    assert chosen["test"] == 32
    for part in (read(out).training, read(out).hard):
        assert part.labels.bincount().unique().tolist() == [chosen["training"] // 10]


def test_what_json_cannot_say_is_null(
    as_json: Json, tmp_path: Path, bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {"loss": float("nan"), "worst": [float("inf"), 0.5], "accuracy_interval": (0.25, float("-inf"))}
    monkeypatch.setattr("pointwise.evaluation.scores", lambda *_: measured)
    monkeypatch.setattr("pointwise.evaluation.own_data", lambda *_: None)
    monkeypatch.setattr("pointwise.evaluation.pictures_shown", lambda *_: 1)
    (row,) = as_json("evaluate", bag)["models"]
    assert (row["loss"], row["worst"], row["accuracy_interval"]) == (None, [None, 0.5], [0.25, None])


def test_train_asks_for_room_for_its_weights(
    refusal: Callable[..., str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []

    def check(path: Path, size: int = 0) -> None:
        asked.append((path.name, size))
        if size:
            raise weights.ModelFileError(path, "has no room", "Choose another place.")

    monkeypatch.setattr(weights, "check_writable", check)
    said = refusal("train", "bag_of_pixels", "--data", folder, "--out", tmp_path / "bag.safetensors", "--float16")
    assert said == "bag.safetensors has no room. Choose another place.\n"
    assert asked[-1] == ("bag.safetensors", 2 * count_parameters(build(default_config("bag_of_pixels"))))

"""The commands import and predict, in process: what they write, what they print, what they refuse."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pointwise.__main__ import main
from pointwise.data.synthetic_digits import made_digits
from pointwise.data.table import Prepared, prepare, read_table
from pointwise.inference import predict_price, predict_rows, predict_table
from pointwise.jobs import TableJob, table_config
from pointwise.models import SHIPPED, ModelConfig, build
from pointwise.training import table_recipe
from pointwise.weights import load_model, save_model
from tests import tutorial
from tests.unit.conftest import Json


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
    """Run a command; its standard output by lines."""

    def run(*arguments: object) -> list[str]:
        assert main(list(map(str, arguments))) == 0
        return capsys.readouterr().out.splitlines()

    return run


def test_the_tutorials_file_becomes_a_weights_file_with_its_logits(as_json: Json, tmp_path: Path) -> None:
    net = tutorial.trained()
    (tmp_path / "tutorial.pth").write_bytes(tutorial.saved(net))
    out = tmp_path / "new" / "conv_mlp.safetensors"
    result = as_json("import", tmp_path / "tutorial.pth", "--out", out, "--data-set", "mnist", "--scaling", "-1 to 1")
    assert (result["file"], result["arch"], result["widths"]) == (str(out), "conv_mlp", [64, 256])
    assert (result["parameters"], result["unknown"]) == (12_848_010, ["activation"])
    model, (pictures, _) = load_model(out), made_digits(8).batch(slice(None))
    with torch.inference_mode():
        assert torch.equal(model(pictures), net(pictures))
    assert model.card == {
        "imported": "tutorial.pth",
        "data_set": "mnist",
        "picture_scaling": "-1 to 1",
        "unknown": ["activation"],
    }


def test_what_is_recognised_and_what_is_unknown_is_told(lines: Callable[..., list[str]], tmp_path: Path) -> None:
    torch.save(build(ModelConfig("nin", widths=(2, 3, 4))).state_dict(), tmp_path / "a.pth")
    out = tmp_path / "a.safetensors"
    recognised, unknown = lines("import", tmp_path / "a.pth", "--out", out)
    assert recognised == f"{out}: nin with 2 and 3 and 4 channels, 327 parameters, 1×28×28 in, 10 out"
    assert unknown.startswith("Unknown: what it was trained on (--data-set); how its pictures were scaled (--scaling)")
    assert "its activation (--activation)" in unknown


def test_our_own_file_is_copied_with_its_card(as_json: Json, tmp_path: Path) -> None:
    result = as_json("import", SHIPPED / "price_1x1.safetensors", "--out", tmp_path / "p.safetensors")
    assert result["metrics"] == load_model(SHIPPED / "price_1x1.safetensors").card["metrics"]
    assert load_model(tmp_path / "p.safetensors").card == load_model(SHIPPED / "price_1x1.safetensors").card


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--data-set", "imagenet"], "no data set 'imagenet'"),
        (["--scaling", "loud"], "no scaling of pictures 'loud'"),
        (["--activation", "swish"], "no activation 'swish'"),
        ([], "letter.pth is damaged"),
    ],
)
def test_import_refuses_with_a_sentence(
    refusal: Callable[..., str], tmp_path: Path, options: list[str], words: str
) -> None:
    (tmp_path / "letter.pth").write_text("Dear reader")
    if options:
        torch.save(build(ModelConfig("bag_of_pixels")).state_dict(), tmp_path / "letter.pth")
    assert words in refusal("import", tmp_path / "letter.pth", "--out", tmp_path / "a.safetensors", *options)
    assert not (tmp_path / "a.safetensors").exists()


def test_import_looks_before_it_reads_where_it_is_to_write(refusal: Callable[..., str], tmp_path: Path) -> None:
    assert "cannot be written" in refusal("import", tmp_path / "none.pth", "--out", tmp_path)


ROWS = "town;size;price\n" + "".join(
    f"{['Ulm', 'Bonn', ''][i % 3]};{i % 7},5;{i % 7 + 10 * (i % 3)}\n" for i in range(90)
)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(read_table(ROWS.encode(), "houses.csv"), "price")


@pytest.fixture(scope="module")
def network(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Path:
    *_, last = TableJob(table_config(prepared), table_recipe(72, epochs=3), prepared).steps()
    path = tmp_path_factory.mktemp("networks") / "table.safetensors"
    model = TableJob(table_config(prepared), table_recipe(72, epochs=3), prepared).network(last.epoch)
    save_model(model, path, model.card)
    return path


def test_tables_network_predicts_rows_without_its_table(as_json: Json, network: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("note,size,town\nfirst,2.5,Bonn\nsecond,,Rom\n")
    result = as_json("predict", network, tmp_path / "rows.csv")
    expected = predict_table(load_model(network), [{"size": 2.5, "town": "Bonn"}, {"size": None, "town": "Rom"}])
    assert result == {
        "network": str(network),
        "target": "price",
        "files": [{"file": str(tmp_path / "rows.csv"), "predictions": expected.tolist()}],
    }


def test_its_own_table_is_predicted_as_in_its_training(
    as_json: Json, network: Path, prepared: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "own.csv").write_text(ROWS)
    (file,) = as_json("predict", network, tmp_path / "own.csv")["files"]
    both = [predict_rows(load_model(network), rows) for rows in (prepared.training, prepared.held_out)]
    np.testing.assert_allclose(sorted(file["predictions"]), np.sort(np.concatenate(both)), rtol=1e-6)


def test_predictions_are_printed_one_a_row(lines: Callable[..., list[str]], network: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.tsv"):
        (tmp_path / name).write_text("size\ttown\n2.5\tBonn\n3.5\tUlm\n")
    told = lines("predict", network, tmp_path / "a.csv", tmp_path / "b.tsv")
    assert told[:2] == told[2:]
    assert [float(line) for line in told[:2]] == pytest.approx(
        predict_table(load_model(network), [{"size": 2.5, "town": "Bonn"}, {"size": 3.5, "town": "Ulm"}]), rel=1e-6
    )


def test_houses_are_predicted_from_square_feet_and_rooms(as_json: Json, tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text('rooms,square_feet\n4,"2,500"\n3,1000\n')
    network = SHIPPED / "price_1x1.safetensors"
    result = as_json("predict", network, tmp_path / "houses.csv")
    model = load_model(network)
    assert result["target"] == "price"
    assert result["files"][0]["predictions"] == pytest.approx(
        [predict_price(model, 2500, 4), predict_price(model, 1000, 3)]
    )


def picture(path: Path) -> Path:
    """A one, as a person with a thick pen draws it."""
    pixels = np.full((120, 120), 255, np.uint8)
    pixels[20:100, 56:66] = 0
    Image.fromarray(pixels).save(path)
    return path


def test_pictures_of_digits_are_read(as_json: Json, lines: Callable[..., list[str]], tmp_path: Path) -> None:
    path, network = picture(tmp_path / "one.png"), SHIPPED / "nin.safetensors"
    (file,) = as_json("predict", network, path)["files"]
    assert (file["file"], file["digit"], file["sure"]) == (str(path), 1, True)
    assert lines("predict", network, path) == [f"{path}: 1 ({file['probability']:.1%})"]


def old_table_network(path: Path) -> Path:
    model = build(ModelConfig("price_1x1", 2, 1, 1))
    save_model(model, path, {"data_set": "table", "target": "price"})
    return path


def test_predict_refuses_with_a_sentence(refusal: Callable[..., str], network: Path, tmp_path: Path) -> None:
    house, nin = SHIPPED / "price_1x1.safetensors", SHIPPED / "nin.safetensors"
    rows = tmp_path / "rows.csv"
    rows.write_text("size,town\nlarge,Ulm\n")
    assert "'large' is none" in refusal("predict", network, rows)
    assert "rows.csv cannot be priced. Houses need one column 'square_feet'" in refusal("predict", house, rows)
    assert "rows.csv is no PNG, JPEG" in refusal("predict", nin, rows)
    rows.write_text("size,city\n3,Ulm\n")
    assert "no column 'town'" in refusal("predict", network, rows)
    rows.write_text("square_feet,rooms\n1000,3\n1000,\n")
    assert "rows.csv cannot be priced. Rooms of nan in row 2 are no house's" in refusal("predict", house, rows)
    assert "cannot be read" in refusal("predict", house, tmp_path / "none.csv")
    assert "cannot be read" in refusal("predict", house, tmp_path)
    assert "does not say which columns" in refusal("predict", old_table_network(tmp_path / "old.safetensors"), rows)
    save_model(build(ModelConfig("price_1x1", 2, 1, 1)), tmp_path / "from.safetensors", {"imported": "a.pth"})
    assert "does not say what it predicts from" in refusal("predict", tmp_path / "from.safetensors", rows)


def test_a_house_outside_of_what_was_learned_is_a_guess(
    as_json: Json, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "houses.csv").write_text("rooms,square_feet\n4,2500\n3,9000\n")
    assert main(["predict", "price_1x1", str(tmp_path / "houses.csv")]) == 0
    out, err = capsys.readouterr()
    assert len([float(line) for line in out.splitlines()]) == 2
    said = "1 price is a guess, outside of what the network learned, 0–5,000 square feet and 0–10 rooms."
    assert err == f"houses.csv: {said}\n"
    assert as_json("predict", "price_1x1", tmp_path / "houses.csv")["files"][0]["guess"] == [False, True]


def test_files_that_cannot_be_read_do_not_keep_others_from_their_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, broken = picture(tmp_path / "one.webp"), tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    assert main(["predict", "nin", str(broken), str(path), str(tmp_path / "none.png"), "--json"]) == 1
    out, err = capsys.readouterr()
    first, second, third = json.loads(out)["files"]
    assert (second["digit"], len(second["probabilities"])) == (1, 10)
    assert err == f"{first['error']}\n{third['error']}\n"
    assert "broken.png is no PNG" in err
    assert f"{tmp_path / 'none.png'} cannot be read" in err
    assert main(["predict", "nin", str(broken), str(tmp_path / "none.png")]) == 2
    assert capsys.readouterr().err == f"{first['error']} {third['error']}\n"


def test_predict_refuses_a_table_that_is_too_large(refusal: Callable[..., str], network: Path, tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.write(b"size,town\n")
        file.truncate(11 * 2**20)
    assert "more than 10 MB" in refusal("predict", network, tmp_path / "large.csv")


def test_blank_picture_is_refused(refusal: Callable[..., str], tmp_path: Path) -> None:
    blank = io.BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    (tmp_path / "blank.png").write_bytes(blank.getvalue())
    assert "of one colour" in refusal("predict", SHIPPED / "nin.safetensors", tmp_path / "blank.png")

"""What commands say of their work while it goes on, on a terminal, elsewhere and where nobody wants to know."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pointwise.__main__ import main
from pointwise.commands import progress
from pointwise.commands.progress import Shown, looked_at
from pointwise.data.catalogue import Pictures
from pointwise.data.download import Download
from pointwise.data.housing import HouseOptions
from pointwise.data.pen_strokes import PenDigit
from pointwise.evaluation import draw, pictures_shown, scores
from pointwise.jobs import HouseJob, fit
from pointwise.jobs.training_bar import epoch_of
from pointwise.models import build, default_config
from pointwise.training import recipe_named
from pointwise.weights import save_model

REPOSITORY = Path(__file__).parents[2]
TRAIN = ["train", "mlp_1x1", "--data-set", "digits", "--epochs", "2", "--no-keep", "--json", "--out"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    """Let stderr be a terminal whose bars are drawn anew at every step."""

    def begin() -> Terminal:
        monkeypatch.setattr(sys, "stderr", there := Terminal())
        monkeypatch.setattr(progress, "APART", 1e-6)
        return there

    return begin


def test_a_training_shows_the_steps_of_each_epoch_on_a_terminal(
    terminal: Callable[[], Terminal], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = terminal()
    assert main([*TRAIN, str(tmp_path / "a.safetensors")]) == 0
    drawn = said.getvalue().split("\r")
    within = [line for line in drawn if line.startswith("epoch 2/2:") and "| 18/24 [" in line]
    assert within
    assert drawn[1].startswith("preparing")
    assert "loss 0." in within[0]
    assert sum("epoch 1/2  train_loss" in line for line in drawn) == 1
    assert drawn[-1] == ""  # and the bar is gone
    assert json.loads(capsys.readouterr().out)["file"] == str(tmp_path / "a.safetensors")


def test_elsewhere_there_is_a_line_an_epoch(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([*TRAIN, str(tmp_path / "a.safetensors")]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]


def test_nothing_is_said_where_nobody_wants_to_know(terminal: Callable[[], Terminal], tmp_path: Path) -> None:
    said = terminal()
    assert main([*TRAIN, str(tmp_path / "a.safetensors"), "--quiet"]) == 0
    assert said.getvalue() == ""


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    save_model(build(default_config("bag_of_pixels")), tmp_path / "bag.safetensors", {"data_set": "digits"})
    return tmp_path / "bag.safetensors"


def test_evaluate_shows_the_pictures_that_are_read(
    terminal: Callable[[], Terminal], bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = terminal()
    assert main(["evaluate", str(bag), "--json"]) == 0
    drawn = said.getvalue().split("\r")
    assert any(line.startswith("bag.safetensors: 100%|") and "1.89k/1.89k [" in line for line in drawn)
    assert drawn[-1] == ""
    assert json.loads(capsys.readouterr().out)["models"][0]["test_digits"] == 297
    said = terminal()
    assert main(["evaluate", "price_1x1", "--quiet"]) == 0
    assert said.getvalue() == ""


class Count:
    """A bar that nobody sees."""

    n, total = 0, 1_000_000

    def update(self, more: int) -> None:
        self.n += more


@pytest.mark.parametrize("arch", ["mlp_1x1", "price_1x1"])
def test_as_many_are_announced_as_are_shown_to_the_network(arch: str) -> None:
    model, count = build(default_config(arch)), Count()
    model.eval()
    if arch == "price_1x1":
        model.card = {"data_set": "houses", "scaling": {"mean": 0.0, "std": 1.0}}
        own: Pictures | HouseOptions = HouseOptions()
        drawings: list[PenDigit] = []
    else:
        model.card = {"data_set": "digits"}
        own, drawings = Pictures("digits"), [PenDigit(7, (((0.1, 0.1), (0.9, 0.1), (0.4, 0.9)),))] * 2
    with looked_at(count, model):  # type: ignore[arg-type]
        scores(model, own, drawn=draw(drawings) if drawings else None)
    assert count.n == pytest.approx(pictures_shown(model, own, None, drawings), rel=0.05)


def test_a_training_in_one_call_shows_a_bar_where_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    recipe = recipe_named("standardised", "price_1x1", epochs=2)
    job = HouseJob(default_config("price_1x1"), recipe, HouseOptions(rows=200))
    fit(job)
    assert capsys.readouterr().err == ""  # no terminal
    model = fit(job, progress=True)
    last = capsys.readouterr().err.strip().split("\r")[-1]
    assert last.startswith("epoch 2/2: 100%|")
    assert f", mae {model.card['metrics']['mae']:.4f}, r2 {model.card['metrics']['r2']:.4f}" in last


@pytest.mark.parametrize(
    ("step", "epoch"), [(1, 1), (12, 1), (13, 2), (24, 2), (25, 3), (36, 3)], ids=lambda one: str(one)
)
def test_epochs_are_told_from_steps(step: int, epoch: int) -> None:
    assert epoch_of(step, 36, 3) == epoch


DOWNLOADS = [Download(0, 4_000_000), Download(3_000_000, 4_000_000), Download(4_000_000, 4_000_000)]


def test_a_download_is_a_bar_of_bytes_on_a_terminal_and_else_a_line(
    terminal: Callable[[], Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = terminal()
    with Shown(argparse.Namespace(quiet=False)) as shown:
        for download in DOWNLOADS:
            shown.download(download)
    lines = said.getvalue().split("\r")
    assert any(line.startswith("Downloading:  75%|") and "3.00M/4.00M [" in line for line in lines)
    monkeypatch.setattr(sys, "stderr", elsewhere := io.StringIO())
    for quiet in (False, True):
        with Shown(argparse.Namespace(quiet=quiet)) as shown:
            for download in DOWNLOADS:
                shown.download(download)
    assert elsewhere.getvalue() == "Downloading: 4.0 MB.\n"


def test_stdout_is_for_the_result_alone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(_: argparse.Namespace) -> dict[str, object]:
        print("what some library says")
        return {"runs": []}

    monkeypatch.setattr("pointwise.commands.runs.list_runs", chatty)
    assert main(["runs", "list", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"runs": []}
    assert err == "what some library says\n"


def test_a_reader_that_has_gone_is_no_traceback(tmp_path: Path) -> None:
    code = (
        "import os, time; from pointwise.__main__ import main; os.read(0, 1); raise SystemExit(main(['runs', 'list']))"
    )
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "POINTWISE_HOME": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], env=env, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write("x")
        process.stdin.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1


def test_ctrl_c_between_two_files_says_which_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, bag: Path
) -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("pointwise.export.programs.to_onnx", interrupted)
    script = tmp_path / "bag.py"
    assert main(["export", str(bag), "--torch", str(script), "--onnx", str(tmp_path / "bag.onnx")]) == 130
    assert capsys.readouterr().err == f"Stopped. Written by then: {script}.\n"
    assert script.exists()
    script.unlink()
    assert main(["export", str(bag), "--onnx", str(tmp_path / "bag.onnx")]) == 130
    assert capsys.readouterr().err == "Stopped; nothing was written.\n"


def test_version_and_program_are_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def said(*arguments: str) -> str:
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
        return capsys.readouterr().out

    assert said("--version").startswith("pointwise ")
    assert said("train", "--help").startswith("usage: python -m pointwise train ")
    monkeypatch.setattr(sys, "argv", ["/somewhere/bin/pointwise"])
    assert "\n  pointwise train nin --data-set digits\n" in said("train", "--help")

"""Which options of which command apply, and which files a command replaces: the whole table of both."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from pointwise.__main__ import _parser, main
from pointwise.models import SHIPPED, ModelConfig
from pointwise.weights import load_model

PRICE = SHIPPED / "price_1x1.safetensors"
# Options that apply whatever else is given, by command. Every other one stands in REFUSED.
ALWAYS = {
    "train": "activation width recipe epochs batch lr seed threads ignore-memory out resume force float16 no-keep "
    "quiet json",
    "evaluate": "folder quiet json",
    "export": "onnx torch html force json",
    "import": "out force json",
    "predict": "quiet json",
    "segment": "apply force quiet json",
    "bench": "rounds threads ignore-memory data quiet json",
    "sweep": "epochs out workers scheduler resume force ignore-memory data quiet json",
    "sample": "out data force quiet json",
    "reliability": "out data force quiet json",
    "study": "strokes quick workers scheduler ignore-memory data quiet json",
    "site": "out readme force quiet json",
    "runs list": "all json",
    "runs delete": "yes json",
    "runs export": "out force json",
} | {f"runs {name}": "json" for name in ("show", "stop", "rename", "note", "pin", "unpin", "import")}
REFUSED = {
    "train price_1x1 --data-set cifar10 --resume": "to price_1x1, which learns from houses that it makes",
    "train price_1x1 --data-set mnist": "to price_1x1, which learns from houses that it makes",
    "train price_1x1 --folder sky": "to price_1x1, which learns from houses that it makes",
    "train nin --folder sky --data-set mnist": "to --folder, whose pictures are learned from or held out",
    "train nin --folder sky --data x": "to --folder, whose pictures are learned from or held out",
    "train price_1x1 --validation 100": "to price_1x1, whose houses are made",
    "train price_1x1 --device cuda": "to price_1x1, which is so small that the CPU is quickest",
    "train nin --dropout 0.0": "to nin: only mlp_1x1 and price_1x1 have it as a choice",
    "train conv_mlp --dropout 0.5": "to conv_mlp: only",
    "train bag_of_pixels --batch-norm": "to bag_of_pixels: only",
    f"evaluate {PRICE} --strokes x.jsonl": ": none of these networks reads digits",
    f"evaluate {PRICE} --confusion": ": none of these networks is a classifier",
    f"evaluate {PRICE} --folder sky --strokes x.jsonl": "with --folder, whose pictures are measured on",
    f"evaluate {PRICE} --folder sky --data x": "with --folder, whose pictures are measured on",
    f"import {PRICE} --out x.safetensors --data-set houses": "needs no word on its data set",
    f"import {PRICE} --out x.safetensors --scaling mnist": "needs no word on its picture scaling",
    f"import {PRICE} --out x.safetensors --activation relu": "needs no word on its activation",
    "segment a.png --apply n --scribbles s.png": "with --apply, which learns nothing",
    "segment a.png --apply n --network m": "with --apply, which learns nothing",
    "segment a.png --apply n --seed 0": "with --apply, which learns nothing",
    "segment a.png b.png --apply n --out x.png": "--out is one file, for 2 pictures",
    "bench inference paint --steps 3": "to inference and paint: it is for tutorial-step and time-to-accuracy",
    "bench tutorial-step --whole": "to tutorial-step: it is for time-to-accuracy",
    "study --quick --out s.json": "to --quick, which writes no file",
    "study --quick --resume": "to --quick, which writes no file",
    "study --quick --force": "to --quick, which writes no file",
    "study --against s.json": "without --quick: only that compares",
    "study --scheduler tcp://127.0.0.1:1 --weights .": "to a cluster, whose workers have folders of their own",
}
# Commands that write X, all of which are refused before anything is read.
WRITING = {
    "train nin --data-set digits --out X": "X",
    "train nin --data-set digits": "nin.safetensors",
    "train nin --data-set digits --out y.safetensors": "y.checkpoint.safetensors",
    "export nin --torch X": "X",
    "export nin --onnx y.onnx --torch X": "X",
    "export nin --html X": "X",
    "import y.pth --out X": "X",
    "segment a.png --scribbles b.png --out X": "X",
    "segment a.png --scribbles b.png --out y.png --network X": "X",
    "segment a.png b.png --apply n": "b-labels.png",
    "sweep --workers 0 --out X": "X",
    "sweep --workers 0": "widths.results.jsonl",
    "sample --out X": "X",
    "reliability y --out X": "X",
    "study --workers 0 --out X": "X",
    "study --workers 0": "study.results.jsonl",
    "runs export y --out X": "X",
}


@pytest.fixture
def refusal(refusal: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Run a line that is refused, in a folder of its own; the sentence."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POINTWISE_DATA", str(tmp_path / "none"))
    return lambda line: refusal(*shlex.split(line))


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its words, with its own parser."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield name, parser
    for word, other in (pair for action in inner for pair in action.choices.items()):
        yield from commands(other, f"{name} {word}".strip())


def options(parser: argparse.ArgumentParser) -> set[str]:
    named = {word for action in parser._actions for word in action.option_strings if word.startswith("--")}
    return {word.removeprefix("--") for word in named} - {"help"}


def test_of_every_option_it_is_said_whether_it_always_applies() -> None:
    for name, parser in commands(_parser()):
        if name == "app":  # whose options are Streamlit's
            continue
        always = set(ALWAYS[name].split())
        refused = {word for line in REFUSED if line.startswith(f"{name} ") for word in line.split() if "--" in word}
        assert options(parser) == always | {word.removeprefix("--") for word in refused} & options(parser), name


@pytest.mark.parametrize("line", REFUSED)
def test_an_option_that_does_not_apply_is_refused(refusal: Callable[[str], str], tmp_path: Path, line: str) -> None:
    assert REFUSED[line] in refusal(line)
    assert list(tmp_path.iterdir()) == []


def test_what_applies_to_houses_too_is_taken(tmp_path: Path) -> None:
    out = tmp_path / "p.safetensors"
    config = "--width 4 --dropout 0.2 --batch-norm --activation tanh --data-set houses --device cpu"
    assert main(f"train price_1x1 --epochs 1 --no-keep --quiet {config} --out {out}".split()) == 0
    assert load_model(out).config == ModelConfig(
        "price_1x1", 2, 1, 1, widths=(4, 2), activation="tanh", batch_norm=True, dropout=0.2
    )


def test_threads_are_as_many_as_asked_for_and_stand_on_the_card(tmp_path: Path) -> None:
    out, before = tmp_path / "p.safetensors", torch.get_num_threads()
    line = f"train mlp_1x1 --data-set digits --epochs 1 --no-keep --quiet --threads 3 --out {out}"
    assert main(line.split()) == 0
    assert load_model(out).card["threads"] == 3
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("command", ["train nin --threads 0", "bench inference --threads -1"])
def test_no_threads_are_refused(refusal: Callable[[str], str], command: str) -> None:
    assert "number of threads" in refusal(f"{command} --data-set digits" if "train" in command else command)


@pytest.mark.parametrize("line", WRITING)
def test_a_file_that_is_there_is_replaced_only_with_force(
    refusal: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    there = tmp_path / WRITING[line]
    there.write_text("mine")
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text("")
    assert f"{there.name} " in (said := refusal(line))
    assert "--force" in said
    assert there.read_text() == "mine"
    monkeypatch.setattr("pointwise.weights.check_writable", reached)
    monkeypatch.setattr("pointwise.library.open_library", reached)
    with pytest.raises(Reached):
        main([*line.split(), "--force"])


class Reached(Exception):
    """The command has gone beyond the check."""


def reached(*_: object) -> None:
    raise Reached


@pytest.mark.parametrize(
    "line",
    [
        "export x.safetensors --torch x.safetensors",
        "import x.safetensors --out ./x.safetensors",
        "segment x.safetensors --apply nin --out x.safetensors",
        "segment a.png --scribbles x.safetensors --out x.safetensors",
        "segment a.png --apply x.safetensors --out x.safetensors",
    ],
)
def test_nothing_that_is_read_is_replaced(refusal: Callable[[str], str], tmp_path: Path, line: str) -> None:
    (tmp_path / "x.safetensors").write_text("mine")
    assert "is read here, and would be lost" in refusal(f"{line} --force")
    assert (tmp_path / "x.safetensors").read_text() == "mine"


def test_two_files_need_two_names(refusal: Callable[[str], str]) -> None:
    assert "would be written twice" in refusal("export nin --torch nin.py --onnx nin.py")


def test_what_is_no_file_is_not_replaced(refusal: Callable[[str], str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "(it is no file). Choose another place." in refusal(f"export nin --torch {tmp_path}/pipe --force")


def test_missing_digits_are_told_of_those_that_need_no_download(refusal: Callable[[str], str]) -> None:
    assert "the bundled digits need no download (--data-set digits)." in refusal("train nin")
    assert "--data-set" not in refusal(f"evaluate {SHIPPED / 'mlp_1x1.safetensors'}")

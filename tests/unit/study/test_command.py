"""The command, in process, on an MNIST of a few digits: what it writes, compares, prints and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pointwise.__main__ import main
from pointwise.data import drawn_digits
from pointwise.jobs import PictureJob
from pointwise.study import cells, study_file
from pointwise.study.outcomes import DRAWINGS, OF, TEST
from tests import tiny_study


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    tiny_study.quickly(monkeypatch)
    monkeypatch.setattr(cells, "CELLS", tiny_study.CELLS)
    monkeypatch.setattr(cells, "QUICK", tiny_study.CELLS[:1])
    monkeypatch.setattr(cells, "SEEDS", (0, 1))
    yield
    drawn_digits.made_drawings.cache_clear()


@pytest.fixture
def study(write_mnist: Callable[..., Path], tmp_path: Path) -> Callable[..., int]:
    """Run the command with this process as its only worker; its exit status."""
    folder = write_mnist()
    strokes = tmp_path / "strokes.jsonl"
    rows = [{"label": one.label, "strokes": one.strokes, "source": one.source} for one in tiny_study.DRAWINGS]
    strokes.write_text("\n".join(map(json.dumps, rows)))

    def run(*options: object) -> int:
        given = ["study", "--workers", "0", "--data", folder, "--strokes", strokes, *options]
        return main([str(one) for one in given])

    return run


def test_a_study_is_written_and_a_quick_one_agrees_with_it(
    study: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "study.json"
    assert study("--out", out) == 0
    told, progress = capsys.readouterr()
    found = study_file.read(out)
    assert found.facts["complete"] is True
    assert [(one.network, one.recipe, one.seed) for one in found.trainings] == [
        (cell.network, cell.recipe.name, seed) for cell in tiny_study.CELLS for seed in (0, 1)
    ]
    assert {TEST, DRAWINGS, OF + "ours", OF + "theirs"} <= set(found.cells[0].values)
    assert found.facts["drawings"] == {"count": 4, "sources": {"ours": 2, "theirs": 2}, "times": 3}
    assert "chose nothing" in found.facts["what_chose_what"]["test digits"]
    assert len(progress.splitlines()) == len(found.trainings)
    value = found.cells[0].values[TEST]["read"]
    assert f"{100 * value.mean:.2f} ± {100 * value.std:.2f} (" in told
    assert told.splitlines()[-1].startswith("nin by the recipe augmented reads ")
    assert [one.name for one in tmp_path.glob("study*")] == ["study.json"]

    assert study("--quick", "--against", out, "--json") == 0
    compared = json.loads(capsys.readouterr().out)
    assert compared["agrees"] is True
    assert len(compared["checks"]) == 3 * 4 + 1  # read, sure, unsure of four samples; and unsure of no digits
    assert all(one["same"] for one in compared["checks"])

    other = json.loads(out.read_text())
    for row in other["trainings"]:
        row["samples"][TEST].update(read=row["samples"][TEST]["count"])
    out.write_text(json.dumps(other))
    assert study("--quick", "--against", out) == 0
    *_, differing, last = capsys.readouterr().out.splitlines()
    assert differing.startswith("mlp_1x1, tutorial: read of test: ")
    assert last == "12 of 13 shares agree with what is to be expected; 12 are the very same."


def test_a_study_that_was_stopped_goes_on(
    study: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, steps, begun = tmp_path / "study.json", PictureJob.steps, []

    def stopped(job: PictureJob, **how: Any) -> Iterator[Any]:
        begun.append(job)
        if len(begun) == 4:
            raise KeyboardInterrupt
        return steps(job, **how)

    monkeypatch.setattr(PictureJob, "steps", stopped)
    assert study("--out", out) == 130
    kept = tmp_path / "study.results.jsonl"
    assert capsys.readouterr().err.endswith(
        f"Stopped. 3 of 8 trainings are kept in {kept}. Go on with the same command and --resume.\n"
    )
    assert study("--out", out, "--resume") == 0
    assert len(begun) == 4 + 5
    assert len(study_file.read(out).trainings) == 8
    assert not kept.exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--quick", "--out", "s.json"), "--out does not apply to --quick, which writes no file."),
        (("--quick", "--resume"), "--resume does not apply to --quick, which writes no file."),
        (("--against", "s.json"), "--against does not apply without --quick"),
        (("--quick", "--against", "nowhere.json"), "nowhere.json does not exist. Make it again with"),
        (("--weights", __file__), "test_command.py is no folder."),
        (("--weights", "n" * 300), "nin.safetensors cannot be written"),
        (("--out", "n" * 5_000), "cannot be written"),
        (("--strokes", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--workers", "-1"), "-1 workers cannot train"),
    ],
)
def test_what_does_not_apply_is_refused_with_a_sentence(
    options: tuple[str, ...],
    sentence: str,
    study: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert study(*options) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert sentence in said
    assert said.count("\n") == 1


def test_a_cluster_keeps_no_weights_here(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = ["study", "--scheduler", "tcp://127.0.0.1:1", "--weights", str(tmp_path)]
    assert main(options) == 2
    assert "--weights does not apply to a cluster" in capsys.readouterr().err

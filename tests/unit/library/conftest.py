"""Libraries on disk and in memory, small runs that are kept in them, their archives, and commands on the kept runs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pointwise.__main__ import main
from pointwise.costs import cost
from pointwise.jobs import PictureJob, Pictures
from pointwise.library import Library, Limits, Shelf
from pointwise.library.archive import pack_run
from pointwise.models import ModelConfig
from pointwise.runs import Run
from pointwise.training import recipe_named

ME, OTHER = "a" * 64, "b" * 64  # owners
Train = Callable[..., str]


def job(epochs: int = 3, seed: int = 1, config: ModelConfig | None = None, **changes: Any) -> PictureJob:
    """A training of 4 steps an epoch that takes some hundredths of a second."""
    config = config or ModelConfig("nin", widths=(4, 6, 8))
    recipe = recipe_named("fast", config.arch, epochs=epochs, seed=seed, **{"batch_size": 40, **changes})
    return PictureJob(config, recipe, Pictures("digits", few=160, few_held_out=40))


def begin(shelf: Shelf, what: PictureJob, name: str = "", **options: Any) -> Run:
    """A run that is kept, not started yet; its name is its id."""
    recording = shelf.begin(what.describe(), cost(what.config).parameters, name)
    return Run(what, recording.run, recorder=recording, **options)


def train(shelf: Shelf, what: PictureJob | None = None, name: str = "") -> str:
    """The id of a run that is over."""
    run = begin(shelf, what or job(), name)
    for _ in run.events():
        pass
    return run.name


def interrupted(shelf: Shelf, at: int = 7) -> str:
    """The id of a run that was killed after a checkpoint at a step, as far as the library can tell."""
    run = begin(shelf, job())
    recorder: Any = run._recorder
    recorder.wants_checkpoint = lambda ended: run.progress().step >= at - 1
    events = run.events()
    while next(events).number < at:  # type: ignore[union-attr]
        pass
    recorder.close = lambda progress: recorder._release()
    events.close()
    return run.name


def repacked(
    content: bytes, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED
) -> bytes:
    """The archive after a change of its files."""
    with zipfile.ZipFile(io.BytesIO(content)) as before:
        files = {name: before.read(name) for name in before.namelist()}
    change(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as after:
        for name, one in files.items():
            after.writestr(name, one)
    return buffer.getvalue()


def with_facts(content: bytes, **changes: Any) -> bytes:
    """The archive of a run with other facts in its run.json."""

    def change(files: dict[str, bytes]) -> None:
        files["run.json"] = json.dumps({**json.loads(files["run.json"]), **changes}).encode()

    return repacked(content, change)


def facts_of(content: bytes, name: str = "run.json") -> Any:
    """The JSON in a file of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return json.loads(opened.read(name))


@pytest.fixture(params=["disk", "memory"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "home" if request.param == "disk" else None, Limits())
    yield library
    library.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Library]:
    library = Library(tmp_path / "home", Limits())
    yield library
    library.close()


@pytest.fixture
def shelf(library: Library) -> Shelf:
    return library.shelf(ME)


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An archive of a run that was killed after its seventh step of twelve."""
    library = Library(tmp_path_factory.mktemp("home"), Limits())
    return pack_run(library.shelf(ME), interrupted(library.shelf(ME)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands keep their runs."""
    monkeypatch.setenv("POINTWISE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def terminals(folder: Path) -> Iterator[Shelf]:
    """The shelf of the runs that commands keep."""
    library = Library(folder)
    yield library.shelf("")
    library.close()


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str], folder: Path) -> Callable[..., str]:
    """What a command of runs prints."""

    def run(*arguments: object) -> str:
        assert main(["runs", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    return run

"""Many trainings by several processes or a cluster: one table, whoever trains, and whoever dies."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pointwise.__main__ import main
from pointwise.claims import parameters
from pointwise.data.housing import HouseOptions
from pointwise.errors import ConfigError, DataError, WorkerError
from pointwise.jobs import HouseJob, PictureJob, Pictures, workers
from pointwise.jobs.workers import Trained, Workers, trained
from pointwise.models import REGRESSOR, default_config
from pointwise.training import recipe_named

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 120  # seconds
WIDTHS, EPOCHS = (0, 1), 8  # of a smaller sweep: six trainings
SWEEP = "import sys; from pointwise.claims import parameters; from pointwise.__main__ import main; " + (
    f"parameters.WIDTHS = {WIDTHS}; sys.exit(main(['sweep', *sys.argv[1:]]))"
)


def house_jobs(*seeds: int) -> dict[str, HouseJob]:
    recipe = recipe_named("standardised", REGRESSOR, epochs=1)
    config, houses = default_config(REGRESSOR), HouseOptions(rows=40)
    return {f"seed {seed}": HouseJob(config, replace(recipe, seed=seed), houses) for seed in seeds}


def test_each_job_is_trained_as_by_itself_and_they_come_in_order() -> None:
    jobs = house_jobs(3, 1, 2)
    results = dict(trained(jobs, Workers(0)))
    assert list(results) == ["seed 3", "seed 1", "seed 2"]
    for name, job in jobs.items():
        *_, last = job.steps()
        assert last.epoch.metrics == results[name].metrics


def test_what_comes_out_of_order_is_kept_at_once_and_handed_over_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs, kept = house_jobs(0, 1, 2), tmp_path / "kept.jsonl"

    def backwards(left: dict[str, HouseJob], *_: object) -> Iterator[tuple[str, Trained]]:
        for name in reversed(left):
            yield name, Trained({"mae": float(name[-1])}, 1.0)

    monkeypatch.setattr(workers, "_outcomes", backwards)
    results = trained(jobs, Workers(), kept)
    assert next(results)[0] == "seed 0"
    assert len(kept.read_text().splitlines()) == 3
    assert [name for name, _ in results] == ["seed 1", "seed 2"]


def test_what_is_kept_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept.jsonl"
    first = dict(trained(house_jobs(0, 1), Workers(), kept))
    kept.write_text(kept.read_text() + '{"job": {"cut')  # killed in the middle of a line
    begun: list[str] = []
    train = workers._train
    monkeypatch.setattr(workers, "_train", lambda name, *how, **more: begun.append(name) or train(name, *how, **more))
    again = dict(trained(house_jobs(1, 2, 0), Workers(), kept))
    assert begun == ["seed 2"]
    assert {name: again[name] for name in first} == first
    assert list(again) == ["seed 1", "seed 2", "seed 0"]
    assert dict(trained(house_jobs(2), Workers(), kept)) == {"seed 2": again["seed 2"]}


def test_a_training_that_fails_is_named(tmp_path: Path) -> None:
    nowhere = PictureJob(default_config("mlp_1x1"), recipe_named("fast"), Pictures("mnist", tmp_path))
    results = trained({**house_jobs(0), "seed 7": nowhere}, Workers())
    assert next(results)[0] == "seed 0"
    with pytest.raises(WorkerError, match=r"The training of seed 7 failed\. There is no train-images"):
        next(results)


@pytest.mark.parametrize("content", ["[1]\n", "nothing\n", '{"job": 1}\n'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "kept.jsonl").write_text(content)
    with pytest.raises(DataError, match="holds no results of trainings"):
        next(trained(house_jobs(0), Workers(), tmp_path / "kept.jsonl"))
    assert (tmp_path / "kept.jsonl").read_text() == content


def test_a_cluster_without_dask_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"Install it with: pip install 'dask\[distributed\]'"):
        next(trained(house_jobs(0), Workers(scheduler="tcp://127.0.0.1:1")))


def test_fewer_than_no_workers_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["sweep", "--workers", "-1", "--out", str(tmp_path / "w.json")]) == 2
    assert "-1 workers cannot train" in capsys.readouterr().err


@dataclass(frozen=True)
class Alone:
    """What this process makes alone: the table, and all that was measured."""

    data: Path
    table: str
    results: dict[str, Trained]

    def options(self, out: Path, *more: str) -> list[str]:
        return ["--epochs", str(EPOCHS), "--data", str(self.data), "--out", str(out), *more]

    def jobs(self) -> dict[str, PictureJob]:
        recipes = [recipe_named("tutorial", "conv_mlp", seed=seed, epochs=EPOCHS) for seed in parameters.SEEDS]
        return parameters.sweep_jobs(recipes, Pictures("mnist", self.data), WIDTHS)


def table(out: Path) -> str:
    """The file's bytes, but for the seconds."""
    return re.sub(r'"seconds": [\d.]+', "", out.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def alone(write_mnist_below: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    folder = tmp_path_factory.mktemp("alone")
    out, kept = folder / "sweep.json", folder / "sweep.results.jsonl"
    bare = Alone(write_mnist_below(folder, train=1200, test=200), "", {})
    results = dict(trained(bare.jobs(), Workers(0), kept))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parameters, "WIDTHS", WIDTHS)
        assert main(["sweep", *bare.options(out, "--workers", "0", "--resume")]) == 0
        yield Alone(bare.data, table(out), results)


def sweep(*options: str) -> subprocess.Popen[str]:
    """A sweep of its own, leader of its session."""
    return subprocess.Popen(
        [sys.executable, "-c", SWEEP, *options],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def all_ended(session: int) -> bool:
    """Whether no process of a session is left, a few seconds from now at most."""
    latest = time.monotonic() + 10
    while (alive := subprocess.run(["pgrep", "-s", str(session)], capture_output=True).stdout) and (
        time.monotonic() < latest
    ):
        pass
    return not alive


def test_a_sweep_of_two_processes_ends_by_ctrl_c_and_goes_on_to_the_same_table(alone: Alone, tmp_path: Path) -> None:
    out, kept = tmp_path / "two.json", tmp_path / "two.results.jsonl"
    with sweep(*alone.options(out, "--workers", "2")) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the workers too
        said += process.stderr.read()
        assert process.wait(10) == 130, said
    assert said.startswith("width 0, seed 0: ")
    assert said.endswith(f"of 6 trainings are kept in {kept}. Go on with the same command and --resume.\n")
    assert "Traceback" not in said
    assert all_ended(process.pid)
    assert not out.exists()
    before = workers._read(kept, {name: workers._described(job, None) for name, job in alone.jobs().items()})
    assert 1 <= len(before) < 6
    assert all(alone.results[name].metrics == one.metrics for name, one in before.items())  # to the last bit
    assert main(["sweep", *alone.options(out, "--workers", "0", "--resume")]) == 0
    assert table(out) == alone.table
    assert not kept.exists()


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and two workers on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    work = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny"]
    with ExitStack() as stack:

        def start(command: list[str]) -> subprocess.Popen[bytes]:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = stack.enter_context(subprocess.Popen([*command, "--no-dashboard"], env=environment, **quiet))
            stack.callback(process.kill)
            return process

        start([*dask, "--host", "127.0.0.1", "--port", str(port), "--no-show"])
        yield address, [start(work) for _ in range(2)]


def test_a_cluster_that_loses_a_worker_in_the_middle_makes_the_same_table(
    alone: Alone, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, (worker, _) = cluster
    out = tmp_path / "cluster.json"
    with sweep(*alone.options(out, "--scheduler", address)) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert worker.poll() is None
        worker.kill()
        said += process.stderr.read()
        assert process.wait(PATIENCE) == 0, said
    assert [line.partition(":")[0] for line in said.splitlines()] == list(alone.jobs())
    assert table(out) == alone.table

"""Runs as files: what goes out comes in again."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import torch

from pointwise.library import Shelf, archive
from pointwise.library.archive import is_archive, left_out, pack_all, pack_run, unpack
from pointwise.runs import Run
from pointwise.ui.runs import loading
from tests.unit.library.conftest import ME, OTHER, facts_of, job, repacked, train, with_facts


def test_a_run_arrives_as_it_was(shelf: Shelf) -> None:
    run = train(shelf)
    shelf.annotate(run, "a *note*")
    shelf.pin(run)
    (there,) = unpack(shelf.library.shelf(OTHER), pack_run(shelf, run), "gift.zip")
    other, here = shelf.library.shelf(OTHER), shelf.run(run)
    assert there.id != run
    told = [(r.name, r.note, r.pinned, r.state, r.step, r.total, r.examples, r.seconds) for r in (here, there)]
    assert told[0] == told[1]
    assert (there.made, there.card, there.job, there.bytes) == (here.made, here.card, here.job, here.bytes)
    assert other.curves(there.id) == shelf.curves(run)
    assert [s.step for s in other.snapshots(there.id)] == [s.step for s in shelf.snapshots(run)]
    for step in (1, 12, None):
        ours, theirs = (one.network(name, step).state_dict() for one, name in ((shelf, run), (other, there.id)))
        assert all(torch.equal(theirs[name], t) for name, t in ours.items())


def test_where_this_computers_data_lie_is_nobodys_business(shelf: Shelf, tmp_path: Path) -> None:
    from dataclasses import replace

    described = job()
    described = replace(described, data=replace(described.data, folder=tmp_path))
    recording = shelf.begin(described.describe(), 1000)
    recording._release()
    assert str(tmp_path).encode() not in pack_run(shelf, recording.run)


def test_a_failed_runs_error_does_not_say_where_it_failed(shelf: Shelf, tmp_path: Path) -> None:
    run = train(shelf)
    shelf.library.change("UPDATE runs SET error = ? WHERE id = ?", f"{tmp_path}/MNIST/raw/t10k.gz is incomplete.", run)
    assert facts_of(pack_run(shelf, run))["error"] == "t10k.gz is incomplete."


def test_a_killed_run_goes_on_where_it_arrives(shelf: Shelf, packed: bytes) -> None:
    (there,) = unpack(shelf, packed, "gift.zip")
    assert (there.state, there.checkpoint, there.resumable) == ("interrupted", 7, True)
    recording, since, before = shelf.go_on(there.id, 1000)
    run = Run(job(), there.id, recorder=recording, since=since, before=before)
    for _ in run.events():
        pass
    whole = shelf.network(train(shelf, job())).state_dict()
    assert all(torch.equal(shelf.network(there.id).state_dict()[name], t) for name, t in whole.items())


def test_a_run_that_goes_on_there_arrives_as_interrupted(shelf: Shelf, packed: bytes) -> None:
    (there,) = unpack(shelf, with_facts(packed, state="training"), "gift.zip")
    assert (there.state, there.resumable) == ("interrupted", True)


def test_a_folder_that_was_packed_again_is_taken_in(shelf: Shelf, packed: bytes) -> None:
    def change(files: dict[str, bytes]) -> None:
        for name in list(files):
            files[f"Run 1/{name}"] = files.pop(name)
        files["__MACOSX/run.json"] = b"\x00"

    assert unpack(shelf, repacked(packed, change), "gift.zip")[0].resumable


def test_all_arrives_with_the_desk_and_its_files(shelf: Shelf) -> None:
    first, second = train(shelf, name="first"), train(shelf, job(seed=2), name="second")
    shelf.put({"weights": {"run": first, "step": 3}, "tone": [1, 2]})
    shelf.keep_file("table.csv", b"a,b\n1,2\n")
    other = shelf.library.shelf(OTHER)
    records = unpack(other, pack_all(shelf), "all.zip")
    assert [record.name for record in records] == ["first", "second"]
    assert [record.name for record in other.runs()] == [record.name for record in shelf.runs()]
    assert other.values() == {"weights": {"run": records[0].id, "step": 3}, "tone": [1, 2]}
    assert other.file("table.csv") == b"a,b\n1,2\n"
    assert {first, second} & {record.id for record in records} == set()


def test_runs_of_one_id_all_arrive(shelf: Shelf) -> None:
    for _ in range(2):
        train(shelf, job(epochs=1))

    def change(files: dict[str, bytes]) -> None:
        for name in ("runs/001/run.json", "runs/002/run.json"):
            files[name] = json.dumps({**json.loads(files[name]), "id": "same"}).encode()

    other = shelf.library.shelf(OTHER)
    records = unpack(other, repacked(pack_all(shelf), change), "all.zip")
    assert [record.name for record in records] == ["Run 1", "Run 2"]
    assert len(other.runs()) == 2


def test_what_is_on_the_desk_stays(shelf: Shelf) -> None:
    shelf.put({"tone": 1, "guess": 2})
    shelf.keep_file("table.csv", b"old")
    other = shelf.library.shelf(OTHER)
    other.put({"tone": 9})
    other.keep_file("table.csv", b"new")
    assert unpack(other, pack_all(shelf), "all.zip") == []
    assert (other.values(), other.file("table.csv")) == ({"tone": 9, "guess": 2}, b"new")


def test_what_would_be_too_large_is_left_out_and_said(shelf: Shelf) -> None:
    run = train(shelf, name="large")
    size = shelf.run(run).bytes
    assert left_out(shelf) == ()
    assert left_out(shelf, size + 59_000) == (
        "'large' is in it without its snapshots, which would make the file too large.",
    )
    content = pack_all(shelf, size + 59_000)
    assert facts_of(content, "all.json")["left_out"] == list(left_out(shelf, size + 59_000))
    other = shelf.library.shelf(OTHER)
    (there,) = unpack(other, content, "all.zip")
    assert other.snapshots(there.id) == ()
    assert other.network(there.id).card == shelf.network(run).card
    assert left_out(shelf, 1) == (
        "'large' is in it without its snapshots and weights, which would make the file too large.",
    )
    assert shelf.library.shelf(ME).runs()[0].name == unpack(other, pack_all(shelf, 1), "all.zip")[0].name


def test_an_archive_is_told_from_other_zips(packed: bytes, shelf: Shelf) -> None:
    other = repacked(packed, lambda files: files.clear())
    assert [is_archive(content) for content in (packed, pack_all(shelf), other, b"", b"PK\x03\x04", packed[:500])] == [
        *(True, True, False, False, False, False)
    ]


def test_names_and_notes_are_cut_and_cleaned(shelf: Shelf, packed: bytes) -> None:
    (there,) = unpack(shelf, with_facts(packed, name="a\x00\u202e" + "b" * 200, note="c\x07" * 3000), "gift.zip")
    assert (there.name, there.note) == ("a" + "b" * 79, "c" * 2000)


def test_another_computers_folder_is_not_looked_into(shelf: Shelf, packed: bytes) -> None:
    described = facts_of(packed)["job"]
    described["data"]["folder"] = "//stranger/share"
    (there,) = unpack(shelf, with_facts(packed, job=described), "gift.zip")
    assert there.job["data"]["folder"] is None


def test_limits_are_those_that_the_app_takes_in() -> None:
    """The field on the page of runs, and the server's own limit for all fields."""
    server = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert archive.MOST_BYTES <= loading.MOST * 2**20 <= archive.MOST_UNPACKED
    assert server["server"]["maxUploadSize"] >= loading.MOST

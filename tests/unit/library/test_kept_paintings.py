"""Paintings as runs: kept as they are painted, taken along and back, and what is hostile leaves nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pointwise.errors import LibraryError, ModelFileError, ThrownAwayError
from pointwise.library import Shelf
from pointwise.library.archive import pack_all, pack_run, unpack
from pointwise.library.deferred_writes import DeferredWrites
from pointwise.library.kept_paintings import (
    SCORE,
    KeptPainting,
    begin_painting,
    keep_painting,
    painting_of,
    picture_of,
)
from pointwise.models import PAINTER, ModelConfig, Network, build
from pointwise.segmentation.strokes import Painting, Stroke
from tests.unit.library.conftest import OTHER

ONE = Stroke("a-1", ((1.5, 2.25), (70.0, 3.0)), 12.0, 2)
KEPT = KeptPainting("f" * 64, "cat.png", 3000, 2000, ("Sky", "<b>Cat</b>"), Painting((ONE,)), 0.5, 3, ("colour",))


def picture(side: int = 8) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.zeros((side, 4), np.uint8)).save(content, format="PNG")
    return content.getvalue()


def network(score: float = 0.75) -> Network:
    made = build(ModelConfig(PAINTER, 3, num_classes=2, channel_sets=("colour",)), 0)
    made.card = {"data_set": "strokes", "metrics": {SCORE: score}}
    return made


@pytest.fixture
def run(shelf: Shelf) -> str:
    """The id of a painting of one stroke with its network."""
    run = begin_painting(shelf, KEPT, picture())
    keep_painting(shelf, run, KEPT, network(), {1: 0.5})
    return run


def test_a_painting_is_kept_whole_under_its_pictures_name(shelf: Shelf, run: str) -> None:
    record = shelf.run(run)
    assert (record.name, record.kind, record.arch, record.data_set) == ("cat.png", "painting", PAINTER, "strokes")
    assert record.metrics == {SCORE: 0.75}
    assert not record.active
    assert not record.resumable
    assert record.stands_in_for is None
    assert painting_of(shelf, run) == KEPT
    assert picture_of(shelf, run) == picture()
    assert shelf.network(run).state_dict().keys() == network().state_dict().keys()


def test_more_strokes_change_the_same_record_and_lengthen_its_curve(shelf: Shelf, run: str) -> None:
    more = replace(KEPT, painting=Painting((ONE, replace(ONE, id="a-2", label=1))))
    keep_painting(shelf, run, more, network(0.9), {2: 0.9})
    assert [record.id for record in shelf.runs()] == [run]
    assert shelf.run(run).metrics == {SCORE: 0.9}
    assert painting_of(shelf, run) == more
    assert [(epoch.step, epoch.metrics[SCORE]) for epoch in shelf.curves(run).epochs] == [(1, 0.5), (2, 0.9)]


def test_the_former_network_stays_where_strokes_give_none(shelf: Shelf, run: str) -> None:
    keep_painting(shelf, run, replace(KEPT, painting=Painting()), None, {})
    assert painting_of(shelf, run).painting == Painting()
    assert shelf.network(run).config == network().config


def test_a_deleted_painting_is_not_written_any_more(shelf: Shelf, run: str) -> None:
    shelf.delete(run)
    with pytest.raises(ThrownAwayError):
        keep_painting(shelf, run, replace(KEPT, title="Later"), network(), {})
    assert painting_of(shelf, run) == KEPT


def test_nothing_is_left_of_all_my_things(shelf: Shelf, run: str) -> None:
    shelf.library.deferred.put(run, lambda: keep_painting(shelf, run, replace(KEPT, title="Later"), network(), {}))
    shelf.forget()
    shelf.library.deferred.flush()
    assert shelf.runs() == []
    assert shelf.library.files.size("runs") == 0


def test_a_painting_goes_to_somebody_else_with_its_picture(shelf: Shelf, run: str) -> None:
    other = shelf.library.shelf(OTHER)
    (there,) = unpack(other, pack_run(shelf, run), "gift.zip")
    assert there.id != run
    assert painting_of(other, there.id) == KEPT
    assert picture_of(other, there.id) == picture()
    assert there.job == shelf.run(run).job
    assert there.metrics == {SCORE: 0.75}
    assert other.curves(there.id) == shelf.curves(run)
    with pytest.raises(LibraryError):
        painting_of(other, run)


def test_the_file_of_all_leads_from_the_desk_to_the_painting_that_came_along(shelf: Shelf, run: str) -> None:
    shelf.put({"paint.work.cat": {"run": run}})
    other = shelf.library.shelf(OTHER)
    (there,) = unpack(other, pack_all(shelf), "all.zip")
    assert other.values() == {"paint.work.cat": {"run": there.id}}


def strokes(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, bytes]], None]:
    def changed(files: dict[str, bytes]) -> None:
        raw = json.loads(files["painting.json"])
        change(raw)
        files["painting.json"] = json.dumps(raw).encode()

    return changed


HOSTILE: dict[str, Callable[[dict[str, bytes]], object]] = {
    "no strokes": lambda files: files.pop("painting.json"),
    "too deep": lambda files: files.update({"painting.json": b"[" * 100_000}),
    "too long": lambda files: files.update({"painting.json": b" " * 9_000_000}),
    "no picture": lambda files: files.update({"picture.png": b"no picture"}),
    "large picture": lambda files: files.update({"picture.png": picture(1025)}),
    "many classes": strokes(lambda raw: raw.update(classes=["x"] * 30)),
    "no number": strokes(lambda raw: raw.update(height=float("nan"))),
    "negative": strokes(lambda raw: raw.update(width=-1)),
    "unknown channels": strokes(lambda raw: raw.update(sets=["all"])),
    "half a point": strokes(lambda raw: raw["painting"].update(strokes=[["a", 1, 8, [1]]])),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_painting_is_refused_and_leaves_nothing(
    shelf: Shelf, run: str, change: Callable[[dict[str, bytes]], object]
) -> None:
    with zipfile.ZipFile(io.BytesIO(pack_run(shelf, run))) as before:
        files = {name: before.read(name) for name in before.namelist()}
    change(files)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as after:
        for name, one in files.items():
            after.writestr(name, one)
    size = shelf.library.files.size("runs")
    with pytest.raises(ModelFileError, match=r"^gift\.zip "):
        unpack(shelf.library.shelf(OTHER), content.getvalue(), "gift.zip")
    assert shelf.library.shelf(OTHER).runs() == []
    assert shelf.library.files.size("runs") == size


def test_of_writes_that_wait_the_latest_alone_is_done() -> None:
    done: list[int] = []
    writes = DeferredWrites(pace=60.0)
    for number in range(3):
        writes.put("one", lambda number=number: done.append(number))  # type: ignore[misc]
    writes.put("other", lambda: done.append(10))
    assert done == []
    writes.flush()
    assert sorted(done) == [2, 10]


def test_what_waits_is_done_without_being_asked_for() -> None:
    import threading

    done = threading.Event()
    DeferredWrites(pace=0.0).put("one", done.set)
    assert done.wait(60)

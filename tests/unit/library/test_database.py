"""What becomes of a library whose disk or file is not as it should be."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pointwise.errors import LibraryError
from pointwise.library import Library, database
from pointwise.library.database import FILE, MIGRATIONS
from tests.unit.library.conftest import ME, begin, interrupted, job, train


def changed(folder: Path, *statements: str) -> None:
    """Another program's changes to the file."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def overwritten(folder: Path, start: int, content: bytes) -> None:
    with (folder / FILE).open("r+b") as file:
        file.seek(start)
        file.write(content)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "garbage": lambda folder: (folder / FILE).write_bytes(b"garbage" * 1000),
    "cut": lambda folder: (folder / FILE).write_bytes((folder / FILE).read_bytes()[:6000]),
    "zeros inside": lambda folder: overwritten(folder, 4096, bytes(20_000)),
    "version without tables": lambda folder: changed(folder, "DROP TABLE epochs"),
    "tables without version": lambda folder: changed(folder, "PRAGMA user_version = 0"),
    "negative version": lambda folder: changed(folder, "PRAGMA user_version = -7"),
    "other columns": lambda folder: changed(folder, "ALTER TABLE runs RENAME COLUMN note TO remark"),
}


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The folder of a library that holds a run and is closed."""
    library = Library(tmp_path / "home")
    train(library.shelf(ME))
    library.shelf(ME).keep_file("t.csv", b"x")
    library.close()
    return tmp_path / "home"


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_library_is_moved_aside_with_a_sentence(closed: Path, damage: Callable[[Path], object]) -> None:
    damage(closed)
    before = (closed / FILE).read_bytes()
    library = Library(closed)
    (aside,) = closed.glob("damaged-*")
    assert library.notice == f"The library of runs was damaged. It is now in {aside}, and a new one was begun."
    assert (aside / FILE).read_bytes()[4096:] == before[4096:]
    assert len(list((aside / "runs").iterdir())) == 1
    assert len(list((aside / "visitors").iterdir())) == 1
    shelf = library.shelf(ME)
    assert (shelf.runs(), shelf.files()) == ([], [])
    train(shelf)
    library.close()
    again = Library(closed)
    assert again.notice == ""
    assert len(again.shelf(ME).runs()) == 1


def test_a_library_that_is_damaged_twice_is_moved_aside_twice(closed: Path) -> None:
    for _ in range(2):
        DAMAGE["garbage"](closed)
        Library(closed).close()
    assert len(list(closed.glob("damaged-*"))) == 2


def test_a_library_of_a_newer_pointwise_is_left_as_it_is(closed: Path) -> None:
    changed(closed, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = (closed / FILE).read_bytes()
    with pytest.raises(LibraryError, match="it was made by a newer Pointwise"):
        Library(closed)
    assert (closed / FILE).read_bytes() == before
    assert list(closed.glob("damaged-*")) == []


def test_damage_in_the_middle_of_use_is_a_sentence_and_a_new_beginning(closed: Path) -> None:
    library = Library(closed)
    shelf = library.shelf(ME)
    run = begin(shelf, job())
    events = run.events()
    next(events)
    library._database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwritten(closed, 0, b"garbage" * 5000)
    library._database._connection.execute("PRAGMA shrink_memory")  # forget what was read of it
    with pytest.raises(LibraryError, match="damaged"):
        shelf.runs()
    for _ in events:  # it goes on, and is not kept
        pass
    assert run.progress().state == "done"
    assert run._recorder is not None
    assert run._recorder.broken
    assert "was damaged. It is now in" in library.notice
    assert shelf.runs() == []
    train(shelf)
    assert len(shelf.runs()) == 1


def test_of_two_servers_that_find_damage_one_moves_it_aside(closed: Path) -> None:
    first, second = Library(closed), Library(closed)
    first._database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    overwritten(closed, 0, b"garbage" * 5000)
    for library in (first, second):
        with pytest.raises(LibraryError, match="damaged"):
            library.shelf(ME).put({"tone": 1})
    assert len(list(closed.glob("damaged-*"))) == 1
    first.shelf(ME).put({"tone": 2})
    assert second.shelf(ME).values() == {"tone": 2}


def test_a_mistake_of_ours_is_no_damage(closed: Path) -> None:
    library = Library(closed)
    for mistake in ("SELECT nothing FROM runs", "INSERT INTO epochs VALUES ('x', 1, 1, '', 1, '{}', '{}')"):
        with pytest.raises(LibraryError, match="at the moment"):
            library.change(mistake)
    with pytest.raises(LibraryError, match="at the moment"):
        library.rows("SELECT ?", [])
    assert len(library.shelf(ME).runs()) == 1
    assert library.notice == ""


def test_a_closed_library_is_a_sentence(closed: Path) -> None:
    library = Library(closed)
    library.close()
    with pytest.raises(LibraryError, match="closed database"):
        library.shelf(ME).runs()
    assert list(closed.glob("damaged-*")) == []


def test_a_transaction_happens_whole_or_not_at_all(library: Library) -> None:
    shelf = library.shelf(ME)

    def half() -> None:
        with library.transaction() as connection:
            connection.execute("INSERT INTO desks VALUES (?, 'a', '1', 0)", (ME,))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert shelf.values() == {}
    shelf.put({"a": 2})


@pytest.mark.parametrize("place", ["home", "home/below"])
def test_a_file_in_the_folders_place_is_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(LibraryError, match=r"Nothing can be kept in .* \((File exists|Not a directory)\)\. Free some"):
        Library(tmp_path / place)


def test_a_folder_in_the_files_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(LibraryError, match="Nothing can be kept in"):
        Library(tmp_path)


def test_migrations_bring_an_old_library_up_to_date_once(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "ALTER TABLE runs ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'; CREATE INDEX by_colour ON runs (colour);"
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, script))
    for _ in range(2):
        library = Library(closed)
        assert [row["colour"] for row in library.rows("SELECT colour FROM runs")] == ["blue"]
        assert len(library.shelf(ME).runs()) == 1
        assert library.rows("PRAGMA user_version")[0][0] == len(MIGRATIONS) + 1
        library.close()
    assert list(closed.glob("damaged-*")) == []


def test_a_migration_that_fails_changes_nothing(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", (*MIGRATIONS, "ALTER TABLE runs ADD COLUMN colour TEXT;"))
        patch.setattr(database, "_schema", lambda cursor: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            Library(closed)
    library = Library(closed)
    assert library.rows("PRAGMA user_version")[0][0] == len(MIGRATIONS)
    assert len(library.shelf(ME).runs()) == 1


def test_only_their_owner_can_look_into_what_is_kept(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run = train(shelf)
    assert on_disk.folder is not None
    assert on_disk.folder.stat().st_mode & 0o077 == 0
    assert (on_disk.folder / "runs" / run / "weights.safetensors").stat().st_mode & 0o077 == 0


def test_threads_take_turns(library: Library) -> None:
    shelf, errors = library.shelf(ME), list[BaseException]()

    def work(number: int) -> None:
        try:
            for count in range(30):
                shelf.put({f"{number}": count})
                shelf.values()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert shelf.values() == {str(number): 29 for number in range(6)}


def test_one_of_many_threads_goes_on_with_a_run(on_disk: Library) -> None:
    shelf = on_disk.shelf(ME)
    run, got, refused, barrier = interrupted(shelf), list[object](), list[str](), threading.Barrier(6)

    def work() -> None:
        barrier.wait()
        try:
            got.append(shelf.go_on(run, 1000)[0])
        except LibraryError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert set(refused) == {"'Run 1' goes on already. Look at it on the page of runs."}

"""Folders and .zip files of pictures: what is learned from, in which size and colour, and what is refused."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pointwise.data import picture_folder, picture_lists
from pointwise.data.picture_folder import FolderPictures, open_folder, open_zip
from pointwise.data.picture_squares import Preparation, is_coloured, suited
from pointwise.errors import DataError
from tests.attacks import ATTACKS
from tests.own_pictures import days, picture, written, zipped

Opened = Callable[[dict[str, bytes]], FolderPictures]
DAYS = days()


@pytest.fixture(params=["folder", "zip"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """The pictures of a folder called sky, as it is, and in a .zip file."""
    if request.param == "folder":
        return lambda files: open_folder(written(files, tmp_path / "sky"))
    return lambda files: open_zip(zipped(files), "sky.zip")


def refusal(call: Callable[[], object]) -> str:
    """The sentence of what is refused, in one line."""
    with pytest.raises(DataError) as refused:
        call()
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_folder_is_a_class_and_a_fifth_of_each_is_held_out(opened: Opened) -> None:
    more = {"night/deeper/x.JPG": picture(30, kind="JPEG"), "night/.DS_Store": b"x", "day/notes.txt": b"x"}
    mine = opened({**DAYS, **more, "__MACOSX/night/._00.png": b"x", "readme.txt": b"x"})
    assert (mine.title, mine.classes, mine.counts) == ("sky", ("day", "night"), (17, 4))
    training, held_out = mine.load()
    assert np.bincount(held_out.labels).tolist() == [2, 2]
    brightness = training.images.float().mean((1, 2))
    assert ((brightness < 120) == (training.labels == 1)).all()
    assert mine.notes == ("One file is no PNG or JPEG and left out.",)
    assert mine.describe()["preparation"] == {"side": 28, "channels": 1, "way": mine.preparation["way"]}


def test_a_folder_and_its_zip_are_the_same_pictures_and_others_are_not(tmp_path: Path) -> None:
    mine = open_folder(written(DAYS, tmp_path / "sky"))
    packed = open_zip(zipped({f"holidays/sky/{name}": one for name, one in DAYS.items()}), "sky.zip")
    assert packed.describe() == mine.describe()
    assert all((one.images == other.images).all() for one, other in zip(mine.load(), packed.load(), strict=True))
    names = list(DAYS)
    swapped = {**DAYS, names[0]: DAYS[names[1]], names[1]: DAYS[names[0]]}
    changed = {**DAYS, names[0]: picture(199)}
    renamed = {name.replace("night", "eve"): one for name, one in DAYS.items()}
    others = [open_zip(zipped(files), "sky.zip").fingerprint for files in (swapped, changed, renamed)]
    assert len({mine.fingerprint, *others}) == 4


@pytest.mark.parametrize("wrapper", ["flowers/", "a/b/c/"])
def test_folders_around_those_of_the_classes_are_looked_through(opened: Opened, wrapper: str) -> None:
    assert opened({f"{wrapper}{name}": one for name, one in DAYS.items()}).classes == ("day", "night")


def test_the_square_and_its_colours_follow_from_the_pictures(opened: Opened) -> None:
    colours = opened({f"{name}": one for name, one in days(5, "RGB").items()})
    assert (colours.data_set.channels, colours.data_set.side) == (3, 28)
    assert [suited([side] * 3, [False]).side for side in (5, 28, 29, 40, 4000)] == [28, 28, 32, 48, 64]
    assert [suited([28], [True] * few + [False] * (200 - few)).channels for few in (0, 2, 3)] == [1, 1, 3]
    assert not is_coloured(Image.open(io.BytesIO(picture(mode="RGBA"))))


def test_a_picture_is_brought_to_the_square_whole_and_in_its_shape() -> None:
    wide = Image.new("RGB", (40, 20), (10, 200, 30))
    wide.paste((250, 250, 250), (10, 4, 30, 14))
    square = Preparation(20, 3).square(wide)
    assert square.shape == (3, 20, 20)
    assert square[:, 0, 0].tolist() == square[:, 19, 19].tolist() == [10, 200, 30]  # as its edge is
    white = (square > 240).all(0)
    assert (np.ptp(np.nonzero(white)[1]), np.ptp(np.nonzero(white)[0])) == (9, 4)
    clear = Image.new("RGBA", (5, 5), (0, 0, 0, 0))
    assert (Preparation(8, 1).square(clear) == 255).all()
    assert Preparation(8, 1).square(Image.new("L", (1, 5000))).shape == (8, 8)


def test_what_stands_there_twice_is_used_once(opened: Opened) -> None:
    mine = opened({**DAYS, "day/copy.png": DAYS["day/00.png"]})
    assert (sum(mine.counts), mine.notes) == (20, ("One picture is there twice and used once.",))
    sentence = refusal(lambda: opened({**DAYS, "night/copy.png": DAYS["day/00.png"]}))
    assert sentence == "day/00.png is the same file as night/copy.png. Leave each picture in one class."


def vast() -> bytes:
    """A picture of 64 million pixels, of one colour."""
    file = io.BytesIO()
    Image.new("1", (8000, 8000)).save(file, "PNG")
    return file.getvalue()


READABLE = "PNG or JPEG of at most 10 MB and 50 million pixels"
BROKEN = {f"day/b{number}.png": b"no picture" for number in range(5)}
CASES: dict[str, tuple[dict[str, bytes], str]] = {
    "nothing": ({}, "holds no pictures. Put the pictures of each class into a folder"),
    "no folders": ({"a.png": picture()}, "holds pictures, but no folders."),
    "one class": ({"day/a.png": picture()}, "holds one class, day. Give two or more"),
    "beside them": ({**DAYS, "loose.png": picture()}, "holds pictures beside its folders, such as loose.png."),
    "an empty class": ({**DAYS, "eve/a.gif": b"x"}, "The folder eve in sky has no PNG or JPEG picture. Give each"),
    "too few": ({**DAYS, "eve/a.png": picture()}, "The folder eve in sky has one picture. Give each class at least 3"),
    "a broken one": ({**DAYS, "day/b.png": b"x"}, f"day/b.png is no {READABLE}, or damaged. Take it out."),
    "a large one": ({**DAYS, "day/b.png": vast()}, f"day/b.png is no {READABLE}, or"),
    "several": ({**DAYS, **BROKEN}, f"5 of 25 files are no {READABLE}, or damaged: day/b0.png, "),
    "cut off": ({**DAYS, "day/b.png": picture(size=(90, 90))[:-300]}, "day/b.png is no PNG or JPEG"),
    "another kind": ({**DAYS, "day/b.png": picture(kind="GIF")}, "day/b.png is no PNG or JPEG"),
    "parts": (
        {f"{part}/{name}": one for part in ("train", "test") for name, one in DAYS.items()},
        "The folders in sky are test and train, the parts of a data set, no classes. Give one.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_learned_from_is_refused_with_a_sentence(opened: Opened, case: str, tmp_path: Path) -> None:
    files, words = CASES[case]
    (tmp_path / "sky").mkdir()
    assert words in refusal(lambda: opened(files))


def test_too_many_are_refused_before_they_are_read(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_PICTURES", "MOST_IN_ZIP"):
        monkeypatch.setattr(picture_lists, name, 19)
    monkeypatch.setattr(picture_folder, "squares_of", lambda *_, **__: pytest.fail("read"))
    assert "more than 19" in refusal(lambda: opened(DAYS))


def test_names_of_strangers_are_text_and_alike_ones_are_refused() -> None:
    names = [name for name in ATTACKS if "/" not in name and "\\" not in name]
    mine = open_zip(
        zipped({f"{name}/{n}.png": picture(seed=n + 9 * i) for i, name in enumerate(names) for n in range(3)}), "a"
    )
    assert len(mine.classes) == len(names)
    assert all(len(name) <= 60 and name.isprintable() for name in mine.classes)
    alike = {f"{name}/{number}.png": picture(seed=number) for name in ("a\u200bb", "ab") for number in range(3)}
    assert "look alike" in refusal(lambda: open_zip(zipped(alike), "a.zip"))


def test_a_folder_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    assert "does not exist. Give the folder of pictures." in refusal(lambda: open_folder(tmp_path / "none"))
    (tmp_path / "file").write_bytes(b"x")
    assert "is no folder" in refusal(lambda: open_folder(tmp_path / "file"))


def linked() -> bytes:
    content = io.BytesIO(zipped(DAYS))
    with zipfile.ZipFile(content, "a") as archive:
        entry = zipfile.ZipInfo("day/link.png")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return content.getvalue()


def locked() -> bytes:
    content = bytearray(zipped(DAYS))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def odd_packing() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("day/a.png", picture())
    return content.getvalue()


def bomb() -> bytes:
    """Three files of a megabyte each in a few kilobytes."""
    return zipped({**DAYS, **{f"day/{n}.png": bytes(1_000_000) for n in range(3)}})


def many() -> bytes:
    return zipped({f"day/{number}.txt": b"" for number in range(301)})


def wide() -> bytes:
    """Pictures that are small as files and have 2,100 million pixels together."""
    file = io.BytesIO()
    Image.new("1", (7000, 7000)).save(file, "PNG")
    return zipped({f"{name}/{n}.png": file.getvalue() + bytes([n]) for name in ("a", "b") for n in range(22)})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"Dear reader", "is damaged or no .zip file"),
    "cut off": (lambda: zipped(DAYS)[:-60], "is damaged or no .zip file"),
    "out of it": (lambda: zipped({**DAYS, "../../up.png": picture()}), "holds names that lead out of it"),
    "a root": (lambda: zipped({**DAYS, "/etc/up.png": picture()}), "holds names that lead out of it"),
    "a drive": (lambda: zipped({**DAYS, "C:/up.png": picture()}), "holds names that lead out of it"),
    "a link": (linked, "holds links instead of files"),
    "a password": (locked, "is locked with a password"),
    "odd packing": (odd_packing, "is packed in an unusual way"),
    "a bomb": (bomb, "holds more than 2 MB"),
    "a long list": (many, "holds too many files"),
    "many pixels": (wide, "2,156 million pixels together, more than 2,000. Make them smaller"),
    "a large one": (
        lambda: zipped({**DAYS, "day/x.png": bytes(11 * 2**20)}),
        "day/x.png in sky.zip is more than 10 MB",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_with_a_sentence(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, words = HOSTILE[case]
    monkeypatch.setattr(picture_lists, "MOST_ENTRIES", 300)
    monkeypatch.setattr(picture_lists, "MOST_UNPACKED", 2_000_000 if case == "a bomb" else 200_000_000)
    content = make()
    assert words in refusal(lambda: open_zip(content, "sky.zip"))


def test_a_picture_that_is_damaged_inside_a_zip_is_named() -> None:
    content = bytearray(zipped({**DAYS, "day/x.png": (noise := os.urandom(5000))}))
    place = content.index(noise[:64]) if noise[:64] in content else content.index(b"day/x.png") + 100
    content[place + 10] ^= 255
    assert "day/x.png is no PNG or JPEG" in refusal(lambda: open_zip(bytes(content), "sky.zip"))


def test_digits_as_the_app_draws_them_are_known_as_such() -> None:
    def digits(ink: int, paper: int) -> dict[str, bytes]:
        files = {}
        for digit in range(10):
            for number in range(3):
                pixels = np.full((28, 28), paper, np.uint8)
                pixels[8:20, 8 + digit : 12 + digit] = ink - number
                file = io.BytesIO()
                Image.fromarray(pixels).save(file, "PNG")
                files[f"{digit}/{number}.png"] = file.getvalue()
        return files

    assert open_zip(zipped(digits(250, 0)), "a.zip").options == {"digits": True}
    assert open_zip(zipped(digits(3, 255)), "a.zip").options == {}
    letters = {name.replace("0/", "o/"): one for name, one in digits(250, 0).items()}
    assert open_zip(zipped(letters), "a.zip").options == {"drawn": True}


def test_a_pipe_is_no_picture_and_is_not_waited_for(tmp_path: Path) -> None:
    sky = written(DAYS, tmp_path / "sky")
    os.mkfifo(sky / "night" / "pipe.png")
    mine = open_folder(sky)
    assert (sum(mine.counts), mine.notes) == (20, ("One file is no PNG or JPEG and left out.",))


def test_links_are_followed_and_each_folder_is_looked_through_once(tmp_path: Path) -> None:
    sky = written(DAYS, tmp_path / "sky")
    for number in range(3):
        (sky / "day" / f"up{number}").symlink_to("..")
        (sky / "night" / f"up{number}").symlink_to("..")
    (sky / "day" / "others").symlink_to("../night")
    more = written({f"{number}.png": picture(200, seed=number) for number in range(3)}, tmp_path / "more")
    (sky / "day" / "more").symlink_to(more)
    (sky / "day" / "again").symlink_to(more)
    mine = open_folder(sky)
    assert (sum(mine.counts), mine.notes) == (23, ())


def test_a_folder_of_very_many_entries_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_lists, "MOST_FOLDER_ENTRIES", 19)
    sky = written(DAYS, tmp_path / "sky")
    assert refusal(lambda: open_folder(sky)) == "sky holds more than 19 files and folders. Choose a smaller one."


def test_a_folder_without_a_name_is_not_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(DAYS, tmp_path / "sky"))
    assert refusal(lambda: open_folder("")) == "A folder without a name cannot be read. Give its path."
    assert open_folder(".").title == "sky"


@pytest.mark.parametrize("name", ["n" * 300, "n" * 5_000, "a\0b", "a/" * 3_000])
def test_a_path_that_cannot_be_is_refused_in_a_short_sentence(name: str) -> None:
    assert len(refusal(lambda: open_folder(name))) < 300
    assert refusal(lambda: open_folder(name)).endswith("Choose another folder.")

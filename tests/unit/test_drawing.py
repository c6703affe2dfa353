"""From a drawing to 28×28, against plain loops and facts about MNIST."""

import numpy as np
import pytest

from pointwise.drawing import area_average, ink_of, prepare, side_by_side, to_rgba
from pointwise.errors import PictureError

WHITE, BLACK, CLEAR = (255, 255, 255, 255), (0, 0, 0, 255), (0, 0, 0, 0)


def drawing(ink: tuple[int, ...] = WHITE, paper: tuple[int, ...] = BLACK) -> np.ndarray:
    """A seven of sorts on 280×280, far from the middle."""
    rgba = np.empty((280, 280, 4), np.uint8)
    rgba[:] = paper
    rgba[20:40, 150:250] = ink
    rgba[40:180, 230:250] = ink
    return rgba


@pytest.mark.parametrize(("shape", "out"), [((9, 6), (3, 2)), ((7, 5), (3, 4)), ((5, 8), (5, 8)), ((3, 2), (7, 5))])
def test_area_average_is_the_mean_of_the_area_under_each_pixel(shape: tuple[int, int], out: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random(shape)
    fine = np.kron(picture, np.ones(out))  # every cell cut into so many that whole ones lie under each output pixel
    blocks = fine.reshape(out[0], shape[0], out[1], shape[1]).mean(axis=(1, 3))
    np.testing.assert_allclose(area_average(picture, *out), blocks)


def plain_ink(rgba: np.ndarray) -> np.ndarray:
    """Of every pixel of an opaque drawing, whether anything is drawn there or not."""
    light = (0.299 * rgba[:, :, 0] + 0.587 * rgba[:, :, 1] + 0.114 * rgba[:, :, 2]) / 255.0
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    difference = np.abs(light - np.median(border))
    ink = difference / max(difference.max(), 1e-9)
    return np.where((ink < 0.1) | (difference.max() < 0.1), 0.0, ink)


@pytest.mark.parametrize("seed", range(6))
def test_ink_is_every_pixels_difference_from_the_paper(seed: int) -> None:
    random = np.random.default_rng(seed)
    rgba = drawing(WHITE, (*random.integers(0, 90, 3), 255))
    rgba[100:130, 20:60, :3] = random.integers(0, 255, (30, 40, 3))
    if seed % 2:
        rgba[0, 0] = (250, 10, 10, 255)  # the corner is not the paper
    if seed % 3 == 2:
        rgba[:, -9:] = WHITE
    assert np.array_equal(ink_of(rgba), plain_ink(rgba))


def test_dark_on_light_is_read_as_light_on_dark() -> None:
    assert np.array_equal(prepare(drawing(BLACK, WHITE)).image, prepare(drawing(WHITE, BLACK)).image)


@pytest.mark.parametrize("ink", [WHITE, BLACK])
def test_ink_on_a_transparent_background(ink: tuple[int, ...]) -> None:
    assert np.array_equal(prepare(drawing(ink, CLEAR)).image, prepare(drawing(WHITE, BLACK)).image)


def test_faint_ink_is_strengthened() -> None:
    assert np.array_equal(prepare(drawing((90, 90, 90, 255), BLACK)).image, prepare(drawing()).image)


def test_coloured_ink() -> None:
    assert prepare(drawing((200, 30, 30, 255), WHITE)).image.max() == 255


@pytest.mark.parametrize("colour", [WHITE, BLACK, CLEAR, (120, 40, 10, 255)])
def test_empty_drawing_is_blank(colour: tuple[int, ...]) -> None:
    prepared = prepare(drawing(colour, colour))
    assert not prepared.ink.any()
    assert prepared.cropped is None
    assert not prepared.image.any()


def test_noise_of_the_paper_is_no_ink() -> None:
    rgba = drawing(BLACK, BLACK)
    rgba[:, :, :3] = np.random.default_rng(0).integers(0, 20, (280, 280, 1))
    assert not prepare(rgba).ink.any()


def test_single_dot_becomes_a_full_square_in_the_middle() -> None:
    rgba = drawing(BLACK, BLACK)
    rgba[270, 3] = WHITE
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 4:24] = 255
    assert np.array_equal(prepare(rgba).image, expected)


def test_longest_side_becomes_20_pixels() -> None:
    rows, columns = np.nonzero(prepare(drawing()).image)
    assert np.ptp(rows) + 1 == 20  # 160 pixels high
    assert np.ptp(columns) + 1 == 13  # 100 wide


@pytest.mark.parametrize("height", [1, 3, 280])
def test_thin_lines_survive(height: int) -> None:
    rgba = drawing(BLACK, BLACK)
    rgba[:height, 100:101] = WHITE
    assert prepare(rgba).image.max() == 255


def test_centre_of_mass_comes_to_where_mnist_has_it() -> None:
    image = prepare(drawing()).image.astype(float)
    centre = [(image.sum(axis=1 - axis) @ (np.arange(28) + 0.5)) / image.sum() for axis in (0, 1)]
    np.testing.assert_allclose(centre, 14.5, atol=0.5)


def test_heavy_corner_cannot_push_the_digit_out() -> None:
    rgba = drawing(BLACK, BLACK)
    rgba[0:200, 0:2] = rgba[0:2, 0:200] = rgba[180:200, 180:200] = WHITE
    assert prepare(rgba).scaled.sum() * 255 == pytest.approx(prepare(rgba).image.sum(), rel=0.01)


def test_position_and_size_do_not_matter() -> None:
    large = drawing()
    small = np.zeros_like(large)
    small[..., 3] = 255
    small[100:240, 5:145] = large[::2, ::2]
    assert np.abs(prepare(small).image.astype(int) - prepare(large).image).max() <= 1


def test_without_normalising_the_drawing_stays_where_it_is() -> None:
    rgba = drawing(BLACK, BLACK)
    rgba[10:20, 20:30] = WHITE
    expected = np.zeros((28, 28), np.uint8)
    expected[1, 2] = 255
    assert np.array_equal(prepare(rgba, normalise=False).image, expected)


def test_without_normalising_a_wide_drawing_is_set_into_the_middle() -> None:
    rgba = np.zeros((28, 56, 4), np.uint8)
    rgba[8:20, 30:50] = WHITE
    expected = np.zeros((28, 28), np.uint8)
    expected[7 + 4 : 7 + 10, 15:25] = 255
    assert np.array_equal(prepare(rgba, normalise=False).image, expected)


def test_every_step_is_kept() -> None:
    prepared = prepare(drawing())
    assert (prepared.ink.shape, prepared.cropped.shape, prepared.scaled.shape) == ((280, 280), (160, 100), (20, 13))


def boxes(*inked: tuple[int, int, int, int]) -> np.ndarray:
    """Ink in boxes (top, bottom, left, right)."""
    ink = np.zeros((100, 100))
    for top, bottom, left, right in inked:
        ink[top:bottom, left:right] = 1.0
    return ink


@pytest.mark.parametrize(
    ("ink", "two"),
    [
        (boxes((20, 80, 10, 20), (25, 75, 40, 80)), True),  # 10
        (boxes((20, 80, 10, 20), (20, 80, 40, 50), (20, 80, 70, 90)), True),  # 110
        (boxes((20, 80, 10, 20), (25, 75, 21, 80)), False),  # one column between them: an unsteady hand
        (boxes((10, 15, 40, 80), (30, 90, 20, 50)), False),  # a 5 whose bar floats above it
        (boxes((10, 15, 70, 80), (30, 90, 20, 50)), False),  # far to the right, even
        (boxes((10, 20, 45, 55), (30, 90, 45, 55)), False),  # an i
        (boxes((20, 80, 10, 20)), False),
        (boxes(), False),
    ],
)
def test_two_digits_stand_side_by_side(ink: np.ndarray, two: bool) -> None:
    assert side_by_side(ink) is two


def test_ink_goes_from_0_to_1() -> None:
    ink = ink_of(drawing((0, 100, 0, 255), WHITE))
    assert (ink.min(), ink.max()) == (0.0, 1.0)


def test_ink_shown_as_a_drawing_is_the_same_drawing() -> None:
    assert np.array_equal(ink_of(to_rgba(ink_of(drawing()))), ink_of(drawing()))


@pytest.mark.parametrize(
    "rgba",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((28, 28, 3), np.uint8),
        np.zeros((28, 28, 4)),
        np.zeros((0, 9, 4), np.uint8),
    ],
    ids=["no channels", "three channels", "not uint8", "no pixels"],
)
def test_other_shapes_are_refused(rgba: np.ndarray) -> None:
    with pytest.raises(PictureError, match="A drawing is uint8"):
        prepare(rgba)

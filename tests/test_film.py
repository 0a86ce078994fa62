"""Films: what a neighbour shows is found, what none shows is filled, no file is half written."""

import hashlib
import itertools
import os
import sys
import types
import warnings
import weakref

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage

import course_lib
from course_lib import classical, clips, data, masks, metrics, restoration
from course_lib.__main__ import main
from course_lib._opencv import cv2
from course_lib.restoration import film
from course_lib.restoration.film import filling, reading, writing
from tests.helpers import definitions

SIZE = (96, 128)
SCRATCHES = clips.scratches(10, SIZE, lines=2, width=3, step=6, seed=1)


def damaged(clip, holes):
    return np.where(holes[..., None], np.float32(1), clip)


def psnr(clip, filled, holes):
    return metrics.psnr(clip, np.clip(filled, 0, 1), holes)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are Unicode")
def test_a_name_that_is_not_utf_8_is_said_before_opencv_reads_it(tmp_path):
    """It ends the process, and a notebook's kernel with it."""
    restoration.save_film(tmp_path / "a.webm", np.full((3, 32, 40, 3), 0.5))
    path = os.fsencode(tmp_path) + b"/caf\xe9.webm"
    os.rename(tmp_path / "a.webm", path)
    with pytest.raises(ValueError, match="is not UTF-8.*rename it"):
        restoration.read_film(path)
    with pytest.raises(ValueError, match="is not UTF-8.*rename it"):
        restoration.restore_video(path, np.eye(32, 40, dtype=bool), tmp_path / "new.webm")


# What is flicker


def test_an_error_that_stays_does_not_flicker_however_the_picture_moves():
    clip = clips.moving("coffee", 6, SIZE, camera=(1, 2), seed=0)
    holes = np.broadcast_to(masks.squares(1, SIZE, side=30)[0], clip.shape[:3])
    error = np.random.RandomState(0).uniform(-0.05, 0.05, (*SIZE, 3)) * holes[..., None]
    clip = 0.1 + 0.8 * clip.astype(np.float64)
    assert metrics.flicker(clip, clip + error, holes) == pytest.approx(0, abs=1e-12)
    assert metrics.flicker(clip, clip + 0.07) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("stays, expected", [(True, 0.02 * 2**0.5), (False, 0.02)])
def test_the_flicker_of_independent_noise_is_known(stays, expected):
    """A difference of two has twice the variance; where only one frame is a hole, once."""
    true = np.full((40, 40, 40, 3), 0.5)
    holes = np.ones(true.shape[:3], bool)
    if not stays:
        holes[::2, :20], holes[1::2, 20:] = False, False
    noise = 0.02 * np.random.RandomState(0).standard_normal(true.shape)
    filled = np.where(holes[..., None], true + noise, true)
    assert metrics.flicker(true, filled, holes) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("true, said", [
    (np.zeros((1, 4, 4, 3)), "two frames"), (np.zeros((4, 4, 3)), "two frames"),
])  # fmt: skip
def test_one_picture_cannot_flicker(true, said):
    with pytest.raises(ValueError, match=said):
        metrics.flicker(true, true)


# Clips whose truth is known


def test_a_camera_that_glides_by_whole_pixels_shows_the_photograph():
    clip = clips.moving("coffee", 4, (50, 60), camera=(3, -2), grain=0, seed=4)
    photograph = data.photo("coffee")
    for number, frame in enumerate(clip[1:], start=1):
        np.testing.assert_allclose(
            frame[: -3 * number, 2 * number :], clip[0][3 * number :, : -2 * number], atol=1e-6
        )
    corners = np.argwhere((np.abs(photograph - clip[0][0, 0]) < 1e-6).all(axis=-1))
    cut = [photograph[row : row + 50, column : column + 60] for row, column in corners]
    assert any(one.shape == clip[0].shape and np.allclose(one, clip[0], atol=1e-6) for one in cut)


def test_who_passes_hides_the_background_and_shows_it_again():
    empty = clips.moving("coffee", 9, SIZE, grain=0, seed=2)
    clip = clips.moving("coffee", 9, SIZE, passer="chelsea", grain=0, seed=2)
    hidden = (clip != empty).any(axis=-1)
    middles = [np.argwhere(one).mean(axis=0) for one in hidden]
    assert np.ptp([row for row, _ in middles]) < 1
    np.testing.assert_allclose(np.diff([column for _, column in middles]), 80 / 9, atol=0.5)
    assert hidden.any(axis=0).mean() > 0.2 and not hidden.all(axis=0).any()


def test_grain_has_its_strength_and_is_drawn_anew_in_each_frame():
    still = clips.moving("astronaut", 30, 64, grain=0.02, seed=0).astype(np.float64)
    inside = ((still > 0.2) & (still < 0.8)).all(axis=0)
    assert still.std(axis=0, ddof=1)[inside].mean() == pytest.approx(0.02, rel=0.03)


@pytest.mark.parametrize("holes, digest", [
    (clips.scratches(5, (40, 60), seed=3), "925901cd30f626be"),
    (clips.lost_blocks(5, (40, 60), share=0.2, seed=3), "6249da5c681dd8a5"),
])  # fmt: skip
def test_the_same_seed_gives_the_same_damage_on_every_machine(holes, digest):
    assert hashlib.sha256(np.packbits(holes).tobytes()).hexdigest()[:16] == digest


def test_scratches_move_as_far_as_they_are_told():
    moving = clips.scratches(8, (10, 400), lines=1, width=3, step=4, seed=0)
    left = np.array([np.flatnonzero(one[0]).min() for one in moving])
    steps = np.abs(np.diff(left))
    assert (steps >= 1).all() and (steps <= 7).all() and moving.sum() == 8 * 10 * 3


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_so_many_blocks_are_lost_and_stay_lost(share):
    lost = clips.lost_blocks(300, (160, 192), share=share, lasting=3, seed=0)
    assert lost.mean() == pytest.approx(share, rel=0.25)
    blocks = lost.reshape(300, 10, 16, 12, 16)
    assert (blocks.all(axis=(2, 4)) == blocks.any(axis=(2, 4))).all()
    runs = []
    for block in blocks[:, :, 0, :, 0].reshape(300, -1).T:
        whole = [(held, len([*run])) for held, run in itertools.groupby(block)][1:-1]
        runs += [length for held, length in whole if held]
    assert min(runs) == 3 and len(runs) > 100


@pytest.mark.parametrize("options, said", [
    ({"camera": (0, 80)}, "leave coffee"), ({"size": 0}, "size is 0"), ({"name": "x"}, "no photo"),
    ({"grain": -1}, "grain is -1"), ({"count": 0}, "count is 0"),
])  # fmt: skip
def test_an_impossible_clip_gets_one_sentence(options, said):
    with pytest.raises(ValueError, match=said):
        clips.moving(**{"name": "coffee", "count": 9, "size": 64, "seed": 0} | options)


# Motion


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**16), st.integers(0, 40))
def test_a_sample_lies_between_the_pixels(seed, count):
    random = np.random.RandomState(seed)
    array = random.random_sample((9, 12)).astype(np.float32)
    # OpenCV knows 32 places from pixel to pixel.
    places = (np.round(32 * random.uniform(0, (11, 8), (count, 2))) / 32).astype(np.float32)
    expected = ndimage.map_coordinates(array, places[:, ::-1].T, order=1)
    np.testing.assert_allclose(film.sample(array, places), expected, atol=1e-5)


@pytest.mark.parametrize("shift", [(0, 3), (-2, 1), (0, 0), (1.5, -2.5)])
@pytest.mark.parametrize("scratched", [False, True])
def test_the_flow_is_the_cameras_under_a_scratch_that_stays_too(shift, scratched):
    one, other = clips.moving("gravel", 2, (120, 160), camera=shift, seed=8)
    holes = clips.scratches(1, (120, 160), step=0, width=5, seed=0)[0] & scratched
    there, back = film.flow_pair(damaged(one, holes), damaged(other, holes), holes, holes)
    inner = np.pad(np.ones((96, 136), bool), 12)
    apart = np.abs(there + np.float32(shift[::-1]))[inner & (holes if scratched else True)]
    assert np.median(apart) < 0.15 and np.mean(apart) < 0.4
    assert np.median(film.returns_home(there, film.warped(back, there))[inner])


def test_what_stands_in_a_hole_moves_nothing():
    frames = clips.moving("coffee", 2, (70, 90), camera=(0, 2), seed=1)
    holes = clips.scratches(2, (70, 90), seed=2)
    results = []
    for level in (0, 1, np.nan):
        hurt = np.where(holes[..., None], np.float32(level), frames)
        results.append(film.flow_pair(*hurt, *holes))
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_who_does_not_come_back_within_a_pixel_is_not_believed():
    there = np.array([[3.0, 0], [3, 0], [0, 0], [40, 0]])
    back = np.array([[-3.0, 0.5], [-2, 0], [0, 0.71], [-38, 0]])
    # 0.25 < 0.68; 1 > 0.63; 0.504 < 0.505; 4 < 30.9
    assert film.returns_home(there, back).tolist() == [True, False, True, True]


def test_motion_in_a_large_film_is_measured_on_a_smaller_copy(monkeypatch):
    one, other = clips.moving("coffee", 2, (240, 320), camera=(0, 4), seed=1)
    whole = np.zeros((240, 320), bool)
    monkeypatch.setattr(film.motion, "MOST_PIXELS", 120 * 160)
    there, _ = film.flow_pair(one, other, whole, whole)
    assert there.shape == (120, 160, 2)
    moved = film.along(there, np.float32([[160, 120], [80, 60]]), (240, 320))
    np.testing.assert_allclose(moved, [[-4, 0], [-4, 0]], atol=0.4)


# Filling


def test_under_a_still_camera_the_median_finds_what_was_there():
    still = np.repeat(clips.moving("coffee", 1, SIZE, grain=0, seed=3), 10, axis=0)
    filled = restoration.fill_frames(damaged(still, SCRATCHES), SCRATCHES, "median")
    np.testing.assert_array_equal(filled, still)


def test_the_median_is_that_of_the_frames_that_show_a_pixel():
    frames = np.random.RandomState(0).random_sample((7, 5, 6, 3)).astype(np.float32)
    holes = masks.random_pixels(7, (5, 6), fraction=0.5, seed=0)
    filled = restoration.fill_frames(frames, holes, "median", reach=2)
    for t, y, x in np.argwhere(holes):
        near = [frames[s, y, x] for s in range(max(0, t - 2), min(7, t + 3)) if not holes[s, y, x]]
        if near:
            np.testing.assert_allclose(filled[t, y, x], np.median(near, axis=0), atol=1e-6)


@pytest.mark.parametrize("step", [6, 0])
def test_under_a_moving_camera_motion_finds_it_and_the_median_does_not(step):
    holes = clips.scratches(10, SIZE, lines=2, width=3, step=step, seed=1)
    better = []
    for name, seed in (("coffee", 0), ("astronaut", 1), ("chelsea", 2)):
        clip = clips.moving(name, 10, SIZE, camera=(0.4, 2.3), seed=seed)
        fills = {
            method: restoration.fill_frames(damaged(clip, holes), holes, method)
            for method in ("motion", "median", "harmonic")
        }
        better.append([psnr(clip, one, holes) for one in fills.values()])
    motion, median, harmonic = np.mean(better, axis=0)
    assert motion > harmonic + 2 and motion > median + 2


def test_what_an_object_hides_is_taken_from_before_and_after():
    clip = clips.moving("coffee", 12, SIZE, passer="chelsea", seed=5)
    holes = clips.scratches(12, SIZE, lines=2, width=3, step=5, seed=2)
    fills = {
        method: restoration.fill_frames(damaged(clip, holes), holes, method)
        for method in ("motion", "median", "harmonic")
    }
    scores = {method: psnr(clip, filled, holes) for method, filled in fills.items()}
    assert scores["motion"] > max(scores["median"], scores["harmonic"]) + 2
    flickers = {
        method: metrics.flicker(clip, np.clip(filled, 0, 1), holes)
        for method, filled in fills.items()
    }
    assert flickers["motion"] < min(flickers["median"], flickers["harmonic"])


@pytest.mark.parametrize("method", ["motion", "median"])
def test_no_frame_shows_what_is_under_a_scratch_that_stays(method):
    still = np.repeat(clips.moving("coffee", 1, SIZE, grain=0, seed=3), 6, axis=0)
    holes = clips.scratches(6, SIZE, step=0, seed=1)
    filled = restoration.fill_frames(damaged(still, holes), holes, method, then="biharmonic")
    expected = np.clip(classical.biharmonic(still[0], holes[0]), 0, 1)
    np.testing.assert_allclose(filled, np.broadcast_to(expected, filled.shape), atol=1e-6)


def test_a_way_is_walked_to_the_nearest_frame_that_shows_the_pixel():
    """Everything moves two pixels to the right in each frame; the pixel is shown three later."""
    ramp = np.tile(np.arange(20) / 40, (3, 1))
    frames = np.stack([np.roll(ramp, 2 * t, axis=1) for t in range(5)])[..., None].repeat(3, -1)
    holes = np.zeros((5, 3, 20), bool)
    holes[0, 1, 8], holes[1, 1, 10], holes[2, 1, 12] = True, True, True
    window = [filling.Moment(*pair) for pair in zip(frames, holes, strict=True)]
    right = np.zeros((3, 20, 2), np.float32) + np.float32((2, 0))
    for moment in window:
        moment._flows = right, -right
    colours, weights = filling.walk(window, 0, 1)
    np.testing.assert_allclose(colours, [[8 / 40] * 3], atol=1e-6)
    np.testing.assert_allclose(weights, [1 / 3], atol=1e-6)
    assert filling.walk(window, 0, -1)[1].tolist() == [0]
    window[1]._flows = right, right  # the way from the second frame does not lead home
    np.testing.assert_allclose(filling.walk(window, 0, 1)[1], [filling.DOUBTED / 3], rtol=1e-5)


@pytest.mark.parametrize("passer", [None, "chelsea"])
def test_the_fill_of_lesson_15_is_the_librarys(passer):
    lesson = definitions("15_film")
    clip = clips.moving("astronaut", 6, (60, 80), camera=(0.3, 2), passer=passer, seed=1)
    holes = clips.scratches(6, (60, 80), seed=3)
    frames = damaged(clip, holes)
    window = [filling.Moment(*pair) for pair in zip(frames, holes, strict=True)]
    flows = [one.flows(other) for one, other in itertools.pairwise(window)]
    for start, step in itertools.product(range(6), (-1, 1)):
        expected = filling.walk(window, start, step)
        found = lesson["walk"](frames, holes, flows, start, step)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)
        assert expected[1].any() == (0 <= start + step < 6)
    np.testing.assert_allclose(
        lesson["temporal_median"](frames, holes, 2),
        restoration.fill_frames(frames, holes, "median", reach=2), atol=1e-6,
    )  # fmt: skip
    noisy = np.clip(clip + np.where(holes[..., None], 0.1, 0), 0, 1)
    assert lesson["flicker"](clip, noisy, holes) == pytest.approx(
        metrics.flicker(clip, noisy, holes), rel=1e-5
    )


def test_a_frame_of_which_nothing_is_left_comes_from_its_neighbours():
    still = np.repeat(clips.moving("coffee", 1, SIZE, grain=0, seed=3), 3, axis=0)
    holes = np.zeros(still.shape[:3], bool)
    holes[1] = True
    for method in ("motion", "median"):
        filled = restoration.fill_frames(damaged(still, holes), holes, method)
        np.testing.assert_allclose(filled, still, atol=1e-6)
    with pytest.raises(ValueError, match="inverted"):
        restoration.fill_frames(still, np.ones(SIZE, bool))


def test_across_a_cut_nothing_is_fetched_from_the_other_scene():
    one = np.full((4, *SIZE, 3), 0.2, np.float32)
    one[:, ::8] = 0.3
    other = np.full((4, *SIZE, 3), 0.9, np.float32)
    other[:, :, ::8] = 0.8
    film_of_two = np.concatenate([one, other])
    holes = clips.scratches(8, SIZE, lines=1, width=3, step=6, seed=1)
    filled = restoration.fill_frames(damaged(film_of_two, holes), holes)
    assert np.abs(filled - film_of_two)[holes].mean() < 0.05


@example(count=3, height=1, width=8, dtype="uint8", method="motion", share=0.7, seed=0)
@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(1, 4), height=st.integers(1, 40), width=st.integers(2, 40),
    dtype=st.sampled_from(("uint8", "float32", "float64")),
    method=st.sampled_from(("motion", "median", "nearest")), share=st.sampled_from((0.0, 0.1, 0.7)),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_known_pixels_stay_bit_for_bit(count, height, width, dtype, method, share, seed):
    random = np.random.RandomState(seed)
    frames = random.random_sample((count, height, width, 3))
    frames = (frames * 255 if dtype == "uint8" else frames).astype(dtype)
    holes = random.random_sample((count, height, width)) < share
    holes[:, 0, 0] = False
    before = frames.copy()
    filled = restoration.fill_frames(frames, holes, method, then="nearest", reach=2)
    assert filled.dtype == frames.dtype and filled.shape == frames.shape
    np.testing.assert_array_equal(filled[~holes], before[~holes])
    np.testing.assert_array_equal(frames, before)
    other = np.where(holes[..., None], 0, frames).astype(dtype)
    np.testing.assert_array_equal(
        filled, restoration.fill_frames(other, holes, method, then="nearest", reach=2)
    )


def test_one_mask_may_serve_all_frames():
    clip = clips.moving("coffee", 2, (32, 48), seed=0)
    hole = clips.scratches(1, (32, 48), lines=1, step=0, seed=0)[0]
    filled = restoration.fill_frames(damaged(clip, hole[None]), hole, "median", then="telea")
    expected = [restoration.restore(frame, hole, "telea") for frame in clip]
    np.testing.assert_allclose(filled, expected, atol=1e-6)


@pytest.mark.parametrize("options", [{"method": "best"}, {"method": "median", "then": "best"}])
def test_a_network_is_loaded_once_for_all_frames(monkeypatch, options):
    loaded = []

    def load_pretrained(name):
        loaded.append(name)
        return lambda image, mask: np.where(mask[..., None], np.float32(0.25), image)

    stand_in = types.SimpleNamespace(load_pretrained=load_pretrained)
    monkeypatch.setitem(sys.modules, "course_lib.models", stand_in)
    monkeypatch.setattr(course_lib, "models", stand_in, raising=False)
    hole = np.eye(8, 9, dtype=bool)
    filled = restoration.fill_frames(np.zeros((5, 8, 9, 3)), hole, **options)
    assert loaded == ["best"] and (filled[:, hole] == 0.25).all()


@pytest.mark.parametrize("frames, mask, options, said", [
    (np.zeros((4, 5, 3)), np.eye(4, 5, dtype=bool), {}, r"\(T, H, W, 3\)"),
    (np.zeros((2, 4, 5, 3)), np.zeros((3, 4, 5), bool), {}, "one a frame"),
    (np.zeros((2, 4, 5, 3)), np.zeros((5, 4), bool), {}, "one a frame"),
    (np.zeros((2, 4, 5, 3)), np.zeros((4, 5)), {}, "as_mask"),
    (np.zeros((2, 4, 5, 3), int), np.eye(4, 5, dtype=bool), {}, "int64"),
    (np.full((2, 4, 5, 3), 7.0), np.eye(4, 5, dtype=bool), {}, "255"),
    (np.zeros((2, 4, 5, 3)), np.eye(4, 5, dtype=bool), {"method": "lama"}, "motion, median, best"),
    (np.zeros((2, 4, 5, 3)), np.eye(4, 5, dtype=bool), {"then": "motion"}, "no method 'motion'"),
    (np.zeros((2, 4, 5, 3)), np.eye(4, 5, dtype=bool), {"reach": 0}, "reach is 0"),
    (None, np.eye(4, dtype=bool), {}, "None"),
])  # fmt: skip
def test_bad_input_gets_one_sentence(frames, mask, options, said):
    with pytest.raises((TypeError, ValueError), match=said) as raised:
        restoration.fill_frames(frames, mask, **options)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("method", ["motion", "median"])
def test_a_film_of_any_length_needs_a_few_frames_at_a_time(method, monkeypatch):
    alive = weakref.WeakSet()
    made = filling.Moment.__init__

    def noted(moment, *pair):
        made(moment, *pair)
        alive.add(moment)

    monkeypatch.setattr(filling.Moment, "__init__", noted)
    taken = 0

    def pairs():
        nonlocal taken
        for _ in range(30):
            taken += 1
            yield np.full((8, 9, 3), 0.5), np.eye(8, 9, dtype=bool)

    for given_back, _ in enumerate(film.filling.repaired(pairs(), method, reach=2), start=1):
        assert taken <= given_back + 2 and len(alive) <= 2 * 2 + 2
    assert given_back == 30


# Files

CLIP = clips.moving("coffee", 10, SIZE, camera=(0.3, 1.6), seed=0)
BYTES = np.rint(255 * damaged(CLIP, SCRATCHES)).astype(np.uint8)


def film_file(path, frames=BYTES, seconds=None):
    seconds = np.array([1 / 12] * len(frames) if seconds is None else seconds)
    with writing.writer(path, path.suffix, frames.shape[1:3], seconds) as write:
        for frame in frames:
            write(frame)
    return path


@pytest.fixture(scope="module")
def scratched(tmp_path_factory):
    """A WebM of ten scratched frames."""
    return film_file(tmp_path_factory.mktemp("film") / "old.webm")


def frames_of(path):
    if path.suffix == ".webp":
        with Image.open(path) as picture:
            frames = []
            for number in range(picture.n_frames):
                picture.seek(number)
                frames.append(np.asarray(picture.convert("RGB")))
            return np.stack(frames)
    return np.stack([*reading.Film(path).frames()])


@pytest.mark.parametrize("ending", [".webm", ".mkv", ".webp", ".gif", ".mp4"])
def test_a_film_is_repaired_from_file_to_file(tmp_path, scratched, ending):
    if ending == ".mp4":
        pytest.importorskip("av", reason="PyAV is an optional extra")
    target = tmp_path / f"new{ending}"
    done = restoration.restore_video(scratched, SCRATCHES, target)
    assert (done.frames, done.size, done.method) == (10, (128, 96), "motion")
    assert done.fraction == pytest.approx(SCRATCHES.mean())
    written = frames_of(target) / np.float32(255)
    assert written.shape == CLIP.shape
    expected = np.stack([*reading.Film(scratched).frames()])
    expected = restoration.fill_frames(expected, SCRATCHES) / np.float32(255)
    if ending in film.EXACT:
        np.testing.assert_array_equal(expected, written)
    known = metrics.psnr(expected, written, ~SCRATCHES)
    assert known > {".gif": 24, ".webm": 37}.get(ending, 30)
    assert metrics.psnr(CLIP, written, SCRATCHES) > 24  # a GIF has 256 colours
    if ending != ".webp":
        np.testing.assert_allclose(reading.Film(target).seconds, 1 / 12, atol=0.011)
    assert [one.name for one in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("kind", [
    "picture", "Pillow's", "folder", "film", "one array", "list", ".gif", ".webp", ".png", ".tif",
])  # fmt: skip
def test_masks_come_in_many_ways(tmp_path, scratched, kind):
    film_of = reading.Film(scratched)
    white = (SCRATCHES[..., None].repeat(3, axis=-1) * 255).astype(np.uint8)
    expected = SCRATCHES
    if kind == "folder":
        mask = tmp_path / "masks"
        mask.mkdir()
        for number, one in enumerate(white):  # mask2 stands before mask10
            Image.fromarray(one).save(mask / f"mask{number + 1}.png")
    elif kind == "film":
        mask = film_file(tmp_path / "masks.webm", white)
    elif kind.startswith("."):  # an animated picture, or one of several pages
        mask = tmp_path / f"masks{kind}"
        first, *more = map(Image.fromarray, white)
        lossless = {"lossless": True} if kind == ".webp" else {}
        first.save(mask, save_all=True, append_images=more, **lossless)
    elif kind == "list":
        mask = SCRATCHES.tolist()
    else:
        expected = np.broadcast_to(SCRATCHES[3], SCRATCHES.shape)
        mask = SCRATCHES[3]
        if kind in ("picture", "Pillow's"):
            mask = tmp_path / "mask.png"
            Image.fromarray(white[3]).save(mask)
        if kind == "Pillow's":
            mask = Image.open(mask)
    found = np.stack([*reading.masks_for(film_of, mask)])
    assert (found == expected).mean() > (0.995 if kind == "film" else 0.9999999)
    if kind not in ("one array", "list"):
        inverted = np.stack([*reading.masks_for(film_of, mask, "black")])
        np.testing.assert_array_equal(inverted, ~found)


@pytest.mark.parametrize("kind", ["folder", ".webp"])
def test_a_film_may_be_a_folder_of_pictures_or_an_animated_webp(tmp_path, kind):
    source, rate = tmp_path / "film.webp", 12.5
    if kind == "folder":
        source, rate = tmp_path / "frames", 25
        source.mkdir()
        for number, frame in enumerate(BYTES):  # frame2 stands before frame10
            Image.fromarray(frame).save(source / f"frame{number + 1}.png")
    else:
        restoration.save_film(source, BYTES, rate=rate)
    np.testing.assert_array_equal(restoration.read_film(source), BYTES)
    done = restoration.restore_video(source, SCRATCHES, tmp_path / "new.mkv", "nearest")
    written = reading.Film(done.target)
    np.testing.assert_allclose(written.seconds, 1 / rate, atol=0.002)
    known = ~SCRATCHES
    np.testing.assert_array_equal(np.stack([*written.frames()])[known], BYTES[known])


def test_a_film_of_an_odd_size_loses_nothing(tmp_path):
    odd = np.ascontiguousarray(BYTES[:4, :95, :127])
    path = film_file(tmp_path / "odd.gif", odd)
    with pytest.warns(UserWarning, match="odd size, which .webm cannot hold"):
        restoration.restore_video(path, SCRATCHES[:4, :95, :127], tmp_path / "new.webm")
    assert reading.Film(tmp_path / "new.webm").size == (96, 128)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        restoration.restore_video(path, SCRATCHES[:4, :95, :127], tmp_path / "new.webp")
    assert frames_of(tmp_path / "new.webp").shape == (4, 95, 127, 3)


def test_frames_that_are_shown_unevenly_long_keep_their_time(tmp_path):
    seconds = [0.04, 0.12, 0.04, 0.2, 0.04, 0.08, 0.04, 0.04, 0.4, 0.04]
    path = film_file(tmp_path / "uneven.gif", seconds=seconds)
    source = reading.Film(path)
    np.testing.assert_allclose(source.seconds[:-1], seconds[:-1], atol=1e-6)
    restoration.restore_video(path, SCRATCHES, tmp_path / "new.webm", "nearest")
    written = reading.Film(tmp_path / "new.webm")
    assert len(written) == 26  # 1.04 s at 25 frames a second
    np.testing.assert_allclose(written.seconds, 0.04, atol=2e-3)
    shown = np.stack([*written.frames()])
    filled = restoration.fill_frames(np.stack([*source.frames()]), SCRATCHES, "nearest")
    expected = filled.repeat([1, 3, 1, 5, 1, 2, 1, 1, 10, 1], axis=0)
    assert metrics.psnr(expected / np.float32(255), shown / np.float32(255)) > 28


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.005, 0.5), min_size=1, max_size=30))
def test_repeated_frames_are_never_off_by_more_than_half_a_frame(seconds):
    rate = min(240, 1 / min(seconds))
    shown = np.cumsum(writing.copies(np.array(seconds), rate)) / rate
    assert (np.abs(shown - np.cumsum(seconds)) <= 0.5 / rate + 1e-9).all()


def test_a_film_that_breaks_off_is_repaired_as_far_as_it_goes(tmp_path):
    long = np.ascontiguousarray(np.concatenate([BYTES[:, :48, :64]] * 6))
    path = film_file(tmp_path / "long.webm", long)
    content = path.read_bytes()
    path.write_bytes(content[: 2 * len(content) // 3])
    with pytest.warns(UserWarning, match=r"breaks off after \d\.\d of 5\.0 s"):
        source = reading.Film(path)
    assert 10 < len(source) < 60
    with pytest.warns(UserWarning, match="breaks off"):
        done = restoration.restore_video(
            path, SCRATCHES[0, :48, :64], tmp_path / "new.webm", "nearest"
        )
    assert done.frames == len(source) == len(reading.Film(tmp_path / "new.webm"))


def text_file(folder):
    (folder / "text.webm").write_text("no film at all")
    return folder / "text.webm"


def without_frames(folder):
    path = folder / "empty.webm"
    cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*"VP90"), 12, SIZE).release()
    return path


def unknown_codec(folder):
    path = film_file(folder / "rare.webm")
    path.write_bytes(path.read_bytes().replace(b"V_VP9", b"V_XYZ"))
    return path


def cut_early(folder):
    path = film_file(folder / "cut.webm")
    path.write_bytes(path.read_bytes()[:400])
    return path


def empty_folder(folder):
    (folder / "frames").mkdir()
    return folder / "frames"


def of_two_sizes(folder):
    (folder / "frames").mkdir()
    for number, frame in enumerate(BYTES):
        Image.fromarray(frame[: 96 - number // 9]).save(folder / "frames" / f"{number}.png")
    return folder / "frames"


def no_mask(folder):
    return film_file(folder / "itself.webm")


def few_masks(folder):
    (folder / "few").mkdir()
    Image.fromarray(SCRATCHES[0]).save(folder / "few" / "1.png")
    return folder / "few"


def few_frames(folder):
    first, *more = (Image.fromarray(one) for one in SCRATCHES[:3])
    first.save(folder / "few.gif", save_all=True, append_images=more)
    return folder / "few.gif"


def small_mask(folder):
    Image.fromarray(SCRATCHES[0, :50]).save(folder / "small.png")
    return folder / "small.png"


@pytest.mark.parametrize("source, mask, more, said", [
    (lambda folder: folder / "none.webm", None, [], "there is no file"),
    (empty_folder, None, [], "holds no picture"),
    (of_two_sizes, None, [], "9.png is of another size than 0.png"),
    (None, no_mask, [], "itself.webm is no film of masks"),
    (text_file, None, [], "is a text and no film"),
    (without_frames, None, [], "film"),
    (unknown_codec, None, [], "codec is missing"),
    (cut_early, None, [], "cut off"),
    (None, few_masks, [], "1 masks and old.webm 10 frames"),
    (None, few_frames, [], "3 masks and old.webm 10 frames"),
    (None, small_mask, [], "full size"),
    (None, text_file, [], "is a text and no film"),
    (None, lambda folder: folder / "none.png", [], "there is no file"),
    (None, None, ["-o", "new.avi"], "no ending of a film"),
    (None, None, ["-o", "new.mp4"], "PyAV"),
    (None, None, ["-o", "nowhere/new.webm"], "there is no folder"),
    (None, None, ["--method", "lama"], "choose from motion"),
    (None, None, ["--reach", "0"], "reach is 0"),
])  # fmt: skip
def test_a_mistake_at_the_terminal_gets_one_sentence(
    tmp_path, capfd, monkeypatch, scratched, source, mask, more, said
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "av", None)
    path = source(tmp_path) if source else scratched
    if mask is None:
        Image.fromarray(SCRATCHES[0]).save("mask.png")
    mask = mask(tmp_path) if mask else "mask.png"
    before = sorted(tmp_path.iterdir())
    capfd.readouterr()
    target = [] if "-o" in more else ["-o", "new.webm"]
    code = main(["film", str(path), "--mask", str(mask), *target, *more])
    printed, wrong = capfd.readouterr()
    assert code == 1 and said in wrong and printed == ""
    assert len(wrong.splitlines()) == 1 and wrong.startswith("error: ")
    assert sorted(tmp_path.iterdir()) == before


def test_the_damage_of_a_film_is_not_sought_in_its_first_frame_without_a_word(tmp_path, capsys):
    assert main(["damage", str(film_file(tmp_path / "clip.webm"))]) == 1
    assert "is a film, which needs masks of its own: see lesson 15" in capsys.readouterr().err
    assert main(["damage", str(film_file(tmp_path / "clip.gif"))]) == 0
    assert "10 pages or frames, and only the first is marked" in capsys.readouterr().err


def test_the_terminal_repairs_a_film_and_overwrites_only_if_asked(tmp_path, capsys, scratched):
    path = tmp_path / "old.webm"
    path.write_bytes(scratched.read_bytes())
    Image.fromarray(SCRATCHES[0]).save(tmp_path / "mask.png")
    command = ["film", str(path), "--mask", str(tmp_path / "mask.png"), "--method", "nearest"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "4.69 % of 10 frames of 128 x 96" in said
    assert "the sound is not kept" in said
    target = tmp_path / "old-repaired.webm"
    assert "A .webm compresses the known pixels again; end the name in .mkv" in said
    content = target.read_bytes()
    assert main([*command, "--invented"]) == 1
    assert "is there already" in capsys.readouterr().err and target.read_bytes() == content
    assert main([*command, "--invented", "--overwrite"]) == 0
    assert target.read_bytes() != content
    capsys.readouterr()
    assert main([*command, "-o", str(tmp_path / "exact.mkv")]) == 0
    assert "anew" not in capsys.readouterr().out


@pytest.mark.parametrize("frames, said", [
    (255.0 * CLIP, "a frame lies outside .*divide 0..255 pictures by 255"),
    (np.where(CLIP > 0.5, np.nan, CLIP), "a frame is NaN"),
    (CLIP[0], "pass a film as"),
])  # fmt: skip
def test_what_is_no_film_is_not_stored(tmp_path, frames, said):
    with pytest.raises(ValueError, match=said):
        restoration.save_film(tmp_path / "new.webm", frames)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "ending, fastest", [(".webm", 240), (".mkv", 240), (".webp", 240), (".gif", 100)]
)
@pytest.mark.parametrize("rate", [0, -1, 0.001, 1e12, np.nan, "24"])
def test_a_rate_that_no_player_shows_gets_one_sentence(tmp_path, ending, fastest, rate):
    with pytest.raises(ValueError, match=f"frames a second, from 0.01 to {fastest}"):
        restoration.save_film(tmp_path / f"new{ending}", BYTES[:2], rate=rate)
    for fits in (0.01, fastest):
        restoration.save_film(tmp_path / f"new{ending}", BYTES[:2], rate=fits)


def test_what_was_filled_may_be_hatched(tmp_path, scratched):
    restoration.restore_video(
        scratched, SCRATCHES, tmp_path / "new.webp", "nearest", show="invented"
    )
    filled = restoration.fill_frames(
        np.stack([*reading.Film(scratched).frames()]), SCRATCHES, "nearest"
    )
    expected = [
        restoration.repairing.hatched(frame, holes)
        for frame, holes in zip(filled, SCRATCHES, strict=True)
    ]
    shown = frames_of(tmp_path / "new.webp").astype(int)
    lines = SCRATCHES & (np.arange(128) % 3 == 0)
    nearer = np.abs(shown - expected)[lines].mean() < np.abs(shown - filled)[lines].mean()
    assert nearer


def test_a_failure_half_way_leaves_what_was_there(tmp_path, scratched):
    target = tmp_path / "new.webm"
    target.write_bytes(b"an older film")
    calls = itertools.count()

    def failing(image, mask):
        if next(calls) == 4:
            raise OSError("no more")
        return image

    with pytest.raises(OSError, match="no more"):
        restoration.restore_video(scratched, SCRATCHES, target, failing, overwrite=True)
    assert [one.name for one in tmp_path.iterdir()] == ["new.webm"]
    assert target.read_bytes() == b"an older film"


def test_a_film_that_was_not_written_whole_does_not_take_its_place(
    tmp_path, scratched, monkeypatch
):
    """As when the disk is full, of which encoders say nothing."""
    monkeypatch.setattr(writing, "even_sided", lambda frame: frame[:40, :40])
    with pytest.raises(OSError, match="could not be written whole"):
        restoration.restore_video(scratched, SCRATCHES, tmp_path / "new.webm", "nearest")
    assert not list(tmp_path.iterdir())

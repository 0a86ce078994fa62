"""Scenes are what they say: many, different, with a truth that their parts and masks describe."""

import numpy as np
import pytest

from course_lib import classical, data, masks, scenes

KINDS = {"edge": 2, "stripe": 3, "crossing": 4, "bricks": 2}  # how many parts


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("images", "masks", "parts")
    )


@pytest.mark.parametrize(
    "draw",
    [
        lambda count, seed: scenes.edges("arc", count, side=8, seed=seed),
        lambda count, seed: scenes.walls("crossing", count, hole="cross", seed=seed),
    ],
    ids=["edges", "walls"],
)
def test_a_seed_repeats_and_another_one_differs(draw):
    assert same(draw(3, 0), draw(3, 0))
    assert not same(draw(3, 0), draw(3, 1))
    drawn = draw(3, 0)
    assert len(drawn) == 3 and len({image.tobytes() for image in drawn.images}) == 3
    assert drawn.images.min() >= 0 and drawn.images.max() <= 1
    assert drawn.masks.dtype == bool and drawn.masks.shape == drawn.images.shape[:3]
    assert same(drawn[1:], scenes.Scenes(drawn.images[1:], drawn.masks[1:], drawn.parts[1:]))


@pytest.mark.parametrize("kind", ["edge", "bar", "arc"])
def test_every_edge_crosses_its_hole(kind):
    drawn = scenes.edges(kind, 30, side=8, seed=0)
    for image, mask, parts in zip(drawn.images, drawn.masks, drawn.parts, strict=True):
        grey = image[..., 0]
        assert (image == grey[..., None]).all(), "grey"
        assert set(np.unique(parts[mask])) == {0, 1}, "both sides lie in the hole"
        assert set(np.unique(parts[~mask])) == {0, 1}, "and outside"
        assert grey[parts == 1].min() > grey[parts == 0].max()
        assert 0.2 <= grey.max() - grey.min() <= 0.8


def test_an_edge_is_straight_and_an_arc_has_its_radius():
    """Fitted to where brightness passes the middle: a line, and circles of 14 to 30 pixels."""
    for kind in ("edge", "arc"):
        drawn = scenes.edges(kind, 12, side=8, seed=3)
        for parts in drawn.parts:
            border = np.argwhere(parts[:, 1:] != parts[:, :-1]) + [0, 0.5]
            border = np.concatenate([border, np.argwhere(parts[1:] != parts[:-1]) + [0.5, 0]])
            if kind == "edge":
                centred = border - border.mean(axis=0)
                assert np.linalg.svd(centred)[1][1] / np.sqrt(len(border)) < 0.6
            else:
                equations = np.column_stack([2 * border, np.ones(len(border))])
                row, column, rest = np.linalg.lstsq(equations, (border**2).sum(axis=1))[0]
                assert 13 < np.sqrt(rest + row**2 + column**2) < 31


def test_a_bar_has_its_width():
    for parts in scenes.edges("bar", 20, side=8, seed=0).parts:
        eigen = np.linalg.eigvalsh(np.cov(np.argwhere(parts).T))
        assert 4.5 < np.sqrt(12 * eigen[0]) < 9.7, "the width of a uniform bar"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hole", scenes.HOLES)
def test_every_part_of_a_wall_reaches_into_the_hole_and_shows_outside(kind, hole):
    drawn = scenes.walls(kind, 12, hole=hole, seed=0)
    for image, mask, parts in zip(drawn.images, drawn.masks, drawn.parts, strict=True):
        assert set(np.unique(parts)) == set(np.unique(parts[~mask])) == set(range(KINDS[kind]))
        assert len(np.unique(parts[mask])) > 1
        colours = [image[parts == part].mean(axis=0) for part in range(KINDS[kind])]
        spread = max(image[parts == part].std(axis=0).max() for part in range(KINDS[kind]))
        apart = [np.linalg.norm(a - b) for k, a in enumerate(colours) for b in colours[:k]]
        assert min(apart) > 0.35 and spread < 0.04


@pytest.mark.parametrize("hole", scenes.HOLES)
def test_holes_have_the_size_that_is_documented(hole):
    mask = scenes.walls("edge", 1, hole=hole, seed=0).masks[0]
    rows, columns = (np.ptp(side) + 1 for side in np.nonzero(mask))
    assert (rows, columns) == {
        "square": (28, 28), "disc": (30, 30), "bar": (16, 48), "cross": (44, 44)
    }[hole]  # fmt: skip
    np.testing.assert_array_equal(mask, mask[::-1, ::-1], "in the middle")


def test_places_are_cut_from_the_photograph():
    cut = scenes.places("gravel", 6, size=40, hole=12, seed=0)
    photograph = data.photo("gravel")
    windows = np.lib.stride_tricks.sliding_window_view(photograph[..., 0], (40, 40))
    for image in cut.images:
        rows, columns = np.nonzero(windows[:, :, 0, 0] == image[0, 0, 0])
        assert any(
            np.array_equal(photograph[row : row + 40, column : column + 40], image)
            for row, column in zip(rows, columns, strict=True)
        )
    np.testing.assert_array_equal(cut.masks, masks.squares(6, 40, side=12))
    assert cut.parts is None and cut[:2].parts is None
    strokes = masks.brush_strokes(6, 40, seed=1)
    np.testing.assert_array_equal(
        scenes.places("gravel", 6, size=40, hole=strokes, seed=0).masks, strokes
    )


def test_a_place_may_be_the_whole_photograph():
    whole = scenes.places("coffee", 1, size=400, hole=20, seed=5).images[0]
    assert whole.shape == (400, 400, 3)


def test_mask_families_are_of_all_kinds_and_sizes():
    sets = scenes.mask_families(20, seed=0)
    shares = {name: drawn.mean() for name, drawn in sets.items()}
    for low, high in ((1, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 60)):
        assert low < 100 * shares[f"bucket, {low}-{high} %"] <= high
    assert shares["square, 12 px"] == 144 / 1024
    assert shares["pixels, 90 %"] == pytest.approx(0.9, abs=0.001)
    assert (
        shares["lines, 2 of thickness 1"]
        < shares["lines, 2 of thickness 5"]
        < shares["lines, 6 of thickness 5"]
    )
    assert min(shares.values()) < 0.01 and max(shares.values()) > 0.9


def test_misplaced_counts_the_pixels_of_the_wrong_colour():
    drawn = scenes.walls("stripe", 3, hole="square", seed=2)
    filled = drawn.images.copy()
    for k in range(3):
        where = np.argwhere(drawn.masks[k] & (drawn.parts[k] == 0))[: 10 * k]
        filled[k][tuple(where.T)] = drawn.images[k][drawn.parts[k] == 2][0]
    np.testing.assert_allclose(scenes.misplaced(drawn, filled), np.arange(3) * 10 / 784)


def test_misplaced_does_not_read_known_pixels_of_a_fill():
    drawn = scenes.walls("edge", 2, hole="disc", seed=0)
    filled = np.where(drawn.masks[..., None], drawn.images, np.nan)
    assert scenes.misplaced(drawn, filled).tolist() == [0, 0]


def test_a_fill_in_one_colour_misplaces_the_other_part():
    drawn = scenes.walls("edge", 1, hole="disc", seed=0)
    one_colour = np.broadcast_to(drawn.images[drawn.parts == 0].mean(axis=0), drawn.images.shape)
    share = drawn.parts[drawn.masks].mean()
    assert scenes.misplaced(drawn, one_colour)[0] == pytest.approx(share)
    assert 0 < scenes.misplaced(drawn, classical.mean(drawn.images[0], drawn.masks[0])[None])[0] < 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: scenes.edges("line", 1, side=8, seed=0), '"edge", "bar" or "arc"'),
        (lambda: scenes.edges("edge", 0, side=8, seed=0), "count is 0"),
        (lambda: scenes.edges("edge", 1, side=40, seed=0), "side is 40"),
        (lambda: scenes.walls("joint", 1, hole="disc", seed=0), "edge, stripe, crossing, bricks"),
        (lambda: scenes.walls("edge", 1, hole="star", seed=0), "square, disc, bar, cross"),
        (lambda: scenes.walls("edge", 1, hole="disc", seed=0, size=40), "size is 40"),
        (lambda: scenes.walls("edge", 1, hole="disc", seed=-1), "seed"),
        (lambda: scenes.places("moon", 1, size=900, hole=9, seed=0), "pass less"),
        (lambda: scenes.places("elephant", 1, size=9, hole=3, seed=0), "no photo"),
        (lambda: scenes.places("moon", 0, size=9, hole=3, seed=0), "count is 0"),
        (
            lambda: scenes.misplaced(scenes.places("moon", 1, size=9, hole=3, seed=0), None),
            "no parts",
        ),
        (lambda: scenes.Scenes(np.zeros((2, 8, 8, 3)), np.ones((3, 8, 8), bool)), "3 masks for 2"),
    ],
)
def test_scenes_that_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()

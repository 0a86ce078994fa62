"""The figures that lessons share show the numbers that they stand for."""

import numpy as np
import pandas as pd
import pytest
from skimage.color import rgb2xyz

from course_lib import classical, data, masks, plots
from course_lib.classical.exemplar import ORDERS, copies

SQUARE = masks.squares(1, 20, side=8)[0]
EDGE = np.where(np.arange(20) < 9, 0.2, 0.8)[None, :, None] * np.ones((20, 1, 3))


def drawn_arrays(drawing):
    return [image.get_array() for axes in drawing.axes for image in axes.images]


def nearest_known(mask):
    """Depth by brute force: every pixel against every known one."""
    known = np.argwhere(~mask)
    away = np.hypot(*(np.argwhere(mask)[:, None] - known[None]).transpose(2, 0, 1)).min(axis=1)
    depth = np.zeros(mask.shape)
    depth[mask] = away
    return depth


def test_a_depth_map_shows_the_distance_to_the_nearest_known_pixel():
    dots = masks.random_pixels(1, 20, fraction=0.8, seed=0)[0]
    drawing = plots.depth_map({"square": SQUARE, "dots": dots})
    above, above_too, below, below_too = drawn_arrays(drawing)[:4]
    for mask, shown, depth in ((SQUARE, above, below), (dots, above_too, below_too)):
        np.testing.assert_array_equal(shown, mask)
        np.testing.assert_allclose(depth.filled(0), nearest_known(mask))
        assert depth.mask[~mask].all(), "known pixels have no colour of the scale"
    scales = [axes.images[0].get_clim() for axes in drawing.axes[2:4]]
    assert scales == [(0, nearest_known(SQUARE).max().clip(nearest_known(dots).max()))] * 2
    titles = [axes.get_title() for axes in drawing.axes]
    assert titles[0] == "square: 16 % missing" and titles[1] == "dots: 80 % missing"
    assert titles[2] == f"mean depth {nearest_known(SQUARE)[SQUARE].mean():.2f} px"
    assert "4.0 px" in [text.get_text() for text in drawing.axes[2].texts]


def test_one_mask_stands_beside_its_map():
    width, height = plots.depth_map(SQUARE).get_size_inches()
    assert width > 1.5 * height


@pytest.mark.parametrize(
    ("holes", "error", "sentence"),
    [
        (np.zeros((4, 4), bool), ValueError, "with a hole"),
        (SQUARE[None], ValueError, "one mask of a batch"),
        (np.ones((4, 4), bool), ValueError, "inverted"),
        ({"a": SQUARE * 1}, TypeError, "as_mask"),
    ],
)
def test_masks_without_a_depth_map(holes, error, sentence):
    with pytest.raises(error, match=sentence):
        plots.depth_map(holes)


def test_the_blind_spot_needs_a_cross_a_dot_and_room_between_them():
    """15.5 degrees from an eye at an arm's length, 60 cm, are 17 cm; the dot is below 5 degrees."""
    drawing = plots.blind_spot()
    cross, dot = (line for line in drawing.axes[0].lines if line.get_marker() in "+o")
    apart = 2.54 * float(dot.get_xdata()[0] - cross.get_xdata()[0])
    away = apart / np.tan(np.radians(15.5))
    assert 45 < away < 75 and away == pytest.approx(3.5 * apart, rel=0.05)
    across = 2.54 * dot.get_markersize() / 72
    assert np.degrees(np.arctan(across / away)) < 3
    assert cross.get_ydata()[0] == dot.get_ydata()[0]


def test_standings_mark_what_is_new_in_words_and_in_hatching():
    table = pd.DataFrame(
        {"method": ["a", "b", "c"], "psnr_hole": [20.0, 10.0, 30.0], "new": [False, True, False]}
    )
    axes = plots.standings(table).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["new: b", "a", "c"]
    assert [bar.get_hatch() for bar in axes.patches] == ["//", None, None]
    assert [bar.get_width() for bar in axes.patches] == [10, 20, 30]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()
    assert list(table.method) == ["a", "b", "c"], "the table stays as it was"


def test_curves_keep_apart_without_colour():
    many = {f"curve {k}": ([0, 1], [k, k + 1]) for k in range(8)}
    lines = plots.curves(many, title="Eight", xlabel="x (px)", ylabel="y (dB)").axes[0].lines
    assert [line.get_ydata().tolist() for line in lines] == [[k, k + 1] for k in range(8)]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 8


def test_points_keep_apart_without_colour():
    many = {f"group {k}": ([k], [k]) for k in range(8)}
    axes = plots.points(many, title="Eight", xlabel="x (px)", ylabel="y (dB)").axes[0]
    shapes = {group.get_paths()[0].vertices.tobytes() for group in axes.collections}
    assert len(shapes) == 8
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(many)


@pytest.mark.parametrize(("x", "whole"), [(range(1, 5), True), ((0.5, 1.5, 3.0), False)])
def test_whole_numbers_have_whole_ticks(x, whole):
    drawing = plots.curves({"a": (x, [0.0] * len(x))}, title="t", xlabel="epoch", ylabel="y")
    drawing.canvas.draw()
    ticks = drawing.axes[0].get_xticks()
    assert all(float(tick).is_integer() for tick in ticks) == whole


@pytest.mark.parametrize("chart", [plots.curves, plots.points])
@pytest.mark.parametrize("named", [{}, {"a": ([1, 2], [1])}, {"a": [1, 2, 3]}])
def test_charts_that_are_refused(chart, named):
    with pytest.raises(ValueError, match="pass"):
        chart(named, title="t", xlabel="x", ylabel="y")


def arrows(drawing):
    """Start and direction of every arrow, as (column, row) pairs."""
    (quiver,) = drawing.axes[0].collections
    return quiver.get_offsets().astype(int), np.stack([quiver.U, quiver.V], axis=-1)


@pytest.mark.parametrize("turns", range(4))
def test_isophotes_run_along_edges_with_the_brighter_side_on_the_right(turns):
    image, mask = np.rot90(EDGE, turns), np.rot90(SQUARE, turns)
    starts, directions = arrows(plots.isophotes(image, mask, every=1))
    assert len(starts)
    grey = image[..., 0]
    for (column, row), (across, down) in zip(starts, directions, strict=True):
        assert not mask[row, column]
        assert np.hypot(across, down) == pytest.approx(1)
        right = round(row + across), round(column - down)  # rows count downwards
        left = round(row - across), round(column + down)
        assert grey[right] > grey[left]


def test_along_an_isophote_the_brightness_stays_and_the_laplacian_is_that_of_the_fill():
    """A slanted ramp with a bump: the line's points, and both values there, by bilinear weights."""
    y, x = np.mgrid[:20, :20]
    grey = (x + 2 * y) / 80 + 0.1 * np.exp(-((x - 10) ** 2 + (y - 9) ** 2) / 20)
    image = np.repeat(grey[..., None], 3, axis=-1)
    picture, chart = plots.along_an_isophote(image, SQUARE, level=0.4).axes
    (line,) = picture.lines
    across, down = line.get_data()
    brightness, laplacian, _ = chart.lines
    np.testing.assert_allclose(brightness.get_ydata(), 0.4)
    way = np.concatenate([[0], np.cumsum(np.hypot(np.diff(across), np.diff(down)))])
    np.testing.assert_allclose(brightness.get_xdata(), way)
    padded = np.pad(grey, 1, mode="edge")
    sides = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]
    bend, left, above = sides - 4 * grey, np.floor(across).astype(int), np.floor(down).astype(int)
    right, below = np.minimum(left + 1, 19), np.minimum(above + 1, 19)
    to_right, to_below = across - left, down - above
    expected = (1 - to_below) * ((1 - to_right) * bend[above, left] + to_right * bend[above, right])
    expected += to_below * ((1 - to_right) * bend[below, left] + to_right * bend[below, right])
    np.testing.assert_allclose(laplacian.get_ydata(), expected, atol=1e-12)
    (shade,) = chart.patches
    inside = way[(abs(across - 9.5) < 4) & (abs(down - 9.5) < 4)]
    assert abs(shade.get_x() - inside.min()) < 1.5
    assert abs(shade.get_x() + shade.get_width() - inside.max()) < 1.5


def test_a_level_that_the_picture_does_not_pass():
    with pytest.raises(ValueError, match="level is 0.95: pass a brightness"):
        plots.along_an_isophote(EDGE, SQUARE, level=0.95)


def test_no_arrow_starts_in_or_beside_the_hole():
    starts, _ = arrows(plots.isophotes(EDGE, SQUARE, every=1))
    columns, rows = starts.T
    assert (nearest_known(~SQUARE)[rows, columns] > 1).all()
    noisy = np.where(SQUARE[..., None], np.nan, EDGE)
    again, _ = arrows(plots.isophotes(noisy, SQUARE, every=1))
    np.testing.assert_array_equal(starts, again)


def test_isophotes_of_a_fill_are_drawn_everywhere():
    starts, _ = arrows(plots.isophotes(EDGE, np.zeros_like(SQUARE), every=1))
    assert set(starts[:, 1].tolist()) == set(range(20))
    few, _ = arrows(plots.isophotes(EDGE, np.zeros_like(SQUARE), every=4))
    assert (few % 4 == 0).all() and len(few)


def test_priority_is_highest_where_the_exemplar_method_begins():
    wall = data.photo("brick")[32:96, 60:124].astype(np.float64)
    mask = masks.squares(1, 64, side=20)[0]
    drawing = plots.priority(wall, mask)
    confidence, strength, product = (axes.collections[0] for axes in drawing.axes[:3])
    np.testing.assert_allclose(
        product.get_array(), confidence.get_array() * strength.get_array(), rtol=1e-12
    )
    columns, rows = confidence.get_offsets().astype(int).T
    rim = np.zeros_like(mask)
    rim[22:42, 22:42] = True
    rim[23:41, 23:41] = False
    np.testing.assert_array_equal(np.argwhere(rim), np.stack([rows, columns], axis=1))
    for row, column, value in zip(rows, columns, confidence.get_array(), strict=True):
        window = ~mask[row - 4 : row + 5, column - 4 : column + 5]
        assert value == pytest.approx(window.mean())
    damaged = np.where(mask[..., None], 0.0, wall)
    first = next(copies(damaged, mask, 9, ORDERS["lines first"])).target
    most = product.get_array().argmax()
    assert (rows[most], columns[most]) == first


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: plots.priority(EDGE, np.zeros_like(SQUARE)), "no rim"),
        (lambda: plots.priority(EDGE, SQUARE, patch=4), "odd number"),
        (lambda: plots.isophotes(EDGE, SQUARE, every=0), "every is 0"),
        (lambda: plots.isophotes(EDGE, SQUARE[:10]), "same size"),
    ],
)
def test_figures_that_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def sizes(network):
    """Height and width of the layers' outputs of a picture of 32, with their channels, by name."""
    import keras

    probe = keras.Model(network.inputs, [layer.output for layer in network.layers])
    outputs = probe(np.zeros((1, 32, 32, 3), np.float32))
    named = zip(network.layers, outputs, strict=True)
    return {layer.name: tuple(output.shape[1:]) for layer, output in named}


@pytest.mark.parametrize("width", [2, 4])
def test_the_ladder_has_the_sizes_of_the_network(width):
    from course_lib import models

    network = sizes(models.vanilla_unet(width))
    told = [text.get_text() for text in plots.ladder(width).axes[0].texts]
    for level in range(1, 5):
        for part in (f"encoder_{level}_conv_2", f"decoder_{level}_conv_2"):
            assert told.count(" × ".join(map(str, network[part]))) == 2
    code = network["bottleneck_conv_2"]
    size, numbers = " × ".join(map(str, code)), int(np.prod(code))
    assert f"code: {size} = {numbers:,} numbers" in told
    assert "damaged picture, 32 × 32 × 3" in told and "prediction, 32 × 32 × 3" in told


def test_the_ladder_shows_a_skip_on_each_level_or_none():
    with_skips, without = (plots.ladder(4, levels=3, skips=skips) for skips in (True, False))
    dashed = [
        [patch for patch in drawing.axes[0].patches if patch.get_linestyle() == "--"]
        for drawing in (with_skips, without)
    ]
    assert [len(arrows) for arrows in dashed] == [3, 0]
    for arrow in dashed[0]:
        (start, end) = arrow._posA_posB
        assert start[0] == -end[0] < 0 and start[1] == end[1], "level, from left to right"


@pytest.mark.parametrize("options", [{"side": 24}, {"levels": 7, "side": 128}, {"levels": 0}])
def test_ladders_that_cannot_be_drawn(options):
    with pytest.raises(ValueError, match="pass"):
        plots.ladder(4, **options)


def test_raw_and_composited_rows():
    """The composite keeps what is known; the head of the first row hides what is missing."""
    predictions = {"dark": np.full((20, 20, 3), 0.1), "bright": np.full((20, 20, 3), 1.2)}
    panels = drawn_arrays(plots.raw_and_composited(EDGE, SQUARE, predictions))
    expected = [
        masks.damage(EDGE, SQUARE),
        predictions["dark"],
        EDGE,
        EDGE,
        np.ones_like(EDGE),
        EDGE,
    ]
    for number, (panel, one) in enumerate(zip(panels, expected, strict=True)):
        np.testing.assert_allclose(panel[~SQUARE], one[~SQUARE], err_msg=str(number))
    for number, value in {0: 0, 1: 0.1, 2: 0.1, 4: 1, 5: 1}.items():
        assert (panels[number][SQUARE] == value).all()
    np.testing.assert_array_equal(panels[3], EDGE)
    with pytest.raises(TypeError, match="name -> prediction"):
        plots.raw_and_composited(EDGE, SQUARE, {})


def test_row_worlds_show_the_precision_the_fill_and_its_two_deviations():
    """A chain of steps with variance 0.01: half way between two known ends, variance 0.01 n / 4."""
    steps = np.diff(np.eye(9), axis=0)
    world = classical.Gaussian(np.zeros((1, 9, 3)), np.kron(steps.T @ steps / 0.01, np.eye(3)))
    row, gap = np.linspace(0.3, 0.7, 9)[None, :, None].repeat(3, 2), np.zeros((1, 9), bool)
    gap[0, 2:7] = True
    above, below = plots.row_worlds({"steps": world}, row, gap).axes
    np.testing.assert_allclose(above.lines[0].get_ydata()[3:6], [-0.5, 1, -0.5])
    assert not above.lines[0].get_ydata()[:3].any()
    *_, mean, truth, known = below.lines
    np.testing.assert_allclose(mean.get_ydata(), row[0, 2:7, 0])
    np.testing.assert_allclose(truth.get_ydata(), row[0, 2:7, 0])
    np.testing.assert_allclose(known.get_ydata(), row[0, ~gap[0], 0])
    band = below.collections[0].get_paths()[0].vertices
    middle = band[band[:, 0] == 4][:, 1]
    # Six steps lie between the known ends 1 and 7, the middle three from each: 3 * 3 / 6 of them.
    np.testing.assert_allclose(np.ptp(middle), 4 * np.sqrt(0.01 * 1.5))
    assert len(below.lines) == 3 + 3
    lowest, highest = below.get_ylim()
    assert lowest < band[:, 1].min() and highest > band[:, 1].max()
    with pytest.raises(ValueError, match="at least one"):
        plots.row_worlds({}, row, gap)


def test_weights_are_drawn_on_one_scale_with_their_numbers():
    small = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])
    large = np.zeros((7, 7))
    large[0, 1] = -0.5
    drawing = plots.weights({"harmonic": small, "far": large})
    one, other = (axes.images[0] for axes in drawing.axes[:2])
    np.testing.assert_array_equal(one.get_array(), small)
    np.testing.assert_array_equal(other.get_array(), large)
    assert one.get_clim() == other.get_clim() == (-0.5, 0.5)
    numbers = {text.get_position()[::-1]: text.get_text() for text in drawing.axes[0].texts}
    assert len(numbers) == 8 and numbers[0, 1] == "0.25" and (1, 1) not in numbers
    assert not drawing.axes[1].texts


@pytest.mark.parametrize(
    ("named", "sentence"), [({}, "nothing to draw"), ({"even": np.zeros((2, 3))}, "even has shape")]
)
def test_weights_that_are_not_drawn(named, sentence):
    with pytest.raises(ValueError, match=sentence):
        plots.weights(named)


@pytest.mark.parametrize("seed", range(3))
def test_the_second_wire_is_the_networks_own(seed):
    """The maps that are drawn against what the layers of the network hand on."""
    import keras

    from course_lib import models

    holes = masks.in_bucket(1, 32, low=0.5, high=0.6, seed=seed)
    holes = holes | masks.squares(1, 32, side=18, seed=seed)
    network = models.partial_conv_unet(2)
    names = [f"encoder_{level}" for level in (1, 2, 3, 4)] + ["bottleneck"]
    names += [f"decoder_{level}" for level in (4, 3, 2, 1)]
    wires = [network.get_layer(f"{name}_conv_2").output[1] for name in names]
    valid = 1 - holes[..., None].astype(np.float32)
    told = keras.Model(network.inputs, wires)([np.zeros((1, 32, 32, 3), np.float32), valid])
    down, up = plots.validities(holes[0])
    for mine, theirs in zip([*down, *up], told, strict=True):
        np.testing.assert_array_equal(mine, keras.ops.convert_to_numpy(theirs)[0, ..., 0] > 0)


def test_two_wires_shows_every_level_and_says_what_is_left():
    square = masks.squares(1, 32, side=16)[0]
    drawing = plots.two_wires(square, width=4)
    down, up = plots.validities(square)
    shown = drawn_arrays(drawing)
    for map_, valid in zip(shown, [~square, *down, *up], strict=True):
        np.testing.assert_array_equal(map_, valid)
    told = [text.get_text() for text in drawing.axes[0].texts]
    left = [f"{(~valid).mean():.1%} hole" for valid in (~square, *down) if not valid.all()]
    assert [one for one in told if one.endswith(" hole")] == left
    assert left == ["25.0% hole", "14.1% hole", "1.6% hole"]
    assert told.count("32 × 32 × 4") == 2 and "2 × 2 × 64" in told
    assert [one for one in told if one.startswith("level")] == [f"level {k}" for k in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("mask", "levels", "sentence"),
    [(np.zeros((12, 16), bool), 4, "halved 4 times"), (SQUARE[None], 1, "one \\(H, W\\)")],
)
def test_masks_that_cannot_be_halved(mask, levels, sentence):
    with pytest.raises(ValueError, match=sentence):
        plots.validities(mask, levels)


def test_worths_draws_a_mark_and_an_interval_for_each_row():
    rows = [
        {"part": "fill", "where": "alone", "mean": 1.0, "low": 0.5, "high": 1.25},
        {"part": "fill", "where": "in the full network", "mean": 2.0, "low": 1.5, "high": 2.5},
        {"part": "blocks", "where": "alone", "mean": -0.5, "low": -1.0, "high": 0.0},
    ]
    drawing = plots.worths({"lines": pd.DataFrame(rows)})
    axes = drawing.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["fill", "blocks"]
    marks = [line for line in axes.lines if line.get_marker() in "os"]
    assert [line.get_xdata().tolist() for line in marks] == [[1.0, -0.5], [2.0]]
    told = [text.get_text().strip() for text in axes.texts]
    assert told == ["+1.00", "−0.50", "+2.00"]
    sides = [text.get_horizontalalignment() for text in axes.texts]
    assert sides == ["left", "right", "left"], "a number lies across the zero line"
    assert [text.get_text() for text in drawing.legends[0].get_texts()] == [
        "alone", "in the full network",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="nothing to draw"):
        plots.worths({})


def shades(seed, count=12):
    return np.random.RandomState(seed).randint(0, 256, (count, count, 3)) / 255


@pytest.mark.parametrize("seed", range(5))
def test_the_staircase_climbs_from_the_truth_to_the_best_of_all_thresholds(seed):
    true = shades(seed) ** 2
    whole, near = plots.staircase(true).axes
    hill, line, stairs, start, top, level = whole.lines
    for threshold, score in zip(*hill.get_data(), strict=True):
        kept = true > threshold
        assert score == pytest.approx(2 * true[kept].sum() / (true.sum() + kept.sum()))
    own = (true**2).sum() / true.sum()
    every = [true >= value for value in np.unique(true)]
    highest = max(2 * true[kept].sum() / (true.sum() + kept.sum()) for kept in every)
    assert start.get_ydata()[0] == pytest.approx(own) == pytest.approx(level.get_ydata()[0])
    assert top.get_ydata()[0] == pytest.approx(highest) and highest > own
    across, up = stairs.get_data()
    np.testing.assert_allclose(across[::2], np.array(up[::2]) / 2)  # on the line of half scores
    np.testing.assert_allclose(line.get_xdata(), line.get_ydata() / 2)
    assert list(up) == sorted(up) and len(up) % 2 == 1
    assert (across[0], up[0]) == (start.get_xdata()[0], start.get_ydata()[0])
    assert (across[-1], up[-1]) == (top.get_xdata()[0], top.get_ydata()[0])
    (left, right), (low, high) = near.get_xlim(), near.get_ylim()
    assert left < across[-3] < across[-1] < right and low < up[-3] < up[-1] < high
    assert 4 * (up[-1] - up[-3]) == pytest.approx(high - low), "the last step can be seen"


def test_a_mask_has_no_stairs_to_climb():
    *_, stairs, start, top, _ = plots.staircase((shades(0) > 0.5) * 1.0).axes[0].lines
    assert list(stairs.get_ydata()) == [1] and top.get_ydata() == start.get_ydata()
    with pytest.raises(ValueError, match="all black"):
        plots.staircase(np.zeros((8, 8, 3)))


def test_white_beats_the_truth_below_the_border_and_nowhere_else():
    random = np.random.RandomState(0)
    pictures = np.stack([random.uniform(low, 1, (6, 5, 3)) ** 2 for low in np.linspace(0, 0.9, 40)])
    axes = plots.white_sheet(pictures).axes[0]
    (border,) = axes.lines
    groups = [group.get_offsets() for group in axes.collections]
    assert min(map(len, groups)) > 3 and sum(map(len, groups)) == 40
    for points, below in zip(groups, (True, False), strict=True):
        edge = np.interp(points[:, 0], *border.get_data())
        assert ((points[:, 1] < edge) == below).all()
    whites = [2 * y.sum() / (y.sum() + y.size) > (y**2).sum() / y.sum() for y in pictures]
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend[0] == f"white beats the truth: {sum(whites)}"
    drawn = {(round(y.mean(), 9), round(y.std(), 9)) for y in pictures[whites]}
    assert drawn == {(round(x, 9), round(y, 9)) for x, y in groups[0].tolist()}


def test_a_number_grid_writes_each_number_into_its_cell_and_colours_what_is_known():
    numbers = np.array([[1.5, np.nan, 3], [4, 5, 6], [7, 8, 0]])
    known = np.array([[1, 0, 1], [1, 1, -1], [1, 1, 0]])
    drawing = plots.number_grid(
        {"X": (numbers, known), "other": (numbers[:2], known[:2])}, windows={"X": (0, 0)}
    )
    axes, other = drawing.axes
    told = {text.get_position(): text.get_text() for text in axes.texts}
    assert told.pop((2.5, 2.5)) == "0" and told[0.5, 0.5] == "1.5" and (1.5, 0.5) not in told
    assert len(told) == 7 and len(other.texts) == 5
    (mesh,) = axes.collections
    np.testing.assert_array_equal(np.reshape(mesh.get_array(), (3, 3)), known)
    colours = {kind: tuple(mesh.to_rgba(kind)[:3]) for kind in (-1, 0, 1)}
    assert colours[0] == pytest.approx(plots.HOLE_COLOUR) and colours[1] == (1, 1, 1)
    assert axes.yaxis_inverted(), "the first row is on top"
    (window,) = axes.patches
    assert (window.get_xy(), window.get_width(), window.get_height()) == ((0, 0), 3, 3)
    assert not other.patches


@pytest.mark.parametrize(
    ("panels", "windows", "sentence"),
    [
        ({}, None, "at least one"),
        ({"a": (np.eye(3), np.eye(3))}, {"b": (0, 0)}, "windows is no dict"),
        ({"a": np.eye(3)}, None, "a is"),
        ({"a": (np.eye(3), np.eye(2))}, None, "two of one"),
        ({"a": (np.ones(3), np.ones(3))}, None, "two of one"),
    ],
)
def test_number_grids_that_are_refused(panels, windows, sentence):
    with pytest.raises(ValueError, match=sentence):
        plots.number_grid(panels, windows=windows)


# The showdown

BOARD = pd.DataFrame({"lines": [21.0, 20.0], "square_8": [17.0, 19.0]}, index=["one", "other"])


def test_a_leaderboard_map_says_how_far_behind_and_is_dark_in_front():
    (axes,) = plots.leaderboard_map(BOARD, title="Board", touched=("other", "lines")).axes
    assert [text.get_text() for text in axes.texts] == ["21.0", "−2.0", "−1.0", "19.0"]
    np.testing.assert_array_equal(axes.images[0].get_array(), [[0, 2], [1, 0]])
    colours = axes.images[0].to_rgba(np.array([0.0, 4.0]))[:, :3].sum(axis=1)
    assert colours[0] < colours[1]
    assert axes.patches[0].get_xy() == (-0.5, 0.5)


def test_a_cell_grows_lighter_the_further_behind_and_its_letters_stand_out():
    from course_lib.plots.showdown import ink, shade

    shades = np.array([shade(behind) for behind in (0, 1, 2, 3, 4)])
    assert (np.diff(shades.sum(axis=1)) > 0).all()
    assert shade(4) == shade(8) == shade(11.5)
    for behind in np.linspace(0, 6, 121):
        light = rgb2xyz(shade(behind))[1] + 0.05
        contrast = 1.05 / light if ink(behind) == "white" else light / 0.05
        assert contrast >= 4.5  # WCAG 2, AA


def test_draws_mark_the_ends_and_zero():
    (axes,) = plots.draws({"a": [0.5, 1.5], "b": [-1.0, 1.0]}, ends=(0.2, 1.8)).axes
    assert sorted(line.get_xdata()[0] for line in axes.lines) == [0, 0.2, 1.8]


def test_shares_of_firsts_are_bars_for_each_set():
    shares = pd.DataFrame({"lines": [0.75, 0.25], "square_8": [0.5, 0.5]}, index=["one", "other"])
    (axes,) = plots.firsts({"World": shares}, ["lines", "square_8"]).axes
    assert [bar.get_width() for bar in axes.patches] == [75, 25, 50, 50]


def test_only_who_is_beaten_by_nobody_is_on_the_front():
    rows = pd.DataFrame(
        {"method": list("abcd"), "milliseconds": [1, 2, 3, 4], "psnr_hole": [20, 19, 22, 21]}
    )
    slower = rows.assign(milliseconds=[4, 3, 2, 1])
    axes, other = plots.by_time({"Lines": rows, "Squares": slower}).axes
    front, *dots = axes.lines
    assert front.get_xdata().tolist() == [1, 3] and front.get_ydata().tolist() == [20, 22]
    marked = [one.get_xdata()[0] for one in dots if one.get_color() == front.get_color()]
    assert marked == [1, 3] and [text.get_text() for text in axes.texts] == ["a", "c"]
    (legend,) = axes.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list("abcd")
    markers = [line.get_marker() for line in legend.get_lines()]
    assert markers == [one.get_marker() for one in dots] and len(set(markers)) == 4
    assert markers[::-1] == [one.get_marker() for one in other.lines[1:]]


def in_panel(draw):
    return lambda table: draw({"lines": table})


# What a figure draws a table with, and the columns that it cannot do without.
TABLES = {
    "bars": (lambda table: plots.bars(table, value="psnr", title="t", unit="dB"), "method psnr"),
    "standings": (plots.standings, "method new psnr_hole"),
    "likeness": (
        plots.likeness,
        "fill psnr_hole psnr_low psnr_high unlike nearer_low nearer_high told_apart told_low "
        "told_high",
    ),
    "mask_costs": (plots.mask_costs, "wear pixels dice change"),
    "detector_costs": (plots.detector_costs, "place tolerance grow dice psnr"),
    "worths": (in_panel(plots.worths), "part where mean low high"),
    "leads": (in_panel(plots.leads), "masks method ahead low high"),
    "firsts": (in_panel(lambda tables: plots.firsts(tables, ["lines"])), "lines"),
    "by_time": (in_panel(plots.by_time), "method milliseconds psnr_hole"),
}
TEXTS = {"fill", "method", "wear", "part", "where", "masks"}


@pytest.mark.parametrize("draw, columns", TABLES.values(), ids=TABLES)
def test_a_table_without_what_is_drawn_gets_one_sentence(draw, columns):
    columns = columns.split()
    table = pd.DataFrame([{name: "lines" if name in TEXTS else 1.0 for name in columns}])
    draw(table.assign(new=True) if "new" in columns else table)
    for name in columns:
        with pytest.raises(KeyError, match=f"no column '{name}'"):
            draw(table.drop(columns=name))
    with pytest.raises(ValueError, match="no row"):
        draw(table[:0])
    for odd in (None, 3, "table", [table], np.ones((2, 2))):
        with pytest.raises(TypeError, match="pass a DataFrame"):
            draw(odd)


NAMED = {
    "worths": plots.worths,
    "leads": plots.leads,
    "firsts": lambda tables: plots.firsts(tables, ["lines"]),
    "by_time": plots.by_time,
    "draws": plots.draws,
    "weights": plots.weights,
    "number_grid": plots.number_grid,
    "curves": lambda named: plots.curves(named, title="t", xlabel="x", ylabel="y"),
}


@pytest.mark.parametrize("draw", NAMED.values(), ids=NAMED)
def test_what_is_no_dict_of_panels_gets_one_sentence(draw):
    for odd in (None, 3, "lines", ["lines"], SQUARE, pd.DataFrame({"lines": [1]})):
        with pytest.raises(TypeError, match="is no dict: pass one, name -> "):
            draw(odd)
    with pytest.raises(ValueError, match="nothing to draw"):
        draw({})


def test_a_board_that_is_none_and_windows_of_no_panel():
    with pytest.raises(TypeError, match="pass a DataFrame"):
        plots.leaderboard_map([1], title="t")
    for odd in ({"Y": (0, 0)}, [(0, 0)], "X"):
        with pytest.raises(ValueError, match="windows is no dict"):
            plots.number_grid({"X": (np.eye(3), np.ones((3, 3)))}, windows=odd)

"""The things to move that lessons share: their numbers, and what stands on a page without them."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import linalg

from course_lib import classical, data, evaluation, masks, metrics, plots, widgets
from course_lib.widgets._page import WIDGET_MEDIA_TYPE

SQUARE = masks.squares(1, 20, side=8)[0]
EDGE = np.where(np.arange(20) < 9, 0.2, 0.8)[None, :, None] * np.ones((20, 1, 3))
PAIR, HOLES = np.stack([EDGE, EDGE[:, ::-1]]), np.stack([SQUARE, SQUARE])
STRIPES = np.where(np.arange(32) % 4 < 2, 0.2, 0.8)[None, :, None] * np.ones((32, 1, 3))
GREYS = np.random.RandomState(0).uniform(0.2, 0.8, (60, 1, 1, 3)) * np.ones((1, 20, 20, 1))
WORLD = classical.fit_gaussian(GREYS, noise=1e-3)
SMALL = data.load("photos", subset=40)
FRAMES = [np.full((2, 20, 20, 3), level, np.uint8) for level in (0, 100, 200)]
LOGGED = SimpleNamespace(  # what a PredictionLogger has after two epochs
    epochs=[0, 1, 2], frames=FRAMES, raw_frames=FRAMES[::-1], psnr_hole=[7.0, 9.0, 12.0]
)
NUMBERS = np.arange(20.0).reshape(4, 5)
CORNER = np.zeros((4, 5), bool)
CORNER[1:, 2:] = True
DEMOS = {
    "best_guess": widgets.best_guess,
    "cheat_metric": lambda: widgets.cheat_metric({"edge": EDGE, "stripes": STRIPES}),
    "parts": widgets.parts,
    "context_size": lambda: widgets.context_size(SMALL.train, SMALL.validation),
    "reach": widgets.reach,
    "many_fills": lambda: widgets.many_fills(
        lambda noisy, time: np.tanh(noisy), EDGE, SQUARE, steps=4
    ),
    "mask_designer": widgets.mask_designer,
    "heat_flow": lambda: widgets.heat_flow(EDGE, SQUARE, sweeps=(0, 3, 10)),
    "random_walkers": lambda: widgets.random_walkers(EDGE, SQUARE),
    "isophotes": lambda: widgets.isophotes(EDGE, SQUARE, rounds=(0, 2, 5)),
    "front": lambda: widgets.front(SQUARE),
    "fill_film": lambda: widgets.fill_film(STRIPES, masks.squares(1, 32, side=10)[0], patch=5),
    "raw_and_composited": lambda: widgets.raw_and_composited(PAIR, HOLES, {"edge": PAIR[::-1]}),
    "samples": lambda: widgets.samples(WORLD, GREYS[0], SQUARE, count=3, start=2),
    "training_film": lambda: widgets.training_film(LOGGED, PAIR, HOLES),
    "showdown": lambda: widgets.showdown("telea", "lines", picture=20),
    "window_steps": lambda: widgets.window_steps(NUMBERS, CORNER),
    "closing_hole": lambda: widgets.closing_hole(EDGE, SQUARE),
}


@pytest.mark.parametrize("name", DEMOS)
def test_each_shows_a_described_still_picture_beside_the_widget(name, monkeypatch):
    put = []
    monkeypatch.setattr(plots.page, "put", lambda data, metadata=None: put.append(data))
    demo = DEMOS[name]()
    demo._ipython_display_()
    bundle, caption = put
    assert WIDGET_MEDIA_TYPE in bundle and demo.media_type in bundle
    assert bundle["text/plain"] == f"[figure: {demo.alt}]" and len(demo.alt) > 60
    assert caption["text/markdown"].startswith("*")


@pytest.mark.parametrize("name", DEMOS)
def test_each_draws_another_picture_when_it_is_moved(name):
    demo = DEMOS[name]()
    control = list(demo.controls.values())[-1]
    if hasattr(control, "options"):
        stops = [label[1] if isinstance(label, tuple) else label for label in control.options]
    else:
        stops = [control.min, control.max]
    pictures = []
    for stop in (stops[-1], stops[0]):
        control.value = stop
        assert demo.message is None
        pictures.append(demo.image_bytes)
    assert pictures[0] != pictures[1]


# The mask designer


def test_each_family_has_its_own_sliders_and_draws_its_own_masks():
    designer = widgets.mask_designer("lines")
    shown = {
        "lines": {"lines", "thickness"}, "brush strokes": set(), "square": {"side"},
        "pixels": {"missing"}, "bucket": {"per_cent"},
    }  # fmt: skip
    for family, own in shown.items():
        designer.controls["family"].value = family
        visible = {n for n, c in designer.controls.items() if c.layout.display != "none"}
        assert visible == {"family", "seed", *own}
        assert designer.message is None and f"A mask of {family}," in designer.alt


def test_the_sliders_design_the_mask():
    designer = widgets.mask_designer("square")
    assert "14 % missing" in designer.alt and "mean depth 2.53 px" in designer.alt
    designer.controls["side"].value = 8
    assert "6 % missing" in designer.alt
    designer.controls["family"].value = "pixels"
    designer.controls["missing"].value = 0.25
    assert "25 % missing" in designer.alt
    designer.controls["family"].value = "bucket"
    designer.controls["per_cent"].value = (40, 41)
    assert "4" in designer.alt.split(" % missing")[0][-2:]
    designer.controls["per_cent"].value = (40, 40)
    assert "low < high" in designer.message


def test_a_family_that_does_not_exist():
    with pytest.raises(ValueError, match="pass one of lines, brush strokes"):
        widgets.mask_designer("discs")


# Heat


def test_heat_flow_is_as_many_sweeps_as_it_says():
    flow = widgets.heat_flow(EDGE, SQUARE, sweeps=(0, 3, 10, 400))
    end = classical.harmonic(EDGE, SQUARE)
    for stop in (0, 3, 10, 400):
        flow.controls["sweeps"].value = stop
        left = np.abs(classical.jacobi(EDGE, SQUARE, stop) - end).mean(axis=-1).max()
        assert f"After {stop} sweeps" in flow.alt and f"{left:.3f} at most" in flow.alt


def test_heat_flow_does_not_read_the_hole():
    scribbled = np.where(SQUARE[..., None], np.nan, EDGE)
    pictures = [widgets.heat_flow(one, SQUARE, sweeps=(0, 3)) for one in (EDGE, scribbled)]
    assert pictures[0].image_bytes == pictures[1].image_bytes


def test_sweeps_must_rise():
    with pytest.raises(ValueError, match="sweeps"):
        widgets.heat_flow(EDGE, SQUARE, sweeps=(3, 1))


# Random walkers


def hitting_chances(mask, pixel):
    """The chance to end on each known pixel, from the walk's transition matrix, dense."""
    places = [tuple(place) for place in np.argwhere(np.ones_like(mask))]
    number = {place: k for k, place in enumerate(places)}
    step = np.zeros((len(places), len(places)))
    for k, (row, column) in enumerate(places):
        beside = [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
        beside = [number[place] for place in beside if place in number]
        step[k, beside if mask[row, column] else k] = 1 / (len(beside) if mask[row, column] else 1)
    inner, known = mask.ravel(), ~mask.ravel()
    chances = linalg.solve(
        np.eye(inner.sum()) - step[np.ix_(inner, inner)], step[np.ix_(inner, known)]
    )
    return chances[np.flatnonzero(inner).tolist().index(number[pixel])]


@pytest.mark.parametrize("touching", [False, True], ids=["inside", "at the border"])
def test_walkers_end_where_the_walks_matrix_says(touching):
    mask = np.zeros((7, 8), bool)
    mask[0 if touching else 2 : 5, 2:6] = True
    pixel, count = (2, 3), 20_000
    colours = np.random.RandomState(0).random_sample((7, 8, 3))
    caught = classical.random_walks(colours, mask, pixel, walkers=count, seed=1)
    assert caught.shape == (count, 3) and caught.dtype == np.float64
    chances = hitting_chances(mask, pixel)
    for colour, chance in zip(colours[~mask], chances, strict=True):
        share = (caught == colour).all(axis=1).mean()
        assert abs(share - chance) <= 4.5 * np.sqrt(chance * (1 - chance) / count) + 1e-12
    np.testing.assert_allclose(chances @ colours[~mask], classical.harmonic(colours, mask)[pixel])


def test_ruin_in_one_row():
    """From place 1 of a gap with ends at 0 and 4 the right end is reached in 1 of 4 walks."""
    row = np.array([[0.0, 0.5, 0.5, 0.5, 1.0]])[..., None].repeat(3, axis=-1)
    gap = np.array([[False, True, True, True, False]])
    caught = classical.random_walks(row, gap, (0, 1), walkers=10_000, seed=0)
    assert set(np.unique(caught)) == {0.0, 1.0}
    assert caught[:, 0].mean() == pytest.approx(0.25, abs=0.02)


def test_a_known_pixel_is_caught_at_once_and_a_seed_repeats():
    caught = classical.random_walks(EDGE, SQUARE, (0, 0), walkers=3, seed=0)
    np.testing.assert_array_equal(caught, np.full((3, 3), 0.2))
    runs = [classical.random_walks(EDGE, SQUARE, (9, 9), walkers=50, seed=4) for _ in range(2)]
    np.testing.assert_array_equal(*runs)


def test_walks_go_step_by_step_to_the_first_known_pixel():
    from course_lib.classical.walkers import walk

    ends, ways = walk(SQUARE, (9, 9), 5, 0, remembered=3)
    assert len(ways) == 3 and len(ends) == 5
    for end, way in zip(ends, ways, strict=False):
        assert way[0].tolist() == [9, 9] and way[-1].tolist() == end.tolist()
        assert (np.abs(np.diff(way, axis=0)).sum(axis=1) <= 1).all()
        assert SQUARE[tuple(way[:-1].T)].all() and not SQUARE[tuple(end)]


@pytest.mark.parametrize(
    ("pixel", "options", "sentence"),
    [
        ((9, 20), {}, r"inside the picture of 20 x 20"),
        ((9.0, 9), {}, "whole numbers"),
        (9, {}, r"\(row, column\)"),
        ((9, 9), {"walkers": 0}, "walkers is 0"),
        ((9, 9), {"seed": -1}, "seed"),
    ],
)
def test_walks_that_are_refused(pixel, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        classical.random_walks(EDGE, SQUARE, pixel, **{"walkers": 5, "seed": 0} | options)


def test_the_walkers_of_the_widget_near_the_harmonic_fill():
    demo = widgets.random_walkers(EDGE, SQUARE, (9, 8))
    demo.controls["walkers"].value = 3000
    mean = float(demo.alt.split("3000 walkers, ")[1].split(",")[0])
    harmonic = classical.harmonic(EDGE, SQUARE)[9, 8, 0]
    assert f"{harmonic:.3f}." in demo.alt
    assert abs(mean - harmonic) < 4 * 0.3 / np.sqrt(3000)


# Isophotes, the front, the film


def test_isophotes_take_the_doses_that_they_are_given():
    alone = widgets.isophotes(EDGE, SQUARE, rounds=(0, 5, 9), transport_steps=0)
    both = widgets.isophotes(EDGE, SQUARE, rounds=(0, 5, 9))
    assert alone.values == both.values == {"rounds": 5}
    assert alone.image_bytes != both.image_bytes
    with pytest.raises(ValueError, match="transport_steps"):
        widgets.isophotes(EDGE, SQUARE, transport_steps=-1)


def test_the_front_counts_the_pixels_that_it_has_passed():
    demo = widgets.front(SQUARE)
    times = classical.arrival_time(SQUARE)
    for time in (0.0, 1.0, 2.5, demo.controls["time"].max):
        demo.controls["time"].value = time
        burnt = int(((times > 0) & (times <= time)).sum())
        assert f"{burnt} of 64 pixels burnt by time {time:.1f}" in demo.alt
    assert burnt == 64
    with pytest.raises(ValueError, match="no front moves"):
        widgets.front(np.zeros((4, 4), bool))


def test_the_film_ends_with_the_fill_of_each_order():
    from course_lib.classical.exemplar import ORDERS
    from course_lib.widgets.fill_film import _film

    mask = masks.brush_strokes(1, 32, seed=3)[0]
    start = np.where(mask[..., None], 0.0, STRIPES)
    for name, order in ORDERS.items():
        film = _film(start, mask, 5, order)
        filled = classical.exemplar(STRIPES, mask, patch=5, order=name)
        np.testing.assert_array_equal(film[-1][-1], filled)
        left = [(picture == plots.HOLE_COLOUR).all(axis=-1).sum() for *_, picture in film]
        assert left == sorted(left, reverse=True) and left[-1] == 0
        assert metrics.psnr(STRIPES, film[-1][-1], mask) > 10


def test_films_of_one_order_and_films_that_are_refused():
    demo = widgets.fill_film(
        STRIPES, masks.squares(1, 32, side=10)[0], patch=5, orders="onion peel"
    )
    assert "onion peel" in demo.alt and "lines first" not in demo.alt
    for options, sentence in (({"orders": ["rows"]}, "one of 'lines"), ({"patch": 2}, "odd")):
        with pytest.raises(ValueError, match=sentence):
            widgets.fill_film(STRIPES, masks.squares(1, 32, side=10)[0], **options)
    with pytest.raises(ValueError, match="nothing is copied"):
        widgets.fill_film(STRIPES, np.zeros((32, 32), bool))


# Samples


def test_the_samples_are_the_gaussians_and_their_mean_nears_the_conditional_one():
    demo = widgets.samples(WORLD, EDGE, SQUARE, count=40)
    drawn = np.stack([WORLD.sample(EDGE, SQUARE, seed=seed) for seed in range(1, 41)])
    best = metrics.psnr(EDGE, WORLD.fill(EDGE, SQUARE), SQUARE)
    for k in (1, 2, 40):
        demo.controls["sample"].value = k
        one = metrics.psnr(EDGE, drawn[k - 1], SQUARE)
        mean = metrics.psnr(EDGE, drawn[:k].mean(axis=0), SQUARE)
        assert f"{one:.1f} and {mean:.1f} dB, the conditional mean's {best:.1f} dB" in demo.alt
    assert mean > one and abs(mean - best) < 0.3


def test_samples_that_are_refused():
    for options, sentence in (({"count": 1}, "count"), ({"start": 50}, "start is")):
        with pytest.raises(ValueError, match=sentence):
            widgets.samples(WORLD, EDGE, SQUARE, **options)
    with pytest.raises(ValueError, match="knows pictures of 20 x 20"):
        widgets.samples(WORLD, EDGE[:10], SQUARE[:10])


# Cheat the metric


def test_it_starts_past_the_tick_of_plain_dice_and_of_nothing_else():
    demo = widgets.cheat_metric({"edge": EDGE})
    brighter = np.minimum(1.3 * EDGE, 1)
    score = 2 * (EDGE * brighter).sum() / (EDGE + brighter).sum()
    own = (EDGE**2).sum() / EDGE.sum()
    assert f"beyond the truth: plain dice {score:.3f} (the truth {own:.3f})." in demo.alt
    assert demo.values == {
        "brightness": 1.3, "on_or_off": False, "threshold": 0.5, "picture": "edge"
    }  # fmt: skip


def test_the_truth_itself_cheats_nothing():
    demo = widgets.cheat_metric({"edge": EDGE, "stripes": STRIPES}, brightness=1)
    for name in ("edge", "stripes"):
        demo.controls["picture"].value = name
        assert demo.alt.endswith("beyond the truth: none.")


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.3, 0.9])
def test_on_or_off_at_a_threshold(threshold):
    demo = widgets.cheat_metric({"edge": EDGE}, brightness=1)
    demo.controls["on_or_off"].value = True
    demo.controls["threshold"].value = threshold
    answer = EDGE >= threshold
    score = 2 * EDGE[answer].sum() / (EDGE.sum() + answer.sum())
    beaten = score > (EDGE**2).sum() / EDGE.sum()
    assert (f"plain dice {score:.3f}" in demo.alt) == beaten
    assert beaten == (threshold == 0.3)  # the others are white or black all over


@pytest.mark.parametrize("brightness", [0.5, 1.1, 3.0])
@pytest.mark.parametrize("on_or_off", [False, True])
def test_only_plain_dice_can_be_cheated(brightness, on_or_off):
    colours = np.random.RandomState(0).random_sample((16, 16, 3))
    demo = widgets.cheat_metric({"colours": colours}, brightness=brightness)
    demo.controls["on_or_off"].value = on_or_off
    assert not {"squared dice", "SSIM", "MAE"} & set(demo.alt.split("beyond the truth")[1].split())


def test_pictures_that_nothing_can_be_judged_by():
    with pytest.raises(TypeError, match="pass a dict"):
        widgets.cheat_metric(EDGE)
    with pytest.raises(ValueError, match="all black"):
        widgets.cheat_metric({"night": 0 * EDGE})
    with pytest.raises(ValueError, match="larger pictures"):
        widgets.cheat_metric({"tiny": EDGE[:5, :5]})
    with pytest.raises(ValueError, match="0.5 to 3"):
        widgets.cheat_metric({"edge": EDGE}, brightness=4)


# The best guess, and how much context it is worth to learn


@pytest.mark.parametrize("share", [0.0, 0.25, 0.45, 0.55, 1.0])
def test_the_best_guesses_are_the_lowest_of_all(share):
    demo = widgets.best_guess(0.3, 0.7)
    demo.controls["share"].value = share
    guesses = np.linspace(0, 1, 1001)
    cost = {
        power: (1 - share) * abs(guesses - 0.3) ** power + share * abs(guesses - 0.7) ** power
        for power in (1, 2)
    }
    squared, absolute = (guesses[cost[power].argmin()] for power in (2, 1))
    assert f"squared error is least at {squared:.2f}, the absolute at {absolute:.1f}." in demo.alt


def test_at_one_half_every_guess_between_is_as_good():
    demo = widgets.best_guess()
    demo.controls["share"].value = 0.5
    assert "the absolute anywhere between." in demo.alt


@pytest.mark.parametrize("values", [(0.5, 0.5), (-0.1, 0.5), (0.2, 1.1)])
def test_values_between_which_nothing_is_to_guess(values):
    with pytest.raises(ValueError, match="dark < bright"):
        widgets.best_guess(*values)


def test_pictures_smaller_than_the_largest_context_are_refused():
    with pytest.raises(
        ValueError, match="window of radius 6 does not fit into pictures of 12 x 32"
    ):
        widgets.context_size(SMALL.train[:, :12], SMALL.validation)


def test_the_errors_of_contexts_are_those_of_learned_windows(monkeypatch):
    monkeypatch.setenv("INPAINTING_PROFILE", "smoke")  # 15 pictures to learn from, 10 held out
    demo = widgets.context_size(SMALL.train, SMALL.validation)
    quarters = classical.Window([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]])
    for radius in (1, 3):
        demo.controls["radius"].value = radius
        inner = slice(6 - radius, 26 + radius)  # the places that the largest window has too
        few = [
            classical.fit_window(some[:, inner, inner], radius=radius)
            for some in (SMALL.train[:10], SMALL.train[10:15])
        ]
        few = [window.squared_error(SMALL.validation[:10], margin=6) for window in few]
        assert f"{1000 * np.mean(few):.2f} from 10 pictures" in demo.alt
        harmonic = 1000 * quarters.squared_error(SMALL.validation[:10], margin=6)
        assert f"{harmonic:.2f} for harmonic" in demo.alt


def test_the_training_film_shows_the_frames_of_its_epoch(monkeypatch):
    shown, encode = [], plots.page.encode

    def keep(drawing, photograph):
        shown.append(drawing)
        return encode(drawing, photograph)

    monkeypatch.setattr(plots.page, "encode", keep)
    demo = DEMOS["training_film"]()
    damaged, filled, raw, truth = (axes.images[0].get_array() for axes in shown[0].axes[:4])
    assert demo.values == {"epoch": 1, "picture": 0}
    np.testing.assert_array_equal(damaged, masks.damage(EDGE, SQUARE))
    np.testing.assert_array_equal(filled, FRAMES[1][0])
    np.testing.assert_array_equal(raw, FRAMES[1][0])
    np.testing.assert_array_equal(truth, EDGE)
    curve, mark = shown[0].axes[4].lines
    assert curve.get_ydata().tolist() == LOGGED.psnr_hole and mark.get_ydata().tolist() == [9.0]


def test_raw_and_composited_shows_the_picture_that_is_asked_for(monkeypatch):
    asked = []

    def draw(image, mask, predictions):
        asked.append((image, mask, predictions))
        return plots.figure(image)

    monkeypatch.setattr(plots, "raw_and_composited", draw)
    demo = widgets.raw_and_composited(PAIR, HOLES, {"edge": PAIR[::-1]}, picture=1)
    demo.controls["picture"].value = 0
    for (image, mask, predictions), picture in zip(asked, (1, 0), strict=True):
        np.testing.assert_array_equal(image, PAIR[picture])
        np.testing.assert_array_equal(mask, HOLES[picture])
        np.testing.assert_array_equal(predictions["edge"], PAIR[1 - picture])
    with pytest.raises(TypeError, match="pass a dict"):
        widgets.raw_and_composited(PAIR, HOLES, PAIR)


def test_a_logger_that_has_seen_no_training_has_no_film():
    empty = SimpleNamespace(epochs=[], frames=[], raw_frames=[], psnr_hole=[])
    with pytest.raises(ValueError, match="train with it"):
        widgets.training_film(empty, EDGE[None], SQUARE[None])


# Partial convolution


def window_by_hand(place, channels, bug):
    """(known values, sum(1), x', m') of the mean of the known values, plus 1."""
    y, x = divmod(place, 5)
    known = [
        NUMBERS[row, column]
        for row in range(max(y - 1, 0), min(y + 2, 4))
        for column in range(max(x - 1, 0), min(x + 2, 5))
        if not CORNER[row, column]
    ]
    size = {"channels forgotten": 9, "ratio forgotten": channels * len(known)}.get(
        bug, 9 * channels
    )
    if not known:
        return 0, size, float(bug == "bias in blind windows"), 0
    total = channels * sum(known) / (9 * channels)  # the kernel takes the mean of all channels
    return channels * len(known), size, total * size / (channels * len(known)) + 1, 1


@pytest.mark.parametrize("channels", [1, 32])
@pytest.mark.parametrize(
    "bug", ["none", "channels forgotten", "ratio forgotten", "bias in blind windows"]
)
def test_each_step_is_the_window_by_hand(bug, channels, monkeypatch):
    monkeypatch.setattr(plots.page, "encode", lambda drawing, photograph: ("image/png", b""))
    steps = widgets.window_steps(NUMBERS, CORNER)
    steps.controls["channels"].value, steps.controls["bug"].value = channels, bug
    for place in (0, 6, 8, 13, 19):  # in a corner, full, beside the hole, in it, blind
        steps.controls["place"].value = place
        known, size, output, valid = window_by_hand(place, channels, bug)
        assert f"row {place // 5}, column {place % 5}: {known} of {9 * channels} " in steps.alt
        assert f"output {output:.3g}, new validity {valid}." in steps.alt
        assert (f"ratio {size} / {known}" if known else "blind") in steps.alt


def test_the_grids_show_what_has_been_stepped_over(monkeypatch):
    shown, encode = [], plots.page.encode
    monkeypatch.setattr(
        plots.page, "encode", lambda drawing, *rest: shown.append(drawing) or encode(drawing, *rest)
    )
    steps = widgets.window_steps(np.where(CORNER, np.nan, NUMBERS), CORNER)
    steps.controls["place"].value = 18  # the last but one, blind
    padded, window, output, valid = shown[-1].axes
    assert [len(axes.texts) for axes in (padded, window, output, valid)] == [11, 9, 19, 19]
    assert [int(text.get_text()) for text in valid.texts] == [
        window_by_hand(place, 1, "none")[3] for place in range(19)
    ]
    assert [text.get_text() for text in output.texts] == [
        f"{window_by_hand(place, 1, 'none')[2]:.3g}" for place in range(19)
    ]


def test_windows_that_cannot_be_stepped():
    with pytest.raises(ValueError, match="pass two of one"):
        widgets.window_steps(NUMBERS, CORNER[:2])
    with pytest.raises(TypeError, match="bool"):
        widgets.window_steps(NUMBERS, CORNER * 1)


def test_a_closing_hole_is_the_mean_of_what_is_known_again_and_again():
    from course_lib.widgets.closing_hole import after_layers

    rough = np.random.RandomState(0).random_sample((12, 11, 3))
    mask = masks.squares(1, (12, 11), side=6)[0]
    mask[0, 0] = True
    values, known = np.where(mask[..., None], 0, rough), ~mask
    for count in range(5):
        filled, left = after_layers(np.where(mask[..., None], np.nan, rough), mask, count)
        np.testing.assert_array_equal(left, ~known)
        np.testing.assert_allclose(filled, values, atol=1e-5)
        new, seen = values.copy(), known.copy()
        for y, x in np.argwhere(mask):
            window = slice(max(y - 1, 0), y + 2), slice(max(x - 1, 0), x + 2)
            seen[y, x] = known[window].any()
            new[y, x] = values[window][known[window]].mean(axis=0) if seen[y, x] else 0
        values, known = new, seen


def test_the_painted_hole_is_the_one_that_closes():
    demo = widgets.closing_hole(EDGE, SQUARE, layers=2)
    assert demo.values["layers"] == 2 and "16 of 64 hole pixels" in demo.alt
    wider = np.zeros_like(SQUARE)
    wider[2:6, 3:15] = True
    demo.controls["mask"].mask = wider
    assert "0 of 48 hole pixels" in demo.alt
    demo.controls["layers"].value = 1
    assert "after 1 layer: 20 of 48" in demo.alt
    demo.controls["mask"].mask = np.ones_like(SQUARE)
    assert "400 of 400" in demo.alt and demo.message is None


def test_a_part_on_and_off_shows_the_four_networks_that_it_tells_apart(monkeypatch):
    shown, encode = [], plots.page.encode

    def keep(drawing, photograph):
        shown.append(drawing)
        return encode(drawing, photograph)

    monkeypatch.setattr(plots.page, "encode", keep)
    demo = widgets.parts(patch=1)
    demo.controls["part"].value = "residual"
    demo.controls["masks"].value = "square of 16"
    images, holes, fills = evaluation.parts_fills("square_16")
    scores = evaluation.parts_scores("square_16").mean(axis=1)
    every = frozenset(["fill", "composite", "residual", "falling_rate"])
    asked = [frozenset(), frozenset(["residual"]), every - {"residual"}, every]
    pictures = [axes.images[0].get_array() for axes in shown[-1].axes[:6]]
    expected = [masks.damage(images[1], holes[1]), *(fills[one][1] for one in asked), images[1]]
    np.testing.assert_array_equal(pictures, expected)
    marks = [line.get_xdata()[0] for line in shown[-1].axes[6].lines]
    np.testing.assert_allclose(marks, scores[asked])
    told = [text.get_text() for text in shown[-1].axes[6].get_legend().get_texts()]
    assert told == ["without residual", "with residual"]
    titles = [axes.get_title() for axes in shown[-1].axes[1:5]]
    for title, filled in zip(titles, expected[1:5], strict=True):
        assert f"{metrics.psnr(images[1], filled, holes[1]):.1f} dB" in title
    assert f"full, without residual {scores[every - {'residual'}]:.2f}" in demo.alt


# The showdown


def test_a_touched_cell_shows_its_fill_and_both_scores():
    demo = widgets.showdown("navier_stokes", "square_16", picture=20)
    cells, scores = demo.controls["cell"], evaluation.showdown_scores("photos")
    assert len(cells.buttons) == scores.size
    cells.buttons["telea", "random_50"].click()
    assert demo.values["cell"] == cells.value == ("telea", "random_50")
    image = data.load("photos").test[20] / np.float32(255)
    hole = evaluation.frozen_masks(300)["random_50"][20]
    fill = classical.METHODS["telea"](masks.damage(image, hole), hole)
    here, everywhere = metrics.psnr(image, fill, hole), scores.loc["telea", "random_50"]
    assert f"{here:.1f} dB here; all 300 patches: {everywhere:.1f} dB" in demo.alt
    assert here == pytest.approx(
        -10 * np.log10(evaluation.showdown_errors("photos")["random_50"]["telea"][20]
                       / (3 * hole.sum())),
        abs=0.01,
    )  # fmt: skip


def test_the_cells_are_those_of_the_chosen_world_and_one_is_framed():
    demo = widgets.showdown("telea", "lines", picture=20)
    cells = demo.controls["cell"]
    for world, name in (("one photograph", "photos"), ("CIFAR-10", "cifar10")):
        demo.controls["scores"].value = world
        scores = evaluation.showdown_scores(name)
        for (method, mask), button in cells.buttons.items():
            behind = scores[mask].max() - scores.loc[method, mask]
            told = "≈ 0" if behind < 0.05 else f"−{behind:.1f}"
            told = told if behind else f"{scores[mask].max():.1f}"
            assert button.description == told
        assert f"{scores.loc['telea', 'lines']:.1f} dB" in demo.alt
    cells.buttons["harmonic", "lines"].click()
    framed = [cell for cell, button in cells.buttons.items() if button.layout.border]
    assert framed == [("harmonic", "lines")]


def test_the_still_picture_has_the_whole_table(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        plots.page, "encode", lambda drawing, *_: drawn.append(drawing) or ("image/png", b"")
    )
    widgets.showdown("telea", "lines", picture=20)._ipython_display_()
    table = drawn[-1].axes[0]
    assert len(table.texts) == evaluation.showdown_scores("photos").size


@pytest.mark.parametrize(
    ("cell", "picture", "sentence"),
    [(("telea", "discs"), 20, "there is no cell"), (("telea", "lines"), 21, "picture is 21")],
)
def test_a_showdown_that_does_not_exist(cell, picture, sentence):
    with pytest.raises(ValueError, match=sentence):
        widgets.showdown(*cell, picture=picture)


# Many fills


def test_the_last_row_of_many_fills_is_repaint_and_each_spread_is_that_of_its_row(monkeypatch):
    from course_lib import generative

    drawn = []
    monkeypatch.setattr(plots, "figure", lambda images, **_: drawn.append(images) or Figure())
    guess = lambda noisy, time: np.tanh(noisy) / (1 + time)  # noqa: E731
    demo = widgets.many_fills(guess, EDGE, SQUARE, fills=3, steps=6, resamplings=(1, 2), seed=4)
    assert demo.alt.startswith("3 fills with 2 resamplings, a row each after step 1, 2, 6;")
    demo.controls["resamplings"].value = 1
    for resamplings, images in zip((2, 1), drawn, strict=True):
        many = np.repeat(EDGE[None], 3, axis=0)
        expected = generative.repaint(guess, many, SQUARE, steps=6, resamplings=resamplings, seed=4)
        np.testing.assert_allclose(images[-3:], expected, atol=1e-12)
        rows = np.reshape(images, (3, 3, *EDGE.shape))
        mean = rows.mean(axis=1, keepdims=True)
        spreads = np.sqrt(((rows - mean) ** 2).sum(axis=1) / 2)[:, SQUARE].mean(axis=(1, 2))
        said = ", ".join(f"{one:.2f}" for one in spreads)
        if resamplings == 1:
            assert demo.alt.endswith(f"their spread: {said}.") and spreads[-1] > 0.01

"""Checks of exercise 15: films, what a neighbour shows, motion, flicker."""

import itertools
from functools import partial

import numpy as np

from course_lib.checks._kinds import function_task

# Task 1: what another frame shows at the same place


def _findable(holes, reach, *, before=True, after=True, short=0):
    shares = []
    for frame, hole in enumerate(holes):
        first = max(0, frame - reach + short) if before else frame
        last = min(len(holes), frame + reach + 1 - short) if after else frame + 1
        shares.append(1 - holes[first:last].all(axis=0)[hole].mean())
    return np.array(shares)


def _all_around(holes, reach):
    return np.array(
        [
            1 - holes[max(0, frame - reach) : frame + reach + 1].any(axis=0)[hole].mean()
            for frame, hole in enumerate(holes)
        ]
    )


def _every_other(holes, reach):
    """Shown by all of the others, not by one of them."""
    shares = []
    for frame, hole in enumerate(holes):
        near = range(max(0, frame - reach), min(len(holes), frame + reach + 1))
        others = [holes[other] for other in near if other != frame]
        shares.append(1 - np.any(others, axis=0)[hole].mean())
    return np.array(shares)


def _around_the_end(holes, reach):
    shifted = [np.roll(holes, step, axis=0) for step in range(-reach, reach + 1)]
    lost = np.all(shifted, axis=0)
    return np.array([1 - lost[frame][hole].mean() for frame, hole in enumerate(holes)])


def _negative_start(holes, reach):
    """What a slice from a negative number holds: mostly nothing."""
    return np.array(
        [
            1 - holes[frame - reach : frame + reach + 1].all(axis=0)[hole].mean()
            for frame, hole in enumerate(holes)
        ]
    )


def _of_all_pixels(holes, reach):
    area = holes.mean(axis=(1, 2))
    return _findable(holes, reach) * area


def _not_lost(holes, reach):
    """The share of all pixels that are not lost, known ones among them."""
    return 1 - (1 - _findable(holes, reach)) * holes.mean(axis=(1, 2))


def _each_by_itself(holes, reach, *, taken, itself):
    """The mean, or the largest, of the shares that single frames show."""
    shares = []
    for frame, hole in enumerate(holes):
        near = range(max(0, frame - reach), min(len(holes), frame + reach + 1))
        shown = [1 - holes[one][hole].mean() for one in near if itself or one != frame]
        shares.append(taken(shown))
    return np.array(shares)


def _cut_short(holes, reach, *, end):
    """A slice that ends too early: ``end`` of the last frame's number and the film's length."""
    return np.array(
        [
            1 - holes[max(0, t - reach) : end(t + reach, len(holes))].all(axis=0)[hole].mean()
            for t, hole in enumerate(holes)
        ]
    )


def _some_holes(rng):
    def drawn(count, share):
        holes = rng.random((count, 12, 15)) < share
        holes[:, 0, 0] = True  # each frame has a hole, and one pixel is never shown
        return holes

    moving = np.zeros((9, 6, 30), bool)
    for frame, mask in enumerate(moving):
        mask[:, 3 * frame : 3 * frame + 3] = True
    return {
        "holes at random, reach 1": (drawn(7, 0.7), 1),
        "holes at random, reach 2": (drawn(8, 0.85), 2),
        "a reach beyond the film": (drawn(5, 0.8), 9),
        "a scratch that moves": (moving, 2),
        "a scratch that stays": (np.repeat(moving[:1], 6, axis=0), 3),
    }


task_15_1 = function_task(
    "15_1",
    right=_findable,
    inputs=_some_holes,
    tolerance=1e-6,
    praise="Whoever counts first knows what a median over time can find, and what it cannot.",
    mistakes={
        "only later frames": (
            lambda holes, reach: _findable(holes, reach, before=False),
            "Frames before count too.",
        ),
        "only earlier frames": (
            lambda holes, reach: _findable(holes, reach, after=False),
            "Frames after count too.",
        ),
        "reach is one short": (
            lambda holes, reach: _findable(holes, reach, short=1),
            "A frame that is exactly reach away counts.",
        ),
        "last frame left out": (
            (
                partial(_cut_short, end=lambda last, count: last),
                partial(_cut_short, end=lambda last, count: min(last, count - 1)),
                partial(_cut_short, end=lambda last, count: min(last + 1, count - 1)),
            ),
            "A slice ends before its last number: add one.",
        ),
        "the film's end joins its beginning": (
            _around_the_end,
            "The first frame has no frame before it: np.roll fetches the last one.",
        ),
        "slice begins below zero": (
            _negative_start,
            "For the first frames t - reach is negative, and NumPy counts that from the end.",
        ),
        "share of all pixels": (
            (_of_all_pixels, _not_lost),
            "It is the share of the frame's missing pixels, not of all its pixels.",
        ),
        "frames not put together": (
            (
                partial(_each_by_itself, taken=np.mean, itself=False),
                partial(_each_by_itself, taken=np.mean, itself=True),
                partial(_each_by_itself, taken=max, itself=False),
            ),
            "One frame shows some pixels and another frame others: count what any of them shows.",
        ),
        "shown by all": (
            (_all_around, _every_other),
            "One frame that shows a pixel is enough.",
        ),
        "the lost share": (
            lambda holes, reach: 1 - _findable(holes, reach),
            "Return the share that is found.",
        ),
        "one number for the film": (
            lambda holes, reach: _findable(holes, reach).mean(),
            "Return a share for each frame, shape (T,).",
        ),
        "per cent": (
            lambda holes, reach: 100 * _findable(holes, reach),
            "A share lies between 0 and 1.",
        ),
    },
)


# Task 2: bug hunt, a median over frames that do not lie on each other


def _median(
    frames,
    holes,
    glide,
    *,
    turned=False,
    masks_stay=False,
    joined=False,
    middle=None,
    all_of_it=False,
):
    """The aligned median; each option is a fault."""
    middle = middle or np.nanmedian
    frames, filled = np.array(frames, float), np.array(frames, float)
    for now, hole in enumerate(holes):
        shown = []
        for then, frame in enumerate(frames):
            steps = [(now - then if turned else then - now) * step for step in glide]
            known = ~holes[then] if masks_stay else _moved(~holes[then], steps, joined, False)
            moved = _moved(frame, steps, joined, np.nan)
            shown.append(np.where(known[..., None], moved, np.nan))
        shown = np.array(shown)
        found = (hole | all_of_it) & np.isfinite(shown).all(axis=-1).any(axis=0)
        if found.any():
            filled[now, found] = middle(shown[:, found], axis=0)
    return filled


def _moved(array, steps, joined, outside):
    """The array, moved down and right; what comes in at the border is outside the picture.

    ``joined`` may be "below zero": then numbers below 0 count from the end, as an index does.
    """
    moved = np.roll(array, steps, axis=(0, 1))
    if joined is not True:
        for axis, step in enumerate(steps):
            size = array.shape[axis]
            came_from, least = np.arange(size) - step, -size if joined == "below zero" else 0
            beyond = (came_from < least) | (came_from >= size)
            moved[(slice(None),) * axis + (beyond,)] = outside
    return moved


def _with(**faults):
    return lambda frames, holes, glide: _median(frames, holes, glide, **faults)


FAULTS = {
    "turned": ("moved the wrong way", "In the next frame a point stands at row - down: which way?"),
    "masks_stay": ("masks not moved along", "A frame's hole moves with the frame."),
    "joined": (
        "wraps around the border",
        "np.roll brings back at one side what has left at the other: no frame shows that there.",
    ),
}


def _fault_rows():
    rows = {}
    for count in (1, 2, 3):
        for faults in itertools.combinations(FAULTS, count):
            named = [FAULTS[fault] for fault in faults]
            name = named[0][0] if count == 1 else f"{count} faults left"
            if count == 3:
                name = "nothing mended"
            why = named[0][1] if count == 1 else f"{named[0][1]} It is not the only one."
            rows.setdefault(name, []).append((_with(**dict.fromkeys(faults, True)), why))
    return rows


def _glides(rng):
    def film(glide, count=5, size=(9, 11), share=0.45):
        down, right = glide
        wide = rng.random((size[0] + 40, size[1] + 40, 3))
        frames = np.stack(
            [
                wide[20 + t * down : 20 + t * down + size[0], 20 + t * right :][:, : size[1]]
                for t in range(count)
            ]
        )
        holes = rng.random((count, *size)) < share
        frames = frames + rng.normal(0, 0.02, frames.shape)
        frames[holes] = rng.random((int(holes.sum()), 3))
        return frames, holes, glide

    return {
        "a glide to the right": film((0, 2)),
        "a glide upwards": film((-1, 0)),
        "a glide down and left": film((1, -2)),
        "a still camera": film((0, 0)),
        "many holes": film((2, 1), share=0.8),
    }


task_15_2 = function_task(
    "15_2",
    right=_median,
    inputs=_glides,
    tolerance=1e-6,
    praise="First all frames lie on each other, then only what they show counts.",
    mistakes={
        **_fault_rows(),
        "below zero": (
            _with(joined="below zero"),
            "NumPy counts a row or column below 0 from the end: no frame shows that there.",
        ),
        "not moved at all": (
            lambda frames, holes, glide: _median(frames, holes, (0, 0)),
            "The same place shows another thing in each frame.",
        ),
        "rows and columns exchanged": (
            lambda frames, holes, glide: _median(frames, holes, glide[::-1]),
            "glide is (down, right): the first number moves rows.",
        ),
        "mean instead of median": (
            _with(middle=np.nanmean),
            "The median is asked for: one frame that is wrong does not move it.",
        ),
        "one median for all channels": (
            _with(middle=lambda shown, axis: np.nanmedian(shown, axis=(0, 2))[:, None]),
            "The median is taken channel by channel: along the frames, axis 0.",
        ),
        "holes taken for known": (
            lambda frames, holes, glide: _all_frames(frames, holes, glide),
            "What stands in a frame's hole is no part of the scene: leave it out.",
        ),
        "known pixels changed": (
            _with(all_of_it=True),
            "Known pixels stay as they came: the median goes into holes only.",
        ),
        "what nobody shows is not left alone": (
            (
                lambda frames, holes, glide: np.nan_to_num(_else_nan(frames, holes, glide)),
                lambda frames, holes, glide: _else_nan(frames, holes, glide),
            ),
            "A pixel that no frame shows stays as it came.",
        ),
    },
)  # fmt: skip


def _all_frames(frames, holes, glide):
    """The median with what stands in holes, their own frame's too."""
    filled = _median(frames, np.zeros_like(holes), glide)
    for now, hole in enumerate(holes):
        shown = np.array(
            [
                _moved(frame, [(then - now) * step for step in glide], False, np.nan)
                for then, frame in enumerate(frames)
            ]
        )
        filled[now, hole] = np.nanmedian(shown[:, hole], axis=0)
    return filled


def _else_nan(frames, holes, glide):
    kept = np.array(frames, float)
    kept[holes] = np.nan
    return _median(kept, holes, glide)


# Task 3: bug hunt, flicker with the camera's motion in it


def _rms(change):
    return np.sqrt((change**2).mean())


def _mean_size(change):
    return np.abs(change).mean()


def _of_the_scene(true, predicted, glide, *, way=1, level=_rms):
    error = np.asarray(predicted, float) - true
    (down, right), (height, width) = np.multiply(glide, way), error.shape[1:3]
    now = error[:-1, max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    then = error[1:, max(0, -down) : height - max(0, down), max(0, -right) : width - max(0, right)]
    return level(then - now)


def _of_the_changing(change):
    return np.sqrt((change[change != 0] ** 2).mean())


def _joined(true, predicted, glide, *, way=1, level=_rms):
    error = np.asarray(predicted, float) - true
    return level(np.roll(error[1:], np.multiply(glide, way), axis=(1, 2)) - error[:-1])


def _in_place(true, predicted, glide, *, level=_rms):
    return level(np.diff(predicted - true, axis=0))


def _every(*computes, of=lambda true, predicted: (true, predicted)):
    """Each with a root mean square and with a mean of sizes; ``of`` changes the two films."""

    def one(compute, level):
        return lambda true, predicted, glide: compute(*of(true, predicted), glide, level=level)

    return tuple(one(compute, level) for compute in computes for level in (_rms, _mean_size))


def _untrue(true, predicted):
    return 0 * true, predicted


def _sizes(true, predicted):
    return 0 * true, np.abs(predicted - true)


def _films(rng):
    def film(glide):
        true = rng.random((5, 12, 14, 3))
        grows = 0.05 * np.arange(1, 6)[:, None, None, None]  # brighter and noisier by the frame
        predicted = true + grows * (1 + rng.normal(0, 1, true.shape))
        return true, predicted, glide

    true, patched, glide = film((1, 2))
    patched = true.copy()
    patched[::2, 3:6, 4:8] += 0.2
    return {
        "a patch that blinks": (true, patched, glide),
        "a glide to the right": film((0, 2)),
        "a glide up and left": film((-3, -1)),
        "a glide down and left": film((2, -4)),
        "a still camera": film((0, 0)),
    }


def _published_flicker(true, predicted, glide):
    return np.abs(np.diff(predicted, axis=0)).mean()


task_15_3 = function_task(
    "15_3",
    right=_of_the_scene,
    inputs=_films,
    tolerance=1e-6,
    praise="A patch that is wrong, but stays on its thing, does not flicker; one that blinks does.",
    mistakes={
        "nothing mended": (
            _published_flicker,
            "It measures how the film changes: a glide counts, and the truth is never looked at.",
        ),
        "truth not subtracted": (
            (
                _every(_in_place, of=_untrue)[0],
                *_every(
                    *(partial(one, way=way) for one in (_of_the_scene, _joined) for way in (1, -1)),
                    of=_untrue,
                ),
            ),
            "What changes in the truth, grain too, is no flicker: look at the error.",
        ),
        "the same place": (
            _every(_in_place),
            "The same place is another point of the scene in the next frame: follow the glide.",
        ),
        "moved the wrong way": (
            _every(partial(_of_the_scene, way=-1), partial(_joined, way=-1)),
            "In the next frame a point stands at row - down: which way?",
        ),
        "wraps around the border": (
            _every(_joined),
            "np.roll compares points that left the picture with others that came in: cut them off.",
        ),
        "rows and columns exchanged": (
            lambda true, predicted, glide: _of_the_scene(true, predicted, glide[::-1]),
            "glide is (down, right): the first number moves rows.",
        ),
        "mean instead of root mean square": (
            partial(_of_the_scene, level=_mean_size),
            "The root mean square is promised.",
        ),
        "signs lost": (
            _every(_of_the_scene, _in_place, of=_sizes),
            "An error that jumps from +0.1 to -0.1 has changed by 0.2: take no absolute "
            "values before the difference.",
        ),
        "a root for each pair of frames": (
            lambda true, predicted, glide: _of_the_scene(
                true,
                predicted,
                glide,
                level=lambda change: np.sqrt((change**2).mean(axis=(1, 2, 3))).mean(),
            ),
            "The mean runs over all frames, and then one root is taken.",
        ),
        "standard deviation": (
            lambda true, predicted, glide: _of_the_scene(true, predicted, glide, level=np.std),
            "A change that all pixels share counts too: the mean is not taken off.",
        ),
        "no root": (
            lambda true, predicted, glide: _of_the_scene(
                true, predicted, glide, level=lambda change: (change**2).mean()
            ),
            "The mean square is there; the root is missing.",
        ),
        "only where it changes": (
            lambda true, predicted, glide: _of_the_scene(
                true, predicted, glide, level=_of_the_changing
            ),
            "Points whose error does not change count too: with 0.",
        ),
    },
)  # fmt: skip


# Task 4: explain a number


def _ratio(overlap, correlation):
    return np.sqrt(2 * (1 - overlap * correlation) / (2 - overlap))


def _pairs(rng):
    return {
        "a scratch that jumps away, overlap 0": (0.0, float(rng.uniform(0, 1))),
        "a scratch that stays, errors that do not": (1.0, 0.0),
        "a scratch that stays with its error": (1.0, 1.0),
        # Not near 0.5, where a mean of deviations is one of variances.
        "half of the hole stays": (0.5, float(rng.uniform(0.7, 0.9))),
        "most of it stays": (0.8, float(rng.uniform(0.7, 0.9))),
    }


task_15_4 = function_task(
    "15_4",
    right=_ratio,
    inputs=_pairs,
    tolerance=1e-3,
    praise="The error alone does not tell the flicker: it is what stays that does not flicker.",
    mistakes={
        "correlation ignored": (
            lambda overlap, correlation: _ratio(overlap, 0),
            "Where the hole stays, the two errors may be alike, and that part cancels.",
        ),
        "overlap ignored": (
            lambda overlap, correlation: np.sqrt(2 * (1 - correlation)),
            "That holds where both frames have a hole. Elsewhere one of the two errors is 0.",
        ),
        "pixels counted twice": (
            lambda overlap, correlation: np.sqrt(1 - overlap * correlation),
            "A pixel that is a hole in both frames is one pixel of the mean.",
        ),
        "one frame's pixels counted": (
            lambda overlap, correlation: np.sqrt(2 * (1 - overlap * correlation)),
            "The mean runs over the pixels that are holes in one of the two frames: more than one "
            "frame has.",
        ),
        "come or go, not both": (
            lambda overlap, correlation: np.sqrt(
                (2 * overlap * (1 - correlation) + 1 - overlap) / (2 - overlap)
            ),
            "As many holes come as go, and the error changes at both.",
        ),
        "only where both are holes": (
            lambda overlap, correlation: np.sqrt(2 * overlap * (1 - correlation) / (2 - overlap)),
            "A hole that comes or goes changes the error too, by all of it.",
        ),
        "deviations averaged": (
            lambda overlap, correlation: (
                (overlap * np.sqrt(2 * (1 - correlation)) + 2 * (1 - overlap)) / (2 - overlap)
            ),
            "A root mean square averages the variances of the two kinds of pixels, and then takes "
            "one root.",
        ),
        "no root": (
            lambda overlap, correlation: _ratio(overlap, correlation) ** 2,
            "That is the ratio of the squares.",
        ),
        "correlation's sign": (
            lambda overlap, correlation: np.sqrt(2 * (1 + overlap * correlation) / (2 - overlap)),
            "Errors that are alike flicker less.",
        ),
        "ratio turned round": (
            lambda overlap, correlation: 1 / _ratio(overlap, correlation),
            "Asked is flicker divided by error.",
        ),
    },
)  # fmt: skip

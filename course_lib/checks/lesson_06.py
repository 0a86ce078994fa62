"""Checks of exercise 06: a window's weights, floors of the error, fair comparison, learning."""

import copy
import warnings
from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage

from course_lib import classical, data, masks, metrics
from course_lib._pixels import as_floats
from course_lib.checks._compare import as_array, as_function, call, check_unchanged
from course_lib.checks._kinds import decibels_ahead, fills, function_task
from course_lib.checks._task import task, wrong

SIDE = 12  # of the squares in the bug hunt


def _window(pictures, radius, *, middle=False, pad=None, constant=False):
    """Least squares weights (side, side) of the pixels around one; keywords: what is mistaken."""
    side = 2 * radius + 1
    if pad:
        pictures = np.pad(pictures, ((0, 0), (radius, radius), (radius, radius)), mode=pad)
    windows = sliding_window_view(pictures, (side, side), axis=(1, 2)).reshape(-1, side**2)
    target, rows = windows[:, side**2 // 2], windows
    if not middle:
        rows = np.delete(windows, side**2 // 2, axis=1)
    if constant:
        rows = np.append(rows, np.ones((len(rows), 1)), axis=1)
    weights = np.linalg.lstsq(rows, target, rcond=None)[0][: side**2 - 1 + middle]
    return (weights if middle else np.insert(weights, side**2 // 2, 0)).reshape(side, side)


def _around_alone(pictures, radius):
    """The weights without the middle's 0, in one row."""
    weights = _window(pictures, radius).ravel()
    return np.delete(weights, len(weights) // 2)


def _equal_weights(pictures, radius):
    side = 2 * radius + 1
    weights = np.full((side, side), 1 / (side**2 - 1))
    weights[radius, radius] = 0
    return weights


def _symmetric(pictures, radius, *, also_turned):
    """The mean of the weights and their mirror images, or of all eight ways to lay the window."""
    weights = _window(pictures, radius)
    laid = [weights, weights[::-1]]
    laid += [one[:, ::-1] for one in laid]
    return np.mean(laid + [one.T for one in laid] if also_turned else laid, axis=0)


def _stitched(pictures, radius, *, axis):
    """One large picture of all, one beside or below the other."""
    return _window(np.concatenate(pictures, axis=axis)[None], radius)


def _woven(rng):
    """Pictures in which a pixel depends on its neighbours, on each side by another amount."""

    def pictures(count, height, width):
        noise = rng.uniform(0, 1, (count, height, width))
        mixed = ndimage.convolve(noise, rng.uniform(0.05, 1, (1, 3, 3)), mode="wrap")
        return 0.2 + 0.6 * mixed / mixed.max() + rng.uniform(0, 0.1, (count, 1, 1))

    return {
        "a window of 3 x 3": (pictures(4, 12, 15), 1),
        "a window of 5 x 5": (pictures(5, 15, 13), 2),
        "one picture": (pictures(1, 24, 20), 1),
    }


task_06_1 = function_task(
    "06_1",
    right=_window,
    inputs=_woven,
    dtype=float,
    praise="These weights are the best that one window can have on these pictures.",
    mistakes={
        "the middle guesses itself": (
            (
                partial(_window, middle=True),
                lambda pictures, radius: np.zeros((2 * radius + 1, 2 * radius + 1)),
            ),
            "The pixel that is to be guessed stands among the pixels that guess it.",
        ),
        "a constant fitted too": [
            (
                partial(_window, constant=True),
                "A constant has been fitted beside the weights: a guess is a weighted sum alone.",
            ),
            (
                tuple(
                    lambda pictures, radius, axis=axis: _window(
                        pictures - pictures.mean(axis, keepdims=True), radius
                    )
                    for axis in (None, (1, 2))
                ),
                "A mean has been subtracted from the pictures: a guess is a weighted sum of the "
                "pixels as they are.",
            ),
        ],
        "last windows left out": (
            lambda pictures, radius: _window(pictures[:, :-1, :-1], radius),
            "The last row and the last column of windows are left out: range(n) ends at n - 1.",
        ),
        "border pixels guessed too": (
            tuple(partial(_window, pad=mode) for mode in ("constant", "edge", "reflect", "wrap")),
            "Guess only pixels whose whole window lies in the picture: nothing is padded, and "
            "nothing wraps around.",
        ),
        "the same weight for all": (
            _equal_weights,
            "This is the mean of the neighbours: least squares finds a weight for each.",
        ),
        "rows and columns exchanged": (
            lambda pictures, radius: _window(pictures, radius).T,
            "The weight of the pixel above must stand above the middle, not left of it.",
        ),
        "turned by half": (
            lambda pictures, radius: _window(pictures, radius)[::-1, ::-1],
            "The weight of the pixel above must stand above the middle, not below it.",
        ),
        "made symmetric": (
            (
                partial(_symmetric, also_turned=False),
                partial(_symmetric, also_turned=True),
                lambda pictures, radius: (w := _window(pictures, radius)) / 2 + w[::-1, ::-1] / 2,
                lambda pictures, radius: (w := _window(pictures, radius)) / 2 + w.T / 2,
            ),
            "Opposite sides have been averaged: in these pictures they differ, and least squares "
            "gives each its own weight.",
        ),
        "middle not put back": [
            (
                _around_alone,
                "These are the weights in one row: put a 0 in the middle and give them the "
                "window's shape.",
            ),
            (
                lambda pictures, radius: np.append(_around_alone(pictures, radius), 0).reshape(
                    2 * radius + 1, -1
                ),
                "The 0 stands at the end: with it in the middle, each weight stands where its "
                "pixel does.",
            ),
        ],
        "scaled to a sum of 1": (
            lambda pictures, radius: (w := _window(pictures, radius)) / w.sum(),
            "Least squares decides the sum of the weights: do not divide by it.",
        ),
        "pictures stitched together": (
            tuple(partial(_stitched, axis=axis) for axis in (0, 1)),
            "Windows reach from one picture into the next: cut them from each picture by itself.",
        ),
        "one fit for each picture": (
            lambda pictures, radius: np.mean(
                [_window(one[None], radius) for one in pictures], axis=0
            ),
            "One fit for the pixels of all pictures: put all rows below each other.",
        ),
    },
)


def _skewed(rng, sizes, parts=None):
    """Contexts of these sizes with names that mean nothing, values with a long tail, shuffled.

    With ``parts`` the names are no whole numbers, and several lie between two of those.
    """
    names = np.arange(-50, 50) if parts is None else np.arange(-6, 6) / parts
    names = rng.choice(names, len(sizes), replace=False)
    contexts = rng.permutation(np.repeat(names, sizes))
    return contexts, rng.exponential(0.3, len(contexts)) + contexts % 7 / 10


def _near_ones(rng, count):
    """Contexts of which many lie as near to 0 as numbers can: no curve parts them."""
    names = np.append(np.arange(1, count - 1) * 1e-20, (-1, 1))
    places = rng.permutation(np.repeat(np.arange(count), rng.integers(4, 12, count)))
    return names[places], rng.uniform(0, 1, count)[places] + rng.exponential(0.2, len(places))


def _many(rng, count):
    """More contexts than any curve has weights, each with a level of its own."""
    places = rng.permutation(np.repeat(np.arange(count), rng.integers(3, 9, count)))
    return places - count // 2, rng.uniform(0, 1, count)[places] + rng.exponential(0.2, len(places))


def _curve(contexts, values, *, degree):
    """A polynomial for the first number, and the right second one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = np.polynomial.Legendre.fit(contexts, values, degree)(contexts)
    return np.mean((fitted - values) ** 2), _floors(contexts, values)[1]


def _floors(contexts, values, first=np.mean, second=np.median, names=np.unique):
    groups = [values[contexts == one] for one in names(contexts)]
    groups = [group for group in groups if len(group)]
    squared = sum(((group - first(group)) ** 2).sum() for group in groups)
    absolute = sum(np.abs(group - second(group)).sum() for group in groups)
    return squared / len(values), absolute / len(values)


def _floors_of_runs(contexts, values):
    """As if equal contexts that do not follow each other were different ones."""
    return _floors(np.cumsum(np.diff(contexts, prepend=contexts[:1]) != 0), values)


LISTS_OF_CONTEXTS = (  # which leave some out
    lambda contexts: range(16),
    lambda contexts: range(int(contexts.max()) + 1),
    lambda contexts: range(int(contexts.min()), int(contexts.max()) + 1),
    lambda contexts: range(len(np.unique(contexts))),
)


def _mean_of_groups(contexts, values):
    alone = [contexts == one for one in np.unique(contexts)]
    return np.mean([_floors(contexts[one], values[one]) for one in alone], axis=0)


def _estimated_variance(contexts, values):
    alone = [contexts == one for one in np.unique(contexts)]
    squared = sum(np.var(values[one], ddof=1) * np.mean(one) for one in alone)
    return squared, _floors(contexts, values)[1]


DEGREES = (1, 2, 3, 5, 7, 9, 10, 12, 14, 15, 16, 20, 25, 30)  # of polynomials told by name

task_06_2 = function_task(
    "06_2",
    right=_floors,
    inputs=lambda rng: {
        "one context": (np.full(9, 4), rng.exponential(0.3, 9)),
        "three contexts, one much more frequent": _skewed(rng, (40, 5, 12)),
        "many contexts in any order": _skewed(rng, rng.integers(3, 30, 8)),
        "41 contexts": _many(rng, 41),
        "contexts that lie near to each other": _near_ones(rng, 9),
        "contexts that are not whole numbers": _skewed(rng, (9, 14, 21, 6, 11, 8, 17, 5), 4),
    },
    praise="What a model is not shown, no model can know: that is the floor.",
    mistakes={
        "context ignored": (
            tuple(
                lambda contexts, values, guess=guess: _floors(
                    np.zeros_like(contexts), values, second=guess
                )
                for guess in (np.median, np.mean)
            ),
            "This is the floor of a model that sees nothing: one guess for all pixels. Here the "
            "guess may differ from context to context.",
        ),
        "the mean for both errors": (
            partial(_floors, second=np.mean),
            "The first number is right. Under absolute error the best guess is not the mean.",
        ),
        "the median for both errors": (
            partial(_floors, first=np.median),
            "The second number is right. Under squared error the best guess is not the median.",
        ),
        "the middle of the range": (
            partial(_floors, second=lambda group: (group.min() + group.max()) / 2),
            "The first number is right. Half way between the least and the largest value the "
            "largest error is least, not the mean absolute error.",
        ),
        "mean and median exchanged": (
            partial(_floors, first=np.median, second=np.mean),
            "Each error got the other one's best guess.",
        ),
        "a curve fitted": (
            tuple(partial(_curve, degree=degree) for degree in DEGREES),
            "A curve with so many weights has no guess of its own for each of many contexts. "
            "Nothing needs to be fitted: which guess is best in one context?",
        ),
        "near contexts taken for one": (
            (
                lambda contexts, values: _floors(np.round(contexts, 12), values),
                lambda contexts, values: (
                    _floors(np.round(contexts, 12), values)[0],
                    _floors(contexts, values)[1],
                ),
            ),
            "Contexts that lie very near to each other got one guess. A fitted curve cannot part "
            "them; contexts that are not equal are different.",
        ),
        "contexts made whole numbers": (
            (
                lambda contexts, values: _floors(np.round(contexts), values),
                lambda contexts, values: _floors(contexts.astype(int), values),
            ),
            "Contexts that are not equal got one guess: they need not be whole numbers.",
        ),
        "contexts left out": (
            tuple(partial(_floors, names=names) for names in LISTS_OF_CONTEXTS),
            "Contexts may be any numbers, below 0 or between two whole ones: np.unique lists those "
            "that occur.",
        ),
        "only one context counted": (
            tuple(
                partial(_floors, names=lambda contexts, one=one: np.unique(contexts)[[one]])
                for one in (0, -1)
            ),
            "This is the error of one context: add up all, with += in the loop and return after "
            "it.",
        ),
        "runs instead of contexts": (
            _floors_of_runs,
            "Equal contexts stand apart from each other, and each run of them got a guess of its "
            "own. itertools.groupby needs them sorted.",
        ),
        "contexts count the same": (
            _mean_of_groups,
            "You average over contexts; the error is a mean over pixels, so a context with many "
            "pixels counts more.",
        ),
        "divided by n - 1": (
            _estimated_variance,
            "An estimate of a variance divides by n - 1; the mean error of these very pixels "
            "divides by n.",
        ),
        "sums instead of means": (
            lambda contexts, values: np.multiply(_floors(contexts, values), len(values)),
            "These are sums over all pixels: divide by their number.",
        ),
        "root of the squared error": (
            lambda contexts, values: np.power(_floors(contexts, values), (0.5, 1)),
            "The first number is the root of the mean squared error: leave it squared.",
        ),
        "order exchanged": (
            lambda contexts, values: _floors(contexts, values)[::-1],
            "Both numbers are right: return the squared error first.",
        ),
    },
)


@task("06_3")
def task_06_3(fair_comparison):
    """Check ``fair_comparison(photographs, methods, rng)`` with methods that watch it."""
    function = as_function(fair_comparison)
    trial = _Watched(np.random.default_rng())
    seed = int(trial.rng.integers(1_000_000))

    def answer(seed):
        trial.forget()
        given = copy.deepcopy(trial.photographs), dict(trial.methods)
        pair = call(lambda: function(*given, np.random.default_rng(seed)))
        return *_name_and_score(pair, trial.methods), given

    name, score, given = answer(seed)
    trial.check_learning()
    trial.check_holes()
    trial.check_choice(name)
    trial.check_same_holes()
    trial.check_test_was_closed(name)
    trial.check_score(name, score)
    check_unchanged((trial.photographs, trial.methods), given)
    first = dict(trial.holes)
    answer(seed)
    if any(not np.array_equal(hole, trial.holes.get(key)) for key, hole in first.items()):
        wrong("randomness from elsewhere", "The same rng gives other holes: draw from rng only.")
    others = []
    for another in range(seed + 1, seed + 4):
        name, score, _ = answer(another)
        trial.check_same_holes()
        trial.check_score(name, score)
        others.append(dict(trial.holes))
    if all(np.array_equal(hole, one.get(key)) for one in others for key, hole in first.items()):
        wrong("rng not used", "Another rng gives the same holes: draw the seed from rng.")
    return "Split by photograph, the same black holes for all, chosen before the test."


class _Watched:
    """Photographs whose patches have one value each, and methods that note what they get.

    A patch's value tells which patch it is, whatever hole it has. Each method errs by a constant,
    another one on the photograph for choosing than on the test, and more in large holes than in
    small ones. So its score is known, and no two ways to average agree.
    """

    def __init__(self, rng):
        self.rng = rng
        sizes = rng.integers(30, 37, 5) + (0, 0, 0, 38, 38)  # few patches more than a usual cut
        values = 2 + rng.permutation(252)[: sizes.sum()]  # 1 & 1 would be the truth
        self.values = np.split(values, np.cumsum(sizes)[:-1])
        self.photographs = [
            np.ones((1, 32, 32, 3), np.uint8) * part.astype(np.uint8)[:, None, None, None]
            for part in self.values
        ]
        names = [str(name) for name in rng.permutation(["amber", "birch", "cedar"])]
        small = rng.uniform(0.03, 0.06)
        middle, large = small * rng.uniform(1.6, 2.2), small * rng.uniform(3, 4)
        self.best_when_choosing, self.best_on_test, poor = names
        self.errors = {  # when choosing, on the test
            names[0]: (small, middle),
            names[1]: (middle, small),
            poor: (large, large),
        }
        self.methods = {
            str(name): self._method(str(name)) for name in rng.permutation(sorted(names))
        }
        self.forget()

    def forget(self):
        self.learned, self.holes, self.content, self.in_range = {}, {}, {}, True
        self.scaled, self.again = False, False

    def _method(self, name):
        def learn(train):
            self.again |= name in self.learned
            self.scaled |= np.asarray(train).dtype.kind == "f" and np.max(train) <= 1
            self.learned.setdefault(name, _values_of(train))  # what chooses is what came first

            def fill(damaged, hole):
                damaged, hole = np.asarray(damaged), np.asarray(hole)
                known = damaged[~hole]
                self.in_range &= damaged.dtype.kind == "f" and known.max() <= 1
                value = int(np.round((255 if known.max() <= 1 else 1) * known.mean()))
                self.holes[name, value] = hole
                self.content[name, value] = damaged[hole]
                error = self._error(name, value, hole)
                error = error if value < 128 else -error
                filled = damaged.astype(np.float64)
                filled[hole] = value / 255 + error
                return filled

            return fill

        return learn

    def _error(self, name, value, hole):
        usual = self.errors[name][int(value in self.values[-1])]
        return usual * (1.2 if np.sum(hole) > SIDE**2 // 2 else 0.7)

    def check_learning(self):
        train, choosing, test = (
            set(np.concatenate(self.values[:-2])),
            set(self.values[-2]),
            set(self.values[-1]),
        )
        if set(self.learned) != set(self.methods):
            wrong("a method never learns", "Every method has to learn from the training patches.")
        for learned in map(set, self.learned.values()):
            if learned & test:
                wrong(
                    "one photograph on both sides",
                    "Methods learn from patches of the test photograph: patches overlap, so the "
                    "split must be between photographs.",
                )
            if learned & choosing:
                wrong(
                    "learned from the choosing photograph",
                    "Methods learn from the last photograph but one, which is to choose between "
                    "them: a method that learns by heart would win there.",
                )
        if self.again:
            wrong(
                "learned twice",
                "Every method learns once: keep what learn returns, and fill the test with that.",
            )
        if any(set(learned) != train for learned in self.learned.values()):
            wrong("training patches left out", "Learn from every patch of the other photographs.")
        if self.scaled:
            wrong(
                "training patches scaled",
                "Methods learn from the patches as they are, uint8: learn_by_heart divides by 255 "
                "itself.",
            )

    def check_holes(self):
        if not self.holes:
            wrong("nothing filled", "No method ever fills a patch.")
        if not self.in_range:
            wrong(
                "not floats from 0 to 1",
                "fill takes a float picture in [0, 1]: divide the patches by 255.",
            )
        if not all(map(_is_square, self.holes.values())):
            wrong("other holes", "Draw the holes as above: masks.squares with side=12.")
        for part in (self.values[-2], self.values[-1]):
            for name in self.methods:
                seen = [self.holes[name, value] for value in part if (name, value) in self.holes]
                if len(seen) > 1 and all(np.array_equal(hole, seen[0]) for hole in seen):
                    wrong(
                        "one hole for all patches",
                        "All patches have the same hole: draw one mask for each patch.",
                    )
        if all(hole.sum() == SIDE**2 for hole in self.holes.values()):
            wrong("no hole is cut", "masks.squares with a seed lets the border cut some squares.")
        self._check_black()

    def _check_black(self):
        contents = {key: content for key, content in self.content.items() if len(content)}
        if not any(content.any() for content in contents.values()):
            return
        if all(np.allclose(content, value / 255) for (_, value), content in contents.items()):
            wrong(
                "holes not emptied",
                "What stands in the holes is as bright as the truth: put 0 into them.",
            )
        each = [float(content.mean()) for content in contents.values()]
        if np.ptp(each) > 1e-6 and all(np.ptp(content) < 1e-6 for content in contents.values()):
            wrong(
                "a bit leaks",
                "What stands in the holes differs from patch to patch, so it tells something of "
                "the truth: put the same colour, 0, into all of them.",
            )
        wrong("holes not black", "A hole holds 0 when it is handed to a method, as in the course.")

    def check_choice(self, name):
        on_test = {other for other, value in self.holes if value in self.values[-1]}
        if name == self.best_on_test and len(on_test) > 1:
            wrong(
                "chosen on the test photograph",
                "The method that is best on the test photograph was chosen: choose on the last "
                "but one, and measure the chosen method on the test.",
            )
        if name != self.best_when_choosing:
            wrong(
                "not the best method chosen", "Another method has the highest PSNR when choosing."
            )

    def check_same_holes(self):
        for value in self.values[-2]:
            holes = [self.holes.get((name, value)) for name in self.methods]
            if any(hole is None for hole in holes):
                wrong("choosing patches left out", "Every method must fill every choosing patch.")
            if any(not np.array_equal(hole, holes[0]) for hole in holes):
                wrong(
                    "new holes for each method",
                    "The methods are compared on different holes: draw the holes once.",
                )

    def check_test_was_closed(self, chosen):
        on_test = {name for name, value in self.holes if value in self.values[-1]}
        if on_test - {chosen}:
            wrong("test opened for every method", "Only the chosen method may see the test.")

    def _squares_and_sizes(self, name, values):
        """Squared error and number of hole pixels of each patch."""
        holes = [self.holes[name, value] for value in values]
        errors = [self._error(name, *pair) for pair in zip(values, holes, strict=True)]
        return np.square(errors), np.array([hole.sum() for hole in holes])

    def _psnr(self, name, values):
        """In the holes of these patches, all pixels at once."""
        squares, sizes = self._squares_and_sizes(name, values)
        return -10 * np.log10(np.average(squares, weights=sizes))

    def check_score(self, chosen, score):
        if abs(score - self._psnr(chosen, self.values[-2])) < 0.01:
            wrong("score of the choosing photograph", "Return the PSNR on the test photograph.")
        if any((chosen, value) not in self.holes for value in self.values[-1]):
            wrong("test patches left out", "The score is over all patches of the test photograph.")
        holes = [self.holes[chosen, value] for value in self.values[-1]]
        free = -10 * np.log10(np.mean(holes))  # what known pixels add to the whole picture's PSNR
        test = self._psnr(chosen, self.values[-1])
        if abs(score - test) < 0.01:
            return
        if abs(score - test - free) < 0.01:
            wrong("known pixels counted", "Measure in the holes alone: metrics.psnr takes a mask.")
        squares, _ = self._squares_and_sizes(chosen, self.values[-1])
        if abs(score - np.mean(-10 * np.log10(squares))) < 0.01:
            wrong(
                "decibels averaged",
                "This is the mean of the patches' PSNRs. Measure all holes at once: metrics.psnr "
                "takes all patches and all masks.",
            )
        if abs(score + 10 * np.log10(squares.mean())) < 0.01:
            wrong(
                "errors averaged patch by patch",
                "The border cuts squares, so holes differ in size and a large one counts more: "
                "measure all hole pixels at once.",
            )
        wrong("wrong score", f"{score:.2f} is not the PSNR in the holes of the test patches.")


def _is_square(hole):
    """Whether a mask is one square of 12 pixels, no smaller unless the border cuts it."""
    if hole.shape != (32, 32) or hole.dtype != bool or not hole.any():
        return False
    rows, columns = (np.flatnonzero(hole.any(axis)) for axis in (1, 0))
    spans = len(rows), len(columns)
    filled = hole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    whole = all(
        len(span) == SIDE or (len(span) < SIDE and (span[0] == 0 or span[-1] == 31))
        for span in (rows, columns)
    )
    return bool(filled and whole and hole.sum() == spans[0] * spans[1])


def _values_of(patches):
    patches = np.asarray(patches)
    scale = 255 if patches.dtype.kind == "f" and patches.max() <= 1 else 1
    return np.round(scale * patches[:, 0, 0, 0]).astype(int).tolist()


def _name_and_score(answer, methods):
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        wrong("wrong type", "Return two things: the chosen method's name and its PSNR.")
    name, score = answer
    if not isinstance(name, str) or name not in methods:
        wrong("wrong type", "The first thing returned must be the name of one of the methods.")
    score = as_array(score)
    if score is None or score.shape != () or not np.isfinite(score):
        wrong("wrong type", "The second thing returned must be one number, a PSNR in dB.")
    return name, float(score)


# Noise (standard deviation), share of the light, decibels above harmonic: asked, and believed.
# Windows and blurs reach 2.6 and 10.4 dB; what noise hides, no method knows.
CAMERAS = {"noise": (0.2, 1.0, 0.5, 6.0), "little light": (0.1, 0.5, 3.0, 15.0)}
SEED = 2006  # of all that is drawn: one answer gets the same numbers each time it is checked


@task("06_4", seconds=120, work="learning twice and filling 200 pictures")
def task_06_4(learn_to_fill):
    """Check that what ``learn_to_fill(damaged, holes, truth)`` returns has learned its camera.

    A fixed rule may do for the noise; what half of the light asks for, only the pairs can tell.
    """
    function = as_function(learn_to_fill)
    parts, rng, told = data.load("photos"), np.random.default_rng(SEED), []
    for camera, (noise, light, gain, most) in CAMERAS.items():
        pairs = _taken(parts.train, 300, noise, light, rng)
        given = copy.deepcopy(pairs)
        fill = call(partial(function, *given))
        if not callable(fill):
            wrong("no function returned", "Return the function that fills: fill(image, mask).")
        damaged, holes, truth = _taken(parts.test, 100, noise, light, rng)
        # Known pixels as they came; a weighted sum overshoots 0 and 1 a little, and is clipped.
        yours = fills(fill, damaged, holes, tolerance=0, low=-0.5, high=1.5)
        harmonic = fills(classical.harmonic, damaged, holes)
        ahead = metrics.psnr(truth, yours, holes) - metrics.psnr(truth, harmonic, holes)
        if ahead > most:
            wrong(
                "the truth looked up",
                f"{ahead:.0f} dB ahead of harmonic: what the noise hides, no fill can know. "
                "Learn from the pairs that your function is given, never from test pictures.",
            )
        if camera == "little light" and ahead < gain:
            wrong(
                "does not learn",
                f"With the second camera, {1 - light:.0%} of the light is missing, and the fill "
                f"is {max(ahead, 0):.1f} dB ahead of harmonic; {gain:.0f} dB are asked for. Does "
                "it follow from the pairs that your function was given?",
            )
        told.append(decibels_ahead(truth, yours, harmonic, holes, gain=gain, of="harmonic"))
        check_unchanged(pairs, given)
    return (
        f"It learned both cameras: {told[0]:.1f} dB better than harmonic under noise, "
        f"{told[1]:.1f} dB where light is missing."
    )


def _taken(pictures, count, noise, light, rng):
    """(damaged, holes, truth) of some pictures, as a camera takes them that is noisy or dark."""
    truth = as_floats(pictures[rng.choice(len(pictures), count, replace=False)])
    holes = masks.random_lines(count, 32, seed=int(rng.integers(1_000_000)))
    seen = np.clip(light * truth + rng.normal(0, noise, truth.shape), 0, 1).astype(np.float32)
    return masks.damage(seen, holes), holes, truth

"""Checks of exercise 06: reach, floors of the error, fair comparison, learning a fill."""

from functools import partial

import numpy as np

from course_lib import classical, masks
from course_lib.checks._compare import as_array, as_function, call
from course_lib.checks._kinds import decibels_ahead, fills, function_task, some_patches
from course_lib.checks._task import task, wrong

NOISE = 0.2
GAIN = 0.5  # decibels above harmonic that the open task asks for


def _stacks(rng):
    def layer(*, strides=(1, 2, 3), dilations=(1, 2, 3)):
        return int(rng.integers(2, 6)), int(rng.choice(strides)), int(rng.choice(dilations))

    mixed = [layer(), layer(strides=(2, 3)), layer(dilations=(2, 3)), layer()]
    later = int(rng.integers(2, 9))
    return {
        "one layer of kernel 3": ([(3, 1, 1)], 0),
        "two layers, the first with stride 2": ([(3, 2, 1), (5, 1, 1)], later),
        "two layers with dilation": ([layer(strides=(1,)), (3, 1, 4)], later),
        "four layers, output 0": (mixed, 0),
        "four layers, a later output": (mixed, later),
    }


def _seen(layers, output, *, extra=0, early=False):
    width, step = 1, 1
    for kernel, stride, dilation in layers:
        width += (kernel - 1 + extra) * dilation * (step * stride if early else step)
        step *= stride
    return output * step, output * step + width - 1


def _first_right(reach):
    """The right first pixel, and a last one that is so many pixels further."""

    def seen(layers, output):
        first = _seen(layers, output)[0]
        return first, first + reach(layers)

    return seen


def _without_strides(layers):
    return [(kernel, 1, dilation) for kernel, _, dilation in layers]


task_06_1 = function_task(
    "06_1",
    right=_seen,
    inputs=_stacks,
    dtype=int,
    praise="You can say for any stack which pixels decide an output.",
    mistakes={
        "kernels added up": (
            partial(_seen, extra=1),
            "A kernel of 3 adds 2 pixels to what is seen, not 3.",
        ),
        "dilation ignored": (
            lambda layers, output: _seen([(k, s, 1) for k, s, _ in layers], output),
            "With dilation d the weights of a layer stand d steps apart.",
        ),
        "strides forgotten": (
            lambda layers, output: _seen(_without_strides(layers), output),
            "After a stride of 2 every step of the later layers is two pixels long.",
        ),
        "strides forgotten in the width": (
            _first_right(lambda layers: _seen(_without_strides(layers), 0)[1]),
            "The first pixel is right. In the width, a step of a layer is as long as the product "
            "of all strides before it.",
        ),
        "own stride counted too early": (
            partial(_seen, early=True),
            "A layer's stride lengthens the steps of the layers after it, not its own.",
        ),
        "own stride for the step": (
            _first_right(lambda layers: sum((k - 1) * d * s for k, s, d in layers)),
            "The first pixel is right. In the width a layer's steps are as long as the product of "
            "all strides before it, its own not among them.",
        ),
        "output not turned into pixels": (
            lambda layers, output: (output, output + _seen(layers, 0)[1]),
            "The width is right, but one output further is more than one pixel further.",
        ),
        "last pixel not included": (
            lambda layers, output: np.add(_seen(layers, output), (0, 1)),
            "The last pixel is one too far: count the pixels from first to last.",
        ),
        "width instead of the last pixel": (
            lambda layers, output: (_seen(layers, output)[0], 1 + _seen(layers, 0)[1]),
            "The second number is how many pixels are seen: return which one is the last.",
        ),
        "picture padded": (
            lambda layers, output: np.subtract(_seen(layers, output), _seen(layers, 0)[1] // 2),
            "You centre the stretch, as padding would: here output 0 begins at pixel 0.",
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


def _floors(contexts, values, first=np.mean, second=np.median):
    groups = [values[contexts == one] for one in np.unique(contexts)]
    squared = sum(((group - first(group)) ** 2).sum() for group in groups)
    absolute = sum(np.abs(group - second(group)).sum() for group in groups)
    return squared / len(values), absolute / len(values)


def _mean_of_groups(contexts, values):
    alone = [contexts == one for one in np.unique(contexts)]
    return np.mean([_floors(contexts[one], values[one]) for one in alone], axis=0)


def _estimated_variance(contexts, values):
    alone = [contexts == one for one in np.unique(contexts)]
    squared = sum(np.var(values[one], ddof=1) * np.mean(one) for one in alone)
    return squared, _floors(contexts, values)[1]


task_06_2 = function_task(
    "06_2",
    right=_floors,
    inputs=lambda rng: {
        "one context": (np.full(9, 4), rng.exponential(0.3, 9)),
        "three contexts, one much more frequent": _skewed(rng, (40, 5, 12)),
        "many contexts in any order": _skewed(rng, rng.integers(3, 30, 8)),
        "contexts that are not whole numbers": _skewed(rng, (9, 14, 21, 6, 11, 8, 17, 5), 4),
    },
    praise="What a model is not shown, no model can know: that is the floor.",
    mistakes={
        "context ignored": (
            lambda contexts, values: _floors(np.zeros_like(contexts), values),
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
        "mean and median exchanged": (
            partial(_floors, first=np.median, second=np.mean),
            "Each error got the other one's best guess.",
        ),
        "contexts made whole numbers": (
            (
                lambda contexts, values: _floors(np.round(contexts), values),
                lambda contexts, values: _floors(contexts.astype(int), values),
            ),
            "Contexts that are not equal got one guess: they need not be whole numbers.",
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
        pair = call(function, trial.photographs, trial.methods, np.random.default_rng(seed))
        return _name_and_score(pair, trial.methods)

    name, score = answer(seed)
    trial.check_learning()
    trial.check_holes()
    if name == trial.best_on_test:
        wrong(
            "chosen on the test photograph",
            "The method that is best on the test photograph was chosen: choose on the last but "
            "one, and measure the chosen method on the test.",
        )
    if name != trial.best_when_choosing:
        wrong("not the best method chosen", "Another method has the highest PSNR when choosing.")
    trial.check_same_holes()
    trial.check_test_was_closed(name)
    trial.check_score(name, score)
    first = dict(trial.holes)
    answer(seed)
    if any(not np.array_equal(hole, trial.holes.get(key)) for key, hole in first.items()):
        wrong("randomness from elsewhere", "The same rng gives other holes: draw from rng only.")
    name, score = answer(seed + 1)
    trial.check_same_holes()
    trial.check_score(name, score)
    if all(np.array_equal(hole, trial.holes.get(key)) for key, hole in first.items()):
        wrong("rng not used", "Another rng gives the same holes: draw the seed from rng.")
    return "Split by photograph, the same black holes for all, chosen before the test."


class _Watched:
    """Photographs whose patches have one value each, and methods that note what they get.

    A patch's value tells which patch it is, whatever hole it has. Each method errs by a constant,
    another one on the photograph for choosing than on the test, a tenth more where the value is
    odd and a tenth less where it is even. So its score is known.
    """

    def __init__(self, rng):
        self.rng = rng
        sizes = rng.integers(4, 8, 5) + (0, 0, 0, 5, 4)  # no cut at 4/5 between two photographs
        values = 2 + rng.permutation(252)[: sizes.sum()]  # 1 & 1 would be the truth
        self.values = np.split(values, np.cumsum(sizes)[:-1])
        for part in self.values:  # both kinds of lowest bit in every photograph
            if (part % 2 == part[0] % 2).all():
                part[0] = _free(values, 1 - part[0] % 2)
        self.photographs = [
            np.ones((1, 32, 32, 3), np.uint8) * part.astype(np.uint8)[:, None, None, None]
            for part in self.values
        ]
        names = [str(name) for name in rng.permutation(["amber", "birch", "cedar"])]
        small = rng.uniform(0.03, 0.06)
        middle, large = small * rng.uniform(1.3, 2.2), small * rng.uniform(2.6, 4)
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
            self.learned[name] = _values_of(train)

            def fill(damaged, hole):
                damaged, hole = np.asarray(damaged), np.asarray(hole)
                known = damaged[~hole]
                self.in_range &= damaged.dtype.kind == "f" and known.max() <= 1
                value = int(np.round((255 if known.max() <= 1 else 1) * known.mean()))
                self.holes[name, value] = hole
                self.content[name, value] = damaged[hole]
                error = self._error(name, value)
                error = error if value < 128 else -error
                filled = damaged.astype(np.float64)
                filled[hole] = value / 255 + error
                return filled

            return fill

        return learn

    def _error(self, name, value):
        return self.errors[name][int(value in self.values[-1])] * (1.1 if value % 2 else 0.9)

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
            if learned != train:
                wrong("training patches left out", "Every patch of the others is for learning.")
        if self.scaled:
            wrong(
                "training patches scaled",
                "Methods learn from the patches as they are, uint8: learn_by_heart divides by 255 "
                "itself.",
            )
        if self.again:
            wrong(
                "learned twice",
                "Every method learns once: keep what learn returns, and fill the test with that.",
            )

    def check_holes(self):
        if not self.holes:
            wrong("nothing filled", "No method ever fills a patch.")
        if not self.in_range:
            wrong(
                "not floats from 0 to 1",
                "fill takes a float picture in [0, 1]: divide the patches by 255.",
            )
        for hole in self.holes.values():
            if not _is_square(hole):
                wrong("other holes", "Draw the holes as above: masks.squares with side=12.")
        for part in (self.values[-2], self.values[-1]):
            for name in self.methods:
                seen = [self.holes[name, value] for value in part if (name, value) in self.holes]
                if len(seen) > 1 and all(np.array_equal(hole, seen[0]) for hole in seen):
                    wrong(
                        "one hole for all patches",
                        "All patches have the same hole: draw one mask for each patch.",
                    )
        if all(np.allclose(seen, value / 255) for (_, value), seen in self.content.items()):
            wrong("truth left in the holes", "The patches are not damaged before filling.")
        contents = {round(float(content.mean()), 6) for content in self.content.values()}
        if len(contents) > 1:
            wrong(
                "a bit leaks",
                "What stands in the holes differs from patch to patch, so it tells something of "
                "the truth: put the same colour, 0, into all of them.",
            )

    def check_same_holes(self):
        for value in self.values[-2]:
            holes = [self.holes.get((name, value)) for name in self.methods]
            if any(hole is None for hole in holes):
                wrong("choosing patches left out", "Every method fills every patch for choosing.")
            if any(not np.array_equal(hole, holes[0]) for hole in holes):
                wrong(
                    "new holes for each method",
                    "The methods are compared on different holes: draw the holes once.",
                )

    def check_test_was_closed(self, chosen):
        on_test = {name for name, value in self.holes if value in self.values[-1]}
        if on_test - {chosen}:
            wrong("test opened for every method", "Only the chosen method may see the test.")

    def _psnr(self, name, values):
        """In the holes of these patches, all pixels at once."""
        sizes = [self.holes[name, value].sum() for value in values]
        squares = [self._error(name, value) ** 2 for value in values]
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
        if abs(score - np.mean([self._psnr(chosen, [v]) for v in self.values[-1]])) < 0.01:
            wrong(
                "decibels averaged",
                "This is the mean of the patches' PSNRs. Measure all holes at once: metrics.psnr "
                "takes all patches and all masks.",
            )
        wrong("wrong score", f"{score:.2f} is not the PSNR in the holes of the test patches.")


def _is_square(hole):
    """Whether a mask is one square of 12 pixels, which the border may cut."""
    if hole.shape != (32, 32) or hole.dtype != bool or not hole.any():
        return False
    height, width = (np.ptp(np.flatnonzero(hole.any(axis))) + 1 for axis in (1, 0))
    return hole.sum() == height * width and max(height, width) <= 12


def _free(values, bit):
    return next(value for value in range(2, 254) if value % 2 == bit and value not in values)


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


@task("06_4", seconds=60)
def task_06_4(learned_fill):
    """Check that ``learned_fill(image, mask)`` beats harmonic on noisy test pictures by 0.5 dB."""
    function = as_function(learned_fill)
    rng = np.random.default_rng()
    truth, holes = some_patches(rng, 100)
    noisy = np.clip(truth + rng.normal(0, NOISE, truth.shape), 0, 1).astype(np.float32)
    damaged = masks.damage(noisy, holes)
    yours = fills(function, damaged, holes, tolerance=0)  # known pixels with their noise
    harmonic = fills(classical.harmonic, damaged, holes)
    gain = decibels_ahead(truth, yours, harmonic, holes, gain=GAIN, of="harmonic")
    return f"Your fill is {gain:.1f} dB better than harmonic, which takes noise for truth."

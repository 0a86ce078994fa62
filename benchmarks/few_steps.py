"""In how many steps does noise become a picture? Lesson 17's three ways, judged as sets.

    INPAINTING_DATA_DIR=... python -m benchmarks.few_steps

A thousand pictures out of noise for each way and number of steps, no hole and no mask. How unlike
true pictures they are is measured as in ``benchmarks.perception``, against the held-out ones.
"""

import itertools

import numpy as np

from benchmarks import held_out
from benchmarks.perception import AT_ONCE, excesses, interval
from benchmarks.results import record, table
from course_lib import data, evaluation, generative, models
from course_lib._pixels import as_floats
from course_lib.generative.diffusion import step_times, to_unit
from course_lib.generative.flow import along
from tools.project import words

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.few_steps"
SEED = 2026
STEPS = (2, 5, 20)
MORE = 100  # steps, with fresh noise alone


def with_fresh_noise(guess, path, count, steps, seed):
    """Ancestral sampling, as ``diffuse`` has it: float64 (count, 32, 32, 3)."""
    return generative.diffuse(guess, count, path=path, steps=steps, seed=seed)


def with_one_noise(guess, path, count, steps, seed):
    """Along the path: only the noise at the beginning is random."""
    noisy = np.random.RandomState(seed).standard_normal((count, 32, 32, 3))
    for later, earlier in itertools.pairwise(step_times(steps)):
        noisy = along(guess, noisy, path, earlier, later)
    return to_unit(noisy)


WAYS = {
    "diffusion, fresh noise": ("diffusion", generative.COSINE, with_fresh_noise),
    "diffusion, one noise": ("diffusion", generative.COSINE, with_one_noise),
    "flow": ("flow", generative.STRAIGHT, with_one_noise),
}


def drawn(way, count, steps):
    """Pictures out of noise; the ways with one noise begin with the same."""
    name, path, sample = WAYS[way]
    guess = generative.guesser(models.load_pretrained(name), path)
    sizes = np.diff([*range(0, count, AT_ONCE), count])
    parts = [sample(guess, path, int(n), steps, SEED + k) for k, n in enumerate(sizes)]
    return np.concatenate(parts)


def unlike(true, pictures):
    """How unlike true pictures these are, with its 95 % interval over pictures, as text."""
    made = evaluation.features(pictures)
    found = evaluation.unlikeness(true, made)["excess"]
    estimate, low, high = interval(excesses(true, made), found)
    return f"{estimate:.1f} ({low:.1f} to {high:.1f})"


def main():
    dataset = data.load("cifar10")
    images = as_floats(held_out.split(dataset)[2])
    true, rows = evaluation.features(images), []
    for steps in (*STEPS, MORE):
        ways = [way for way in WAYS if steps in STEPS or WAYS[way][2] is with_fresh_noise]
        cells = {way: unlike(true, drawn(way, len(images), steps)) for way in ways}
        rows.append([steps, *(cells.get(way, "") for way in WAYS)])
        print(rows[-1], flush=True)
    body = (
        f"{len(images):,} pictures out of noise each, 32 x 32, by the shipped networks `diffusion` "
        "and `flow`; diffusion with one noise and the flow begin with the same noise. "
        "`evaluation.unlikeness` as in *The price of looking right*, here of whole pictures, no "
        "part of them true; in brackets "
        f"95 % intervals over pictures. {dataset.provenance}\n\n"
    )
    record(
        "few_steps",
        "Noise in few steps",
        body + table(["steps", *WAYS], rows),
        COMMAND,
        SEED,
    )


if __name__ == "__main__":
    words("benchmarks.few_steps", __doc__, 0)
    main()

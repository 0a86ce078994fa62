"""A deep image prior, step by step: when the hole is best, and what stopping too late costs.

python -m benchmarks.image_prior
"""

import time

import numpy as np

from benchmarks.results import record, table
from course_lib import classical, data, generative, masks, metrics, models
from tools.project import words

COMMAND = "python -m benchmarks.image_prior"
SEED = 2026
SIDE, COUNT = 64, 10  # pixels; pictures
STEPS, EVERY = 600, 20
SHOWN = (20, 60, 100, 140, 200, 300, 400, 600)


def pictures():
    """Crops of the test photograph at half its size, float32 (COUNT, SIDE, SIDE, 3), and holes."""
    photo = data.photo("coffee").astype(np.float32)
    photo = photo[: photo.shape[0] // 2 * 2, : photo.shape[1] // 2 * 2]
    half = (photo[::2, ::2] + photo[1::2, ::2] + photo[::2, 1::2] + photo[1::2, 1::2]) / 4
    random = np.random.RandomState(SEED)
    tops, lefts = (random.randint(0, side - SIDE + 1, COUNT) for side in half.shape[:2])
    cut = [half[t : t + SIDE, left : left + SIDE] for t, left in zip(tops, lefts, strict=True)]
    return np.stack(cut), masks.brush_strokes(COUNT, SIDE, seed=SEED)


def curves(images, holes):
    """Hole PSNR at every look, (COUNT, STEPS / EVERY), and CPU seconds of a picture."""
    begun, found = time.process_time(), []
    for k, (image, hole) in enumerate(zip(images, holes, strict=True)):
        looks = generative.deep_image_prior(image, hole, steps=STEPS, every=EVERY, seed=k)
        found.append([metrics.psnr(image, filled, hole) for _, _, filled in looks])
        print(k, np.round(found[-1], 1).tolist(), flush=True)
    return np.array(found), (time.process_time() - begun) / len(images)


def main():
    images, holes = pictures()
    found, seconds = curves(images, holes)
    steps = EVERY * np.arange(1, 1 + STEPS // EVERY)
    rivals = {
        "harmonic": np.stack([*map(classical.harmonic, images, holes)]),
        "fill_and_correct": models.inpaint(models.load_pretrained("best"), images, holes),
    }
    best = found.max(axis=1)
    rows = [
        [f"step {step}", f"{at.mean():.2f}", f"{(at - best).mean():+.2f} ± {np.std(at - best):.2f}"]
        for step, at in zip(steps, found.T, strict=True)
        if step in SHOWN
    ]
    rows.append(["each at its own best step", f"{best.mean():.2f}", "0"])
    for name, filled in rivals.items():
        own = [metrics.psnr(*one) for one in zip(images, filled, holes, strict=True)]
        against = np.array(own) - best
        rows.append(
            [f"`{name}`", f"{np.mean(own):.2f}", f"{against.mean():+.2f} ± {against.std():.2f}"]
        )
    at = steps[found.argmax(axis=1)]
    body = (
        f"`generative.deep_image_prior` on {COUNT} crops of {SIDE} x {SIDE} pixels of the test "
        f"photograph at half its size, brush strokes missing. Hole PSNR (dB), the mean over "
        f"pictures, and its difference from each picture's best step, ± the standard deviation "
        f"over pictures. The best step lies between {at.min()} and {at.max()}; its median is "
        f"{np.median(at):.0f}. {seconds:.0f} seconds of CPU a picture.\n\n"
    )
    header = ["fill", "hole PSNR", "to the best step"]
    record("image_prior", "A deep image prior", body + table(header, rows), COMMAND, SEED)


if __name__ == "__main__":
    words("benchmarks.image_prior", __doc__, 0)
    main()

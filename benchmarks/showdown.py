"""Every large shipped network against the classical methods, on one set of frozen masks.

    INPAINTING_DATA_DIR=... python -m benchmarks.showdown

It needs CIFAR-10 and a quarter of an hour on one quiet core. What the slow classical methods fill
is kept in build/showdown for the next run: delete it when one of them changes. All figures go to
course_lib/showdown.json, which lesson 13 and the tests read, and the tables to RESULTS.md.
``exemplar``, ``bertalmio`` and ``fast_marching`` are left out, because they are slow:
classical_table measures them on fewer pictures.
"""

import datetime
import hashlib
import json

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks import held_out
from benchmarks.results import machine, record, table
from course_lib import classical, data, evaluation, masks, models
from course_lib._files import replaced
from course_lib._pixels import as_floats
from tools.project import ROOT

STORED = ROOT / "course_lib" / "showdown.json"  # with the library, so that Colab has it
CACHE = ROOT / "build" / "showdown"
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.showdown"
NETWORKS = ("autoencoder", "vanilla_unet", "vanilla_unet_masked", "partial_conv_unet", "best")
CLASSICAL = (*evaluation.BASELINES, "harmonic", "telea")
SLOW = ("biharmonic", "harmonic")  # their answers are kept in build/
TIMED = 50  # pictures
RESAMPLES = 1_000
PICTURES = 1_000
PHOTOS = 300
TWO_SETS = ("lines", "square_16")
DIGITS = {"psnr_hole": 2, "mae_hole": 4, "psnr_image": 2, "mae_image": 4, "ssim_image": 4,
          "raw_psnr_image": 2, "recognised": 3, "milliseconds": 2}  # fmt: skip


def shipped():
    """The names of the large networks whose weights are there."""
    return [name for name in NETWORKS if (models.weights.WEIGHTS / f"{name}.json").is_file()]


def photos_part():
    """Pictures that everyone has: (float32 (PHOTOS, 32, 32, 3), no labels, mask sets)."""
    images = as_floats(data.load("photos").test[:PHOTOS])
    return images, None, _two_sets(PHOTOS)


def cifar10_parts(dataset):
    """What quality is judged on: name -> (float32 (1000, 32, 32, 3), labels (1000,), mask sets)."""
    images, labels = held_out.split(dataset)[2], held_out.split_labels(dataset)[2]
    test, test_labels = dataset.test[:PICTURES], dataset.test_labels[:PICTURES]
    return {
        "held_out": (as_floats(images), labels, evaluation.frozen_masks(len(images))),
        "test": (as_floats(test), test_labels, _two_sets(PICTURES)),
    }


def fingerprints(images):
    """Eight hexadecimal digits a picture: whoever has the pictures can tell which they are.

    Args:
        images: uint8 (N, 32, 32, 3).
    """
    return [hashlib.sha256(image.tobytes()).hexdigest()[:8] for image in images]


def check_published(images):
    """Raise SystemExit if the held-out pictures are others than those of the stored table."""
    if STORED.is_file() and _stored()["held_out"] != "".join(fingerprints(images)):
        raise SystemExit(
            "These held-out pictures are not those of the published table (JPEG copies?): take "
            f"the official CIFAR-10, or delete {STORED.name} to begin another table."
        )


def published():
    """The stored figures: a pandas.DataFrame, a row for each pictures, masks and method."""
    stored = _stored()
    return pd.DataFrame(stored["rows"], columns=stored["columns"])


def measure(parts):
    """``evaluate``'s figures for every part, method and mask set, as a DataFrame."""
    networks = {name: models.load_pretrained(name) for name in shipped()}
    rows = []
    total = (len(CLASSICAL) + len(networks)) * sum(len(sets) for *_, sets in parts.values())
    with tqdm(total=total) as bar:
        for part, (images, labels, sets) in parts.items():
            for masks_name, holes in sets.items():
                for method in (*CLASSICAL, *networks):
                    given = {"labels": labels, "resamples": RESAMPLES}
                    if method in SLOW:
                        scores = evaluate_kept(method, images, holes, **given)
                    else:
                        inpainter = {**classical.METHODS, **networks}[method]
                        scores = evaluation.evaluate(inpainter, images, holes, **given)
                    rows.append({"pictures": part, "masks": masks_name, "method": method, **scores})
                    bar.update()
    return pd.DataFrame(rows)


def evaluate_kept(method, images, holes, **given):
    """``evaluate`` for a slow classical method, whose answers are kept in build/ between runs.

    Milliseconds are measured anew, on TIMED pictures: an older run may have had a busy machine.
    """
    inpainter = classical.METHODS[method]
    digest = hashlib.sha256(json.dumps([method, machine()]).encode())
    for array in (images, holes):
        digest.update(np.ascontiguousarray(array).tobytes())
    path = CACHE / f"{method}_{digest.hexdigest()[:16]}.npz"
    if not path.is_file():
        damaged = masks.damage(images, holes)
        answers = [inpainter(*one)[one[1]] for one in zip(damaged, holes, strict=True)]
        CACHE.mkdir(parents=True, exist_ok=True)
        with replaced(path) as file:
            np.savez(file, answers=np.concatenate(answers))
    with np.load(path) as kept:
        ends = np.cumsum(np.count_nonzero(holes, axis=(1, 2)))
        answers = iter(np.split(kept["answers"], ends[:-1]))

    def replay(image, mask):
        image[mask] = next(answers)
        return image

    scores = evaluation.evaluate(replay, images, holes, **given)
    timed = evaluation.evaluate(inpainter, images[:TIMED], holes[:TIMED])
    return scores | {"milliseconds": timed["milliseconds"]}


def recognised_undamaged(parts):
    """Share of the pictures that the classifier names right where nothing is missing."""
    classifier = models.load_pretrained("classifier")
    return {
        part: float((classifier.predict(images, verbose=0).argmax(axis=-1) == labels).mean())
        for part, (images, labels, _) in parts.items()
        if labels is not None
    }


def store(scores, undamaged, pictures):
    """Write showdown.json: facts, then a line for each row of the table."""
    digits = dict.fromkeys(scores.columns[3:], 5) | {"milliseconds": 3}
    rounded = scores.round(digits).astype(object).where(scores.notna(), None)
    facts = {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "seed": evaluation.SEED,
        "resamples": RESAMPLES,
        "weights": {name: models.recipe(name)["sha256"] for name in (*shipped(), "classifier")},
        "recognised_undamaged": undamaged,
        "held_out": "".join(fingerprints(pictures)),
        "columns": list(scores.columns),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in facts.items()]
    rows = ",\n".join(json.dumps(row) for row in rounded.to_numpy().tolist())
    STORED.write_text("{" + ",\n".join([*lines, f'"rows": [\n{rows}\n]']) + "}\n", encoding="utf-8")


def matrix(scores):
    """Hole PSNR, a row for each method and a column for each mask set, the best of each bold."""
    sets = list(dict.fromkeys(scores["masks"]))
    wide = scores.pivot(index="method", columns="masks", values="psnr_hole")[sets]
    wide = wide.sort_values("lines", ascending=False)
    best = wide.max()
    rows = [
        [f"`{method}`"]
        + [
            f"**{row[name]:.2f}**" if row[name] == best[name] else f"{row[name]:.2f}"
            for name in sets
        ]
        for method, row in wide.iterrows()
    ]
    return table(["method", *sets], rows)


def every_column(scores):
    """All figures of one mask set, the best hole PSNR first."""
    rows = []
    for _, row in scores.sort_values("psnr_hole", ascending=False).iterrows():
        size = "" if np.isnan(row["parameters"]) else f"{int(row['parameters']):,}"
        cells = ["" if np.isnan(row[key]) else f"{row[key]:.{n}f}" for key, n in DIGITS.items()]
        interval = f"{row['psnr_hole_low']:.2f} to {row['psnr_hole_high']:.2f}"
        rows.append([f"`{row['method']}`", size, cells[0], interval, *cells[1:]])
    first, *others = DIGITS
    return table(["method", "parameters", first, "95 % interval", *others], rows)


def body(scores, undamaged, provenance):
    """The section of RESULTS.md."""
    held, test, photos = (
        scores[scores["pictures"] == one] for one in ("held_out", "test", "photos")
    )
    return "\n\n".join(
        [
            f"{PICTURES:,} held-out pictures (`benchmarks/held_out.py`) under "
            f"`evaluation.frozen_masks({PICTURES})`, composited, pooled. {provenance} The held-out "
            "pictures are lossless in the copy that this was measured on. Intervals: "
            f"{RESAMPLES:,} resamples of the pictures. `exemplar`, `bertalmio` and "
            "`fast_marching` are too slow for so many pictures; *Classical methods on CIFAR-10* "
            "has them on 100.",
            "Hole PSNR (dB) by mask set, the best in bold.",
            matrix(held),
            "Line masks, every column. `recognised`: the share of composited pictures whose class "
            f"the shipped classifier names; undamaged: {undamaged['held_out']:.3f}. Raw image "
            "PSNR: the network's answer before compositing.",
            every_column(held[held["masks"] == "lines"]),
            f"The first {PICTURES:,} official test pictures, which are JPEG copies in that copy, "
            "under the same masks, hole PSNR (dB); recognised undamaged: "
            f"{undamaged['test']:.3f}.",
            matrix(test),
            f"`photos`, {PHOTOS} test patches under `evaluation.frozen_masks({PHOTOS})`, hole PSNR "
            "(dB): no network has learned from such pictures, and everyone has them, so the tests "
            "measure them again.",
            matrix(photos),
        ]
    )


def main():
    dataset = data.load("cifar10")
    judged = held_out.split(dataset)[2]
    check_published(judged)
    parts = {**cifar10_parts(dataset), "photos": photos_part()}
    scores, undamaged = measure(parts), recognised_undamaged(parts)
    store(scores, undamaged, judged)
    # From the stored figures, which are rounded: the tests compare the two.
    record("showdown", "Showdown", body(published(), undamaged, dataset.provenance), COMMAND,
           evaluation.SEED)  # fmt: skip


def _stored():
    return json.loads(STORED.read_text(encoding="utf-8"))


def _two_sets(count):
    sets = evaluation.frozen_masks(count)
    return {name: sets[name] for name in TWO_SETS}


if __name__ == "__main__":
    main()

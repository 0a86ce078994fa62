"""Every large shipped network against the classical methods, on one set of frozen masks.

    INPAINTING_DATA_DIR=... python -m benchmarks.showdown [method ...]

It needs CIFAR-10 and half an hour on one quiet core; what the slow classical methods fill is kept
(``kept``). All figures go to course_lib/showdown.json, which lesson 13 and the tests read, and the
tables to RESULTS.md. With the names of methods only those are measured, and join the stored table
if the environment is the same and CONTROL, measured with them, has the stored figures to the last
digit, so that pictures, masks and classifier are the same; their milliseconds are then of another
day, and ``showdown_times`` measures all of them in turns. ``exemplar``, ``bertalmio`` and
``fast_marching`` are left out, because they are slow: classical_table measures them on fewer
pictures.
"""

import datetime
import hashlib
import json

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks import held_out, kept
from benchmarks.gaussian import by_lag, by_place
from benchmarks.results import machine, record, table
from course_lib import classical, data, evaluation, models
from course_lib._pixels import as_floats
from tools.project import ROOT, words

STORED = ROOT / "course_lib" / "showdown.json"  # with the library, so that Colab has it
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.showdown"
NETWORKS = ("autoencoder", "vanilla_unet", "vanilla_unet_masked", "partial_conv_unet", "best")
CLASSICAL = (*evaluation.BASELINES, "harmonic", "telea", "gaussian")
SLOW = ("biharmonic", "harmonic", "gaussian")  # their answers are kept in build/
CONTROL = "mean"
KEY = ["pictures", "masks", "method"]
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
    """The stored figures: a pandas.DataFrame, a row for each set of pictures, masks and method."""
    stored = _stored()
    return pd.DataFrame(stored["rows"], columns=stored["columns"])


def competitors(dataset, methods):
    """Those of CLASSICAL and of the networks asked for, for each part: name -> inpainter."""
    fixed = {name: classical.METHODS[name] for name in methods if name in classical.METHODS}
    networks = {name: models.load_pretrained(name) for name in methods if name in NETWORKS}
    fitted = {}
    if "gaussian" in methods:  # each fitted to the training pictures of its own world
        cifar10, photos = by_place(dataset)[0].fill, by_lag()[0].fill
        fitted = {"held_out": cifar10, "test": cifar10, "photos": photos}
    return {
        part: fixed | ({"gaussian": fitted[part]} if fitted else {}) | networks
        for part in ("held_out", "test", "photos")
    }


def measure(parts, rivals):
    """``evaluate``'s figures for every part, mask set and method, as a DataFrame."""
    rows = []
    with tqdm(
        total=sum(len(sets) * len(rivals[part]) for part, (*_, sets) in parts.items())
    ) as bar:
        for part, (images, labels, sets) in parts.items():
            for masks_name, holes in sets.items():
                for method, inpainter in rivals[part].items():
                    given = {"labels": labels, "resamples": RESAMPLES}
                    if method in SLOW:
                        scores = evaluate_kept(method, inpainter, images, holes, **given)
                    else:
                        scores = evaluation.evaluate(inpainter, images, holes, **given)
                    rows.append(dict(zip(KEY, (part, masks_name, method), strict=True)) | scores)
                    bar.update()
    return pd.DataFrame(rows)


def evaluate_kept(method, inpainter, images, holes, **given):
    """``evaluate`` for a slow classical method, whose answers are kept in build/ between runs.

    Milliseconds are measured again, on TIMED pictures: an older run may have had a busy machine.
    """
    answers = iter(kept.fills(method, inpainter, images, holes))
    scores = evaluation.evaluate(lambda image, mask: next(answers), images, holes, **given)
    timed = evaluation.evaluate(inpainter, images[:TIMED], holes[:TIMED])
    return scores | {"milliseconds": timed["milliseconds"]}


def joined(stored, added):
    """The stored table with the rows of newly measured methods, in place of older ones of theirs.

    Raises:
        SystemExit: if CONTROL's figures are others than the stored ones, milliseconds aside.
    """
    added = _rounded(added)
    figures = [column for column in added if column != "milliseconds"]
    old, new = (
        one.loc[one["method"] == CONTROL, figures].sort_values(KEY) for one in (stored, added)
    )
    if not np.array_equal(old.fillna(0), new.fillna(0)):
        raise SystemExit(
            f"{CONTROL} has other figures than in the published table: these are other pictures, "
            "masks or packages. Measure all methods again."
        )
    added = added[added["method"] != CONTROL]
    table = pd.concat([stored[~stored["method"].isin(added["method"])], added])
    order = [list(dict.fromkeys(stored[key])) for key in KEY[:2]] + [[*CLASSICAL, *NETWORKS]]
    places = [table[key].map(values.index) for key, values in zip(KEY, order, strict=True)]
    return table.iloc[np.lexsort(places[::-1])].reset_index(drop=True)


def recognised_undamaged(parts):
    """Share of the pictures that the classifier names right where nothing is missing."""
    classifier = models.load_pretrained("classifier")
    return {
        part: float((classifier.predict(images, verbose=0).argmax(axis=-1) == labels).mean())
        for part, (images, labels, _) in parts.items()
        if labels is not None
    }


def first_facts(undamaged, pictures):
    """What is stored of a run of all methods, beside its rows."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "added": {},
        "seed": evaluation.SEED,
        "resamples": RESAMPLES,
        "weights": {name: models.recipe(name)["sha256"] for name in (*shipped(), "classifier")},
        "recognised_undamaged": undamaged,
        "held_out": "".join(fingerprints(pictures)),
    }


def later_facts(stored, methods):
    """The stored facts once these methods have been measured again.

    Raises:
        SystemExit: if the environment is another one. TensorFlow's two builds count as one.
    """
    before, now = (
        one.replace("tensorflow-cpu", "tensorflow") for one in (stored["machine"], machine())
    )
    if before != now:
        raise SystemExit(f"The stored table was measured on {before}: measure all methods again.")
    added = dict.fromkeys(methods, [datetime.date.today().isoformat(), machine()])
    weights = {name: models.recipe(name)["sha256"] for name in methods if name in NETWORKS}
    kept = {key: value for key, value in stored.items() if key != "timed"}  # one run no more
    return kept | {
        "added": stored.get("added", {}) | added,
        "weights": stored["weights"] | weights,
    }


def store(scores, facts):
    """Write showdown.json: facts, then a line for each row of the table."""
    rounded = _rounded(scores).astype(object).where(scores.notna(), None)
    facts = facts | {"columns": list(scores.columns)}
    facts.pop("rows", None)
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


def dates(facts):
    """Which rows are of which run, and the milliseconds, in sentences; empty if all are of one."""
    said = ""
    if facts["added"]:
        later = ", ".join(f"`{method}` on {date}" for method, (date, _) in facts["added"].items())
        said = (
            f"Measured on {facts['date']} ({facts['machine']}); {later}, on the same pictures and "
            f"masks: `{CONTROL}`, measured again, gave the stored figures. "
        )
    if "timed" in facts:
        date, where = facts["timed"]
        said += (
            f"All milliseconds are of one run, {date} ({where}): medians of three rounds in turns "
            f"over {TIMED} pictures (`benchmarks/showdown_times.py`). "
        )
    return said


def body(scores, facts, provenance):
    """The section of RESULTS.md."""
    undamaged = facts["recognised_undamaged"]
    held, test, photos = (
        scores[scores["pictures"] == one] for one in ("held_out", "test", "photos")
    )
    return "\n\n".join(
        [
            f"{PICTURES:,} held-out pictures (`benchmarks/held_out.py`) under "
            f"`evaluation.frozen_masks({PICTURES})`, composited, pooled. {provenance} The held-out "
            "pictures are lossless in the copy that this was measured on. Intervals: "
            f"{RESAMPLES:,} resamples of the pictures. {dates(facts)}`gaussian` was fitted to the "
            "training pictures, by place and with their mirror images for CIFAR-10, by lag for "
            "`photos` (`benchmarks/gaussian.py`); no held-out, test or validation picture was "
            "among them. `exemplar`, `bertalmio` and "
            "`fast_marching` are too slow for so many pictures; *Classical methods on CIFAR-10* "
            "has them on 100.",
            "Hole PSNR (dB) by mask set, the best in bold.",
            matrix(held),
            "Line masks, every column. `recognised`: the share of composited pictures whose class "
            f"the shipped classifier names; undamaged: {undamaged['held_out']:.3f}. Raw image "
            "PSNR: the network's answer before compositing.",
            every_column(held[held["masks"] == "lines"]),
            f"The first {PICTURES:,} official test pictures, which that copy holds as JPEGs, "
            "under the same masks, hole PSNR (dB); recognised undamaged: "
            f"{undamaged['test']:.3f}.",
            matrix(test),
            f"`photos`, {PHOTOS} test patches under `evaluation.frozen_masks({PHOTOS})`, hole PSNR "
            "(dB): no network has learned from such pictures, and everyone has them, so the tests "
            "measure them again.",
            matrix(photos),
        ]
    )


def main(asked=()):
    unknown = [name for name in asked if name not in (*CLASSICAL, *shipped())]
    if unknown:
        raise SystemExit(f"There is no {', '.join(unknown)}: pass names of {CLASSICAL + NETWORKS}.")
    dataset = data.load("cifar10")
    judged = held_out.split(dataset)[2]
    check_published(judged)
    parts = {**cifar10_parts(dataset), "photos": photos_part()}
    if asked:
        facts = later_facts(_stored(), asked)
        scores = joined(published(), measure(parts, competitors(dataset, [CONTROL, *asked])))
    else:
        facts = first_facts(recognised_undamaged(parts), judged)
        scores = measure(parts, competitors(dataset, [*CLASSICAL, *shipped()]))
    store(scores, facts)
    # From the stored figures, which are rounded: the tests compare the two.
    record("showdown", "Showdown", body(published(), facts, dataset.provenance), COMMAND,
           evaluation.SEED)  # fmt: skip


def _stored():
    return json.loads(STORED.read_text(encoding="utf-8"))


def _rounded(scores):
    digits = {column: 5 for column in scores if column not in KEY}
    return scores.round(digits | {"milliseconds": 3})


def _two_sets(count):
    sets = evaluation.frozen_masks(count)
    return {name: sets[name] for name in TWO_SETS}


if __name__ == "__main__":
    main(words("benchmarks.showdown", __doc__))

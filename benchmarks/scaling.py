"""How far does more work lead? Three sizes of the best network by three budgets, and a long run.

    INPAINTING_DATA_DIR=... python -m benchmarks.background     trains, hours of one core
    INPAINTING_DATA_DIR=... python -m benchmarks.scaling        fits what has finished, six at least

It writes RESULTS.md and course_lib/scaling.json, which lesson 13 reads.

Fitted is the law of Hoffmann et al., Training compute-optimal large language models, 2022,
section 3.3: squared error = E + A / size^a + B / pictures^b. In equal minutes a large network sees
fewer pictures. E is what no size and no pictures would mend: the plateau.
"""

import json
import statistics
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from benchmarks import ablation, budget
from benchmarks.budget import JUDGED, Run, result
from benchmarks.results import record, table
from course_lib import classical, metrics
from tools.project import ROOT, words

STORED = ROOT / "course_lib" / "scaling.json"  # with the library, so that Colab has it
COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.scaling"
WIDTHS = (16, 32, 56)  # 0.2, 0.9 and 2.7 million weights
MINUTES = (10, 40, 160)
FINAL_MINUTES = 480
FITTED = ("lines", "square_16", "random_50")
REFITS = 200
LOWEST = [-8.0, -8.0, 0.05, -8.0, 0.05]  # log E, log A, a, log B, b, errors in units of the least
HIGHEST = [0.0, 3.0, 3.0, 3.0, 3.0]


def runs():
    """The nine trainings, the cheapest first, once the ablation has named the best recipe."""
    fields = ablation.best()
    if fields is None:
        return []
    return [run_of(width, minutes, fields) for minutes in MINUTES for width in WIDTHS]


def run_of(width, minutes, fields):
    """One of the nine."""
    arguments = {**fields.get("arguments", {}), "width": width}
    return Run(f"scaling_{width}_{minutes}", minutes, **{**fields, "arguments": arguments})


def shorter():
    """Those of the nine that the long run's size is chosen by."""
    return [run for run in runs() if run.minutes < MINUTES[-1]]


def final():
    """The long run, as a list of one or none: of the size that the shorter runs promise most for.

    It does not wait for the longest of the nine, which would take as many hours again.
    """
    tried = shorter()
    if not tried or not all(map(result, tried)):
        return []
    results = [result(run) for run in tried]
    width = max(WIDTHS, key=lambda one: promise(results, one, FINAL_MINUTES))
    return [run_of(width, FINAL_MINUTES, ablation.best())]


def promise(results, width, minutes):
    """What the laws of all sets of masks expect of a width after so many minutes: dB, their mean.

    Args:
        results: of finished runs, six at least, this width among them.
    """
    own = next(one for one in results if one["recipe"]["arguments"]["width"] == width)
    seen = own["pictures"] * minutes / own["recipe"]["minutes"]
    return statistics.mean(float(law(own["weights"], seen)) for law in laws(results).values())


def laws(results):
    """Fitted to finished runs: dict, set of masks -> ``Law``."""
    size, seen = ([one[key] for one in results] for key in ("weights", "pictures"))
    return {
        name: fit(size, seen, [one["scores"]["last"][name] for one in results]) for name in FITTED
    }


@dataclass(frozen=True)
class Law:
    """A fitted law.

    Attributes:
        parameters: log E, log A, a, log B, b, with sizes in the smallest, pictures in the fewest
            and squared errors in the least that were measured.
        unit: that least squared error.
        size, pictures: the smallest and the fewest.
        misfit: root mean square of what is left of the decibels.
    """

    parameters: tuple
    unit: float
    size: float
    pictures: float
    misfit: float

    @property
    def plateau(self):
        """PSNR of E, decibels."""
        return float(-10 * np.log10(np.exp(self.parameters[0]) * self.unit))

    def __call__(self, size, pictures):
        """PSNR that the law expects, decibels."""
        relative = np.asarray(size) / self.size, np.asarray(pictures) / self.pictures
        return -10 * np.log10(self.unit * _errors(self.parameters, *relative))


def fit(size, pictures, decibels):
    """The law nearest to measured PSNRs.

    Args:
        size: (N,) weights, N at least 6.
        pictures: (N,) shown in training, repeats included.
        decibels: (N,).

    Returns:
        Law.
    """
    size, pictures, decibels = (np.asarray(one, float) for one in (size, pictures, decibels))
    unit = 10 ** (-decibels.max() / 10)
    relative = size / size.min(), pictures / pictures.min()

    def misfit(parameters):
        return -10 * np.log10(unit * _errors(parameters, *relative)) - decibels

    starts = [[-0.1, -2.0, a, -2.0, b] for a in (0.3, 1.0) for b in (0.3, 1.0)]
    found = [least_squares(misfit, one, bounds=(LOWEST, HIGHEST)) for one in starts]
    best = min(found, key=lambda one: one.cost)
    return Law(
        tuple(best.x), unit, size.min(), pictures.min(), float(np.sqrt(np.mean(best.fun**2)))
    )


def plateau_interval(law, size, pictures, noise, *, refits=REFITS, seed=0):
    """The plateaus (dB) between which 90 % of refits lie when the luck is drawn again.

    Args:
        law: fitted to these sizes and pictures.
        size, pictures: (N,) each.
        noise: standard deviation between seeds, decibels.
        refits: how many.
        seed: of the luck.
    """
    expected = law(size, pictures)
    luck = np.random.RandomState(seed).normal(0, noise, (refits, len(expected)))
    plateaus = [fit(size, pictures, expected + one).plateau for one in luck]
    low, high = np.percentile(plateaus, [5, 95])
    return float(low), float(high)


def _errors(parameters, size, pictures):
    plateau, by_size, size_power, by_pictures, picture_power = parameters
    return (
        np.exp(plateau)
        + np.exp(by_size) * size**-size_power
        + np.exp(by_pictures) * pictures**-picture_power
    )


def seed_noise(masks_name):
    """Standard deviation between seeds (dB) on one set of masks, pooled over the ablation."""
    every = ablation.steady(ablation.collect()[0])
    pairs = [[one["scores"]["last"][masks_name] for one in results] for results in every.values()]
    return float(np.sqrt(statistics.mean(statistics.variance(pair) for pair in pairs if pair[1:])))


def across(pictures):
    """What methods without a network reach on the same pictures: name -> dict of hole PSNRs."""
    check = budget.validation(pictures[1])
    fills = {"biharmonic": classical.METHODS["biharmonic"]}
    if hasattr(classical, "fit_gaussian"):
        fills["gaussian"] = classical.fit_gaussian(pictures[0]).fill
    scores = {name: {} for name in fills}
    for masks_name in FITTED:
        images, holes = check[masks_name]
        for name, fill in fills.items():
            damaged = np.where(holes[..., None], 0, images)
            filled = np.stack([fill(*one) for one in zip(damaged, holes, strict=True)])
            scores[name][masks_name] = metrics.psnr(images, filled, holes)
    return scores


def body(results, missing, lines):
    """The section of RESULTS.md."""
    size, seen = (np.array([one[key] for one in results]) for key in ("weights", "pictures"))
    measured = [
        [f"{one['weights']:,}", f"{one['recipe']['minutes']:g}", f"{one['pictures'] / 1e6:.2f}"]
        + [f"{one['scores']['last'][name]:.2f}" for name in FITTED]
        for one in results
    ]
    fitted = []
    for name, law in laws(results).items():
        low, high = plateau_interval(law, size, seen, seed_noise(name))
        best = max(one["scores"]["last"][name] for one in results)
        _, _, size_power, _, picture_power = law.parameters
        longer = law(size.max(), 10 * seen[size == size.max()].max())
        fitted.append(
            [name, f"{size_power:.2f}", f"{picture_power:.2f}", f"{law.misfit:.3f}", f"{best:.2f}"]
            + [f"{longer:.2f}", f"{law.plateau:.2f}", f"{low:.2f} to {high:.2f}"]
            + [f"{scores[name]:.2f}" for scores in lines.values()]
        )
    header = ["masks", "a", "b", "misfit", "best run", "largest, ten times the longest"]
    paragraphs = [
        f"Hole PSNR (dB) on {JUDGED:,} validation pictures, composited; minutes of one core by "
        "the step costs in `step_costs.json`.",
        table(["weights", "minutes", "M pictures", *FITTED], measured),
        "Squared error = E + A / size^a + B / pictures^b, five numbers fitted to these "
        f"{len(results)} runs; the plateau is the PSNR of E, and its interval holds 90 % of the "
        "plateaus that are fitted when the seeds' luck is drawn again. Where it is many decibels "
        "wide, the runs show no plateau. Misfit: root mean square, dB.",
        table([*header, "plateau", "90 %", *(f"`{name}`" for name in lines)], fitted),
    ]
    if missing:
        paragraphs.insert(2, f"Not finished: {', '.join(missing)}.")
    return "\n\n".join(paragraphs)


def main():
    waited_for = [run.name for run in shorter() if not result(run)]
    if waited_for or not shorter():
        raise SystemExit(
            f"{', '.join(waited_for) or 'The ablation'} missing: run python -m "
            "benchmarks.background."
        )
    wanted = [*runs(), *final()]
    results = [found for run in wanted if (found := result(run))]
    missing = [f"`{run.name}`" for run in wanted if not result(run)]
    lines = across(budget.pictures())
    kept = ("recipe", "steps", "pictures", "seconds", "weights", "marks", "scores", "sittings")
    facts = {"across": lines, "runs": [{key: one[key] for key in kept} for one in results]}
    STORED.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    text = body(results, missing, lines)
    record("scaling", "Size, time and the plateau", text, COMMAND, wanted[0].seed)


if __name__ == "__main__":
    words("benchmarks.scaling", __doc__, 0)
    main()

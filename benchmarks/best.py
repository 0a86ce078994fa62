"""Ship ``load_pretrained("best")``: the network that fills best on validation pictures.

    INPAINTING_DATA_DIR=... python -m benchmarks.background     trains, hours of one core
    INPAINTING_DATA_DIR=... python -m benchmarks.best           ships

The run of ``scaling`` whose mean over the sets of masks is highest is chosen. It is shipped if it
is ahead of the shipped network in every set; held-out pictures have no say.
"""

from dataclasses import dataclass

from benchmarks import budget, scaling
from benchmarks.train import held_out_score, ship
from course_lib import data, models
from tools.project import words

COMMAND = "INPAINTING_DATA_DIR=... python -m benchmarks.best"
NETWORK = "residual_unet"  # what ``menders.mender`` is with the pyramid's fill alone


@dataclass(frozen=True)
class Recipe:
    """How the network was made; every field goes into its recipe file.

    Attributes:
        network, arguments: of ``models``.
        run: its name in ``scaling``; minutes: of one core, by the prices of ``step_costs.json``.
        steps: training steps, each with batch_size pictures.
        masks, hole_weight, optimizer, learning_rate, batch_size, seed, precision: as in
            ``budget.Run``; the rate falls to 1 % of it along a half cosine.
    """

    network: str
    arguments: dict
    run: str
    minutes: float
    steps: int
    optimizer: str
    learning_rate: float
    batch_size: int
    hole_weight: float
    seed: int
    precision: str
    masks: str = "mixed"


def recipe_of(run):
    """The recipe of a finished run."""
    fields = ("minutes", "optimizer", "learning_rate", "batch_size", "hole_weight", "seed")
    return Recipe(
        network=NETWORK,
        arguments={"width": run.arguments["width"]},
        run=run.name,
        steps=budget.result(run)["steps"],
        precision=run.precision,
        **{name: getattr(run, name) for name in fields},
    )


def trained(run):
    """The network with which a run has ended."""
    model = models.NETWORKS[NETWORK](**recipe_of(run).arguments)
    weights = budget.weights(run, "last")
    model.set_weights([weights[variable.path] for variable in model.weights])
    return model


def publish(run):
    """Ship a run's network if it is ahead of the shipped one on every set of validation masks."""
    check = budget.validation(budget.pictures()[1])
    shipped = budget.measure(models.load_pretrained("best"), check)
    reached = budget.result(run)["scores"]["last"]
    behind = [name for name in check if reached[name] <= shipped[name]]
    if behind:
        raise SystemExit(f"{run.name} is not ahead of the shipped network on {', '.join(behind)}.")
    made = {
        "command": COMMAND,
        "data": data.load("cifar10").provenance,
        "validation": reached,
        "validation_before": shipped,
    }
    facts = ship("best", recipe_of(run), trained(run), made, held_out_score)
    print(f"best: {facts['psnr_hole_held_out_lines']} dB in the holes of held-out pictures")


def main():
    finished = [run for run in [*scaling.runs(), *scaling.final()] if budget.result(run)]
    if not finished:
        raise SystemExit("No run has finished: python -m benchmarks.background trains.")
    publish(max(finished, key=budget.score))


if __name__ == "__main__":
    words("benchmarks.best", __doc__, 0)
    main()

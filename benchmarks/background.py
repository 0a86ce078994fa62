"""Train whatever ``ablation`` and ``scaling`` still miss, one run after another, on one core.

    INPAINTING_DATA_DIR=... nice -n 10 python -m benchmarks.background
    INPAINTING_DATA_DIR=... python -m benchmarks.background --list
    INPAINTING_DATA_DIR=... python -m benchmarks.background --only scaling

It may be killed at any moment, and the same command goes on. Two of them at once share the
work: a run that another process has in hand is passed over.
"""

import argparse
import fcntl
import os

# Before TensorFlow is imported: a core for a run, so that its CPU time is its work.
for _name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import keras  # noqa: E402

from benchmarks import ablation, budget, scaling  # noqa: E402


def plan():
    """All runs that are decided so far, in order of worth, each behind the one that it needs."""
    ordered = {}
    # Scaling's are none before the best recipe is known; then they are worth more than the rest,
    # and the long run, once its size is known, more than the longest of the nine.
    for run in [*scaling.shorter(), *scaling.final(), *scaling.runs(), *ablation.runs()]:
        for one in filter(None, (run.needs, run)):
            ordered[one.name] = one
    return [*ordered.values()]


def work(only=""):
    """Train runs whose name begins with ``only`` until none is left, or others have them all."""
    pictures = budget.pictures()
    while True:
        missing = [run for run in plan() if run.name.startswith(only) and not budget.result(run)]
        for run in missing:
            if run.needs and not budget.result(run.needs):
                continue
            with _held(run) as held:
                if held and not budget.result(run):
                    print(f"{run.name}: {run.minutes} minutes of one core", flush=True)
                    budget.train(run, pictures)
                    if run.network != "field":  # whose filters others start with: a minute's work
                        budget.keep(run)
                    keras.utils.clear_session()
                    break
        else:
            return


def show():
    """What is finished, what is under way and what is missing, one run a line."""
    for run in plan():
        found = budget.result(run)
        state = f"{budget.score(run):.3f} dB" if found else budget.progress(run)
        print(f"{run.name:24} {run.minutes:4} min  {state}")


class _held:
    """A lock on a run's folder that the system takes back when its process dies."""

    def __init__(self, run):
        run.folder.mkdir(parents=True, exist_ok=True)
        self.path = run.folder / "lock"

    def __enter__(self):
        self.file = open(self.path, "w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(self, *_):
        self.file.close()


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Train what is missing, resumably.")
    parser.add_argument("--list", action="store_true", help="only say what is missing")
    parser.add_argument("--only", default="", metavar="PREFIX", help="how the runs' names begin")
    given = parser.parse_args(arguments)
    show() if given.list else work(given.only)


if __name__ == "__main__":
    main()
